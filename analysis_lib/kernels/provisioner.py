"""What Jupyter asks for a live kernel: our provisioner, named by the kernelspec ``skolbank-live`` (floor 8).

A kernel is a fork of a warm process in a sandbox, reached over IPC in a folder of its own. From the server's
environment it gets two things and no more: its scope's extract and its page's state.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Integer

from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.confine import LIMITS
from analysis_lib.kernels.live import SCOPE, STATE, kernel_files
from analysis_lib.kernels.sandbox import sandbox_available
from analysis_lib.kernels.zygotes import ZYGOTES, LiveKernel, Zygote

NAME = "skolbank-warm"
KERNEL = "skolbank-live"
_GROUP = "jupyter_client.kernel_provisioners"
_CLASS = "analysis_lib.kernels.provisioner:WarmProvisioner"
_START = 60.0
_STATE_LIMIT = 64 * 1024


class WarmProvisioner(LocalProvisioner):
    """A kernel forked from the warm process of its scope's folder; refuses when there is no sandbox."""

    memory_limit = Integer(LIMITS["memory"], config=True, help="Bytes that the kernel may take")
    cpu_limit = Integer(LIMITS["cpu"], config=True, help="Seconds of processor time in the kernel's life")
    kernel: LiveKernel | None = None
    zygote: Zygote | None = None
    state = "{}"

    @property
    def has_process(self) -> bool:
        return self.kernel is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """A folder of the kernel's own, and the two things that the launch's ``env`` may hand over."""
        given = kwargs.get("env") or {}
        scope, self.state = _scope(given.get(SCOPE, "")), _state(given.get(STATE, "{}"))
        sandbox_available()
        name, folder = ZYGOTES.folder(scope)
        self.kernel = LiveKernel(name, scope, folder)
        assert self.parent is not None
        self.parent.transport, self.parent.ip = "ipc", str(folder / "k")
        return await super().pre_launch(**{**kwargs, "env": {}})

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Returns when the kernel's sockets are there; ``cmd`` is not run, the fork needs no command."""
        assert self.kernel is not None
        assert self.parent is not None
        written = json.loads(Path(self.parent.connection_file).read_text("utf-8"))
        for name, text in kernel_files(written, self.state).items():
            (self.kernel.folder / name).write_text(text, "utf-8")
        try:
            await self._begin()
        except BaseException:
            await self.kill()
            self._forget()
            raise
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel runs, else its exit status."""
        if self.kernel is None:
            return 0
        return self.kernel.ended.result() if self.kernel.ended.done() else None

    async def wait(self) -> int | None:
        """Its exit status, once it has ended; its folder goes with it."""
        if self.kernel is None:
            return 0
        status = await asyncio.wrap_future(self.kernel.ended)
        self._forget()
        return status

    async def send_signal(self, signum: int) -> None:
        """Sends the signal to the kernel's process, by way of the zygote."""
        if self.kernel is not None and self.zygote is not None:
            self.zygote.signal(self.kernel, signum)

    async def kill(self, restart: bool = False) -> None:
        """Ends the kernel at once, with everything in its namespaces."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """The same: the first process of a namespace hears no gentler signal."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Ends what still runs and removes the kernel's folder."""
        await self.kill(restart)
        self._forget()

    async def _begin(self) -> None:
        """Asks the zygote for the kernel; a second time when it had just gone to rest."""
        for is_last in (False, True):
            assert self.kernel is not None
            self.zygote = await self._ready_zygote(self.kernel)
            self.zygote.start(self.kernel, {"memory": self.memory_limit, "cpu": self.cpu_limit})
            try:
                await _within(self.kernel.started)
                return
            except SkolbankError:
                if is_last or self.zygote.is_alive or self.zygote.alone:
                    raise
            self.kernel = LiveKernel(self.kernel.id, self.kernel.scope, self.kernel.folder)

    async def _ready_zygote(self, kernel: LiveKernel) -> Zygote:
        if ZYGOTES.can_fork:
            zygote = ZYGOTES.warm(kernel.scope)
            if not await _within(zygote.ready):
                return zygote
            ZYGOTES.give_up_forking()
        zygote = self.zygote = ZYGOTES.lone(kernel)
        await _within(zygote.ready)
        return zygote

    def _forget(self) -> None:
        if self.kernel is not None:
            shutil.rmtree(self.kernel.folder, ignore_errors=True)
        if self.zygote is not None and self.zygote.alone:
            self.zygote.worker.kill()
        self.kernel = self.zygote = None


def register() -> None:
    """Makes the provisioner known in this process, also where the package is not installed."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners.setdefault(NAME, EntryPoint(NAME, _CLASS, _GROUP))


def live_kernelspec(folder: Path) -> Path:
    """Writes the kernelspec ``skolbank-live`` below ``folder`` (for JUPYTER_PATH); gives its own folder."""
    place = folder / "kernels" / KERNEL
    place.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": ["skolbank-live-is-forked", "{connection_file}"],
        "display_name": "Skolbänken, levande sida",
        "language": "python",
        "interrupt_mode": "signal",
        "metadata": {"kernel_provisioner": {"provisioner_name": NAME, "config": {}}, "debugger": False},
    }
    (place / "kernel.json").write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", "utf-8")
    register()
    return place


async def _within(future: Any) -> Any:
    return await asyncio.wait_for(asyncio.wrap_future(future), _START)


def _scope(told: str) -> Path:
    scope = Path(told)
    if not told or not scope.is_absolute() or not scope.is_dir() or scope == scope.parent:
        raise SkolbankError(
            "live-scope-missing",
            "Den levande sidan har inget utdrag att läsa",
            where=SCOPE,
            remedy="Starta om servern med skolbank serve, så skrivs utdragen.",
        )
    return scope.resolve()


def _state(told: str) -> str:
    try:
        if len(told) <= _STATE_LIMIT and isinstance(json.loads(told), dict):
            return told
    except ValueError:
        pass
    raise SkolbankError(
        "live-state-invalid",
        "Den levande sidans val går inte att läsa",
        where=STATE,
        remedy="Börja om från sidan utan valen i adressen.",
    )

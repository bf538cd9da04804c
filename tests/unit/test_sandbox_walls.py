"""The walls as they are written down: what is bound and denied, and what an unknown machine refuses."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from analysis_lib.kernels import landlock, provisioner, sandbox, syscalls
from analysis_lib.vocabulary.workspace import builtin_root

ROOT = Path(__file__).parents[2]


def test_only_code_interpreter_system_and_extracts_are_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hemligt")
    command = sandbox.shared_command(tmp_path / "scopes", tmp_path / "connections")
    bound = {command[at + 1]: command[at] for at, word in enumerate(command) if word.endswith("bind")}
    sources = {command[at + 1]: command[at + 2] for at, word in enumerate(command) if word.endswith("bind")}
    allowed = {sys.prefix, sys.base_prefix, *sandbox._SYSTEM, *sandbox._SETTINGS}
    allowed |= {str(builtin_root() / part) for part in ("analysis_lib", "templates", "params/rules")}
    assert set(bound) - allowed == {str(tmp_path / "scopes"), str(tmp_path / "connections")}
    assert [target for source, target in sources.items() if f"{source}/" in f"{ROOT}/"] == []
    assert "hemligt" not in " ".join(command)
    assert {"--clearenv", "--die-with-parent", "--unshare-net", "--unshare-user", "--unshare-pid"} <= {
        *command
    }


def test_a_kernel_alone_sees_its_own_scope_only(tmp_path: Path) -> None:
    command = sandbox.lone_command(tmp_path / "scopes" / "mine", tmp_path / "connections" / "k1")
    told = [word for word in command if word.startswith(str(tmp_path))]
    assert told == [str(tmp_path / "scopes" / "mine"), str(tmp_path / "connections" / "k1")]


def test_an_unknown_processor_gets_no_kernel() -> None:
    with pytest.raises(OSError, match="riscv64"):
        syscalls._program("riscv64")


def test_both_processors_deny_the_same_calls() -> None:
    assert set(syscalls._ON_X86) - set(syscalls._ON_ARM) == {"fork", "vfork"}
    assert set(syscalls._ON_ARM) <= set(syscalls._ON_X86)
    for machine, (_, own) in syscalls._PROCESSORS.items():
        assert len(set(own.values()) | set(syscalls._SINCE_5.values())) == len(own) + len(syscalls._SINCE_5)
        assert len(syscalls._program(machine)) % 8 == 0


def test_landlock_tells_its_version() -> None:
    assert landlock.version() >= 0


def test_the_kernelspec_is_found_and_its_provisioner_is_there(tmp_path: Path) -> None:
    place = provisioner.live_kernelspec(tmp_path)
    manager = KernelSpecManager(kernel_dirs=[str(place.parent)], ensure_native_kernel=False)
    spec = manager.get_kernel_spec(provisioner.KERNEL)
    assert KernelProvisionerFactory.instance().is_provisioner_available(spec)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["jupyter_client.kernel_provisioners"]
    assert points == {provisioner.NAME: provisioner._CLASS}

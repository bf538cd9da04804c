"""Executes and renders documents side by side, and outlives the death of any of its workers (floor 8).

Notebooks run in children of the warm template (or in ordinary kernels), results are rendered by long-lived
workers, one per core. One document's failure is one outcome, never the end of the others.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from analysis_lib.batch.render import RenderJob
from analysis_lib.kernels.job import NotebookJob
from analysis_lib.kernels.process import Reply, Worker
from analysis_lib.kernels.warm import ONE_THREAD

TEMPLATE, ORDINARY, RENDER = "template", "ordinary", "render"
RENDER_TIMEOUT = 240.0
GRACE = 60.0
RECYCLE_AFTER = 250
AHEAD = 4
_ENVIRONMENT = {**ONE_THREAD, "SKOLBANK_DEFER_CHARTS": "1"}


@dataclass(frozen=True)
class Task:
    """One document's two steps, and whether it must have an ordinary kernel."""

    id: str
    notebook: NotebookJob
    render: RenderJob
    needs_kernel: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one document went. ``fault`` is empty when it is rendered; ``message`` is not for readers."""

    id: str
    started: float
    seconds: float
    fault: Literal["", "cell", "dead", "late", "stopped", "render", "write"] = ""
    error: str = ""
    message: str = ""
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    entry: Mapping[str, Any] = field(default_factory=dict)
    faults: Sequence[Mapping[str, str]] = ()


@dataclass
class _Running:
    task: Task
    worker: str
    began: float
    started: float
    tries: int = 1


@dataclass(frozen=True)
class Equipment:
    """What every worker is started with, on this machine or another; plain values that can be sent."""

    engine: str
    renderer: str
    log: str
    preloaded: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Workers(Protocol):
    """Whoever makes documents: this machine's processes, or those of a cluster."""

    def warm_up(self) -> None:
        """Starts what can be started before the tasks are known."""

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """The outcomes of the tasks, as they come."""

    def names(self) -> list[str]:
        """The tasks that are being worked on."""

    def close(self) -> None:
        """Ends everything that was started."""


class Pool:
    """The workers of one run; ``close`` ends them all, whatever happened."""

    def __init__(
        self,
        equipment: Equipment,
        *,
        jobs: int,
        deadline: float = 0.0,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.jobs = max(1, jobs)
        self.deadline = deadline  # of the monotonic clock; 0: none
        self.engine = equipment.engine
        self.renderer = equipment.renderer
        self.log = Path(equipment.log)
        self.preloaded = list(equipment.preloaded)
        self.environment = {**_ENVIRONMENT, **equipment.environment}
        self.warn = warn
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.workers: dict[str, Worker] = {}
        self.ready: set[str] = set()
        self.executing: dict[str, _Running] = {}
        self.rendering: dict[str, _Running] = {}
        self.waiting: deque[Task] = deque()
        self.executed: deque[_Running] = deque()
        self.tries: dict[str, int] = {}
        self.served: dict[str, int] = {}
        self.starts = 0

    def warm_up(self) -> None:
        """Starts the first workers ahead of the tasks, while the caller still prepares the numbers."""
        if self.engine == "fork":
            self._start(TEMPLATE)
        for number in range(min(self.jobs, AHEAD)):
            self._start(f"{RENDER}-{number}")

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """The outcomes of the tasks, as they come."""
        self.waiting, self.starts = deque(tasks), 0
        self._start_all(tasks)
        while self.waiting or self.executing or self.executed or self.rendering:
            if self.deadline and time.monotonic() > self.deadline:
                self.close()
                yield from self._give_up("stopped", "RunTimeout")
                return
            self._hand_out()
            with contextlib.suppress(queue.Empty):
                yield from self._handle(self.replies.get(timeout=self._wait()))
            yield from self._end_late_ones()

    def names(self) -> list[str]:
        """The tasks that are being worked on, for the progress line."""
        return [*self.executing, *self.rendering]

    def close(self) -> None:
        """Ends every worker and all they started."""
        for worker in self.workers.values():
            worker.kill()
        self.workers.clear()

    def _start_all(self, tasks: Sequence[Task]) -> None:
        size = min(self.jobs, len(tasks))
        if self.engine == "fork" and any(not task.needs_kernel for task in tasks):
            self._start_missing(TEMPLATE)
        if self.engine == "kernel" or any(task.needs_kernel for task in tasks):
            self._start_ordinary(size)
        for number in range(size):
            self._start_missing(f"{RENDER}-{number}")

    def _start_missing(self, name: str) -> None:
        if name not in self.workers:
            self._start(name)

    def _start_ordinary(self, size: int) -> None:
        for number in range(size):
            self._start_missing(f"{ORDINARY}-{number}")

    def _start(self, name: str) -> None:
        kind = name.partition("-")[0]
        module, arguments = {
            TEMPLATE: ("analysis_lib.kernels.template", self.preloaded),
            ORDINARY: ("analysis_lib.kernels.ordinary", []),
            RENDER: ("analysis_lib.batch.render", [self.renderer]),
        }[kind]
        self.starts += 1
        self.ready.discard(name)
        self.served[name] = 0
        self.workers[name] = Worker.start(
            name,
            module,
            arguments=arguments,
            replies=self.replies,
            log=self.log,
            environment=self.environment,
        )

    def _hand_out(self) -> None:
        for name in self._idle(RENDER, self.rendering):
            if self.executed:
                running = self.executed.popleft()
                running.worker, running.began = name, time.monotonic()
                self.rendering[running.task.id] = running
                self.served[name] += 1
                self.workers[name].send(running.task.render.as_json())
        while self.waiting and len(self.executing) < self.jobs and len(self.executed) < 2 * self.jobs:
            worker = self._executor(self.waiting[0])
            if not worker:
                return
            task = self.waiting.popleft()
            now = time.monotonic()
            self.executing[task.id] = _Running(task, worker, now, time.time())
            self.workers[worker].send(task.notebook.as_json())

    def _executor(self, task: Task) -> str:
        if self.engine == "fork" and not task.needs_kernel:
            return TEMPLATE if TEMPLATE in self.ready else ""
        return next(iter(self._idle(ORDINARY, self.executing)), "")

    def _idle(self, kind: str, busy: Mapping[str, _Running]) -> list[str]:
        taken = {running.worker for running in busy.values()}
        return [name for name in sorted(self.ready) if name.startswith(kind) and name not in taken]

    def _wait(self) -> float:
        return 0.25 if self.rendering or self.executing else 1.0

    def _handle(self, reply: Reply) -> Iterator[Outcome]:
        message = reply.message
        event = message["event"]
        if event == "ready":
            self.ready.add(reply.worker)
        elif event == "unfit":
            self._fall_back("Mallprocessen har flera trådar, notebookarna körs i vanliga kärnor i stället.")
        elif event == "died":
            yield from self._bury(reply.worker, message["pid"])
        elif event in ("executed", "failed", "dead", "late"):
            running = self.executing.pop(str(message["id"]), None)
            if running and event == "executed":
                self.executed.append(running)
            elif running:
                fault: Any = "cell" if event == "failed" else event
                yield _outcome(running, fault, message)
        elif event in ("rendered", "unrendered"):
            running = self.rendering.pop(str(message["id"]), None)
            self._recycle(reply.worker)
            if running:
                fault = "" if event == "rendered" else ("write" if "errno" in message else "render")
                yield _outcome(running, fault, message)

    def _recycle(self, name: str) -> None:
        """A render worker grows with the charts it draws; a fresh one takes its place now and then."""
        if self.served.get(name, 0) >= RECYCLE_AFTER:
            worker = self.workers.pop(name)
            self.ready.discard(name)
            worker.stop()
            self._start(name)

    def _bury(self, name: str, pid: int) -> Iterator[Outcome]:
        """A worker died: its work is tried once more, and another worker takes its place."""
        worker = self.workers.get(name)
        if worker is None or worker.process.pid != pid:
            return  # its successor is at work already
        worker.kill()
        was_ready = name in self.ready
        self.ready.discard(name)
        for busy, again in ((self.executing, self.waiting), (self.rendering, None)):
            for key in [key for key, running in busy.items() if running.worker == name]:
                running = busy.pop(key)
                self.tries[key] = self.tries.get(key, 0) + 1
                if self.tries[key] > 1:
                    yield _outcome(running, "dead", {"message": f"{name} died twice", "error": "WorkerDied"})
                elif again is not None:
                    again.appendleft(running.task)
                else:
                    self.executed.appendleft(running)
        if name == TEMPLATE and not was_ready:
            self._fall_back("Mallprocessen kunde inte starta, notebookarna körs i vanliga kärnor i stället.")
        elif self.starts > 20 + 2 * self.jobs:
            yield from self._give_up()
        else:
            self._start(name)

    def _give_up(self, fault: str = "dead", error: str = "WorkerDied") -> Iterator[Outcome]:
        """Workers die as soon as they start, or time is out: what is left fails, and nothing hangs."""
        left = [*self.executed, *self.executing.values(), *self.rendering.values()]
        left += [_Running(task, "", time.monotonic(), time.time()) for task in self.waiting]
        for store in (self.executed, self.executing, self.rendering, self.waiting):
            store.clear()
        for running in left:
            yield _outcome(running, fault, {"message": "not made", "error": error})

    def _fall_back(self, why: str) -> None:
        if self.engine == "fork":
            self.warn(why)
            self.engine = "kernel"
            self.ready.discard(TEMPLATE)
            self._start_ordinary(self.jobs)

    def _end_late_ones(self) -> Iterator[Outcome]:
        now = time.monotonic()
        for busy in (self.executing, self.rendering):
            for key, running in list(busy.items()):
                limit = RENDER_TIMEOUT if busy is self.rendering else running.task.notebook.notebook_timeout
                if running.worker.startswith(ORDINARY):
                    limit += GRACE / 2
                elif running.worker == TEMPLATE:
                    limit += GRACE
                if now - running.began > limit:
                    del busy[key]
                    self.workers[running.worker].kill()
                    yield _outcome(running, "late", {"message": f"{limit:.0f} s", "error": "TimeoutError"})


def _outcome(running: _Running, fault: Any, message: Mapping[str, Any]) -> Outcome:
    text = str(message.get("message", ""))
    if fault == "dead" and "signal" in message:
        text = f"process ended with status {message['signal']}"
    return Outcome(
        id=running.task.id,
        started=running.started,
        seconds=round(time.time() - running.started, 3),
        fault=fault,
        error=str(message.get("error", "")),
        message=text,
        files=message.get("files", {}),
        entry=message.get("entry", {}),
        faults=message.get("faults", ()),
    )

"""The same plan on an existing Dask cluster: many machines, one workspace that all of them see (floor 8).

Each worker of the cluster keeps a warm pool of its own and writes staged files into the shared workspace.
The coordinator alone writes the ledger, attacks the facts and gives documents their final names, so a lost
worker costs the documents it had in hand, which are made again elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis_lib.batch.plan import all_code_hash
from analysis_lib.batch.pool import Equipment, Outcome, Pool, Task
from analysis_lib.batch.render import RenderJob
from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.job import NotebookJob
from analysis_lib.vocabulary.workspace import Workspace

LOCAL = "local"
TRIES = 3
_CONNECT = 20
_mine = threading.local()


class ClusterPool:
    """The workers of a Dask cluster at ``address``; ``local`` starts a cluster on this machine."""

    def __init__(
        self, address: str, equipment: Equipment, workspace: Workspace, *, jobs: int = 0, deadline: float = 0
    ) -> None:
        self.address, self.equipment, self.workspace = address, equipment, workspace
        self.deadline = deadline
        self.jobs = jobs or os.cpu_count() or 1
        self.client: Any = None
        self.cluster: Any = None
        self.waiting: dict[Future[Any], Task] = {}

    def warm_up(self) -> None:
        """Connects, and checks that every worker sees this workspace and has this version of the library."""
        from distributed import Client, LocalCluster

        _quiet()
        if self.address == LOCAL:
            self.cluster = LocalCluster(
                n_workers=self.jobs, threads_per_worker=1, processes=True, dashboard_address=None
            )
        try:
            self.client = Client(self.cluster or self.address, timeout=_CONNECT)
        except (OSError, ValueError) as error:
            raise SkolbankError(
                "cluster-not-found",
                f"Ingen schemaläggare svarar på {self.address}",
                remedy="Starta den (dask scheduler) och kontrollera adressen, eller kör utan --scheduler.",
            ) from error
        self._check_workers()

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """The outcomes of the tasks, as they come; a task whose worker is lost is done by another."""
        executor = self.client.get_executor(pure=False, retries=TRIES - 1)
        with executor:
            for task in tasks:
                future = executor.submit(perform, _as_plain(task), asdict(self.equipment))
                self.waiting[future] = task
            left = max(0.1, self.deadline - time.monotonic()) if self.deadline else None
            try:
                for future in as_completed(list(self.waiting), timeout=left):
                    yield _outcome(self.waiting.pop(future), future)
            except TimeoutError:
                executor.shutdown(wait=False)
                for task in self.waiting.values():
                    yield Outcome(task.id, time.time(), 0.0, "stopped", "RunTimeout", "not made")

    def names(self) -> list[str]:
        """The tasks that are not done yet; the cluster alone knows which of them are being worked on."""
        return [task.id for task in self.waiting.values()]

    def close(self) -> None:
        """Cancels what is left and lets go of the cluster; a local one is ended."""
        for future in self.waiting:
            future.cancel()
        if self.client is not None:
            if self.cluster is None:
                with contextlib.suppress(Exception):
                    self.client.run(end_pool)
            self.client.close()
            self.client = None
        if self.cluster is not None:
            self.cluster.close()
            self.cluster = None

    def _check_workers(self) -> None:
        if not self.client.scheduler_info()["workers"]:
            self.client.wait_for_workers(1, timeout=_CONNECT)
        token = self.workspace.work / "batch" / f".cluster-{uuid.uuid4().hex}"
        token.parent.mkdir(parents=True, exist_ok=True)
        token.write_text("skolbank", "utf-8")
        try:
            seen = self.client.run(equipped, str(token))
        finally:
            token.unlink(missing_ok=True)
        blind = [worker for worker, (sees, _) in seen.items() if not sees]
        other = [worker for worker, (_, version) in seen.items() if version != all_code_hash()]
        if blind:
            raise SkolbankError(
                "cluster-not-shared",
                f"{len(blind)} av klustrets {len(seen)} arbetare ser inte arbetsytan",
                remedy="Lägg arbetsytan i en mapp som alla maskiner når under samma namn.",
            )
        if other:
            raise SkolbankError(
                "cluster-other-version",
                f"{len(other)} av klustrets {len(seen)} arbetare har en annan version av Skolbänken",
                remedy="Installera samma version på alla maskiner och starta om arbetarna.",
            )


def equipped(token: str) -> tuple[bool, str]:
    """Run on each worker: whether it sees the file, and its version of the library."""
    return Path(token).is_file(), all_code_hash()


def perform(task: Mapping[str, Any], equipment: Mapping[str, Any]) -> dict[str, Any]:
    """Run on a worker: one document from notebook to staged files, by the worker's own warm pool."""
    pool = _pool(Equipment(**equipment))
    whole = Task(
        task["id"], NotebookJob(**task["notebook"]), RenderJob(**task["render"]), task["needs_kernel"]
    )
    for outcome in pool.run([whole]):
        return asdict(outcome)
    raise RuntimeError("the pool gave no outcome")


def end_pool() -> None:
    """Run on each worker at the end: its warm processes go."""
    for pool in _POOLS:
        pool.close()
    _POOLS.clear()


_POOLS: list[Pool] = []


def _pool(equipment: Equipment) -> Pool:
    """This thread's pool: what a thread starts dies with the thread, so threads cannot share one."""
    known: tuple[Equipment, Pool] | None = getattr(_mine, "pool", None)
    if known is None or known[0] != equipment or known[1] not in _POOLS:
        pool = Pool(equipment, jobs=1)
        pool.warm_up()
        _mine.pool = known = (equipment, pool)
        _POOLS.append(pool)
    return known[1]


def _as_plain(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "notebook": task.notebook.as_json(),
        "render": task.render.as_json(),
        "needs_kernel": task.needs_kernel,
    }


def _outcome(task: Task, future: Future[Any]) -> Outcome:
    try:
        return Outcome(**future.result())
    except Exception as error:
        name, text = type(error).__name__, str(error)[:2000]
        return Outcome(task.id, time.time(), 0.0, "dead", name, text)


def _quiet() -> None:
    """Lost workers are told in our words; the cluster's own log would fill the screen."""
    import logging

    for name in ("distributed", "distributed.core", "distributed.comm", "distributed.nanny"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

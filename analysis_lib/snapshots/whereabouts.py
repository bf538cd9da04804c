"""Where pupils are stored already, so that no one is counted at two units in a school year (floor 2)."""

from __future__ import annotations

from collections.abc import Iterable

from analysis_lib.snapshots.log import Snapshot
from analysis_lib.snapshots.store import Store


class Whereabouts:
    """The unit of each stored pupil, read once per snapshot while an import goes on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: set[str] = set()
        self._unit: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}

    def elsewhere(self, table: str, partition: str, pupils: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Of (pupil, unit) pairs: the pupils who are stored at another unit, and at which."""
        current = {s.hash: s for s in self._store.in_partition(table, partition)}
        units = self._unit.setdefault((table, partition), {})
        for snapshot in current.values():
            self._take(snapshot, units)
        here = list(pupils)
        coming = {unit for _, unit in here}
        found: dict[str, str] = {}
        for pupil, unit in here:
            stored, of = units.get(pupil, ("", ""))
            holder = current.get(of)
            if not holder or stored == unit or stored in coming or stored in holder.replaced:
                continue
            found[pupil] = stored
        return found

    def _take(self, snapshot: Snapshot, units: dict[str, tuple[str, str]]) -> None:
        if snapshot.relative_path in self._read:
            return
        rows = self._store.read(snapshot, ["pupil", "unit_code"])
        pairs = zip(rows["pupil"].to_pylist(), rows["unit_code"].to_pylist(), strict=True)
        units.update({pupil: (unit, snapshot.hash) for pupil, unit in pairs})
        self._read.add(snapshot.relative_path)

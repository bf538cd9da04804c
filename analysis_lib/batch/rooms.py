"""What the batch asks of the rooms below, gathered in one place so that each can be tried alone (floor 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis_lib.kernels.warm import PRELOADED
from analysis_lib.vocabulary.classes import unit_of
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace


@dataclass(frozen=True)
class RoundData:
    """What is known before a round starts: school year, units and a hash of what each of them will read.

    ``slices`` holds one hash per unit code; ``whole`` is the hash of the whole released frame.
    """

    school_year: str
    units: Mapping[str, Unit]
    slices: Mapping[str, str]
    whole: str


@dataclass(frozen=True)
class Verdict:
    """The attacker's answer: what can be worked out, in words; for a clean release its certificate's hash."""

    findings: tuple[str, ...] = ()
    certificate: str = ""


@dataclass(frozen=True)
class Rooms:
    """The functions of other rooms that a round uses. ``renderer`` is ``module:function``.

    ``audit`` only looks; ``release`` also puts what is clean on record, and gives its certificate.
    """

    prepare: Callable[[Workspace, str], RoundData]
    audit: Callable[[Workspace, str, Sequence[Path]], Verdict]
    release: Callable[[Workspace, str, Sequence[Path]], Verdict]
    renderer: str = "analysis_lib.batch.render:render_report"
    preloaded: tuple[str, ...] = PRELOADED
    environment: Mapping[str, str] = field(default_factory=dict)


def slice_hashes(frame: Any) -> dict[str, str]:
    """A hash per unit code of the rows that its report can read: its own, and all above the units.

    ``frame`` is a released frame; the order of rows does not matter.
    """
    import pandas as pd

    hashes = pd.util.hash_pandas_object(frame.astype("string"), index=False)
    is_own = frame["level"].isin(("unit", "class"))
    shared = _digest(hashes[~is_own])
    own = hashes[is_own].groupby(frame["code"].map(unit_of), sort=True)
    return {str(code): _digest(rows, shared) for code, rows in own}


def _digest(hashes: Any, *more: str) -> str:
    digest = hashlib.sha256("".join(more).encode())
    digest.update(hashes.sort_values().to_numpy().tobytes())
    return digest.hexdigest()

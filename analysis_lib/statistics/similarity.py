"""Which units or municipalities are most alike: weighted nearest neighbours, open to the reader (floor 3).

A comparison group that nobody can check is a comparison nobody trusts. Weights are visible and adjustable,
the distance is shown part by part, and ties are settled by code, so everybody gets the same group.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError, did_you_mean

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Neighbours:
    """The nearest places, nearest first, and who could not be compared.

    ``table`` has ``code, distance`` and one column per indicator with its part of the squared distance (0-1).
    ``left_out`` are codes that lack a value of a weighted indicator.
    """

    code: str
    weights: Mapping[str, float]
    table: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.table["code"])


def nearest(values: pd.DataFrame, code: str, *, weights: Mapping[str, float], count: int = 7) -> Neighbours:
    """The ``count`` places most like ``code``.

    ``values`` is indexed by code with one column per indicator. Each indicator is standardised over all
    places with a value; the distance is the weighted Euclidean one, weights summing to one. Raises
    ``SkolbankError`` (``peers-invalid``) for an unknown code or indicator, weights that are not positive, a
    place that lacks a value itself, and repeated codes. Source: rule R18 (RKA, likhetsutsökning).
    """
    used = _checked_weights(values, weights)
    frame = values[list(used)].apply(pd.to_numeric, errors="coerce")
    frame.index = pd.Index([str(each) for each in frame.index])
    if code not in frame.index or frame.index.has_duplicates:
        raise _refused(f"koden {code[:20]} finns inte precis en gång", did_you_mean(code, list(frame.index)))
    whole = np.isfinite(frame.to_numpy(dtype=float)).all(axis=1)
    if not whole[frame.index.get_loc(code)]:
        raise _refused("enheten saknar själv värde i ett av måtten", "Ta bort måttet eller ge det ett värde.")
    parts = _parts(frame[whole], code, used)
    table = pd.DataFrame(parts, columns=list(used), index=frame.index[whole]).drop(index=code)
    squared = table.sum(axis=1)
    table = table.div(squared.where(squared > 0, 1.0), axis=0)
    table.insert(0, "distance", np.sqrt(squared).round(9))
    table.insert(0, "code", table.index)
    table = table.sort_values(["distance", "code"], ignore_index=True).head(count)
    left_out = tuple(sorted(each for each, is_whole in zip(frame.index, whole, strict=True) if not is_whole))
    return Neighbours(code, used, table, left_out)


def _parts(frame: pd.DataFrame, code: str, weights: Mapping[str, float]) -> Floats:
    raw = frame.to_numpy(dtype=float)
    spread = raw.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)  # nobody differs: the indicator adds nothing
    apart = (raw - raw[frame.index.get_loc(code)]) / spread
    parts: Floats = apart**2 * np.array(list(weights.values()))
    return parts


def _checked_weights(values: pd.DataFrame, weights: Mapping[str, float]) -> dict[str, float]:
    unknown = [name for name in weights if name not in values.columns]
    if unknown:
        raise _refused(
            f"måttet {unknown[0][:40]} finns inte", did_you_mean(unknown[0], map(str, values.columns))
        )
    if not weights or not all(math.isfinite(weight) and weight >= 0 for weight in weights.values()):
        raise _refused("vikterna ska vara noll eller större", "Ange minst ett mått med en vikt.")
    total = math.fsum(weights.values())
    if total <= 0:
        raise _refused("någon vikt ska vara större än noll")
    return {name: weight / total for name, weight in sorted(weights.items()) if weight > 0}


def _refused(what: str, remedy: str = "") -> SkolbankError:
    return SkolbankError("peers-invalid", f"Liknande enheter går inte att ta fram: {what}", remedy=remedy)

"""Published statistics stand as their authority gave them, and never stop a release."""

from __future__ import annotations

import pytest

from analysis_lib.disclosure.audit import audit

SEXES = {"sex": {"T": ["F", "P"]}}


def said(pop: str, unit: str, sex: str, what: str, shown: float | str) -> dict[str, object]:
    """One statement of a place, as the pages make it."""
    cell = {"unit": unit} | ({} if sex == "T" else {"sex": sex})
    return {
        "pop": pop,
        "cell": cell,
        "what": what,
        "kind": "count" if what == "n" else "share",
        "decimals": 1,
        "shown": shown,
    }


def rows(pop: str, unit: str, told: dict[str, tuple[float, float | str]]) -> list[dict[str, object]]:
    """Pupils and the share that is eligible, by sex."""
    of_sizes = [said(pop, unit, sex, "n", n) for sex, (n, _) in told.items()]
    return of_sizes + [said(pop, unit, sex, "eligible", share) for sex, (_, share) in told.items()]


# Skolverket, Behörighet till gymnasieskolan 2024/25: riket's girls and boys are fewer than all pupils, and
# the signs of a kommun's girls and boys say more beside its whole than they do alone.
NATION = {"F": (60308, 83.2), "P": (63028, 82.5), "T": (124337, 82.8)}
KOMMUN = {"F": (36, "~100"), "P": (61, "~100"), "T": (97, 91.8)}


@pytest.mark.parametrize(("unit", "told"), [("RIKET:all", NATION), ("2361:all", KOMMUN)])
def test_what_an_authority_tells_of_its_own_figures_stops_no_release(
    unit: str, told: dict[str, tuple[float, float | str]]
) -> None:
    lattice = {"unit": {unit: []}, **SEXES}
    assert audit(rows("ak9-2025-skolverket/eligible", unit, told), lattice).is_clean
    own = audit(rows("ak9-2025", unit, told), lattice)
    assert not own.is_clean, "the same told of our own pupils is a finding"

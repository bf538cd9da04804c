"""A figure has the same bits in whatever order its rows are read: DuckDB reads them with several threads."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_tables import MemoryTables, attendance_rows

from analysis_lib.indicators.totals import sums_in_order

SHARES = st.lists(st.floats(0, 100), min_size=3, max_size=30)


@settings(max_examples=25, deadline=None)
@given(SHARES.flatmap(lambda shares: st.tuples(st.just(shares), st.permutations(shares))))
def test_sums_do_not_depend_on_the_order_of_the_rows(orders: tuple[list[float], list[float]]) -> None:
    one, other = (_summed(shares) for shares in orders)
    assert one == other


def _summed(shares: list[float]) -> list[float]:
    tables = MemoryTables(core_attendance__periods=attendance_rows({"attendance_pct": x} for x in shares))
    found = tables.query(f"SELECT {sums_in_order('attendance_pct')} FROM core_attendance__periods")
    return found.iloc[0].tolist()

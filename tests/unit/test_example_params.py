"""The project's own folder is the example's workspace, and a real one is never overwritten."""

from pathlib import Path

import pytest

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.example import write_example
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

WRITTEN = ("settings.yaml", "units.yaml", "groups.yaml", "targets.yaml")


def test_committed_params_are_the_small_example(tmp_path: Path) -> None:
    write_example(tmp_path)
    names = [*WRITTEN, *(f"seminars/{path.name}" for path in (tmp_path / "params" / "seminars").iterdir())]
    for name in names:
        committed = builtin_root() / "params" / name
        assert committed.read_text("utf-8") == (tmp_path / "params" / name).read_text("utf-8"), name


def test_params_are_read_without_fault(tmp_path: Path) -> None:
    write_example(tmp_path)
    catalog = Catalog(Workspace(tmp_path))
    assert catalog.settings.is_example
    forms = {form for unit in catalog.units.values() for form in unit.school_forms}
    assert forms == {"fsk", "pedoms", "fth", "fkl", "gr", "gy", "vux"}
    closed = [unit for unit in catalog.units.values() if unit.closed]
    assert [catalog.units[unit.successor].opened for unit in closed if unit.successor] == ["2023/24"]
    assert set(catalog.groups) == {"forskola", "grundskola", "kompetenscenter"}
    assert {target.unit is None for target in catalog.targets} == {True, False}
    seminar = catalog.seminar("2026-ht-resultat")
    assert seminar.audience == "public"
    assert str(seminar.cutoff) == "2026-06-30"
    assert [order.name for order in seminar.reports] == ["skolbild", "kommunbild", "verksamhetsanalys"]
    assert catalog.seminar("2026-ht-intern").audience == "internal"


def test_a_real_workspace_is_refused_and_left_untouched(tmp_path: Path) -> None:
    settings = tmp_path / "params" / "settings.yaml"
    settings.parent.mkdir()
    settings.write_text('municipality_code: "2081"\nmunicipality_name: Borlänge\n', "utf-8")
    with pytest.raises(SkolbankError, match="example-over-real"):
        write_example(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["params", "settings.yaml"]


def test_an_unknown_size_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SkolbankError, match=r"Menade du town\?.*example-size-unknown"):
        write_example(tmp_path / "new", size="twon")
    assert not (tmp_path / "new").exists()

"""params/ is checked as a whole: every fault at once, with file, line and the nearest right name."""

from pathlib import Path

import pytest

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.params_schemas import schema_folder, write_schemas
from analysis_lib.vocabulary.workspace import Workspace

SETTINGS = 'municipality_code: "2081"\nmunicipality_name: Borlänge\nauthority_name: Borlänge kommun\n'


def workspace(folder: Path, **files: str) -> Workspace:
    for name, content in {"settings": SETTINGS, **files}.items():
        path = folder / "params" / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return Workspace.find(folder)


def test_settings_are_read(tmp_path: Path) -> None:
    assert Catalog(workspace(tmp_path)).settings.municipality_name == "Borlänge"


def test_all_faults_are_told_at_once_with_line_and_nearest_name(tmp_path: Path) -> None:
    place = workspace(
        tmp_path,
        settings="municipality_code: 2081\nmunicipality_nme: Borlänge\nauthority_name: Borlänge kommun\n",
    )
    with pytest.raises(SeveralErrors) as caught:
        _ = Catalog(place).settings
    told = str(caught.value)
    assert "params/settings.yaml, rad 1" in told
    assert "citattecken" in told
    assert "rad 2" in told
    assert "Menade du municipality_name?" in told
    assert all(error.exit_status == 2 for error in caught.value.errors)


def test_a_fault_in_a_list_names_its_line(tmp_path: Path) -> None:
    units = 'units:\n  - code: "12345678"\n    name: Ekskolan\n  - code: "123"\n    name: Alskolan\n'
    with pytest.raises(SeveralErrors, match=r"units\.yaml, rad 4"):
        _ = Catalog(workspace(tmp_path, units=units)).units


def test_a_repeated_unit_is_refused(tmp_path: Path) -> None:
    units = 'units:\n  - {code: "12345678", name: A}\n  - {code: "12345678", name: B}\n'
    with pytest.raises(SkolbankError, match="unit-repeated"):
        _ = Catalog(workspace(tmp_path, units=units)).units


def test_an_unknown_seminar_suggests_the_nearest(tmp_path: Path) -> None:
    seminar = "id: 2026-ht\ntitle: Höst\nschool_year: latest\nreports:\n  - {name: skolbild}\n"
    catalog = Catalog(workspace(tmp_path, seminars__2026_ht=seminar.replace("2026-ht", "2026_ht")))
    with pytest.raises(SeveralErrors):
        _ = catalog.seminars
    place = workspace(tmp_path / "b")
    path = place.params / "seminars" / "2026-ht.yaml"
    path.parent.mkdir()
    path.write_text(seminar, "utf-8")
    with pytest.raises(SkolbankError, match="Menade du 2026-ht"):
        Catalog(place).seminar("2026-th")


def test_a_seminar_needs_a_real_school_year(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    path = place.params / "seminars" / "x1.yaml"
    path.parent.mkdir()
    path.write_text("id: x1\ntitle: X\nschool_year: 2024/26\nreports: [{name: skolbild}]\n", "utf-8")
    with pytest.raises(SeveralErrors, match="rad 3"):
        _ = Catalog(place).seminars


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(SkolbankError, match="inte giltig YAML"):
        _ = Catalog(workspace(tmp_path, settings="a: [1,\nb: 2\n")).settings


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SkolbankError, match="skolbank init"):
        Workspace.find(tmp_path)


def test_every_municipality_has_a_name() -> None:
    catalog = Catalog(Workspace(Path(__file__).parents[2]))
    assert len(catalog.municipalities) == 290
    assert catalog.municipalities["1982"] == "Fagersta"


def test_committed_schemas_are_those_of_the_models(tmp_path: Path) -> None:
    for path in write_schemas(tmp_path):
        assert (schema_folder() / path.name).read_text("utf-8") == path.read_text("utf-8")


def test_names_hold_no_signs_that_turn_or_hide_text(tmp_path: Path) -> None:
    units = 'units:\n  - code: "12345678"\n    name: "Ek\\u202eskolan \\u200bnorr\\u2066"\n'
    assert Catalog(workspace(tmp_path, units=units)).units["12345678"].name == "Ekskolan norr"


def test_every_unreadable_seminar_is_told(tmp_path: Path) -> None:
    place = workspace(tmp_path, seminars__a="id: a\n: [\n", seminars__b="reports: [\n")
    with pytest.raises(SeveralErrors) as caught:
        _ = Catalog(place).seminars
    assert len(caught.value.errors) == 2


def test_a_draft_of_a_handbook_is_not_worked_by_until_it_is_decided(tmp_path: Path) -> None:
    seminar = "id: 2026-ht\ntitle: Höst\nschool_year: latest\nreports:\n  - {name: skolbild}\n"
    draft = "id: rektorsrapport-9.0\nhandbook: rektorsrapport\nversion: '9.0'\ntitle: Rapport\n"
    draft += "sections:\n  - {id: resultat, heading: Resultat}\n"
    place = workspace(tmp_path, **{"seminars__2026-ht": seminar, "handbook__rektorsrapport-9.0": draft})
    assert Catalog(place).seminar("2026-ht").handbook == "2.1"
    path = place.params / "handbook" / "rektorsrapport-9.0.yaml"
    path.write_text(f"{draft}decided_on: 2026-11-20\n", "utf-8")
    assert Catalog(place).seminar("2026-ht").handbook == "9.0"

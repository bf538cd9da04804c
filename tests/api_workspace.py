"""Workspaces whose sources lie on this machine, and recorded answers from tests/data/api."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from api_server import ApiServer, Reply

from analysis_lib.vocabulary.workspace import Workspace, builtin_root

DATA = Path(__file__).parent / "data" / "api"
MUNICIPALITY = "1384"


def recorded(name: str) -> Any:
    """A recorded answer by its path below tests/data/api."""
    return json.loads((DATA / name).read_text("utf-8"))


def make_workspace(root: Path, *, municipality: str = MUNICIPALITY, units: str = "") -> Workspace:
    """A real municipality's workspace."""
    (root / "params").mkdir(parents=True)
    settings = (
        f'municipality_code: "{municipality}"\nmunicipality_name: Orten\nauthority_name: Ortens kommun\n'
    )
    (root / "params/settings.yaml").write_text(settings, "utf-8")
    if units:
        (root / "params/units.yaml").write_text(units, "utf-8")
    return Workspace.find(root)


def connect(workspace: Workspace, name: str, url: str, **values: Any) -> None:
    """Points a source of the workspace at this machine, without pauses."""
    document = yaml.safe_load((builtin_root() / "params/sources" / f"{name}.yaml").read_text("utf-8"))
    quick = {"requests_per_second": 10_000, "backoff_seconds": 0, "attempts": 2}
    place = workspace.params / "sources" / f"{name}.yaml"
    place.parent.mkdir(exist_ok=True)
    text = yaml.safe_dump(document | quick | {"base_url": url} | values, allow_unicode=True)
    place.write_text(text, "utf-8")


def listed(code: str, name: str, forms: tuple[str, ...]) -> dict[str, Any]:
    """One unit in the list of planned-educations."""
    return {"code": code, "name": name, "typeOfSchooling": [{"code": form} for form in forms]}


def envelope(body: Any) -> Reply:
    return Reply({"status": "OK", "message": "Success", "body": body})


def play_units(server: ApiServer, units: list[dict[str, Any]], *, page_size: int = 2) -> None:
    """Lists units over several pages."""
    pages = [units[i : i + page_size] for i in range(0, len(units), page_size)] or [[]]

    def page(asked: Any) -> Reply:
        number = int(asked.first("page", "0"))
        about = {"size": page_size, "totalElements": len(units), "totalPages": len(pages), "number": number}
        return envelope({"_embedded": {"listedSchoolUnits": pages[number]}, "page": about})

    server.play("/v4/school-units", page)

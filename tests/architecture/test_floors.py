"""The house keeps its floors: rooms import downwards, big libraries have one door, nothing is a drawer."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_DRAWERS = re.compile(r"^(utils?|helpers?|common|misc|manager|handler)$")


def test_rooms_import_downwards_and_big_libraries_have_one_door() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_room_has_a_floor() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    known = {name.strip(" ()").removeprefix("analysis_lib.") for layer in layers for name in layer.split("|")}
    package = ROOT / "analysis_lib"
    rooms = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    assert rooms - {"__init__"} <= known


def test_no_module_leads_back_to_itself() -> None:
    """Within a room too, and for types alone: what hangs together in a ring can only be read all at once."""
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "analysis_lib").rglob("*.py")
    }
    taken = {name: _imports(path) & set(files) - {name} for name, path in files.items()}
    for room in [name for name, path in files.items() if path.name == "__init__.py"]:
        for name in files:
            if name.startswith(f"{room}."):
                taken[name].discard(room)  # a package's face gathers its own modules
    list(TopologicalSorter(taken).static_order())


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    names = [path for path in (ROOT / "analysis_lib").rglob("*") if path.suffix in ("", ".py")]
    assert not [str(path) for path in names if _DRAWERS.match(path.stem)]


def test_conda_users_get_the_same_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    bounds = dict(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?(.*)$", "\n".join(wanted), re.MULTILINE))
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    assert f"python{project['requires-python']}" in lines
    named = {re.split("[<>=]", line)[0]: line for line in lines if line not in ("pip",)}
    named.pop("python")
    assert {"jupyterlab", "voila", "ipywidgets", "pandas", "altair", "papermill", "pytest"} == set(named)
    assert {name: line.removeprefix(name) for name, line in named.items()} == {
        name: bounds[name] for name in named
    }
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert environment["dependencies"][-1] == {"pip": ["-e .[dev]"]}


def test_every_dependency_is_locked_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = {match[1] for match in re.finditer(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE)}
    names = {re.split(r"[\[<>=]", line)[0].lower() for line in wanted}
    assert names <= locked
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > len(locked)

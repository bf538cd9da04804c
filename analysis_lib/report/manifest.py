"""What a document was made of and what it says: manifest and facts (floor 7).

The manifest lies beside the outputs, so that anyone can check a file's bytes and which inputs, parameters and
versions it came from. The facts are every number that the document shows, for the disclosure audit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from analysis_lib.report.document import read_document
from analysis_lib.vocabulary.whole_files import write_whole

MANIFEST = "manifest.json"
_PACKAGES = ("altair", "duckdb", "nbconvert", "pandas", "papermill", "pyarrow", "typst", "vl-convert-python")


def collect_facts(notebook: Mapping[str, Any], doc: str) -> list[dict[str, Any]]:
    """Every fact that an executed notebook shows, said by the document ``doc``; each once."""
    return [fact | {"doc": doc} for fact in read_document(notebook).facts]


def write_facts(path: Path, facts: Iterable[Mapping[str, Any]]) -> None:
    """The facts as JSON lines, whole or not at all."""
    lines = (json.dumps(fact, ensure_ascii=False, allow_nan=False) for fact in facts)
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())


def manifest_entry(
    notebook: Mapping[str, Any], *, source: Path, outputs: Iterable[Path], facts: str = ""
) -> dict[str, Any]:
    """One document's lines in the manifest: inputs, outputs with their hashes, parameters and versions.

    ``notebook`` is the executed one, ``source`` the notebook it was made from.
    """
    seal = read_document(notebook).first("seal")
    sealed = dict(seal.data) if seal else {}
    return {
        "report": sealed.get("report", source.stem),
        "parameters": sealed.get("parameters", {}),
        "release": sealed.get("release", ""),
        "inputs": {
            "notebook": {"name": source.name, "sha256": file_hash(source)},
            "snapshots": sealed.get("snapshots", []),
            "params": sealed.get("params", {}),
        },
        "outputs": {
            path.name: {"sha256": file_hash(path), "bytes": path.stat().st_size} for path in sorted(outputs)
        },
        "facts": facts,
        "figures": sorted(sealed.get("provenance", {}).get("figures", {})),
        "is_complete": sealed.get("is_complete", True),
        "versions": sealed.get("versions", {}) or versions(),
    }


def edition_of(notebook: Mapping[str, Any], document: str) -> dict[str, Any]:
    """What a document's figures rest on, with the release, the parameters and the versions behind them."""
    seal = read_document(notebook).first("seal")
    sealed = dict(seal.data) if seal else {}
    kept = ("report", "audience", "parameters", "school_year", "made", "release", "library", "params")
    told = {name: sealed[name] for name in kept if name in sealed}
    return {
        "document": document,
        **told,
        "versions": sealed.get("versions", {}),
        **sealed.get("provenance", {}),
    }


def write_manifest(folder: Path, entries: Mapping[str, Mapping[str, Any]]) -> Path:
    """Puts the documents' entries into the folder's manifest, beside those of other documents."""
    path = folder / MANIFEST
    documents = json.loads(path.read_text("utf-8"))["documents"] if path.is_file() else {}
    documents |= {name: dict(entry) for name, entry in entries.items()}
    content = {"format": 1, "documents": dict(sorted(documents.items()))}
    write_whole(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    return path


def versions() -> dict[str, str]:
    """The versions of our library and of the packages that shape an output."""
    return dict(_versions())


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    """They are read from files, and no process changes its own packages."""
    return {"skolbank": own_version()} | {name: version(name) for name in _PACKAGES}


def own_version() -> str:
    """Our own version; in a checkout that was never installed, the one in the package."""
    try:
        return version("skolbank")
    except PackageNotFoundError:
        import analysis_lib

        return str(getattr(analysis_lib, "__version__", "0"))


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

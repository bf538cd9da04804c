"""The JSON Schemas of all ``params/`` files, for editors (floor 1)."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from analysis_lib.vocabulary.free_text import Names
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.questions import Codebook, Handbook, NationalGoal, QuestionSet
from analysis_lib.vocabulary.retention import Rule
from analysis_lib.vocabulary.self_rating import SelfRating
from analysis_lib.vocabulary.sentences import SentenceRule
from analysis_lib.vocabulary.settings import Group, Seminar, Settings, Target, Unit
from analysis_lib.vocabulary.wheel import WheelFile
from analysis_lib.vocabulary.workspace import builtin_root

_MODELS: dict[str, type[BaseModel]] = {
    "settings": Settings,
    "unit": Unit,
    "group": Group,
    "seminar": Seminar,
    "target": Target,
    "indicator": Indicator,
    "instrument": Instrument,
    "sentence": SentenceRule,
    "peers": Peers,
    "wheel": WheelFile,
    "self_rating": SelfRating,
    "question_set": QuestionSet,
    "codebook": Codebook,
    "handbook": Handbook,
    "national_goal": NationalGoal,
    "retention_rule": Rule,
    "free_text": Names,
}


def write_schemas(folder: Path) -> list[Path]:
    """The JSON Schemas of all ``params/`` files, written to ``folder`` for editors; paths returned."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, model in _MODELS.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(model.model_json_schema(), ensure_ascii=False, indent=1) + "\n", "utf-8")
        written.append(path)
    return written


def schema_folder() -> Path:
    """Where the built-in JSON Schemas lie."""
    return builtin_root() / "params" / "schema"

"""Question sets, codebooks, handbooks and national goals: the words that quality work hangs on (floor 1)."""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from analysis_lib.vocabulary.params_folder import chosen, load_things
from analysis_lib.vocabulary.params_reading import read_models
from analysis_lib.vocabulary.settings import SchoolForm, Strict
from analysis_lib.vocabulary.workspace import Workspace

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$")]


class Question(Strict):
    """One question of a set; ``section`` is the heading that its answer stands under."""

    id: Id
    text: str
    section: str = ""


class QuestionSet(Strict):
    """The questions of a round: of a skolanalys, a seminar or a visit."""

    id: Id
    title: str
    used_for: Literal["school_analysis", "analysis_seminar", "visit", "result_talk"]
    round: str = ""
    school_forms: tuple[SchoolForm, ...] = ()
    questions: tuple[Question, ...] = Field(min_length=1)


class Code(Strict):
    """One theme of a codebook."""

    id: Id
    name: str
    meaning: str = ""
    area: str = Field(default="", description="Området i förbättringsarbetet, t.ex. Studiero")
    dimension: str = Field(default="", description="För PRIO: dimensionen")


class Codebook(Strict):
    """The themes that interviews and focus groups are read with."""

    id: Id
    title: str
    codes: tuple[Code, ...] = Field(min_length=1)

    @property
    def by_id(self) -> dict[str, Code]:
        return {code.id: code for code in self.codes}


class HandbookSection(Strict):
    """A section of a report in one version: heading, guiding questions, sub-headings."""

    id: Id
    heading: str
    questions: tuple[str, ...] = ()
    sub_headings: tuple[str, ...] = ()


class Definition(Strict):
    """A word and what it means in this handbook."""

    term: str
    text: str


class Handbook(Strict):
    """One version of a handbook: a template pack."""

    id: Id
    handbook: Id = Field(description="Vilken handbok, t.ex. rektorsrapport")
    version: str = Field(pattern=r"^\d+\.\d+$")
    title: str
    decided_on: datetime.date | None = None
    decided_by: str = ""
    changes: str = Field(default="", description="Vad som ändrats sedan förra versionen")
    sections: tuple[HandbookSection, ...] = Field(min_length=1)
    definitions: tuple[Definition, ...] = ()

    @model_validator(mode="after")
    def _is_named_after_its_version(self) -> Handbook:
        if self.id != f"{self.handbook}-{self.version}":
            raise ValueError("id is handbook and version")
        return self


class NationalGoal(Strict):
    """A goal of a läroplan or of the national quality system, and the indicators that show it."""

    id: Id
    name: str
    source: str
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prompt:
    """One heading to write under: its id (``resultat.orsaker``), words and section."""

    id: str
    words: str
    section: str


def prompts(section: HandbookSection) -> list[Prompt]:
    """The sub-headings of a section, or its guiding questions when it has none."""
    words = section.sub_headings or section.questions
    return [Prompt(f"{section.id}.{_slug(each)}", each, section.id) for each in words]


def _slug(words: str) -> str:
    plain = unicodedata.normalize("NFD", words.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def load_question_sets(workspace: Workspace) -> dict[str, QuestionSet]:
    """All question sets by id."""
    return load_things(workspace, "questions", QuestionSet)


def question_set(workspace: Workspace, name: str) -> QuestionSet:
    """One question set, or an error that suggests the nearest."""
    return chosen(load_question_sets(workspace), name, what="Frågorna", folder="questions")


def load_codebooks(workspace: Workspace) -> dict[str, Codebook]:
    """All codebooks by id."""
    return load_things(workspace, "codebooks", Codebook)


def load_handbooks(workspace: Workspace) -> dict[str, Handbook]:
    """All versions of all handbooks by id (``rektorsrapport-2.1``)."""
    return load_things(workspace, "handbook", Handbook)


def handbook(workspace: Workspace, name: str, version: str) -> Handbook:
    """One version of a handbook, or an error that suggests the nearest: last year's stays readable."""
    return chosen(load_handbooks(workspace), f"{name}-{version}", what="Handboken", folder="handbook")


def load_national_goals(workspace: Workspace) -> dict[str, NationalGoal]:
    """The national goals by id, in the order of the file."""
    path = workspace.layered("params", "national_goals.yaml")[0]
    return {goal.id: goal for goal in read_models(path, "goals", NationalGoal, workspace)}

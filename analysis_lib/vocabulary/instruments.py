"""Survey instruments, ``params/instruments``: what is asked, on which scale and from when (floor 1).

Scale and question set belong to the data: an era says from which to which year they hold, and a trend stops
between two eras. Questions are known by their wordings, never by their place in a file.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator, model_validator

from analysis_lib.vocabulary.periods import Term
from analysis_lib.vocabulary.settings import Strict


def wording_key(text: str) -> str:
    """The letters and digits of a wording, in lower case.

    >>> wording_key("Jag känner mig trygg i skolan. ")
    'jagkännermigtryggiskolan'
    """
    composed = unicodedata.normalize("NFC", text).casefold()
    return "".join(char for char in composed if char.isalnum())


class Step(Strict):
    """One answer: its code in our tables, what files call it, and what it weighs in an index."""

    code: str = Field(pattern=r"^[a-z0-9_]+$", description="Svarets kod, t.ex. helt eller 5")
    labels: tuple[str, ...] = Field(description="Svarets namn i filer; koden i filen räknas också")
    weight: float | None = Field(default=None, description="Vikt i index; tomt: svaret räknas inte in")
    positive: bool = Field(default=False, description="Hör till de positiva svaren")

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(map(wording_key, (*self.labels, self.code)))


class Scale(Strict):
    """The answers of a question, the most positive first."""

    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _codes_differ(self) -> Scale:
        codes = [step.code for step in self.steps]
        if len(set(codes)) < len(codes):
            raise ValueError("två svar har samma kod")
        return self

    def weight(self, code: str, *, is_reversed: bool) -> float | None:
        """The weight of an answer, turned when the question is asked the other way round."""
        weights = {step.code: step.weight for step in self.steps}
        if is_reversed:
            weights = dict(zip(weights, reversed(list(weights.values())), strict=True))
        return weights.get(code)

    def is_positive(self, code: str, *, is_reversed: bool) -> bool:
        """Whether an answer is positive, turned like the weights."""
        positive = [step.positive for step in self.steps]
        order = positive[::-1] if is_reversed else positive
        return dict(zip((step.code for step in self.steps), order, strict=True)).get(code, False)


class Question(Strict):
    """One question: the wordings and column names it is known by, its area and its scale."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    wordings: tuple[str, ...] = Field(description="Frågans lydelser; den första är den som visas")
    like: str = Field(default="", description="Mönster för lydelsens bokstäver och siffror")
    columns: tuple[str, ...] = Field(
        default=(), description="Kolumnnamn i svarsfiler, t.ex. F1; mönster godtas"
    )
    area: str = ""
    reversed: bool = Field(default=False, description="Frågan är negativt ställd: svaren vänds")
    scale: str = Field(default="", description="Egen skala; tomt: periodens")
    eras: tuple[str, ...] = Field(default=(), description="Perioder då frågan ställs; tomt: alla")

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(map(wording_key, (*self.wordings, self.id)))

    def is_named(self, text: str) -> bool:
        """Whether a header or cell names the question."""
        key = wording_key(text)
        if key in self.keys or (self.like and re.fullmatch(self.like, key)):
            return True
        return any(re.fullmatch(column, text.strip(), re.IGNORECASE) for column in self.columns)


class Era(Strict):
    """A period with one question set and one scale; survey years are calendar years."""

    id: str
    first: int | str = Field(description="Första året enkäten ställdes så, eller terminen: HT18")
    last: int | str = Field(default=9999, description="Sista året eller terminen")
    scale: str
    index_maximum: float = Field(default=10, description="Högsta möjliga index")

    @field_validator("first", "last")
    @classmethod
    def _is_year_or_term(cls, value: int | str) -> int | str:
        if isinstance(value, str):
            Term.parse(value)
        return value

    def holds(self, term: Term) -> bool:
        """Whether the survey was asked so in a term."""
        first = Term.parse(self.first) if isinstance(self.first, str) else Term(self.first, False)
        last = Term.parse(self.last) if isinstance(self.last, str) else Term(self.last, True)
        return first <= term <= last


class Threshold(Strict):
    """When a result may be shown: the least number of answers, and the least response rate."""

    answers: int = Field(default=5, description="Minsta antal svar")
    response_rate: float = Field(default=0, description="Minsta svarsfrekvens i procent")


class Instrument(Strict):
    """``params/instruments/<id>.yaml``: one questionnaire through its eras."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    owner: str
    source: str = Field(description="Källa för frågor, skala och regler")
    licence: str = ""
    legal_basis: str = ""
    titles: tuple[str, ...] = Field(description="Ord i filens rubrik eller bladnamn som känner igen enkäten")
    eras: tuple[Era, ...]
    scales: dict[str, Scale]
    non_answers: tuple[Step, ...] = Field(
        default=(), description="Vet ej och liknande: räknas aldrig i index"
    )
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Fler namn på nycklarna")
    respondent_groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    succeeds: dict[str, str] = Field(
        default_factory=dict, description="Grupp som har ersatt en annan: elever-ak8 efter elever-ak9"
    )
    areas: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Områden och deras namn")
    questions: tuple[Question, ...]
    threshold: Threshold = Threshold()
    level: Literal["unit", "municipality"] = "unit"
    two_yearly: bool = Field(
        default=False, description="Enheten deltar vartannat år; två års lucka är normal"
    )

    @model_validator(mode="after")
    def _names_are_known(self) -> Instrument:
        named = {era.scale for era in self.eras} | {q.scale for q in self.questions if q.scale}
        faults = [f"skalan {name} finns inte" for name in sorted(named - set(self.scales))]
        areas = {question.area for question in self.questions if question.area} - set(self.areas)
        faults += [f"området {name} finns inte" for name in sorted(areas)]
        ids = [question.id for question in self.questions]
        faults += [f"frågan {name} finns två gånger" for name in sorted({i for i in ids if ids.count(i) > 1})]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def era(self, term: Term) -> Era | None:
        """The era of a term; None for a term that the instrument does not describe."""
        return next((era for era in self.eras if era.holds(term)), None)

    def question(self, text: str, *, era: str = "") -> Question | None:
        """The question that a wording or column name names, in an era when one is given."""
        for question in self.questions:
            if (not era or not question.eras or era in question.eras) and question.is_named(text):
                return question
        return None

    def step(self, text: str, scale: str = "") -> Step | None:
        """The answer that a label or code names, on one scale or on any; also "4 - Stämmer ganska bra"."""
        chosen = [self.scales[scale]] if scale else list(self.scales.values())
        steps = [step for each in chosen for step in each.steps] + list(self.non_answers)
        key = wording_key(text)
        found = next((step for step in steps if key in step.keys), None)
        if found is None:
            match = re.match(r"\s*(\d{1,2})\s*[-–.:=)(]+\s*(.+?)\)?\s*$", text)
            if match:
                found = next((step for step in steps if wording_key(match[2]) in step.keys), None)
        return found

    def scale_of(self, question: Question | None, era: Era) -> Scale:
        """The scale on which a question is answered in an era."""
        return self.scales[question.scale if question and question.scale else era.scale]

    def area(self, text: str) -> str:
        """The area that a wording names, or nothing."""
        key = wording_key(text)
        return next((a for a, names in self.areas.items() if key in map(wording_key, (a, *names))), "")

    def group(self, text: str) -> str:
        """The group of respondents that a text names, the longest wording first, or nothing."""
        key = wording_key(text)
        found = [
            (len(wording_key(wording)), group)
            for group, wordings in self.respondent_groups.items()
            for wording in (group, *wordings)
            if wording_key(wording) in key
        ]
        return max(found)[1] if found and key else ""

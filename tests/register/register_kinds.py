"""Kinds of entries that only the tests have, one field of each sort that a form must carry."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from analysis_lib.register import Entry, FreeText, Labels, Refers, Words, entry_kind

Theme = Annotated[Literal["calm", "support"], Labels({"calm": "studiero", "support": "stöd"})]


@entry_kind("test-goal")
class Aim(Entry):
    """A short entry that others refer to."""

    title = "Testmål"
    name: Words = Field(title="Mål", min_length=1)


@entry_kind("test-step")
class Step(Entry):
    """An entry with a field of each type."""

    title = "Teststeg"
    guidance = "Ett steg i taget."
    model: ClassVar[int] = 2

    what: Words = Field(title="Vad ska göras", description="En eller flera meningar.", min_length=1)
    state: Annotated[Literal["planned", "done"], Labels({"planned": "planerat", "done": "genomfört"})] = (
        Field(default="planned", title="Läge")
    )
    deadline: datetime.date | None = Field(default=None, title="Frist")
    target: float | None = Field(default=None, title="Målvärde", ge=0)
    groups: int = Field(default=1, title="Antal grupper", ge=1)
    is_public: bool = Field(default=False, title="Får visas")
    goal: Annotated[str, Refers("test-goal")] = Field(default="", title="Mål")
    sources: tuple[Words, ...] = Field(default=(), title="Underlag")
    themes: tuple[
        Annotated[Literal["calm", "support"], Labels({"calm": "studiero", "support": "stöd"})], ...
    ] = Field(default=(), title="Teman")
    quote: Annotated[str, FreeText(people=True)] = Field(default="", title="Citat")

    @classmethod
    def upgrade(cls, payload: dict[str, Any], *, model: int) -> dict[str, Any]:
        return {("what" if name == "text" else name): value for name, value in payload.items()}

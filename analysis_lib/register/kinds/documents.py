"""Documents with their validity, sign-off steps, and handbook versions (register; B12 M2 M7 S9 F12)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind

STEPS = ("team", "principal", "administration", "board")
STEP_WORDS = {
    "team": "arbetslaget klart",
    "principal": "rektor klar",
    "administration": "förvaltningen har tagit emot",
    "board": "nämnden har behandlat",
}


@entry_kind("document")
class Document(Entry):
    """A document: what it is, whose, valid when, replaced by what (seeds B12, M7, S9)."""

    title = "Dokument"
    guidance = "Ett dokument per rad. Skriv när det slutar gälla och vad som ersätter det."

    name: str = Field(title="Namn", min_length=2)
    type: Annotated[
        Literal["report", "presentation", "plan", "results", "policy", "note"],
        Labels(
            {
                "report": "rapport",
                "presentation": "presentation",
                "plan": "verksamhetsplan",
                "results": "statistik",
                "policy": "styrdokument",
                "note": "minnesanteckning",
            }
        ),
    ] = Field(title="Slag")
    series: str = Field(default="", title="Serie", description="VA1, VA2 eller VA3 för verksamhetsanalyser")
    school_form: str = Field(default="", title="Skolform", description="T.ex. fsk; tomt: alla")
    owner: str = Field(title="Ansvarig", min_length=2, description="Roll, aldrig namn")
    valid_from: datetime.date | None = Field(default=None, title="Gäller från")
    valid_to: datetime.date | None = Field(default=None, title="Gäller till och med")
    replaced_by: Annotated[str, Refers("document")] = Field(default="", title="Ersatt av")
    repeal: Words = Field(default="", title="Upphävt", description="Beslut om att det inte längre gäller")
    audience: Annotated[Literal["public", "internal"], Labels({"public": "publik", "internal": "intern"})] = (
        Field(default="public", title="Klass")
    )
    state: Annotated[
        Literal["planned", "draft", "established"],
        Labels({"planned": "kommer", "draft": "utkast", "established": "upprättad"}),
    ] = Field(default="established", title="Läge")
    published_on: datetime.date | None = Field(default=None, title="Publicerat")
    link: str = Field(default="", title="Länk")
    diary_number: str = Field(default="", title="Diarienummer")
    delete_after: datetime.date | None = Field(default=None, title="Gallras efter")

    @model_validator(mode="after")
    def _in_order(self) -> Document:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("Dokumentet slutar gälla innan det börjar.")
        return self


@entry_kind("sign_off")
class SignOff(Entry):
    """One step of a report's way from arbetslag to nämnd (seed F12)."""

    title = "Steg i rapporteringen"
    guidance = "En rad när ett steg är klart. Skickas rapporten tillbaka, skriv varför."

    report: str = Field(default="verksamhetsrapport", title="Rapport")
    step: Annotated[Literal["team", "principal", "administration", "board"], Labels(STEP_WORDS)] = Field(
        title="Steg"
    )
    on: datetime.date = Field(title="Datum")
    returned: Words = Field(
        default="", title="Skickad tillbaka", description="Skälet, om den skickades tillbaka"
    )


@entry_kind("handbook_decision")
class HandbookDecision(Entry):
    """That a version of a handbook was decided, and what changed (seed M2, G7)."""

    title = "Handboksbeslut"
    guidance = "Versionens mall ligger i params/handbook. Här skrivs beslutet och vad som ändrades."

    handbook: str = Field(title="Handbok", description="Id, t.ex. rektorsrapport")
    version: str = Field(title="Version", pattern=r"^\d+\.\d+$")
    decided_on: datetime.date = Field(title="Beslutsdatum")
    decided_by: str = Field(title="Beslutad av", min_length=2)
    changes: Words = Field(default="", title="Vad som ändrades")


@entry_kind("draft_comment")
class DraftComment(Entry):
    """A comment on a draft handbook, plan or report in one of its rounds (seed G12)."""

    title = "Synpunkt"
    guidance = "En synpunkt per rad. Svaret visar vad som hände med den."

    handbook: str = Field(title="Handbok", description="Id, t.ex. rektorsrapport")
    version: str = Field(title="Version", pattern=r"^\d+\.\d+$")
    round: int = Field(ge=1, title="Omgång")
    section: str = Field(default="", title="Avsnitt")
    comment: Words = Field(title="Synpunkt", min_length=3)
    state: Annotated[
        Literal["open", "taken", "not_taken"],
        Labels({"open": "väntar", "taken": "infört", "not_taken": "inte infört"}),
    ] = Field(default="open", title="Läge")
    response: Words = Field(default="", title="Svar")

    @model_validator(mode="after")
    def _answered_with_words(self) -> DraftComment:
        if self.state != "open" and not self.response.strip():
            raise ValueError("Skriv vad som hände med synpunkten.")
        return self

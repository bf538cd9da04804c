"""The verbs of a report that speak from the register, and the chapters of a handbook (floor 7).

They live beside ``context`` so that the numbers and the words of a report can be read apart; both end up in
the same document.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import yaml

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.present.blocks import Block
from analysis_lib.report import section_registry
from analysis_lib.report.frame import ReportFrame
from analysis_lib.report.words.picture import documents_picture
from analysis_lib.report.words.reading import drawn, together
from analysis_lib.vocabulary.questions import Handbook, handbook


class RegisterVerbs(ReportFrame):
    """What people wrote, as blocks of the same report."""

    # -- verbs ---------------------------------------------------------------------------------------------

    def words(self, *names: str, gap: str = "") -> Block:
        """What the register says under these names, each with its own explained gap when it is silent."""
        return self._together(self.told_words(*names, gap=gap))

    def chapter(self, *ids: str) -> Block:
        """The sections of the handbook with these ids: heading, figures, the rektor's own words.

        A section that this version of the handbook does not have is left out without a trace.
        """
        report: Any = self
        blocks: list[Block] = []
        for section in section_registry.chapters_of(self.handbook, ids):
            blocks += section_registry.chapter(report, section)
            self._chapters.append(section.id)
        return self._together(blocks)

    def other_chapters(self) -> Block:
        """The sections of the handbook's version that no cell above has shown: it is always shown whole."""
        left = [section.id for section in self.handbook.sections if section.id not in self._chapters]
        return self.chapter(*left) if left else self._together([])

    def left_to_do(self) -> Block:
        """What a thin analysis still lacks, as a kind list; the status of the report follows from it."""
        return self._together(section_registry.missing_block(self.told, self.handbook))

    def state(self) -> Block:
        """Whether the report is whole, and its way from arbetslag to nämnd (F12, G9)."""
        first = section_registry.state_block(self.told, self.handbook)
        return self._together([first, *self.told_words("status_chain")])

    def picture(self) -> Block:
        """How the documents of this seminar build on each other (F11)."""
        reports = [each.name for each in self.prepared.seminar.reports]
        return self._together(documents_picture(self.told, reports) or [self._gap("documents")])

    def note(self, name: str) -> Block:
        """A short explaining text from ``params/notes.yaml``."""
        path = self.catalog.workspace.layered("params", "notes.yaml")[0]
        words: dict[str, str] = yaml.safe_load(path.read_text("utf-8"))
        if name not in words:
            raise SkolbankError(
                "note-unknown",
                f"Det finns ingen text som heter {name[:40]}",
                where="params/notes.yaml",
                remedy=did_you_mean(name, words) or f"Det finns: {', '.join(words)}.",
            )
        return self._together([Block("paragraph", {"text": words[name].strip()})])

    # -- what chapters are made of ---------------------------------------------------------------------------

    def told_words(self, *names: str, gap: str = "") -> list[Block]:
        """The blocks under these names; a gap for each silent one, or one for all of them together."""
        blocks: list[Block] = []
        for name in names:
            found = drawn(self.told, name)
            blocks += found or ([] if gap else [self._gap(name)])
        return blocks or [self._gap(gap)]

    @cached_property
    def _chapters(self) -> list[str]:
        """The sections shown so far."""
        return []

    @cached_property
    def handbook(self) -> Handbook:
        """The version of the handbook that the seminar works by."""
        return handbook(self.catalog.workspace, self.sidecar.handbook, self.prepared.seminar.handbook)

    def _together(self, blocks: Sequence[Block]) -> Block:
        return self._several([self._kept(block) for block in blocks])

    @staticmethod
    def _several(blocks: Sequence[Block]) -> Block:
        return together(blocks) if blocks else Block("several", {"parts": []})

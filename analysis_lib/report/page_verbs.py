"""The verbs that frame a report: first page, what is asked of the readers, foot and seal (floor 7).

They say what the report is, of whom, from when and how it was made; the numbers between come from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib.disclosure.definitions import numbers_code_hash
from analysis_lib.disclosure.overrides import in_force, load_overrides
from analysis_lib.disclosure.policy import load_policy
from analysis_lib.disclosure.released import Fact
from analysis_lib.present.blocks import Block
from analysis_lib.present.evidence import merged
from analysis_lib.report import findings, sections, waiting
from analysis_lib.report.frame import ReportFrame
from analysis_lib.report.manifest import versions
from analysis_lib.report.methods import methods_text


class PageVerbs(ReportFrame):
    """What stands first and last in every report."""

    def masthead(self) -> Block:
        """Name, standfirst, seminar, date, edition and source."""
        pupils = self._newest("pupils.total")
        return self._kept(
            sections.masthead(
                self.scope,
                self.sidecar,
                self.prepared.seminar,
                audience=self.prepared.audience,
                made=self.made,
                pupils=(self._indicator("pupils.total"), pupils) if pupils else None,
                bases=self._bases,
                waiting=waiting.note(self._waiting) if self.scope.unit else "",
                partial=[str(each) for each in self.partial],
            )
        )

    def findings(self, *indicators: str) -> Block:
        """At most three finding sentences a stranger understands."""
        chosen = [self._indicator(name) for name in indicators]
        return self._kept(findings.findings_block(self.scope, chosen, self._gap("no_results")))

    def about(self, gap: str = "about") -> Block:
        """At most four facts about whom the report is about; ``gap`` is the place's name in params/gaps."""
        cells = []
        for name in [each for each in self.sidecar.about if each in self.catalog.indicators]:
            cell = self._newest(name)
            if cell is not None:
                cells.append((self._indicator(name), cell, self._same_year(name, cell)))
        if not cells:
            return self._kept(self._gap(gap))
        other = self.scope.like_units if self.scope.unit else "Riket"
        return self._kept(sections.about(cells, other))

    def decisions(self) -> Block:
        """What the readers are asked to decide, in short, for the first page."""
        return self._kept(sections.decisions(self.sidecar))

    def questions(self) -> Block:
        """What the readers are asked to talk about or decide."""
        return self._kept(sections.questions(self.sidecar))

    def foot(self) -> Block:
        """How the numbers are made, whom to ask, which edition this is."""
        return self._kept(
            sections.foot(
                self.scope,
                self.prepared.seminar,
                audience=self.prepared.audience,
                bases=self._bases,
                release=self.prepared.fingerprint,
                waiting=[*map(str, self.partial), *waiting.sentences(self._waiting, self.scope)],
            )
        )

    def seal(self) -> Block:
        """Closes the report: what it was made of and every fact that it shows. Draws nothing."""
        facts = merged(*(block.facts for block in self._blocks))
        data = {
            "report": self.name,
            "audience": self.prepared.audience,
            "parameters": {name: str(value) for name, value in self.parameters.items()},
            "school_year": self.prepared.school_year,
            "made": self.made.isoformat(),
            "release": self.prepared.fingerprint,
            "snapshots": list(self.prepared.snapshots),
            "params": dict(self.prepared.params),
            "library": numbers_code_hash()[:12],
            "facts": len(facts),
            "gaps": self._gaps,
            "is_complete": not self._gaps,
            "versions": versions(),
            "methods": self._methods(facts),
            "provenance": self._marks.as_json(self.catalog.indicators),
        }
        return Block("seal", data, facts)

    def marked(self, block: Block) -> Block:
        """A block made elsewhere of this report's numbers, with a mark of its own that can be traced."""
        return self._marks.marked(block)

    def provenance(self) -> dict[str, Any]:
        """What the marks given so far rest on, with the release, parameters and versions behind them."""
        return {
            "audience": self.prepared.audience,
            "school_year": self.prepared.school_year,
            "made": self.made.isoformat(),
            "release": self.prepared.fingerprint,
            "params": dict(self.prepared.params),
            "library": numbers_code_hash()[:12],
            "versions": versions(),
            **self._marks.as_json(self.catalog.indicators),
        }

    def _methods(self, facts: Sequence[Fact]) -> str:
        """The appendix that stands last in every report: how these numbers are made and protected."""
        workspace, audience = self.catalog.workspace, self.prepared.audience
        return methods_text(
            facts,
            self.catalog.indicators,
            load_policy(workspace, audience),
            overrides=in_force(load_overrides(workspace), audience),
            unit_names={code: unit.name for code, unit in self.prepared.units.items()},
        )

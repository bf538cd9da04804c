"""What every verb of a report stands on: its scope, what it has shown so far, and the gaps (floor 7).

The verbs live in ``page_verbs``, ``result_verbs``, ``chapter_parts`` and ``register_verbs``; ``context`` puts
them together as the report that a notebook sees.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.indicators.series_rules import load_series_rules
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting, gap_block
from analysis_lib.report import waiting
from analysis_lib.report.coverage import Partial, not_come
from analysis_lib.report.parameters import Sidecar
from analysis_lib.report.prepare import Prepared
from analysis_lib.report.provenance import Marks
from analysis_lib.report.released_file import released_rows
from analysis_lib.report.scope import NATION, Scope
from analysis_lib.report.words.told import Told, read_register
from analysis_lib.snapshots.missing import MissingRows
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Target, Unit


class ReportFrame:
    """One release about one unit or the whole huvudman, and the blocks that have been shown of it."""

    def __init__(
        self,
        name: str,
        sidecar: Sidecar,
        catalog: Catalog,
        prepared: Prepared,
        unit: Unit | None,
        parameters: dict[str, Any],
    ) -> None:
        self.name = name
        self.sidecar = sidecar
        self.catalog = catalog
        self.prepared = prepared
        self.parameters = parameters
        known = catalog.indicators
        candidates = tuple(known[each] for each in sidecar.indicators if each in known)
        rules = load_series_rules(catalog)
        self.scope = replace(
            scope_of(catalog, prepared, unit),
            candidates=candidates,
            rules=rules,
            school_form=sidecar.school_form,
        )
        self._marks = Marks(f"{sidecar.short}-{two_digits(prepared)}", self._document)
        self._blocks: list[Block] = []
        self._figures = 0
        self._gaps: list[str] = []

    @property
    def made(self) -> datetime.date:
        """The date that stands on the report: when the seminar is held, else when data last came in."""
        return self.prepared.seminar.held or self.prepared.imported or datetime.date(2000, 1, 1)

    def _kept(self, block: Block) -> Block:
        marked = self._marks.marked(block)
        self._blocks.append(marked)
        return marked

    def _unkept(self, verb: Any, *names: str) -> Block:
        """The block of a verb for a chapter, which keeps it in its own place."""
        block: Block = verb(*names)
        self._blocks.pop()
        return block

    def _gap(self, kind: str, what: str = "") -> Block:
        """One quiet line; how the numbers come in is told in the internal edition only."""
        words = self.catalog.gaps
        if kind not in words:
            raise SkolbankError(
                "gap-unknown",
                f"Det finns ingen förklaring som heter {kind[:40]}",
                where="params/gaps.yaml",
                remedy=did_you_mean(kind, words) or f"Det finns: {', '.join(words)}.",
            )
        told = {"school_year": self.prepared.school_year, "what": what}
        is_internal = self.prepared.audience == "internal"
        inside = words[kind]["internal"].format(**told) if is_internal else ""
        return gap_block(words[kind]["public"].format(**told), "", inside, cause=kind if what else "")

    def _no_data(self, names: Sequence[str]) -> Block:
        shorts = dict.fromkeys(text.uncapitalised(self._indicator(name).short) for name in names)
        is_published = any(self._indicator(name).published for name in names)
        kind = "no_published" if is_published and "own" not in self._bases else "no_data"
        return self._kept(self._gap(kind, text.listing(list(shorts))))

    def missing(self, kind: str) -> Block:
        """An explained gap for what no source has brought yet; the words are in ``params/gaps.yaml``."""
        block = self._gap(kind)
        self._gaps.append(kind)
        return self._kept(block)

    def _indicator(self, name: str) -> Indicator:
        known = self.catalog.indicators
        if name not in known:
            raise SkolbankError(
                "indicator-unknown",
                f"Indikatorn {name[:40]} finns inte",
                where=f"notebooks/reports/{self.name}.ipynb",
                remedy=did_you_mean(name, known),
            )
        return known[name]

    def _setting(self) -> Setting:
        number = self._figures + 1
        cutoff = self.prepared.seminar.cutoff
        return Setting(
            id=f"{self.sidecar.short}-{two_digits(self.prepared)}-{number:02d}",
            subject=self.scope.name,
            source="",
            until=text.date(cutoff) if cutoff else "",
            standing=self.scope.standing,
        )

    @cached_property
    def told(self) -> Told:
        """The register as these readers may see it."""
        place = self.catalog.workspace
        return Told(
            reading=read_register(place, self.prepared.moment) if self.sidecar.reads_register else None,
            catalog=self.catalog,
            units=self.prepared.units,
            unit=self.scope.unit,
            school_year=self.prepared.school_year,
            audience=self.prepared.audience,
            today=self.made,
            setting=self._word_setting,
            question_set=self.sidecar.question_set,
            handbook=self.sidecar.handbook,
            handbook_version=self.prepared.seminar.handbook,
            school_form=self.sidecar.school_form,
            indicator_names={name: each.short for name, each in self.catalog.indicators.items()},
        )

    @property
    def _word_setting(self) -> Setting:
        return Setting(id=f"{self._setting().id}-R", subject=self.scope.name, source="registret", until="")

    @property
    def _document(self) -> dict[str, str]:
        parameters = {name: str(value) for name, value in self.parameters.items()}
        return {**parameters, "report": self.name, "audience": self.prepared.audience}

    def _newest(self, name: str) -> ReleasedCell | None:
        return (
            self.scope.newest(self.scope.own(name, years=None)) if name in self.catalog.indicators else None
        )

    def _same_year(self, name: str, cell: ReleasedCell) -> ReleasedCell | None:
        scope = self.scope
        other = scope.authority(name, years=None) if scope.unit else scope.nation(name, years=None)
        return next((each for each in other.cells() if each.school_year == cell.school_year), None)

    def _single_results(self) -> list[str]:
        """The sidecar's results that are one share or mean for a whole year group."""
        found = [self._indicator(name) for name in self.sidecar.indicators]
        results = [each for each in found if each.family == "results" and not each.by_subject]
        return [each.id for each in results if each.kind in ("share", "mean")]

    def _targets(self) -> list[Target]:
        """The targets that hold this school year; a unit's own goes before the huvudman's."""
        code = self.scope.unit.code if self.scope.unit else None
        valid = [t for t in self.catalog.targets if t.school_year <= self.prepared.school_year]
        valid.sort(key=lambda target: target.school_year)
        chosen: dict[str, Target] = {}
        for target in [t for t in valid if t.unit is None] + [t for t in valid if code and t.unit == code]:
            chosen[target.indicator] = target
        return list(chosen.values())

    def _target_value(self, name: str) -> float | None:
        target = self._target(name)
        return target.value if target else None

    def _target(self, name: str) -> Target | None:
        return next((target for target in self._targets() if target.indicator == name), None)

    def _result(self, target: Target) -> ReleasedCell | None:
        return self._newest(target.indicator)

    @cached_property
    def _bases(self) -> set[str]:
        found: set[str] = set()
        for name in self.sidecar.indicators:
            found |= {cell.basis for cell in self.scope.own(name).cells() if cell.state != "missing"}
        return found

    @cached_property
    def _waiting(self) -> list[MissingRows]:
        """The refused rows that the report's own numbers lack."""
        return waiting.concerning(self.prepared.missing, self.scope, self._shown_indicators)

    @cached_property
    def partial(self) -> list[Partial]:
        """The results that only some of the huvudman's schools have sent; empty in a unit's report."""
        return not_come(self.scope, self._shown_indicators)

    @property
    def _shown_indicators(self) -> list[Indicator]:
        known = self.catalog.indicators
        return [known[name] for name in self.sidecar.indicators if name in known]


def scope_of(catalog: Catalog, prepared: Prepared, unit: Unit | None) -> Scope:
    """The released numbers of a seminar about one unit, or about the whole huvudman."""
    mine = [*prepared.units, catalog.settings.municipality_code, NATION]
    return Scope(
        released_rows(prepared.released_path, prepared.audience, classes_of=_code(unit), code=mine),
        catalog.settings,
        prepared.units,
        unit,
        prepared.school_year,
        _years(prepared),
    )


def _code(unit: Unit | None) -> str:
    return unit.code if unit else ""


def two_digits(prepared: Prepared) -> str:
    """The year that the läsår ends, as figures are marked with it."""
    return f"{SchoolYear.parse(prepared.school_year).end % 100:02d}"


def _years(prepared: Prepared) -> tuple[str, ...]:
    last = SchoolYear.parse(prepared.school_year)
    return tuple(str(last.plus(-back)) for back in reversed(range(prepared.seminar.years)))

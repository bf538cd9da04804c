"""What a notebook sees: one report object whose verbs each give a block (floor 7).

A notebook says which question comes when; everything else (which unit, which years, what may be shown, how it
is drawn) is decided here and below. A verb without data gives an explained gap, never an empty chart.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd
import yaml

from analysis_lib import text
from analysis_lib.disclosure.overrides import in_force, load_overrides
from analysis_lib.disclosure.policy import load_policy
from analysis_lib.disclosure.release import open_released
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.indicators.series_rules import load_series_rules
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting, gap_block
from analysis_lib.present.evidence import merged
from analysis_lib.present.triggered import triggered_block
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.log import is_on_server, open_register, register_file
from analysis_lib.report import (
    effects,
    figures,
    findings,
    overview,
    sections,
    similar,
    surveys,
    tables,
    triggered,
    waiting,
)
from analysis_lib.report.cohort_verbs import CohortVerbs
from analysis_lib.report.freeze import at_freeze
from analysis_lib.report.manifest import versions
from analysis_lib.report.methods import methods_text
from analysis_lib.report.parameters import Sidecar, check_parameters, load_sidecar
from analysis_lib.report.prepare import Prepared, library_hash, prepare
from analysis_lib.report.provenance import Marks
from analysis_lib.report.register_verbs import RegisterVerbs
from analysis_lib.report.scope import NATION, Scope
from analysis_lib.snapshots.missing import MissingRows
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Target, Unit
from analysis_lib.vocabulary.workspace import Workspace


def open_report(
    *, report: str, unit: str | int = "", seminar: str, audience: str = "", workspace: str | None = None
) -> Report:
    """The report that a notebook fills: one unit, or the whole huvudman when ``unit`` is empty.

    ``papermill -p unit 12345678`` hands the code over as a number, which is taken as the same code.

    Raises ``SeveralErrors`` with every faulty parameter. The release is made when it is not there yet.
    """
    place = at_freeze(Workspace.find(workspace), seminar)
    catalog = Catalog(place)
    sidecar = load_sidecar(place, report)
    unit = str(unit) if type(unit) is int else unit
    given = {"unit": unit, "seminar": seminar, "audience": audience}
    given = {name: value for name, value in given.items() if name in sidecar.parameters or value}
    prepared = None
    if seminar in catalog.seminars and audience in ("", *sections.EDITIONS):
        prepared = prepare(place, seminar, audience=audience)
    units = prepared.units if prepared else load_units(place, catalog)
    checked = check_parameters(
        sidecar, given, where=f"notebooks/reports/{report}", catalog=catalog, units=units
    )
    assert prepared is not None
    return Report(report, sidecar, catalog, prepared, units.get(str(unit)), checked)


def open_scope(workspace: Workspace, catalog: Catalog, seminar: str) -> Scope:
    """The released numbers of a seminar about the whole huvudman, for exploring."""
    return _scope(catalog, prepare(workspace, seminar), None)


class Report(CohortVerbs, RegisterVerbs):
    """About ten verbs over one release; each gives a block and remembers what it showed."""

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
        self.scope = replace(_scope(catalog, prepared, unit), candidates=candidates, rules=rules)
        self._marks = Marks(f"{sidecar.short}-{_two_digits(prepared)}", self._document)
        self._blocks: list[Block] = []
        self._figures = 0
        self._gaps: list[str] = []

    # -- first page ----------------------------------------------------------------------------------------

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
            )
        )

    def findings(self, *indicators: str) -> Block:
        """At most three finding sentences a stranger understands."""
        chosen = [self._indicator(name) for name in indicators]
        return self._kept(findings.findings_block(self.scope, chosen, self._gap("no_results")))

    def about(self) -> Block:
        """At most four facts about whom the report is about."""
        cells = []
        for name in [each for each in self.sidecar.about if each in self.catalog.indicators]:
            cell = self._newest(name)
            if cell is not None:
                cells.append((self._indicator(name), cell, self._same_year(name, cell)))
        if not cells:
            return self._kept(self._gap("about"))
        other = "Kommunens egna skolor" if self.scope.unit else "Riket"
        return self._kept(sections.about(cells, other))

    # -- results -------------------------------------------------------------------------------------------

    def targets(self) -> Block:
        """Decided targets, results and where they stand."""
        rows = [
            (target, self._indicator(target.indicator), self._result(target)) for target in self._targets()
        ]
        rows = [row for row in rows if self.scope.unit is None or row[2] is not None]
        return self._kept(tables.targets_table(rows)) if rows else self.missing("targets")

    def trend(self, *indicators: str) -> Block:
        """The first of the indicators that there is data for, over the years."""
        block = self._drawn(indicators, figures.trend, self._target_value)
        if block is None:
            chosen = [self._indicator(name) for name in (*indicators, *self.sidecar.indicators)]
            unique = list({each.id: each for each in chosen}.values())
            block = figures.measures(self.scope, unique, self._setting())
        return self._counted(block, indicators)

    def ranges(self, *indicators: str) -> Block:
        """The subjects of the newest school year beside the municipality's schools and the country."""
        return self._figure(indicators, figures.ranges)

    def distribution(self, *indicators: str) -> Block:
        """The grades of the newest school year, subject by subject."""
        return self._figure(indicators, figures.distribution)

    def sex_gap(self, *indicators: str) -> Block:
        """Girls and boys beside each other (without names: in all results of the sidecar)."""
        names = indicators or self._single_results()
        block = figures.sex_gap(self.scope, [self._indicator(name) for name in names], self._setting())
        return self._counted(block, names)

    def beside(self, *indicators: str) -> Block:
        """Several shares of the newest school year beside each other, as the same pupils' then and now."""
        chosen = [self._indicator(name) for name in indicators]
        return self._counted(figures.measures(self.scope, chosen, self._setting()), indicators)

    def units(self, *indicators: str) -> Block:
        """Every unit by area and name, with its interval: no ranking."""
        return self._figure(indicators, figures.units)

    def surveys(self, *indicators: str) -> Block:
        """What those who are here think: the first of the survey measures that has answers to show."""
        for name in indicators:
            indicator = self._indicator(name)
            block = surveys.survey_figure(self.scope, indicator, self.catalog.instruments, self._setting())
            if block is not None:
                return self._counted(block, (name,))
        return self.missing("surveys")

    def funnel(self, *indicators: str) -> Block:
        """Every unit's share against its number of pupils, with the limits of chance."""
        return self._figure(indicators, figures.funnel)

    def similar(self, indicator: str) -> Block:
        """The kommun beside the kommuner most like it, by the open weights of ``params/peers.yaml``."""
        peers = self.catalog.peers
        wanted = [*peers.municipalities, indicator]
        of = [("level", "==", "municipality"), ("indicator", "in", wanted)]
        released = pd.read_parquet(self.prepared.released_path, filters=of)
        block = similar.similar_figure(
            self.scope,
            open_released(released, self.prepared.audience),
            self._indicator(indicator),
            peers,
            known=self.catalog.indicators,
            names=self.catalog.municipalities,
            setting=self._setting(),
        )
        return self._counted(block, (indicator,)) if block else self._kept(self._gap("similar"))

    def rollup(self, *indicators: str) -> Block:
        """Every unit and the huvudman's row that they add up to."""
        chosen = [self._indicator(name) for name in indicators]
        return self._kept(tables.rollup_table(self.scope, chosen, self.prepared.school_year))

    def indicators(self, *indicators: str) -> Block:
        """Goal, result, comparison, change, n and source of each measure; unnamed: all of the sidecar's."""
        names = indicators or self._single_results()
        chosen = [self._indicator(name) for name in names]
        block = overview.indicator_table(self.scope, chosen, self.prepared.school_year, self._target_value)
        return self._kept(block) if block else self._no_data(names)

    def history(self, *indicators: str) -> Block:
        """Pupils and teachers over the years."""
        chosen = [self._indicator(name) for name in indicators]
        block = overview.history_table(self.scope, chosen, self.scope.years)
        return self._kept(block) if block else self._no_data(indicators)

    def coverage(self) -> Block:
        """How many of the huvudman's schools the results are about, and which are left out."""
        return self._kept(tables.coverage(self.scope, self.prepared.school_year))

    def change_table(self, *indicators: str) -> Block:
        """What has surely changed since the latest year before that has a value."""
        rows = []
        for name in indicators:
            later = self._newest(name)
            if later is not None:
                rows.append((self._indicator(name), self.scope.earlier(later), later))
        if not rows:
            return self._no_data(indicators)
        return self._kept(tables.change_table(self.scope, rows, self.prepared.school_year))

    def signals(self) -> Block:
        """What public rules (``params/sentences.yaml``) say of the newest results, each with its rule."""
        rules, known = self.catalog.sentences, self.catalog.indicators
        found = triggered.triggered(self.scope, rules, known, self._target_value)
        return self._kept(triggered_block(found))

    def measures(self) -> Block:
        """Last läsår's measures and what they led to, as the register knew them on the report's date."""
        place, peers = self.catalog.workspace, self.catalog.peers
        if self.prepared.audience != "internal" or not (is_on_server() or register_file(place).is_file()):
            return self.missing("measures")
        known = open_register(place).current(Measure, at=self.made)
        found = effects.measure_effects(self.scope, known, self.catalog.indicators, peers=peers)
        return self._kept(effects.effects_table(self.scope, found)) if found else self.missing("measures")

    # -- words ---------------------------------------------------------------------------------------------

    # -- what the chapters of a handbook are made of ---------------------------------------------------------

    def drawn_about(self) -> Block:
        """The facts of the report, kept by the chapter that shows them."""
        return self._unkept(self.about)

    def drawn_results(self) -> list[Block]:
        """The measures, the leading one over time, and girls beside boys."""
        leading = ("results.eligible_vocational", "results.all_passed_9", "results.all_passed_6")
        return [self._unkept(self.indicators), self._unkept(self.trend, *leading), self._unkept(self.sex_gap)]

    def drawn_teaching(self) -> list[Block]:
        """National tests by subject, teachers with certificate: quality beside results (G10)."""
        tests = (
            "results.national_test_passed_9",
            "results.national_test_passed_6",
            "results.subject_passed_9",
        )
        return [self._unkept(self.ranges, *tests)]

    def drawn_safety(self) -> list[Block]:
        """What pupils answered of safety and calm, or why nothing is shown."""
        return [self._unkept(self.survey_table)]

    def drawn_assessment(self) -> Block:
        """The measures with goal, result, comparison and source."""
        return self._unkept(self.indicators)

    def survey_table(self) -> Block:
        """The surveys' indices over the years, when any are released."""
        names = [name for name in self.catalog.indicators if name.startswith("surveys.")]
        chosen = [self._indicator(name) for name in names]
        block = overview.indicator_table(self.scope, chosen, self.prepared.school_year, self._target_value)
        return self._kept(block) if block else self.missing("surveys")

    def _unkept(self, verb: Any, *names: str) -> Block:
        """The block of a verb for a chapter, which keeps it in its own place."""
        block: Block = verb(*names)
        self._blocks.pop()
        return block

    def missing(self, kind: str) -> Block:
        """An explained gap for what no source has brought yet; the words are in ``params/gaps.yaml``."""
        block = self._gap(kind)
        self._gaps.append(kind)
        return self._kept(block)

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
                waiting=waiting.sentences(self._waiting, self.scope),
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
            "library": library_hash()[:12],
            "facts": len(facts),
            "gaps": self._gaps,
            "is_complete": not self._gaps,
            "versions": versions(),
            "methods": self._methods(facts),
            "provenance": self._marks.as_json(self.catalog.indicators),
        }
        return Block("seal", data, facts)

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

    # -- inside --------------------------------------------------------------------------------------------

    @property
    def made(self) -> datetime.date:
        """The date that stands on the report: when the seminar is held, else when data last came in."""
        return self.prepared.seminar.held or self.prepared.imported or datetime.date(2000, 1, 1)

    def _single_results(self) -> list[str]:
        """The sidecar's results that are one share or mean for a whole year group."""
        found = [self._indicator(name) for name in self.sidecar.indicators]
        results = [each for each in found if each.family == "results" and not each.by_subject]
        return [each.id for each in results if each.kind in ("share", "mean")]

    def _gap(self, kind: str, what: str = "") -> Block:
        """One quiet line; how the numbers come in is told in the internal edition only."""
        words = self._gap_words
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

    @property
    def _document(self) -> dict[str, str]:
        parameters = {name: str(value) for name, value in self.parameters.items()}
        return {**parameters, "report": self.name, "audience": self.prepared.audience}

    def _kept(self, block: Block) -> Block:
        marked = self._marks.marked(block)
        self._blocks.append(marked)
        return marked

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

    def _figure(self, names: Sequence[str], draw: figures.Draw, *extra: Any) -> Block:
        return self._counted(self._drawn(names, draw, *extra), names)

    def _drawn(self, names: Sequence[str], draw: figures.Draw, *extra: Any) -> Block | None:
        """The figure of the first indicator that gives one; a gap is kept only when nothing else comes."""
        gap = None
        for name in names:
            indicator = self._indicator(name)
            block = draw(self.scope, indicator, self._setting(), *(each(name) for each in extra))
            if block is not None and block.kind == "figure":
                return block
            gap = gap or block
        return gap

    def _counted(self, block: Block | None, names: Sequence[str]) -> Block:
        if block is None:
            return self._no_data(names)
        self._figures += block.kind == "figure"
        return self._kept(block)

    def _no_data(self, names: Sequence[str]) -> Block:
        shorts = dict.fromkeys(text.uncapitalised(self._indicator(name).short) for name in names)
        kind = "no_data" if "own" in self._bases else "no_published"
        return self._kept(self._gap(kind, text.listing(list(shorts))))

    def _setting(self) -> Setting:
        number = self._figures + 1
        cutoff = self.prepared.seminar.cutoff
        return Setting(
            id=f"{self.sidecar.short}-{_two_digits(self.prepared)}-{number:02d}",
            subject=self.scope.name,
            source="",
            until=text.date(cutoff) if cutoff else "",
            standing=self.scope.standing,
        )

    def _newest(self, name: str) -> ReleasedCell | None:
        return (
            self.scope.newest(self.scope.own(name, years=None)) if name in self.catalog.indicators else None
        )

    def _same_year(self, name: str, cell: ReleasedCell) -> ReleasedCell | None:
        scope = self.scope
        other = scope.authority(name, years=None) if scope.unit else scope.nation(name, years=None)
        return next((each for each in other.cells() if each.school_year == cell.school_year), None)

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
        return next((target.value for target in self._targets() if target.indicator == name), None)

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
        known = self.catalog.indicators
        shown = [known[name] for name in self.sidecar.indicators if name in known]
        return waiting.concerning(self.prepared.missing, self.scope, shown)

    @cached_property
    def _gap_words(self) -> dict[str, dict[str, str]]:
        path = self.catalog.workspace.layered("params", "gaps.yaml")[0]
        words: dict[str, dict[str, str]] = yaml.safe_load(path.read_text("utf-8"))
        return words


def _scope(catalog: Catalog, prepared: Prepared, unit: Unit | None) -> Scope:
    mine = [*prepared.units, catalog.settings.municipality_code, NATION]
    released = pd.read_parquet(prepared.released_path, filters=[("code", "in", mine)])
    return Scope(
        open_released(released, prepared.audience),
        catalog.settings,
        prepared.units,
        unit,
        prepared.school_year,
        _years(prepared),
    )


def _two_digits(prepared: Prepared) -> str:
    return f"{SchoolYear.parse(prepared.school_year).end % 100:02d}"


def _years(prepared: Prepared) -> tuple[str, ...]:
    last = SchoolYear.parse(prepared.school_year)
    return tuple(str(last.plus(-back)) for back in reversed(range(prepared.seminar.years)))

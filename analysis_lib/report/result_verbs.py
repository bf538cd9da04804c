"""The verbs that draw results: figures and tables of released numbers (floor 7).

Each takes names of indicators and shows the first that there is data for; without any, a gap that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from analysis_lib.disclosure.released import ReleasedTable
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.triggered import triggered_block
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.report import (
    effects,
    effects_shown,
    figures,
    overview,
    peer_places,
    similar,
    surveys,
    tables,
    triggered,
)
from analysis_lib.report.frame import ReportFrame
from analysis_lib.report.released_file import released_rows
from analysis_lib.report.scope import Scope
from analysis_lib.report.words.reading import together
from analysis_lib.report.words.support import support_periods
from analysis_lib.vocabulary.indicators import Indicator


class ResultVerbs(ReportFrame):
    """Results over time, beside each other and beside others."""

    def targets(self) -> Block:
        """Decided targets, results and where they stand."""
        rows = [
            (target, self._indicator(target.indicator), self._result(target)) for target in self._targets()
        ]
        rows = [row for row in rows if self.scope.unit is None or row[2] is not None]
        return self._kept(tables.targets_table(rows)) if rows else self.missing("targets")

    def trend(self, *indicators: str) -> Block:
        """The first of the indicators that there is data for, over the years."""
        block = self._drawn(indicators, self._marked_trend, self._target_value)
        if block is None:
            chosen = [self._indicator(name) for name in (*indicators, *self.sidecar.indicators)]
            unique = list({each.id: each for each in chosen}.values())
            block = figures.measures(self.scope, unique, self._setting())
        return self._counted(block, indicators)

    def _marked_trend(
        self, scope: Scope, indicator: Indicator, setting: Setting, target: float | None
    ) -> Block | None:
        marks = support_periods(self.told, scope.years)
        return figures.trend(scope, indicator, replace(setting, marks=marks), target)

    def ranges(self, *indicators: str) -> Block:
        """The subjects of the newest school year beside the municipality's schools and the country."""
        return self._figure(indicators, figures.ranges)

    def distribution(self, *indicators: str, subject: str = "") -> Block:
        """The grades of the newest school year subject by subject, or of one subject over the years."""
        if subject:
            return self._figure(indicators, figures.distribution_over_years, lambda _: subject)
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
        block = similar.similar_figure(
            self.scope,
            self._municipalities(*wanted),
            self._indicator(indicator),
            peers,
            known=self.catalog.indicators,
            names=self.catalog.municipalities,
            setting=self._setting(),
        )
        return self._counted(block, (indicator,)) if block else self._kept(self._gap("similar"))

    def _municipalities(self, *indicators: str) -> ReleasedTable:
        path, audience = self.prepared.released_path, self.prepared.audience
        return released_rows(path, audience, level=["municipality"], indicator=indicators)

    def municipality_group(self, indicator: str) -> Block:
        """The kommuner of the kommun's group by name, from ``params/peers.yaml`` or fetched from Kolada."""
        settings, workspace = self.catalog.settings, self.catalog.workspace
        groups = peer_places.groups_of(workspace, self.catalog.peers, settings.municipality_code)
        if not groups:
            return self._kept(self._gap("municipality_group"))
        released = self._municipalities(indicator)
        names, known = self.catalog.municipalities, self._indicator(indicator)
        block = peer_places.group_table(self.scope, released, known, groups, names)
        return self._kept(block or self._gap("municipality_group"))

    def similar_units(self, indicator: str) -> Block:
        """The unit beside those most like it, by the open weights of ``params/peers.yaml``."""
        known = self._indicator(indicator)
        block = peer_places.similar_units(
            self.scope,
            known,
            self.catalog.peers,
            known=self.catalog.indicators,
            setting=self._setting(),
        )
        return self._counted(block, (indicator,)) if block else self._kept(self._gap("similar_units"))

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
        """Last läsår's measures and what they led to, with before and after beside similar units (G8)."""
        found = self._measure_effects
        if not found:
            return self.missing("measures")
        shown = [*self.drawn_effects(), effects_shown.effects_table(self.scope, found)]
        return together([self._kept(block) for block in shown])

    def drawn_effects(self) -> list[Block]:
        """The figures of before and after, not kept yet."""
        return list(effects_shown.effect_figures(self.scope, self._measure_effects, self._settings()))

    @property
    def _measure_effects(self) -> list[effects.MeasureEffect]:
        """What each of last läsår's measures led to; empty outside the internal edition."""
        code = self.scope.unit.code if self.scope.unit else ""
        if code not in self._effects_of:
            self._effects_of[code] = effects.measure_effects(
                self.scope, self.told.every(Measure), self.catalog.indicators, peers=self.catalog.peers
            )
        return self._effects_of[code]

    @cached_property
    def _effects_of(self) -> dict[str, list[effects.MeasureEffect]]:
        """The answers by the unit that they are about, since a report asks for them more than once."""
        return {}

    def _settings(self) -> Iterator[Setting]:
        """The settings of figures that follow each other."""
        while True:
            yield self._setting()
            self._figures += 1

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

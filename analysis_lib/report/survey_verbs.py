"""The verbs of a report that speak of surveys: response, index, answers, trend, comparison (floor 7).

A verb without names takes every survey that has answers from the report's own place. Other reports show the
same bars with ``report.survey_bars("skolenkaten", areas=("trygghet", "studiero"))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analysis_lib import text
from analysis_lib.disclosure.released import Fact
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report import findings, survey_figures, survey_lines, surveys
from analysis_lib.report.register_verbs import RegisterVerbs
from analysis_lib.report.survey_figures import Survey

FAMILIES = ("skolenkaten", "guardians", "leisure", "prio", "staff", "citizens")
MOST_BARS = 12
Draw = Callable[[Survey, str, Setting], Block | None]


class SurveyVerbs(RegisterVerbs):
    """What those who are here think, in figures of the same report."""

    def survey_response(self, *families: str) -> Block:
        """How many of those asked answered each survey."""
        found = survey_figures.responses(self._surveys(families), self._setting())
        return self._shown([found] if found else [], "response")

    def survey_index(self, *families: str) -> Block:
        """The index of each area in the newest läsår, beside the other units and riket."""
        return self._shown(self._numbered(self._index_draws(families)), "surveys")

    def survey_bars(
        self, *families: str, groups: Sequence[str] = (), areas: Sequence[str] = (), most: int = MOST_BARS
    ) -> Block:
        """How the answers fall, question by question: one figure per survey and group, at most ``most``."""
        return self._shown(self.drawn_bars(*families, groups=groups, areas=areas, most=most), "surveys")

    def survey_trend(self, *families: str, most: int = MOST_BARS) -> Block:
        """The index over the waves, broken where the questions changed."""
        return self._shown(self._each(families, survey_lines.trend, most=most), "survey_trend")

    def survey_compare(self, *families: str, most: int = MOST_BARS) -> Block:
        """The share positive of each question beside the other units and riket."""
        return self._shown(self._each(families, survey_lines.compared, most=most), "surveys")

    def survey_table(self) -> Block:
        """The answers about safety and calm, or whatever the place's own survey asks first."""
        return self._shown(self.drawn_survey(), "surveys")

    def survey_findings(self, *indicators: str, families: Sequence[str] = ()) -> Block:
        """At most three sentences that open a picture: what most and fewest like, then the indicators'.

        ``families`` are the surveys that the picture is about; without any the first with answers.
        """
        items: list[dict[str, str]] = []
        facts: list[tuple[Fact, ...]] = []
        for asked, group in self._pairs(families)[:1]:
            positive = asked.indicator("positive")
            for question, cell in survey_figures.telling_questions(asked, group):
                share = narrative.out_of_ten(cell.value or 0).replace("hälften av", "fem av tio")
                n = f" av {cell.n_text} svarande" if cell.has_n else ""
                told = f"{text.number(cell.value or 0, cell.decimals)}{text.NBSP}procent{n}"
                who = asked.group_words(group)
                headline = f"{text.capitalised(share)} {who} svarar positivt: ”{question.wordings[0]}”"
                items.append({"headline": headline, "text": f"{told}, läsåret {cell.school_year}."})
                facts.append(facts_of([cell], positive) if positive else ())
        chosen = [self._indicator(name) for name in indicators]
        more = findings.findings_block(self.scope, chosen, self._gap("no_results"))
        if more.kind == "findings":
            items += more.data["items"]
            facts.append(more.facts)
        if not items:
            return self.missing("surveys")
        data = {"items": items[: findings.MOST], "derived": more.data.get("derived", [])}
        return self._kept(Block("findings", data, merged(*facts)))

    # -- for pages that place each figure by itself ----------------------------------------------------------

    def answered_surveys(self) -> dict[str, str]:
        """The names of the surveys with anything to show about the report's own place, by family."""
        return {each.family: each.name for each in self._surveys(()) if each.groups()}

    def kept_bars(self, family: str) -> list[Block]:
        """The bars of a survey, a block for each group."""
        return [self._kept(block) for block in self.drawn_bars(family)]

    def kept_trends(self, family: str) -> list[Block]:
        """The lines of a survey, a block for each group."""
        return [self._kept(block) for block in self._each((family,), survey_lines.trend, most=MOST_BARS)]

    # -- blocks that a chapter keeps in its own place --------------------------------------------------------

    def drawn_survey(self) -> list[Block]:
        """At most two figures: safety and calm where they are asked, else the place's own surveys."""
        return self.drawn_bars(areas=("trygghet", "studiero"), most=2) or self.drawn_bars(most=2)

    def drawn_bars(
        self, *families: str, groups: Sequence[str] = (), areas: Sequence[str] = (), most: int = MOST_BARS
    ) -> list[Block]:
        """The figures of ``survey_bars``, not yet kept by the report."""

        def draw(asked: Survey, group: str, setting: Setting) -> Block | None:
            wanted = not groups or group in groups
            return survey_figures.bars(asked, group, areas, setting) if wanted else None

        return self._each(families, draw, most=most)

    # -- inside ----------------------------------------------------------------------------------------------

    def _surveys(self, families: Sequence[str]) -> list[Survey]:
        known, instruments = self.catalog.indicators, self.catalog.instruments
        found = [survey_figures.survey(self.scope, name, known, instruments) for name in families or FAMILIES]
        return [each for each in found if each is not None]

    def _pairs(self, families: Sequence[str]) -> list[tuple[Survey, str]]:
        return [(asked, group) for asked in self._surveys(families) for group in asked.groups()]

    def _each(self, families: Sequence[str], draw: Draw, *, most: int) -> list[Block]:
        """What ``draw`` makes of every survey and group that has answered, numbered in order."""
        pairs = self._pairs(families)

        def one(asked: Survey, group: str) -> Callable[[Setting], Block | None]:
            return lambda setting: draw(asked, group, setting)

        return self._numbered([one(*pair) for pair in pairs], most=most)

    def _numbered(self, draws: Sequence[Callable[[Setting], Block | None]], *, most: int = 99) -> list[Block]:
        """The blocks of the draws, each figure with the next number."""
        blocks: list[Block] = []
        for draw in draws:
            if len(blocks) >= most:
                break
            block = draw(self._setting())
            if block is not None:
                blocks.append(block)
                self._figures += block.kind == "figure"
        return blocks

    def _index_draws(self, families: Sequence[str]) -> list[Callable[[Setting], Block | None]]:
        known, instruments = self.catalog.indicators, self.catalog.instruments
        names = [f"surveys.{family}_index" for family in families or FAMILIES]

        def one(name: str) -> Callable[[Setting], Block | None]:
            return lambda setting: surveys.survey_figure(self.scope, known[name], instruments, setting)

        return [one(name) for name in names if name in known]

    def _shown(self, blocks: Sequence[Block], gap: str) -> Block:
        return self._together(blocks) if blocks else self.missing(gap)

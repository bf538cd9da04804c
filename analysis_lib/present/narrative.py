"""Swedish sentences that carry the facts of the cells they speak of (floor 6).

Certainty has a fixed set of words, chosen by the interval of a difference and by nothing else. Words that
rank schools or sound an alarm are not in the language; a test holds every template to that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.evidence import cell_name, derived_value
from analysis_lib.statistics.change import Change, Observed, Verdict, change
from analysis_lib.vocabulary.indicators import Indicator

Standing: TypeAlias = Mapping[tuple[str, str], Change]
NBSP: Final = text.NBSP
DASH: Final = f"{NBSP}{text.EN_DASH} "
FORBIDDEN: Final = (
    "bäst", "sämst", "ranking", "topp", "signifikant", "larm", "rödlistad", "för höga betyg", "!",
)  # fmt: skip
CERTAINTY: Final[dict[Verdict, str]] = {
    Verdict.SURE_INCREASE: "säker ökning",
    Verdict.SURE_DECREASE: "säker minskning",
    Verdict.NO_SURE_CHANGE: "ingen säker förändring",
    Verdict.TOO_FEW: "för få elever för att säga",
}
_INDEFINITE: Final = {
    "niorna": "nior", "sexorna": "sexor", "treorna": "treor", "eleverna": "elever", "lärarna": "lärare",
    "flickorna": "flickor", "pojkarna": "pojkar", "barnen": "barn", "svaren": "svar",
    "avgångseleverna": "avgångselever", "tjänsterna": "tjänster", "heltidstjänsterna": "heltidstjänster",
}  # fmt: skip


_COMMON: Final = (
    "Alla",
    "Hela",
    "Kommunen",
    "Kommunens",
    "Riket",
    "Rikets",
    "Skolan",
    "Skolans",
    "Skolorna",
    "Enheterna",
)


@dataclass(frozen=True)
class Sentence:
    """A text, the cells it speaks of and the numbers reckoned from them."""

    text: str
    cells: tuple[ReleasedCell, ...] = ()
    derived: tuple[dict[str, Any], ...] = ()


def unit_words(indicator: Indicator) -> str:
    """What the value counts, as it stands above an axis: ``procent``, ``poäng`` or ``antal``."""
    if indicator.kind in ("share", "distribution"):
        return "procent"
    if indicator.kind == "count":
        return "antal"
    if indicator.id.endswith("_pct"):  # a mean of the pupils' own shares
        return "procent"
    return "poäng" if any(word in indicator.id for word in ("merit", "points")) else "värde"


def measured(indicator: Indicator) -> str:
    """What a figure counts and in which unit: ``Andel elever …, procent``."""
    unit = unit_words(indicator)
    return indicator.title if unit == "värde" else f"{indicator.title}, {unit}"


def with_unit(cell: ReleasedCell, indicator: Indicator) -> str:
    """The value as charts and tables write it: ``89,6 %`` for a share, marks as they stand."""
    is_share = indicator.kind in ("share", "distribution")
    return f"{cell.text}{NBSP}%" if is_share and cell.is_shown else cell.text


def in_prose(cell: ReleasedCell, indicator: Indicator) -> str:
    """The value as running text writes it: ``89,6 procent``."""
    is_share = indicator.kind in ("share", "distribution")
    if not is_share or cell.state in ("suppressed", "missing"):
        return cell.text
    return f"{cell.text}{NBSP}procent"


def why_hidden(cell: ReleasedCell) -> str:
    """The reason in words for a value that is not shown, without a capital and a full stop.

    Our own hidden cells all have the same words: to tell small groups from those that protect one would say
    that the first are below the threshold and the second above it, and so narrow what is hidden.
    """
    if cell.state == "missing":
        return "uppgift saknas"
    if cell.state == "nearly_all":
        return "alla utom högst fyra"
    if cell.state == "nearly_none":
        return "högst fyra"
    return "få elever" if cell.basis != "own" else "skyddar en liten grupp"


def out_of_ten(share: float) -> str:
    """A share of 0-100 in everyday words, lower case; the exact number must stand beside it.

    >>> out_of_ten(89.6), out_of_ten(71.9), out_of_ten(78.0), out_of_ten(100)
    ('nio av tio', 'drygt sju av tio', 'nästan åtta av tio', 'alla')
    """
    if share >= 100:
        return "alla"
    if share <= 0:
        return "inga"
    if share >= 97.5:
        return "nästan alla"
    if share < 5:
        return "färre än en av tjugo"
    if abs(share - 50) < 1.5:
        return "hälften av"
    tenths = min(max(math.floor(share / 10 + 0.5), 1), 9)
    rest = share - 10 * tenths
    nearness = "drygt " if rest > 1.5 else "nästan " if rest < -1.5 else ""
    return f"{nearness}{text.count_word(tenths)} av tio"


def statement(cell: ReleasedCell, indicator: Indicator) -> str:
    """What a cell says as a sentence without its full stop: ``Nio av tio nior blev behöriga``."""
    if cell.state == "suppressed":
        return f"{indicator.short} visas inte: {why_hidden(cell)}"
    if cell.state == "missing":
        return f"{indicator.short}: uppgift saknas"
    if indicator.kind == "share":
        told = _share_statement(cell, indicator)
        if told:
            return told
    return f"{indicator.short} {in_prose(cell, indicator)}"


def _share_statement(cell: ReleasedCell, indicator: Indicator) -> str:
    words = indicator.finding.split(" ")
    if len(words) < 3 or words[0] != "av" or words[1] not in _INDEFINITE:
        return ""
    share = {"nearly_all": 99.0, "nearly_none": 1.0}.get(cell.state, cell.value)
    if share is None:
        return ""
    amount = out_of_ten(share)
    noun = words[1] if amount == "hälften av" else _INDEFINITE[words[1]]
    return text.capitalised(f"{amount} {noun} {' '.join(words[2:])}")


def observed(cell: ReleasedCell) -> Observed:
    """What a released cell tells the comparison: n, numerator, and the spread of a mean from its interval."""
    total = total_sq = None
    own_n = cell.n if cell.n_state == "shown" else None
    if cell.value is not None and own_n and own_n > 1 and cell.low is not None and cell.high is not None:
        from scipy.special import stdtrit

        error = (cell.high - cell.low) / 2 / float(stdtrit(own_n - 1, 0.975))
        total = cell.value * own_n
        total_sq = (own_n - 1) * error * error * own_n + total * total / own_n
    return Observed(
        value=cell.value if cell.is_shown else None,
        n=own_n,
        numerator=cell.numerator,
        total=total,
        total_sq=total_sq,
        low=cell.low,
        high=cell.high,
    )


def change_between(
    earlier: ReleasedCell | None,
    later: ReleasedCell | None,
    indicator: Indicator,
    *,
    standing: Standing | None = None,
) -> Change:
    """What may be said about the later value against the earlier.

    ``standing`` holds what stands among all candidate changes of a report, by the names of the two cells.
    """
    if earlier is None or later is None or not (earlier.is_shown and later.is_shown):
        return Change(Verdict.UNKNOWN)
    told = (standing or {}).get((cell_name(earlier), cell_name(later)))
    if told is not None:
        return told
    return change("share" if indicator.kind == "share" else "mean", observed(earlier), observed(later))


def difference_words(found: Change, indicator: Indicator) -> str:
    """A difference with its interval: ``+3,6 procentenheter (95 % intervall −10,1 till 17,1)``."""
    if found.difference is None:
        return ""
    unit = unit_words(indicator)
    unit = "procentenheter" if unit == "procent" else unit
    unit = "" if unit == "värde" else f" {unit}"  # the measure's name says what is counted
    told = f"{text.number(found.difference, indicator.decimals, signed=True)}{unit}"
    if found.low is None or found.high is None:
        return told
    return f"{told} (95{NBSP}% intervall {text.interval(found.low, found.high, indicator.decimals)})"


def derived_change(
    found: Change, earlier: ReleasedCell, later: ReleasedCell, indicator: Indicator
) -> tuple[dict[str, Any], ...]:
    """The numbers of a change with the cells they come from."""
    of = (cell_name(earlier), cell_name(later))
    named = (("difference", found.difference), ("low", found.low), ("high", found.high))
    return tuple(
        derived_value(what, value, indicator.decimals, of, signed=what == "difference")
        for what, value in named
        if value is not None
    )


def against(earlier: ReleasedCell, later: ReleasedCell) -> str:
    """What a change is measured from: ``året före``, or the school year's name when years lie between."""
    follows = int(later.school_year[:4]) - int(earlier.school_year[:4]) == 1
    return "året före" if follows else f"läsåret {earlier.school_year}"


def change_sentence(
    earlier: ReleasedCell | None,
    later: ReleasedCell,
    indicator: Indicator,
    *,
    standing: Standing | None = None,
) -> Sentence:
    """The finding of a trend: what the latest value says and whether it has surely changed."""
    told = statement(later, indicator)
    found = change_between(earlier, later, indicator, standing=standing)
    certainty = CERTAINTY.get(found.verdict, "")
    if earlier is None or not certainty:
        return Sentence(told, (later,))
    if found.verdict is Verdict.TOO_FEW:
        return Sentence(f"{told}{DASH}{certainty} om något har ändrats", (later, earlier))
    return Sentence(f"{told}{DASH}{certainty} mot {against(earlier, later)}", (later, earlier))


def level_sentence(
    cell: ReleasedCell, indicator: Indicator, other: ReleasedCell | None, name: str
) -> Sentence:
    """The finding when nothing can be said of a change: the value beside a comparison."""
    told = statement(cell, indicator)
    if other is None or not other.is_shown or cell.state in ("suppressed", "missing"):
        return Sentence(told, (cell,))
    return Sentence(f"{told}{DASH}{name} {in_prose(other, indicator)}", (cell, other))


def within_sentence(name: str) -> str:
    """A group's name inside a sentence: common words in lower case, proper names untouched.

    >>> within_sentence("Hela kommunen"), within_sentence("Almviks skolor")
    ('hela kommunen', 'Almviks skolor')
    """
    first = name.split(" ")[0]
    return name[:1].lower() + name[1:] if first in _COMMON else name


def population_words(cell: ReleasedCell, noun: str = "elever") -> str:
    """``43 av 48 elever`` or ``48 elever``; the sign when n is hidden."""
    if cell.is_shown and cell.numerator is not None and cell.n is not None and cell.n_state == "shown":
        return f"{text.count(cell.numerator)} av {text.count(cell.n)} {noun}"
    return f"{cell.n_text} {noun}"

"""The methods appendix of every report: how its numbers are made and protected, in words (floor 7).

Made from what the report shows and the rules in force, so that it cannot say anything else than what was
done. Written for someone who has never heard of disclosure control.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from analysis_lib import text
from analysis_lib.disclosure.overrides import Override
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.released import Fact
from analysis_lib.indicators.published import SUFFIX
from analysis_lib.report.sections import SOURCES
from analysis_lib.vocabulary.indicators import Indicator

HEADING = "Så är siffrorna gjorda och skyddade"
_NOT_PUPILS = ("surveys.", "staff.")
_SEXES = {"T": "", "F": ", flickor", "P": ", pojkar"}


def methods_text(
    facts: Sequence[Fact],
    indicators: Mapping[str, Indicator],
    policy: Policy,
    *,
    overrides: Sequence[Override] = (),
    unit_names: Mapping[str, str] | None = None,
) -> str:
    """The appendix of a report that shows ``facts``, as Markdown paragraphs and lists."""
    used = _used(facts, indicators)
    parts = ["### Vad måtten betyder", _items(_meanings(used, facts))] if used else []
    if facts:
        parts += ["### Hur talen är avrundade", _items(_roundings(used, policy))]
        parts += ["### Hur enskilda skyddas", _items(_protections(policy)), _counts(facts, used)]
    else:
        parts += ["Rapporten visar inga tal om elever, barn eller svarande, bara det som är skrivet."]
    if overrides:
        told = [_override(each, indicators, unit_names or {}) for each in overrides]
        parts += ["### Beslutade undantag", _items(told)]
    return "\n\n".join(parts)


def _used(facts: Sequence[Fact], indicators: Mapping[str, Indicator]) -> list[Indicator]:
    """The indicators that the facts are of, in the order in which they are met."""
    by_name = {name.split(".", 1)[1]: each for name, each in indicators.items()}
    return [by_name[what] for what in dict.fromkeys(fact.what for fact in facts) if what in by_name]


def _meanings(used: Sequence[Indicator], facts: Sequence[Fact]) -> Iterator[str]:
    """What each measure is, in one sentence, and where they all come from."""
    own = {fact.what for fact in facts if not fact.pop.partition("/")[0].endswith(SUFFIX)}
    yield from dict.fromkeys(
        f"**{_plain(each.short)}**: {_plain(_first_sentence(each.definition))}" for each in used
    )
    sources = dict.fromkeys(_plain(_source(each, is_own=each.id.split(".", 1)[1] in own)) for each in used)
    yield f"Källor: {'; '.join(sources)}."


def _source(indicator: Indicator, *, is_own: bool) -> str:
    """Where the shown figures come from: an own measure may be shown as it is published."""
    as_published = bool(indicator.published) and not is_own and "Skolverket" not in indicator.source
    return SOURCES["published"] if as_published else indicator.source


def _first_sentence(words: str) -> str:
    """The text up to the first full stop that ends a sentence; details of the counting are left out."""
    plain = re.sub(r"\s*\([^)]*\d[^)]*\)", "", " ".join(words.split()))
    found = re.match(r".+?[.](?=\s+[A-ZÅÄÖ]|$)", plain)
    return found[0] if found else plain


def _roundings(used: Sequence[Indicator], policy: Policy) -> Iterator[str]:
    shares = "hela procent" if policy.whole_percent else "en decimal"
    yield f"Andelar och medelvärden avrundas till {shares}, så summor kan skilja på sista siffran."
    if policy.round_counts > 1:
        yield f"Antal avrundas till närmaste {text.count_word(policy.round_counts)}tal."
    else:
        yield "Antal är inte avrundade."
    if any(each.kind == "mean" for each in used):
        step = text.number(policy.mean_interval_step, 0 if policy.mean_interval_step >= 1 else 1)
        yield f"Ett medelvärdes intervall är vidgat utåt till hela steg om {step} poäng."


def _protections(policy: Policy) -> Iterator[str]:
    least, few = text.count_word(policy.threshold), text.count_word(policy.tail)
    yield f"Resultat visas bara för grupper med minst {least} personer. Annars står två punkter (..)."
    yield (
        f"När färre än {few} elever inte har nått målet står ~100, och när färre än {few} har nått det ~0. "
        "Tecknen kan också betyda att ingen är på den sidan."
    )
    yield (
        "Om ett dolt tal går att räkna ut ur andra tal döljs fler. De får samma två punkter, så det går inte "
        "att se vilka grupper som är små. Därför döljs oftast både flickor och pojkar."
    )
    if policy.n_public:
        yield "Hur många elever som går i en årskurs är offentligt hos Skolverket och visas alltid."
    share = f"{100 * policy.dominance:.0f} procent"
    yield f"Ett medelvärde visas inte om en enda person står för mer än {share} av summan."
    if policy.follows_published:
        yield "Det som en myndighet har dolt för en skola döljs också här."
    yield (
        f"En rättelse som rör färre än {text.count_word(policy.repeat_difference)} personer visas inte, för "
        "skillnaden mot den tidigare utgåvan skulle berätta om dem. Det som en gång har dolts fortsätter att "
        "vara dolt."
    )
    yield (
        "Innan rapporten lämnades ut har ett program försökt räkna ut de dolda talen, med hjälp av allt som "
        "samma läsare har fått se tidigare. Rapporten lämnas ut först när det inte går."
    )


def _counts(facts: Sequence[Fact], used: Sequence[Indicator]) -> str:
    signs = [fact.shown for fact in facts if isinstance(fact.shown, str)]
    hidden = signs.count("..")
    nearly = len(signs) - hidden
    about = "" if any(each.id.startswith(_NOT_PUPILS) for each in used) else " om elever"
    told = f"I rapporten visas {_many(len(facts) - len(signs))} tal{about}."
    dark = "Inget tal är dolt" if not hidden else text.capitalised(_many(hidden))
    dark += "" if not hidden else " tal är dolt" if hidden == 1 else " tal är dolda"
    if nearly:
        dark += f", {'men' if not hidden else 'och'} {_many(nearly)} visas som ~100 eller ~0"
    return f"{told} {dark}."


def _many(number: int) -> str:
    return "ett" if number == 1 else "inga" if number == 0 else text.count_word(number)


def _override(each: Override, indicators: Mapping[str, Indicator], names: Mapping[str, str]) -> str:
    by_name = {name.split(".", 1)[1]: known.short for name, known in indicators.items()}
    what = "Antal elever" if each.cell.what == "n" else by_name.get(each.cell.what, each.cell.what)
    unit = "hela huvudmannen" if each.cell.unit == "KOMMUN" else names.get(each.cell.unit, each.cell.unit)
    return (
        f"**{_plain(what)}, {_plain(unit)}{_SEXES[each.cell.sex]}** ({each.cell.population}) visas fast "
        f"talet säger något om få elever. Beslut av {_plain(each.role)} {_plain(each.person)} "
        f"{text.date(each.decided)}, gäller till och med {text.date(each.until)}. Skäl: {_plain(each.reason)}"
    )


def _items(lines: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _plain(words: str) -> str:
    """Text of a parameter file as text, never as Markdown."""
    kept = " ".join(words.split())
    for sign in "\\`*_[]<>#|":
        kept = kept.replace(sign, f"\\{sign}")
    return kept

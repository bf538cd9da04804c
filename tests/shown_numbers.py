"""The numbers that a reader meets in a rendered document, and those that its facts account for."""

from __future__ import annotations

import html
import json
import math
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

NUMBER = re.compile(
    r"(?<![\w.,/])[−-]?\d{1,3}(?:\xa0\d{3})+(?:,\d+)?(?![\w])|(?<![\w.,/])[−+-]?\d+(?:,\d+)?(?![\w])"
)
HEADING = "Så är siffrorna gjorda och skyddade"
_MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_TICK = re.compile(
    r"<text[^>]*fill=\"#616E75\"[^>]*>\s*[+−]?(\d{1,3}(?:,5)?)(?:[\s\xa0]*(?:%|procent|poäng))?\s*</text>"
)
_MEASURES = r"[\s\xa0]*(?:%|procent\b|poäng\b|elev|barn\b|svar\b|flick|pojk)"
_DECIMAL = re.compile(r"(?<![\w.,/])[−+-]?\d+,\d+(?![\w])")
_SVG = re.compile(r"<svg\b.*?</svg>", re.S)
_SPACE = r"[\s\xa0]"

# Numbers that say nothing of pupils, each named by what stands around it.
NOT_FACTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:[åÅ]k|årskurs){_SPACE}6{_SPACE}(?:och|eller){_SPACE}9\b",
        rf"\b\d{{1,2}}{_SPACE}(?:{_MONTHS}){_SPACE}\d{{4}}\b",  # dates
        rf"\b\d{{1,2}}{_SPACE}(?:{_MONTHS})\b",
        r"\b20\d\d-\d\d-\d\d\b",
        r"\b20\d\d-[vh]t-[a-z]+\b",  # ids of seminars
        r"\b20\d\d/\d\d(?:\d\d)?\b",  # school years
        r"(?<!\d)\d\d/\d\d(?!\d)",
        rf"(?:åk|[Åå]rskurs){_SPACE}(?:F–|\d–)?\d\b",  # year groups
        r"F–[3569]\b",
        rf"\b[69]{_SPACE}+\(SCB",  # a year group whose word stands on the line before
        r"\b[A-ZÅÄÖ]{2,3}-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}\b",  # marks of figures
        rf"\bFigur{_SPACE}\d+{_SPACE}·",
        rf"\bKörning{_SPACE}[0-9a-f]{{8}}\b",
        r"\b99\d{6}\b",  # codes of units
        rf"(?:utgåva|Utgåva|Handbok){_SPACE}\d+\.\d+",
        rf"95{_SPACE}%{_SPACE}intervall|95 procents intervall|95-procentiga?t?\b",  # the intervals
        r"~100|~0\b",  # signs
        r"[Nn]ära\s100\b",  # the same in words
        rf"[Oo]säkerheten,{_SPACE}+95{_SPACE}%|95{_SPACE}(?:%|procents){_SPACE}+osäkerhet",
        rf"95{_SPACE}(?:%|procents){_SPACE}+band",  # the level of a forecast's band
        r"summa\s+än\s+100\b",
        rf"\b\d+{_SPACE}enheter\b",  # how many units a figure shows
        r"A\s20,\sB\s17,5,\sC\s15,\sD\s12,5,\sE\s10,\sF\soch\sstreck\s0|de\s1[67]\sbästa|\b1[67]\sämnen|högst\s3[24]0",
        r"\d+\s+godkända\s+betyg",  # in the words that define a measure
        r"[Mm]eritvärde\s\(1[67]\)",  # names of measures
        r"\b0–10\b|\b0–100\b|\b0\s+är\s+lägst\b|\b100?\s+högst\b",  # scales of surveys
        r"under 65|\b(?:65–70|70–75|75–80|80–85)\b|85 och över",  # the steps of a heat table's colours
        r"Gränsen är 75 procent",  # of pupils that must be followed
        r"skalan 1–99",
        rf"\bSida{_SPACE}\d+{_SPACE}av{_SPACE}\d+",  # printed pages
        rf"\bSlutar{_SPACE}20\d\d\b",  # cohorts by the year they leave
        rf"\bÅk{_SPACE}[69]\b",
        rf"\b[Mm]inst{_SPACE}\d+{_SPACE}(?:procentenheter|poäng)[^;\n]*(?=;)",  # the rules of sentences
        rf";{_SPACE}minst{_SPACE}\d+{_SPACE}elever",
        r"[Uu]nder\s75\s+procent\s+är",  # the rule of enough coverage
    )
)


def numbers_of(words: str) -> Iterator[str]:
    """The numbers in a text, without signs, as they stand."""
    for pattern in NOT_FACTS:
        words = pattern.sub(" ", words)
    for found in NUMBER.findall(words):
        yield found.lstrip("+−-").replace("\xa0", "")


def measured_of(words: str) -> Iterator[str]:
    """The numbers that measure: with decimals, per cent, points, or a word for people after them.

    Bare whole numbers are left out: documents about the year's work count what people have written.
    """
    for pattern in NOT_FACTS:
        words = pattern.sub(" ", words)
    for found in re.finditer(rf"(?:{NUMBER.pattern})(?={_MEASURES})|{_DECIMAL.pattern}", words):
        yield found[0].lstrip("+−-").replace("\xa0", "")


def ticks_of(page: str) -> set[str]:
    """The numbers along the axes of a page's charts: round or in even steps, in the axes' own colour."""
    return {found for chart in _SVG.findall(page) or [page] for found in _ticks(chart)}


def without_ticks(page: str) -> str:
    """A page, or one chart, without the numbers along the axes of its charts."""
    if "<svg" not in page:
        return page
    return _SVG.sub(lambda chart: _without(chart[0], _ticks(chart[0])), page)


def _without(chart: str, ticks: set[str]) -> str:
    return _TICK.sub(lambda text: " " if text[1] in ticks else text[0], chart)


def _ticks(chart: str) -> set[str]:
    """Fives and single digits; other even numbers only where four stand two apart in a row; halves where two
    stand one apart, and the whole numbers between them."""
    found = set(_TICK.findall(chart))
    halves = {float(each.replace(",", ".")) for each in found if "," in each}
    rows = {each for each in halves if halves & {each - 1, each + 1}}
    known = {_text(each, 1) for each in rows} | {_text(each + way, 0) for each in rows for way in (-0.5, 0.5)}
    known |= {each for each in found if "," not in each and (len(each) == 1 or each[-1] in "05")}
    even = {int(each) for each in found if "," not in each and int(each) % 2 == 0}
    for start in even:
        run = {start, start + 2, start + 4, start + 6}
        known |= {str(each) for each in run} if run <= even else set()
    return known & found


def page_texts(page: str) -> Iterator[str]:
    """Everything in a page that can be read or heard: text, chart text, alternative text, titles."""
    body = re.sub(r"<style.*?</style>|<!--.*?-->", " ", page, flags=re.S)
    for name in ("aria-label", "alt", "title", "aria-description", "data-text"):
        yield from (html.unescape(value) for value in re.findall(rf'\b{name}="([^"]*)"', body))
    appendix = re.search(rf"<h[2-4][^>]*>\s*{HEADING}", body)
    if appendix:
        end = re.compile(r"<footer|<h2[^>]*>\s*Om siffrorna").search(body, appendix.start())
        body = body[: appendix.start()] + (body[end.start() :] if end else "")
    body = without_ticks(body)
    body = re.sub(r"</?(?:b|strong|em|i|abbr|a|tspan)\b[^>]*>", "", body)
    yield html.unescape(re.sub(r"<[^>]+>", " \n ", body))


def pdf_text(path: Path) -> str:
    """The text of a printed document, without its methods appendix."""
    told = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    told = re.sub(r"(?<![\d,])(\d{1,3}) (\d{3})(?![\d,])", "\\1\xa0\\2", told)  # thousands
    # Which figure a table at the end belongs to, and on which page it stands.
    told = re.sub(r"\b(Figur|sida) \d+\b", "", told)
    told = re.sub(r"(0 är lägst och 10)\b", "", told)  # a survey's scale, also where a line ends in it
    at = told.find(HEADING)
    end = told.find("Om siffrorna", at)
    return told if at < 0 else told[:at] + (told[end:] if end > 0 else "")


def accounted(facts: Iterable[Mapping[str, Any]], bundles: Iterable[Mapping[str, Any]]) -> set[str]:
    """The numbers of a document's facts, their intervals and counts, and what blocks derive from them."""
    said: set[str] = set()
    sizes: dict[str, float] = {}
    listed = list(facts)
    for fact in listed:
        if fact["what"] == "n" and not isinstance(fact["shown"], str):
            sizes[_place(fact)] = fact["shown"]
    for fact in listed:
        if isinstance(fact["shown"], str):
            continue
        said.add(_text(fact["shown"], fact.get("decimals", 0)))
        said |= {_text(end, fact["decimals"]) for end in fact.get("interval", ())}
        if fact["kind"] == "share":
            said.add(f"{math.floor(fact['shown'] + 0.5)}")  # inside a bar
        n = sizes.get(_place(fact))
        if fact["kind"] == "share" and n:
            reached = round(fact["shown"] * n / 100)
            said |= {f"{reached}", f"{round(n - reached)}"}  # how many, and how many not
    for bundle in bundles:
        for derived in _find(bundle, "derived"):
            said |= {each["text"].lstrip("+−-").replace("\xa0", "") for each in derived if each["of"]}
    return said


def bundles_of(notebook: Path) -> list[dict[str, Any]]:
    """The data of every block that an executed notebook shows."""
    document = json.loads(notebook.read_text("utf-8"))
    found = []
    for cell in document["cells"]:
        for output in cell.get("outputs", ()):
            bundle = output.get("data", {}).get("application/vnd.skolbank.block+json")
            if bundle:
                found.append(bundle["data"])
    return found


def written(params: Iterable[Path]) -> set[str]:
    """Numbers that people have decided: target values of the parameter files."""
    return {
        _text(float(target["value"]), decimals)
        for path in params
        for target in (yaml.safe_load(path.read_text("utf-8")) or {}).get("targets", ())
        for decimals in (0, 1)
    }


def _find(value: Any, key: str) -> Iterator[list[dict[str, Any]]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == key and isinstance(inner, list):
                yield inner
            else:
                yield from _find(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _find(inner, key)


def _place(fact: Mapping[str, Any]) -> str:
    cell = {name: value for name, value in fact["cell"].items() if name != "category"}
    return json.dumps([fact["pop"], cell], sort_keys=True)


def _text(value: float, decimals: int) -> str:
    return f"{abs(value):.{decimals}f}".replace(".", ",")

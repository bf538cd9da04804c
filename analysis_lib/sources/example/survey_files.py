"""The example's surveys in the forms they come in: workbook, shares per question, answers (floor 3)."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan

_END = SCHOOL_YEARS[-1].end
_FULLY = ("Helt och hållet", "Till stor del", "Till viss del", "Inte alls")
_OFTEN = ("Alltid", "Ofta", "Ibland", "Sällan", "Aldrig")
_QUESTIONS = (
    ("Trygghet", "trygg", "Känner du dig trygg i skolan?", _FULLY, 0.9, False),
    ("Trygghet", "radd_elever", "Känner du dig rädd för andra elever i skolan?", _OFTEN, 1.1, True),
    ("Studiero", "arbetsro", "Hur ofta är det arbetsro på lektionerna?", _OFTEN, 0.1, False),
    (
        "Stimulans",
        "intresserad",
        "Hur ofta får lärarna dig att bli intresserad av skolarbetet?",
        _OFTEN,
        0.0,
        False,
    ),
    (
        "Stöd",
        "hjalp_skolan",
        "Tycker du att du får den hjälp du behöver från skolan för att klara skolarbetet?",
        _FULLY,
        0.5,
        False,
    ),
)
_GUARDIANS = (
    ("trivs", "Mitt barn trivs på förskolan", 1.2),
    ("trygg", "Mitt barn känner sig tryggt på förskolan", 1.0),
    ("inflytande", "Mitt barns tankar och intressen tas till vara", 0.6),
    ("nojd", "Jag är som helhet nöjd med mitt barns förskola", 0.9),
)
_AGREE = (
    "Instämmer helt",
    "Instämmer till stor del",
    "Instämmer delvis",
    "Instämmer i liten grad",
    "Instämmer inte alls",
)
_PRIO = ("P1", "P2", "P3", "P4", "R1", "R2", "R3", "I1", "I2", "I3", "O1", "O2", "O3")
_LEAST = 5


def write_surveys(inbox: Path, plan: Plan, rng: np.random.Generator) -> tuple[int, list[dict[str, object]]]:
    """Skolenkäten for year 8, the guardians' survey and PRIO; the true indices are told."""
    truths = _skolenkaten(inbox, plan, rng) + _guardians(inbox, plan, rng) + _prio(inbox, plan, rng)
    return 3, truths


def _answers(rng: np.random.Generator, n: int, steps: int, lean: float) -> np.ndarray:
    """How many chose each step, the most positive first, and last those who did not know."""
    place = np.linspace(1.2, -1.6, steps)
    weights = np.exp(-0.5 * ((place - lean) / 0.9) ** 2)
    shares = np.append(weights / weights.sum() * 0.96, 0.04)
    return rng.multinomial(n, shares)


def _index(counts: np.ndarray, highest: float) -> float:
    """The mean weight of those who took a stand."""
    weights = np.linspace(highest, 0, counts.size - 1)
    return float((counts[:-1] * weights).sum() / counts[:-1].sum())


def _skolenkaten(inbox: Path, plan: Plan, rng: np.random.Generator) -> list[dict[str, object]]:
    truths: list[dict[str, object]] = []
    with xlsxwriter.Workbook(inbox / f"Skolenkäten elever åk 8 VT {_END}.xlsx") as book:
        book.set_properties({"created": datetime.datetime(_END, 9, 1)})
        sheet = book.add_worksheet(f"Elever åk 8 VT {_END}")
        keys = [
            "År",
            "Lägeskommun",
            "Skolenhet",
            "Skolenhetskod",
            "Antal i gruppen",
            "Antal svar",
            "Svarsfrekvens",
        ]
        sheet.write_row(2, 0, keys)
        column = len(keys)
        for area, _, text, steps, _, _ in _QUESTIONS:
            labels = [*steps, "Vet inte", "Medelvärde"]
            sheet.merge_range(0, column, 0, column + len(labels) - 1, area)
            sheet.merge_range(1, column, 1, column + len(labels) - 1, text)
            sheet.write_row(2, column, labels)
            column += len(labels)
        row = 3
        for school in plan.schools:
            if not school.size_9 or not school.unit.is_open(str(SCHOOL_YEARS[-1])):
                continue
            n = int(rng.binomial(school.size_9, 0.86))
            place = [f"VT {_END}", plan.settings.municipality_name, school.unit.name, school.unit.code]
            sheet.write_row(row, 0, [*place, school.size_9, n, f"{100 * n / school.size_9:.0f}%"])
            column = len(keys)
            for _, question, _, steps, lean, is_reversed in _QUESTIONS:
                counts = _answers(rng, max(n, 1), len(steps), lean + 0.8 * school.effect_9)
                index = _index(counts, 10)
                shown = np.append(counts[:-1][::-1], counts[-1]) if is_reversed else counts
                cells: list[object] = (
                    [round(100 * c / n) for c in shown.tolist()] if n >= _LEAST else ["-"] * len(counts)
                )
                sheet.write_row(row, column, [*cells, round(index, 1) if n >= _LEAST else "-"])
                column += len(counts) + 1
                key = {"what": f"skolenkaten-2022.{question}", "unit_code": school.unit.code}
                truths.append({**key, "school_year": str(SCHOOL_YEARS[-1]), "n": n, "value": round(index, 3)})
            row += 1
    return truths


def _guardians(inbox: Path, plan: Plan, rng: np.random.Generator) -> list[dict[str, object]]:
    truths: list[dict[str, object]] = []
    head = ["Skolenhetskod", "Förskola", "Antal tillfrågade", "Antal svar", "Svarsfrekvens (%)", "Fråga"]
    lines = ["Förskoleenkät, vårdnadshavare", f"Termin: VT {_END}", "", ";".join([*head, *_AGREE, "Vet ej"])]
    for unit in plan.units:
        if "fsk" not in unit.school_forms:
            continue
        asked = int(rng.integers(40, 90))
        n = int(rng.binomial(asked, 0.68))
        for question, text, lean in _GUARDIANS:
            counts = _answers(rng, n, len(_AGREE), lean)
            shares = [f"{100 * count / n:.1f}".replace(".", ",") for count in counts.tolist()]
            rate = f"{100 * n / asked:.1f}".replace(".", ",")
            lines.append(";".join([unit.code, unit.name, str(asked), str(n), rate, text, *shares]))
            key = {"what": f"vardnadshavare-forskola.{question}", "unit_code": unit.code}
            year = str(SCHOOL_YEARS[-1])
            truths.append({**key, "school_year": year, "n": n, "value": round(_index(counts, 100), 3)})
    text = "\n".join(lines) + "\n"
    (inbox / f"Förskoleenkät vårdnadshavare {_END}.csv").write_bytes(text.encode("utf-8-sig"))
    return truths


def _prio(inbox: Path, plan: Plan, rng: np.random.Generator) -> list[dict[str, object]]:
    """One row per member of staff; P4 is put negatively."""
    truths: list[dict[str, object]] = []
    lines = ["PRIO", ";".join(["Skolenhetskod", "Termin", "Roll", *_PRIO])]
    for school in plan.schools:
        if not school.unit.is_open(str(SCHOOL_YEARS[-1])):
            continue
        n = max(school.size_6 + school.size_9, 20) // 10 + 5
        answers = np.clip(np.rint(3.5 + school.effect_9 + rng.standard_normal((n, len(_PRIO)))), 1, 5).astype(
            int
        )
        answers[:, _PRIO.index("P4")] = 6 - answers[:, _PRIO.index("P4")]
        lines += [
            ";".join([school.unit.code, f"VT{_END % 100}", "Lärare", *map(str, row)])
            for row in answers.tolist()
        ]
        key = {"what": "prio.r1", "unit_code": school.unit.code, "school_year": str(SCHOOL_YEARS[-1]), "n": n}
        truths.append({**key, "value": round(float((answers[:, _PRIO.index("R1")] - 1).mean() * 25), 3)})
    (inbox / f"PRIO personalenkät VT{_END % 100}.csv").write_bytes(
        ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")
    )
    return truths

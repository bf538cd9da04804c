"""Writes KALLOR.md, the table of every known file format with what it is recognised by.

Run ``python docs/make_formats.py``; a test holds the committed text to it.
"""

from pathlib import Path

from analysis_lib.sources import attendance, course_results, pxweb, scb, simple_tables, surveys
from analysis_lib.sources.skolverket_tables import load_source
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.workspace import Workspace

SOURCES = Path(__file__).with_name("KALLOR.md")
LEVELS = {"unit": "skolenhet", "municipality": "kommun"}
_HEAD = """# Format som känns igen

Sidan skrivs av `docs/make_formats.py` ur beskrivningarna i `params/sources/` och `params/instruments/`.
En fil känns igen på sitt innehåll, aldrig på namnet. En ny rubrik läggs till som en rad i beskrivningen;
ingen kod behöver ändras.
"""


def document() -> str:
    """The whole page."""
    workspace = Workspace(SOURCES.parents[1])
    parts = [
        _HEAD,
        _skolverket(workspace),
        _pxweb(workspace),
        _scb(),
        _surveys(workspace),
        _simple(workspace),
    ]
    return "\n".join(parts)


def _table(heading: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"## {heading}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _skolverket(workspace: Workspace) -> str:
    source = load_source(workspace)
    rows = []
    for name, table in source.tables.items():
        titles = ", ".join(f"”{title}”" for title in table.titles) or f"mönstret `{table.title_like}`"
        shape = "en kolumn per läsår" if table.wide_years else "en rad per plats"
        levels = ", ".join(LEVELS[level] for level in table.levels)
        rows.append(
            (f"`{source.id}.{name}`", table.name, levels, shape, f"titel {titles}", str(len(table.measures)))
        )
    head = ("Format", "Tabell", "Nivå", "Form", "Känns igen på", "Mått")
    return _table("Skolverkets statistiktabeller (CSV, XLSX)", head, rows)


def _pxweb(workspace: Workspace) -> str:
    rows = [
        (
            f"`{each.id}`",
            each.name,
            "rubriker av formen HUVUDMAN (orgnr): SKOLA (skolenhetskod) bredvid läsår",
            str(len(each.source.measures)),
        )
        for each in pxweb.formats(workspace)
    ]
    return _table("Skolverkets statistikdatabas (PxWeb)", ("Format", "Tabell", "Känns igen på", "Mått"), rows)


def _scb() -> str:
    rows = [
        (
            f"`{each.id}`",
            f"`{each.table.name}`",
            ", ".join(layout.variant for layout in each.layouts),
            "kolumnantal och innehåll; med rubrikrad: " + ", ".join(sorted(each.marker)),
        )
        for each in scb.FORMATS
    ]
    head = ("Format", "Lagras i", "Kolumner", "Känns igen på")
    return _table("Elevfiler ur elevsystemet (SCB:s insamling)", head, rows)


def _surveys(workspace: Workspace) -> str:
    rows = [_survey(each.id, each.instrument) for each in surveys.formats(workspace)]
    assert len(rows) == len(Catalog(workspace).instruments)
    head = ("Format", "Enkät", "Perioder", "Frågor", "Minst", "Känns igen på")
    return _table("Enkäter (params/instruments)", head, rows)


def _survey(format_id: str, instrument: Instrument) -> tuple[str, ...]:
    eras = ", ".join(
        f"{era.first}–{era.last if era.last != 9999 else ''} ({len(instrument.scales[era.scale].steps)} steg)"
        for era in instrument.eras
    )
    least = f"{instrument.threshold.answers} svar"
    if instrument.threshold.response_rate:
        least += f", {instrument.threshold.response_rate:g} % svarsfrekvens"
    known = f"frågornas lydelser; rubrik {', '.join(f'”{title}”' for title in instrument.titles)}"
    return f"`{format_id}`", instrument.name, eras, str(len(instrument.questions)), least, known


def _simple(workspace: Workspace) -> str:
    rows = [
        (
            f"`{each.id}`",
            each.name,
            "Skolenhetskod, tid och "
            + ", ".join(m.names[0] for m in each.described.measures.values() if m.needed),
            ", ".join(measure.names[0] for measure in each.described.measures.values()),
        )
        for each in simple_tables.formats(workspace)
    ]
    rows.append(
        (
            "`simple.grades`",
            "Betyg, en rad per elev och ämne",
            "Personnummer, Skolenhetskod, Ämne, Betyg, Termin",
            "betyg",
        )
    )
    rows += [
        (f"`{each.id}`", each.name, ", ".join(course_results.NEEDED), "betyg, poäng, utfall")
        for each in course_results.FORMATS
    ]
    rows += [
        (
            f"`{each.id}`",
            each.name,
            "närvaro och frånvaro (N, GF, F) i minuter eller procent, med klass eller personnummer",
            "minuter, andelar, lektioner, oregistrerad tid",
        )
        for each in attendance.FORMATS
    ]
    return _table("Enkla tabeller och närvaro", ("Format", "Tabell", "Känns igen på", "Uppgifter"), rows)


if __name__ == "__main__":
    SOURCES.write_text(document(), "utf-8")

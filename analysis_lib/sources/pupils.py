"""Who a row is about: identity, protection, unit and doubles, the same for every pupil file (floor 3).

Personal numbers and names stop here. What goes on is a pseudonym, the unit, the class and the sex;
a protected pupil keeps only what whole-unit totals need (R21).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.snapshots.identities import AGES, FAULTS, PERSONAL_NUMBER, TEMPORARY, read_identities
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.whereabouts import Whereabouts
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.shapes import Pseudonymiser, ReadContext
from analysis_lib.vocabulary.classes import class_name

_PROTECTED_NAME = r"(?i)\bskydda(?:d|de|t)?\b|\bsekretess|\bskyddad\s*folkbok|^x{3,}$"
_FEMALE = frozenset({"f", "k", "flicka", "kvinna", "kv", "female"})
_NEEDS_YEAR = frozenset({"identity-age", "identity-century"})
_LONGEST_CLASS = 60
_MALE = frozenset({"p", "m", "pojke", "man", "male"})


def maker_of(context: ReadContext) -> Pseudonymiser:
    """The import's pseudonymiser; without one no pupil file may be read."""
    if context.pseudonymiser is None:
        raise SkolbankError(
            "key-missing",
            "Elevfiler kan inte läsas utan nyckel för pseudonymer",
            remedy="Läs in filen med skolbank import.",
        )
    return context.pseudonymiser


def identify(
    rows: Rows, end_years: pd.Series, *, column: str = "PersonNr", ages: tuple[int, int] = AGES
) -> pd.DataFrame:
    """Reads the identities, refusing rows without a usable one.

    Gives ``number`` (never to be stored), ``sex``, ``birth_year``, ``is_temporary`` and ``is_protected``.
    """
    found = read_identities(rows.cells[column], end_years, ages=ages)
    for code in found["fault"].unique():
        if code:
            wrong = (found["fault"] == code).to_numpy()
            if code in _NEEDS_YEAR:  # without a school year the row is refused already, for its date
                wrong = wrong & (end_years > 1).to_numpy()
            rows.refuse(wrong, code, column=column, reason=_remedy(code))
    repaired = (found["repaired"] & (found["fault"] == "")).to_numpy(dtype=bool)
    rows.tell_rows(
        repaired,
        "identity-normalised",
        column=column,
        text=f"{repaired.sum()} personnummer skrevs om till 12 siffror",
    )
    found["is_temporary"] = found["kind"] == TEMPORARY
    found["is_protected"] = found["is_temporary"] | _has_protected_name(rows.cells)
    _check_sex(rows, found)
    return found


def check_units(rows: Rows, known: Mapping[str, str] | None) -> pd.Series:
    """The unit code of each row; rows with none, or with one outside the register, are refused."""
    codes = rows.cells["Skolenhetskod"].str.strip()
    readable = codes.str.fullmatch(r"[0-9]{8}").to_numpy(dtype=bool)
    rows.refuse(
        ~readable,
        "unit-unreadable",
        column="Skolenhetskod",
        reason="skolenhetskoden ska vara åtta siffror. Rätta koden enligt Skolenhetsregistret.",
    )
    if known:
        unknown = readable & ~codes.isin(list(known)).to_numpy()
        hints = {code: _unit_hint(code, known) for code in codes[unknown].unique()}
        rows.refuse(
            unknown, "unit-unknown", column="Skolenhetskod", reason=lambda index: hints[codes.iat[index]]
        )
    return codes


def _unit_hint(code: str, known: Mapping[str, str]) -> str:
    suggestion = did_you_mean(code, known)
    close = next((c for c in known if suggestion == f"Menade du {c}?"), "")
    name = f" {known[close]}" if close and known[close] else ""
    question = f"Menade du {close}{name}?" if close else "Lägg till enheten eller rätta koden."
    return f"enhet {code} finns inte i params/units.yaml. {question}"


def refuse_doubles(rows: Rows, people: pd.DataFrame, content: pd.DataFrame) -> None:
    """Tells repeats from contradictions among rows about the same pupil (never by TF numbers).

    An exact repeat is ignored. Two differing rows at one unit, or rows at two units, are all refused:
    the file cannot say which is right.
    """
    usable = pd.Series(rows.accepted, index=people.index) & ~people["is_temporary"]
    keys = people.loc[usable, ["number", "school_year", "year_group", "subject_key"]]
    doubled = keys[keys.duplicated(keep=False)]
    if doubled.empty:
        return
    same = pd.util.hash_pandas_object(content.loc[doubled.index].astype("object"), index=False)
    frame = doubled.assign(content=same, unit=people["unit_code"])
    names = ["number", "school_year", "year_group", "subject_key"]
    rows.ignore(
        _mask(rows, frame.index[frame.duplicated([*names, "unit", "content"])]),
        "row-repeated",
        reason="raden upprepar en tidigare rad exakt och räknas en gång",
    )
    groups = frame.groupby(names)
    units, contents = groups["unit"].transform("nunique"), groups["content"].transform("nunique")
    rows.refuse(
        _mask(rows, frame.index[units > 1]),
        "pupil-in-two-units",
        column="PersonNr",
        reason="eleven finns vid två enheter samma läsår. Ta bort raden vid den enhet som eleven har lämnat.",
    )
    rows.refuse(
        _mask(rows, frame.index[(units == 1) & (contents > 1)]),
        "pupil-doubled",
        column="PersonNr",
        reason="eleven finns två gånger med olika uppgifter. Behåll den rad som är rätt.",
    )


def refuse_stored_elsewhere(
    rows: Rows, people: pd.DataFrame, table: str, whereabouts: Whereabouts | None
) -> None:
    """Refuses pupils whom an earlier file holds at another unit in the same school year."""
    if whereabouts is None:
        return
    usable = people[rows.accepted & ~people["is_protected"].to_numpy()]
    other: dict[int, str] = {}
    for (group, year), some in usable.groupby(["year_group", "school_year"]):
        pairs = dict.fromkeys(zip(some["pupil"], some["unit_code"], strict=True))
        found = whereabouts.elsewhere(table, f"{group}/{str(year).replace('/', '-')}", pairs)
        if found:
            hits = some["pupil"][some["pupil"].isin(list(found))]
            other.update({int(index): found[pupil] for index, pupil in hits.items()})
    rows.refuse(
        _mask(rows, pd.Index(sorted(other), dtype="int64")),
        "pupil-in-two-units",
        column="PersonNr",
        reason=lambda index: (
            f"eleven finns redan inläst vid enhet {other[index]} samma läsår. "
            "Läs in den enhetens rättade fil först, eller ta bort raden här."
        ),
    )


def pseudonymise(
    people: pd.DataFrame, accepted: np.ndarray, maker: Pseudonymiser, *, table: str
) -> pd.DataFrame:
    """The people with ``pupil`` in place of ``number``; the class of a protected pupil is dropped (R21)."""
    made = people.copy()
    made["pupil"] = ""
    open_rows = accepted & ~made["is_protected"].to_numpy()
    made.loc[open_rows, "pupil"] = maker.pseudonyms(made.loc[open_rows, "number"])
    hidden = made.loc[accepted & made["is_protected"].to_numpy()]
    place = (
        table
        + "|"
        + hidden["school_year"]
        + "|"
        + hidden["year_group"].astype(str)
        + "|"
        + hidden["unit_code"]
    )
    place = place + "|" + hidden["number"]
    # TF numbers are shared: the second pupil with one is another pupil, kept apart by order in the file.
    order = place.groupby([place, hidden["subject_key"]]).cumcount().astype(str)
    made.loc[hidden.index, "pupil"] = maker.of_protected(place + "|" + order)
    made.loc[made["is_protected"], "class_name"] = ""
    return made.drop(columns=["number"])


def rows_waited_for(
    rows: Rows, people: pd.DataFrame, units: Collection[str] | None
) -> tuple[RefusedRows, ...]:
    """How many rows were refused per unit, school year and year group.

    A code counts as a unit only when ``units``, or without them the accepted rows, know it: the cell of a
    cut row may hold anything. A row without a readable year or year group has the one of all accepted rows.
    """
    names = ["unit_code", "school_year", "year_group"]
    accepted, refused = people.loc[rows.accepted, names], people.loc[rows.refused, names].copy()
    known = list(units) if units else accepted["unit_code"].unique().tolist()
    refused["unit_code"] = refused["unit_code"].where(refused["unit_code"].isin(known), "")
    for name, unknown in (("school_year", ""), ("year_group", 0)):
        usual = accepted[name].unique()
        if len(usual) == 1:
            refused[name] = refused[name].where(refused[name] != unknown, usual[0])
    counts = refused.groupby(names, sort=True).size().reset_index(name="count")
    return tuple(
        RefusedRows(int(count), str(unit), str(year), int(group))
        for unit, year, group, count in counts.itertuples(index=False, name=None)
    )


def class_names(rows: Rows) -> pd.Series | str:
    """The classes of a table that has a column for them, in one spelling; hostile ones are refused."""
    if "Klass" not in rows.cells:
        return ""
    check_classes(rows, "Klass")
    return clean_classes(rows.cells["Klass"])


def clean_classes(classes: pd.Series) -> pd.Series:
    """Class names in one spelling: no spaces, capitals (``9 a`` and ``9A`` are one class).

    What does not look like a class, such as a name in the wrong column, becomes nothing.
    """
    spelled = classes.str.replace(r"\s+", "", regex=True).str.upper()
    return spelled.where(spelled.map(class_name) == spelled, "")


def check_classes(rows: Rows, column: str) -> None:
    """Refuses rows whose class is a personal number or a long text; tells of what looks like no class."""
    classes = rows.cells[column]
    rows.refuse(
        classes.map(lambda name: bool(PERSONAL_NUMBER.search(name))).to_numpy(dtype=bool),
        "class-personal-number",
        column=column,
        reason="klassen ser ut att vara ett personnummer. Skriv klassens namn, t.ex. 9A.",
    )
    rows.refuse(
        (classes.str.len() > _LONGEST_CLASS).to_numpy(dtype=bool),
        "class-too-long",
        column=column,
        reason=f"klassens namn är längre än {_LONGEST_CLASS} tecken. Kontrollera kolumnen.",
    )
    unlike = ((classes.str.strip() != "") & (clean_classes(classes) == "")).to_numpy(dtype=bool)
    rows.tell_rows(
        unlike,
        "class-unusual",
        column=column,
        text=f"{(unlike & rows.accepted).sum()} klasser ser inte ut som klasser, t.ex. 9A. De sparas inte, "
        "och eleverna räknas som utan klass",
    )


def _remedy(code: str) -> str:
    return f"{FAULTS[code]}. Rätta personnumret till tolv siffror (ååååmmddxxxx) och läs in raden igen."


def _has_protected_name(cells: pd.DataFrame) -> pd.Series:
    marked = pd.Series(False, index=cells.index)
    for column in ("Fornamn", "Efternamn", "Namn"):
        if column in cells:
            marked |= cells[column].str.contains(_PROTECTED_NAME, regex=True).fillna(False).astype(bool)
    return marked


def _check_sex(rows: Rows, found: pd.DataFrame) -> None:
    if "Kön" not in rows.cells:
        return
    said = rows.cells["Kön"].str.strip().str.casefold()
    read = said.map({**dict.fromkeys(_FEMALE, "F"), **dict.fromkeys(_MALE, "P")}).fillna("")
    unclear = (said != "").to_numpy() & (read == "").to_numpy()
    rows.refuse(
        unclear, "sex-unreadable", column="Kön", reason="kön ska vara F eller P (flicka, pojke, kvinna, man)."
    )
    known = (read != "") & (found["sex"] != "") & (found["fault"] == "")
    rows.refuse(
        (known & (read != found["sex"])).to_numpy(),
        "sex-contradicts",
        column="Kön",
        reason="könet stämmer inte med personnumret. Rätta det som är fel.",
    )
    found["sex"] = found["sex"].where(found["sex"] != "", read)


def _mask(rows: Rows, index: pd.Index) -> np.ndarray:
    mask = np.zeros(len(rows), dtype=bool)
    mask[index.to_numpy()] = True
    return mask

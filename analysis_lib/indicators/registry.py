"""Which indicators there are and how each is computed (floor 4).

An indicator is a YAML file; its formula is a line in it or, when two tables must be put together, the
name of a function in the family's module. Everything is checked before anything is computed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import ModuleType

import pandas as pd

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.indicators.columns import Surroundings, Tables
from analysis_lib.indicators.formula import WITHOUT_SUBJECT, is_formula, parse_formula
from analysis_lib.vocabulary.indicators import Indicator

FamilyFunction = Callable[[Tables, Indicator, Surroundings], pd.DataFrame]


def check_registry(indicators: Mapping[str, Indicator]) -> None:
    """Refuse indicators that cannot be computed, all faults at once.

    A fault is a formula that cannot be read, of another kind than the indicator, or a family function
    that does not exist; an indicator with neither formula nor published measure; and an unknown
    indicator in ``implied_by``.
    """
    faults: list[SkolbankError] = []
    for indicator in indicators.values():
        try:
            _check(indicator, indicators)
        except SkolbankError as error:
            faults.append(error)
    if faults:
        raise SeveralErrors(faults)


def written_formulas(indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """The indicators whose formula is a line in their YAML, by id."""
    return {name: each for name, each in indicators.items() if is_formula(each.formula)}


def family_functions(indicators: Mapping[str, Indicator]) -> dict[str, FamilyFunction]:
    """The functions behind the indicators whose formula is a function's name, by indicator id."""
    named = (each for each in indicators.values() if each.formula and not is_formula(each.formula))
    return {each.id: _family_function(each) for each in named}


def _check(indicator: Indicator, indicators: Mapping[str, Indicator]) -> None:
    where = f"params/indicators/{indicator.id}.yaml"
    if not indicator.formula and not indicator.published:
        raise SkolbankError(
            "indicator-empty",
            "Indikatorn har varken formel eller publicerat mått",
            where=where,
            remedy="Skriv formula eller published.",
        )
    for other in indicator.implied_by:
        if other not in indicators:
            raise SkolbankError(
                "indicator-unknown",
                f"Indikatorn {other} i implied_by finns inte",
                where=where,
                remedy=did_you_mean(other, indicators),
            )
    if is_formula(indicator.formula):
        _check_formula(indicator, where)
    elif indicator.formula:
        _family_function(indicator)


def _check_formula(indicator: Indicator, where: str) -> None:
    formula = parse_formula(indicator.formula, where=where)
    fault = ""
    if formula.measure != indicator.kind:
        fault = f"Formeln räknar {formula.measure} men kind är {indicator.kind}"
    elif not indicator.year_group:
        fault = "En formel räknar en årskurs åt gången: year_group saknas"
    elif indicator.by_subject == (formula.table in WITHOUT_SUBJECT):
        fault = f"Tabellen {formula.table} passar inte med by_subject: {str(indicator.by_subject).lower()}"
    if fault:
        raise SkolbankError("formula-invalid", fault, where=where)


def _family_function(indicator: Indicator) -> FamilyFunction:
    where = f"params/indicators/{indicator.id}.yaml"
    name = f"{__package__}.{indicator.family}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        raise SkolbankError(
            "formula-missing",
            f"Familjen {indicator.family} finns inte i analysis_lib/indicators",
            where=where,
        ) from None
    functions = _public_functions(module)
    if indicator.formula not in functions:
        raise SkolbankError(
            "formula-missing",
            f"Funktionen {indicator.formula[:40]} finns inte i indicators/{indicator.family}.py",
            where=where,
            remedy=did_you_mean(indicator.formula, functions),
        )
    return functions[indicator.formula]


def _public_functions(module: ModuleType) -> dict[str, FamilyFunction]:
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
    }

"""Subject names and abbreviations as people write them, to SCB's subject codes (floor 3)."""

from __future__ import annotations

import re

from analysis_lib.snapshots.schemas import SUBJECTS

_NAMES = {
    "bild": "BL", "bi": "BI", "biologi": "BI", "engelska": "EN", "eng": "EN", "fysik": "FY",
    "geografi": "GE", "hem- och konsumentkunskap": "HKK", "hemkunskap": "HKK", "hk": "HKK",
    "historia": "HI", "idrott och hälsa": "IDH", "idrott": "IDH", "idh": "IDH", "kemi": "KE",
    "matematik": "MA", "matte": "MA", "modersmål": "ML", "musik": "MU",
    "no": "NO", "naturorienterande ämnen": "NO", "naturorienterande ämnesblock": "NO",
    "religionskunskap": "RE", "religion": "RE", "samhällskunskap": "SH",
    "so": "SO", "samhällsorienterande ämnen": "SO", "samhällsorienterande ämnesblock": "SO",
    "slöjd": "SL", "svenska": "SV", "sve": "SV", "svenska som andraspråk": "SVA", "sva": "SVA",
    "teckenspråk": "TN", "teckenspråk för hörande": "TN", "teknik": "TK",
    "moderna språk, språkval": "M2", "moderna språk språkval": "M2", "språkval": "M2",
    "moderna språk inom ramen för språkval": "M2", "m2": "M2",
    "moderna språk, skolans val": "M1", "moderna språk skolans val": "M1",
    "moderna språk inom ramen för skolans val": "M1", "m1": "M1",
    "övrigt": "OVR", "annat ämne": "OVR",
}  # fmt: skip
_LANGUAGES = {
    "spanska": "SPA", "tyska": "DEU", "franska": "FRA", "italienska": "ITA", "kinesiska": "ZHO",
    "finska": "FIN", "arabiska": "ARA", "samiska": "SMI", "somaliska": "SOM", "engelska": "ENG",
}  # fmt: skip
_WITH_LANGUAGE = re.compile(r"(.+?)(?:\s*[(:]\s*|\s+-\s+)([^()]+)\)?")


def read_subject(text: str) -> tuple[str, str]:
    """Subject code and language of a name or code; an unknown subject gives two empty texts.

    ``Moderna språk`` alone is unknown: only språkval may count as the 17th subject, so it must be said.

    >>> read_subject("Matematik"), read_subject("M2 (spanska)"), read_subject("Moderna språk")
    (('MA', ''), ('M2', 'SPA'), ('', ''))
    """
    name = " ".join(text.split()).casefold()
    if name.upper() in SUBJECTS:
        return name.upper(), ""
    if name in _NAMES:
        return _NAMES[name], ""
    match = _WITH_LANGUAGE.fullmatch(name)
    if match:
        code = _NAMES.get(match[1].strip(), "")
        language = match[2].strip()
        short = language.upper() if re.fullmatch(r"[a-zåäö]{2,3}", language) else _LANGUAGES.get(language, "")
        if code in {"M1", "M2", "ML"}:
            return code, short
    return "", ""

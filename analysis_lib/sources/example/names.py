"""Invented names for pupils, places and areas (floor 3).

Names exist in the files only because real files hold them; they are dropped when a file is read.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIRLS = _words(
    """
    Alva Maja Elsa Vera Astrid Ella Ebba Freja Saga Wilma Olivia Ines Signe Stina Tuva Nova Agnes Lova
    Molly Ellen Selma Juni Meja Iris Hedda Sara Amina Fatima Leyla Zahra Hanna Ida Klara Lovisa Matilda
    Nora Rut Siri Thea Yasmin
    """
)
BOYS = _words(
    """
    Hugo Liam Noah William Adam Elias Lucas Oliver Axel Melvin Arvid Vincent Nils Ludvig Theo Sixten
    Viggo Love Ivar Gustav Sam Edvin Malte Alvin August Omar Ali Yusuf Ahmed Hassan Emil Filip Gabriel
    Isak Joel Kasper Loke Milo Otto Tage
    """
)
LAST = _words(
    """
    Almgren Berglund Dahlin Ekström Fors Granlund Hagberg Isaksson Järnberg Källström Lindahl Moberg
    Norling Olsson Palmgren Qvist Rosén Sandell Törnqvist Ulvsbo Vallin Wikander Ydberg Åhlin Ängmark
    Öberg Abdi Haddad Hussein Kaya Karimi Nguyen Petrovic Said Yilmaz Nordin Sjödin Myrberg Stenlund
    Hedlund Björkman Asplund Bergvall Edlund Frisk Gullberg Hallgren Kjellberg Lundmark Malmsten
    """
)
PLACES = tuple(
    a + b
    for b in ("backa", "berga", "dala", "ås", "lunda", "torpa", "vik", "hult", "näs", "mark", "ängs", "sjö")
    for a in (
        "Alm",
        "Björk",
        "Ek",
        "Gran",
        "Hassel",
        "Lind",
        "Rönn",
        "Tall",
        "Ask",
        "Lönn",
        "Sälg",
        "Vide",
        "Hägg",
    )
)
AREAS = ("Centrum", "Norra", "Södra", "Östra", "Västra", "Skogsbygden")
LANGUAGES = ("SPA", "TYS", "FRA")
MOTHER_TONGUES = ("ARA", "SOM", "PER", "FIN", "POL", "TIG")

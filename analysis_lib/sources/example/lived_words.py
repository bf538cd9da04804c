"""What the example's units write: needs, measures, answers and voices, in plain invented words (floor 3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NeedWords:
    """A need with all that its measure says, before and after; values are a survey index of 0 to 10."""

    area: str
    problem: str
    evidence: str
    goal: str
    indicator: str
    baseline: float
    target: float
    after: float
    measure: str
    expected: str
    research: str
    experience: str
    adaptation: str
    result: str
    counted: str = ""  # the figure of the statistics that the measure is followed by, instead of their own


SCHOOL_NEEDS = (
    NeedWords(
        "Studiero",
        "Eleverna störs på lektionerna, mest efter lunch.",
        "Elevenkäten och elevrådets genomgång i våras.",
        "Alla elever har arbetsro på lektionerna.",
        "Elevenkät: studiero (index)",
        5.8,
        7.0,
        6.6,
        "Gemensam lektionsstart och placering i alla klassrum",
        "Indexet för studiero går från 5,8 till 7,0 på ett läsår.",
        "Skolverkets kunskapsöversikt om studiero",
        "Prövades i årskurs 8 förra läsåret",
        "Rutinen är anpassad till skolans korta lektioner",
        "Indexet gick till 6,6. Störst skillnad efter lunch.",
    ),
    NeedWords(
        "Läsning",
        "Var femte elev i årskurs 4 läser inte med flyt.",
        "Bedömningsstöd i svenska och lärarnas genomgång.",
        "Alla elever läser med flyt när de går ut årskurs 4.",
        "Bedömningsstöd: läser med flyt (andel)",
        79.0,
        90.0,
        88.0,
        "Läsgrupper tre gånger i veckan i tolv veckor",
        "Andelen som läser med flyt går från 79 till 90 procent.",
        "SBU och Skolverket om tidiga läsinsatser",
        "Speciallärarens läsgrupper de två senaste åren",
        "Grupperna leds av lärare som eleverna känner",
        "Andelen gick till 88 procent. Elever med mer än 20 procents frånvaro nåddes minst.",
        "Godkänt i alla ämnen, åk 6",
    ),
    NeedWords(
        "Matematik",
        "Resonemang och problemlösning är svagare än räkning.",
        "Nationella prov, delprov för delprov.",
        "Fler når kriterierna i resonemang.",
        "Nationella prov: resonemang (andel)",
        68.0,
        78.0,
        69.0,
        "Ett gemensamt problem i veckan, planerat i ämneslaget",
        "Andelen som når kriterierna i resonemang går från 68 till 78 procent.",
        "",
        "Matematiklyftet",
        "Problemen väljs ur kursplanens centrala innehåll",
        "Andelen gick till 69 procent: ingen säker förändring.",
        "Godkänt i alla ämnen",
    ),
    NeedWords(
        "Trygghet",
        "Elever undviker platser på skolgården.",
        "Trygghetsvandringen i september.",
        "Alla elever är trygga på rasterna.",
        "Elevenkät: trygghet (index)",
        6.9,
        8.0,
        7.7,
        "Rastvärdar och vuxna på fasta platser",
        "Indexet för trygghet går från 6,9 till 8,0.",
        "Skolinspektionens granskning av trygghet",
        "",
        "Platserna valdes av elevrådet",
        "Indexet gick till 7,7. Två platser är fortfarande otrygga.",
    ),
)
PRESCHOOL_NEEDS = (
    NeedWords(
        "Språk",
        "Högläsning sker olika ofta på avdelningarna.",
        "BRUK i våras och arbetslagens dokumentation.",
        "Det läses högt och samtalas om boken varje dag.",
        "BRUK: språk och kommunikation (nivå)",
        2.0,
        3.0,
        3.0,
        "Boksamtal i liten grupp varje dag",
        "Skattningen går från nivå 2 till nivå 3.",
        "Skolverkets stödmaterial om språk i förskolan",
        "Boksamtal på en avdelning förra året",
        "Böcker på barnens modersmål",
        "Skattningen gick till nivå 3 på båda avdelningarna.",
    ),
    NeedWords(
        "Inflytande",
        "Barnens frågor styr sällan vad vi gör.",
        "BRUK i våras.",
        "Barnens intressen märks i planeringen varje vecka.",
        "BRUK: barns inflytande (nivå)",
        2.0,
        3.0,
        2.0,
        "Veckans fråga väljs av barnen",
        "Skattningen går från nivå 2 till nivå 3.",
        "Läroplanen och forskning om barns delaktighet",
        "",
        "",
        "Skattningen är oförändrad. Arbetet började sent.",
    ),
)
ANSWERS = {
    "resultat": "Fler elever når kriterierna i svenska. Matematiken står still, och studieron är ojämn.",
    "trend": "Svenskan har ökat tre år i rad. I matematik är skillnaden mot förra året tillfällig variation.",
    "orsaker": "Läsgrupperna når de elever som behöver dem. I matematik planerar lärarna var för sig.",
    "ifragasatt": "Vi trodde först att årskullen var svag. Samma årskull klarade svenskan bra.",
    "insatser": "Läsgrupper i årskurs 4 och ett gemensamt problem i veckan i matematik.",
    "forvantad": "Vid resultatsamtalet har alla i läsgrupperna gjort ett nytt läsprov.",
}
REPORT_TEXTS = {
    "forutsattningar.vad-ar-sarskilt-for-oss-i-ar": "Vi har tagit emot fler nyanlända elever än i fjol "
    "och har haft vakanser i matematik under hösten.",
    "resultat.vad-sager-andra-kallor": "Eleverna säger i fokusgrupperna att genomgångarna hjälper, men att "
    "det är stökigt efter lunch.",
    "resultat.slutsats": "Läsgrupperna gör skillnad. Matematiken behöver gemensam planering.",
    "resultat.atgard": "Vi fortsätter med läsgrupperna och planerar matematiken tillsammans varje vecka.",
    "undervisning.vad-visar-observationer-och-enkater": "Lektionerna börjar tydligare än i höstas. Avsluten "
    "är fortfarande olika.",
    "arskullar.hur-har-det-gatt-for-varje-arskull": "Årskullen som slutar nästa år har gått framåt i svenska "
    "sedan årskurs 6.",
    "trygghet.vad-sager-eleverna": "De flesta är trygga. Fler än förra året säger att de blir störda.",
    "trygghet.vad-gor-vi": "Gemensamma lektionsstarter och vuxna ute på varje rast.",
    "forra-aret.vad-gjordes": "Läsgrupper tre gånger i veckan och kollegiala besök.",
    "forra-aret.vad-blev-effekten": "Fler klarar läsprovet. Det kan också bero på annat än läsgrupperna.",
    "forbattring.vad-gor-vi-nasta-lasar": "Vi håller fast vid två områden i stället för fem.",
}
STRONG = "Orsakerna är tydliga och bygger på flera källor."
WONDER = "Vad säger eleverna själva om lektionerna efter lunch?"
ADVICE = "Låt två lärare besöka varandras lektioner och skriva ned starten."

# role, code, what was said, stance, quote
VOICES = (
    (
        "pupil",
        "studiero",
        "Det är lugnare på förmiddagen än efter lunch.",
        "ongoing",
        "Efter lunch är det svårt att höra.",
    ),
    ("pupil", "stod", "De flesta får hjälp samma lektion.", "reached", ""),
    ("guardian", "trygghet", "Barnen berättar om platser de undviker.", "ongoing", ""),
    ("staff", "studiero", "Lektionsstarten har gett mer tid.", "reached", "Vi börjar på samma sätt nu."),
    ("staff", "lokaler", "Korridoren vid matsalen är trång.", "not_reached", ""),
)
# area, source, voice, verdict, evidence
JUDGEMENTS = (
    ("Studiero", "survey", "pupil", "not_reached", "Elevenkäten: index 5,8"),
    ("Studiero", "self_rating", "staff", "reached", "Lärarnas rutiner: de flesta använder lektionsstarten"),
    ("Studiero", "focus_group", "pupil", "ongoing", "Fokusgrupper i oktober"),
    ("Läsning", "results", "", "ongoing", "Bedömningsstöd och betyg"),
    ("Läsning", "interview", "guardian", "ongoing", "Intervjuer i oktober"),
    ("Trygghet", "survey", "pupil", "ongoing", "Elevenkäten: index 6,9"),
    ("Trygghet", "inspection", "", "no_data", ""),
)
PROPOSALS = (
    (
        "Grupp 1",
        "organisation",
        "Mötesstruktur",
        "Mötena handlar mest om annat än undervisning.",
        "Tidsloggen",
        "Varannan konferens blir gemensam planering",
        14,
    ),
    (
        "Grupp 2",
        "initiative",
        "Kollegial återkoppling",
        "Vi ser sällan varandras lektioner.",
        "PRIO-intervjuerna",
        "Två besök per termin med återkoppling",
        11,
    ),
    (
        "Grupp 3",
        "planning",
        "Gemensam planering",
        "Prov och uppgifter görs var för sig.",
        "Tidsloggen",
        "Gemensamma uppgifter i svenska och matematik",
        6,
    ),
)
PRIORITY_AREAS = (
    (
        "digitalisering",
        "Digitalisering",
        "Förutsättningarna för lärande förändras.",
        ("staff.certified_pct",),
        "Alla rektorer har gått utbildningen i att leda digitalisering.",
    ),
    ("larmiljoer", "Lärmiljöer", "Rummen ska hjälpa lärandet.", (), ""),
    (
        "ska",
        "Systematiskt kvalitetsarbete",
        "Vi ska veta vad åtgärderna leder till.",
        ("results.all_passed_9",),
        "Alla skolor skriver väntad effekt innan de börjar.",
    ),
    ("administration", "Administration", "Lärarna ska ha mer tid för undervisning.", (), ""),
    (
        "elevhalsa",
        "Elevhälsoarbetet",
        "Stöd ska komma tidigt.",
        ("results.all_passed_6",),
        "Läsgrupper på fem skolor.",
    ),
)

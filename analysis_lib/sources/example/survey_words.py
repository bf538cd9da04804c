"""What the example's surveys ask, as the questionnaires word it, and how answers lean (floor 3)."""

from __future__ import annotations

from dataclasses import dataclass

FULLY = ("Helt och hållet", "Till stor del", "Till viss del", "Inte alls")
OFTEN = ("Alltid", "Ofta", "Ibland", "Sällan", "Aldrig")
MUCH = ("Väldigt mycket", "Ganska mycket", "Lite", "Inget")
EXTENT = (
    "I mycket stor utsträckning",
    "I ganska stor utsträckning",
    "I ganska liten utsträckning",
    "I mycket liten utsträckning",
)
TRUE = ("Stämmer helt och hållet", "Stämmer ganska bra", "Stämmer ganska dåligt", "Stämmer inte alls")
AGREE = (
    "Instämmer helt",
    "Instämmer till stor del",
    "Instämmer delvis",
    "Instämmer i liten grad",
    "Instämmer inte alls",
)
STAFF = (
    "Stämmer mycket bra",
    "Stämmer ganska bra",
    "Stämmer varken bra eller dåligt",
    "Stämmer ganska dåligt",
    "Stämmer mycket dåligt",
)
GOOD = ("Mycket bra", "Ganska bra", "Ganska dåligt", "Mycket dåligt")
LEISURE = ("Stämmer helt", "Stämmer ganska bra", "Stämmer ganska dåligt", "Stämmer inte alls")


@dataclass(frozen=True)
class Asked:
    """One question: its area, its id in the instrument, its wording, its answers and how they lean."""

    area: str
    id: str
    words: str
    steps: tuple[str, ...]
    lean: float
    is_reversed: bool = False


PUPILS = (
    Asked("Trygghet", "trygg", "Känner du dig trygg i skolan?", FULLY, 0.9),
    Asked("Trygghet", "radd_elever", "Känner du dig rädd för andra elever i skolan?", OFTEN, 1.1, True),
    Asked("Trygghet", "vara_sig_sjalv", "Känner du att du kan vara dig själv i skolan?", FULLY, 0.7),
    Asked("Studiero", "arbetsro", "Hur ofta är det arbetsro på lektionerna?", OFTEN, 0.15),
    Asked(
        "Studiero",
        "stokigt",
        "Hur ofta är det så stökigt på lektionerna att du har svårt att koncentrera dig?",
        OFTEN,
        0.05,
        True,
    ),
    Asked(
        "Stöd",
        "hjalp_skolan",
        "Tycker du att du får den hjälp du behöver från skolan för att klara skolarbetet?",
        FULLY,
        0.5,
    ),
    Asked(
        "Stöd",
        "forklarar",
        "Hur ofta förklarar lärarna vad du ska göra på lektionerna så att du förstår?",
        OFTEN,
        0.6,
    ),
    Asked(
        "Stimulans",
        "intresserad",
        "Hur ofta får lärarna dig att bli intresserad av skolarbetet?",
        OFTEN,
        0.0,
    ),
    Asked(
        "Stimulans",
        "varierar",
        "Tycker du att lärarna varierar lektionerna så att ni får arbeta på olika sätt?",
        FULLY,
        0.1,
    ),
    Asked(
        "Delaktighet och inflytande",
        "paverka",
        "Hur mycket tycker du att ni elever får vara med och påverka hur ni ska arbeta på lektionerna?",
        MUCH,
        -0.1,
    ),
    Asked(
        "Delaktighet och inflytande",
        "lyssnar_forslag",
        "Hur mycket tycker du att de vuxna i skolan lyssnar på förslag från eleverna "
        "till exempel från klassråd eller elevråd?",
        MUCH,
        0.0,
    ),
)
PUPILS_BEFORE = (
    Asked("Trygghet", "trygg", "Jag känner mig trygg i skolan", TRUE, 0.8),
    Asked("Trygghet", "radd_elever", "I min skola finns det elever som jag är rädd för", TRUE, 1.0, True),
    Asked("Studiero", "studiero", "Jag har studiero på lektionerna", TRUE, 0.1),
    Asked("Studiero", "storda", "Andra elever stör ordningen på lektionerna", TRUE, -0.2, True),
    Asked("Stimulans", "roligt", "Skolarbetet är roligt", TRUE, -0.1),
    Asked("Stimulans", "stimulerar", "Skolarbetet stimulerar mig att lära mig mer", TRUE, -0.1),
)
GUARDIANS = (
    Asked("Trygghet", "vh_trygg", "Upplever du att ditt barn känner sig tryggt i skolan?", FULLY, 1.0),
    Asked("Studiero", "vh_arbetsro", "Hur ofta verkar det vara arbetsro på lektionerna?", OFTEN, 0.2),
    Asked(
        "Stöd",
        "vh_hjalp",
        "Tycker du att ditt barn får den hjälp som behövs från skolan för att klara skolarbetet?",
        FULLY,
        0.4,
    ),
    Asked(
        "Stimulans",
        "vh_intresserad",
        "Hur ofta verkar lärarna få ditt barn att bli intresserat av skolarbetet?",
        OFTEN,
        0.2,
    ),
)
TEACHERS = (
    Asked(
        "Studiero",
        "personal_studiero",
        "Hur ofta upplever du att det är studiero på dina lektioner?",
        OFTEN,
        0.5,
    ),
    Asked(
        "Studiero",
        "personal_ordning",
        "Hur ofta går en stor del av lektionstiden till att upprätthålla ordningen?",
        OFTEN,
        0.4,
        True,
    ),
    Asked(
        "Stöd",
        "personal_hjalp_lektion",
        "Hur ofta upplever du att alla elever får den hjälp de behöver på dina lektioner?",
        OFTEN,
        0.0,
    ),
    Asked(
        "Stöd",
        "personal_stod_skolan",
        "Tycker du att dina elver får det stöd från skolan som behövs för att klara skolarbetet?",
        FULLY,
        0.1,
    ),
    Asked(
        "Samverkan",
        "personal_kollegialt",
        "I vilken utsträckning delar du och dina kollegor med er av kunskap och lär av varandra? "
        "(Kollegialt lärande)",
        EXTENT,
        0.6,
    ),
    Asked(
        "Samverkan",
        "personal_planerar_ihop",
        "I vilken utsträckning samverkar du med kollegor när du planerar undervisningen?",
        EXTENT,
        0.2,
    ),
)
PRESCHOOL = (
    Asked("Trygghet", "trivs", "Mitt barn trivs på förskolan", AGREE, 1.0),
    Asked("Trygghet", "trygg", "Mitt barn känner sig tryggt på förskolan", AGREE, 0.9),
    Asked("Lärande", "utvecklas", "Mitt barns utveckling och lärande stimuleras", AGREE, 0.7),
    Asked("Lärande", "sprak", "Mitt barns språkutveckling stimuleras", AGREE, 0.6),
    Asked("Inflytande", "inflytande", "Mitt barns tankar och intressen tas till vara", AGREE, 0.5),
    Asked("Samverkan", "informeras", "Jag får information om mitt barns utveckling och lärande", AGREE, 0.2),
    Asked("Samverkan", "bemotande", "Personalen bemöter mig på ett bra sätt", AGREE, 1.1),
    Asked("Helhet", "nojd", "Jag är som helhet nöjd med mitt barns förskola", AGREE, 0.8),
)
LEISURE_PUPILS = (
    Asked("Trygghet", "trygg", "Jag känner mig trygg på fritids", LEISURE, 0.9),
    Asked("Trygghet", "vuxen", "Det finns en vuxen på fritids som jag kan prata med", LEISURE, 0.6),
    Asked("Fritid", "roligt", "Det vi gör på fritids är roligt", LEISURE, 0.4),
    Asked("Fritid", "vanner", "Jag har någon att vara med på fritids", LEISURE, 0.8),
    Asked("Inflytande", "bestamma", "Vi får vara med och bestämma vad vi gör", LEISURE, 0.0),
    Asked("Inflytande", "lyssnar", "De vuxna lyssnar på våra förslag", LEISURE, 0.2),
)
LEISURE_GUARDIANS = (
    Asked("Trygghet", "vh_trygg", "Mitt barn känner sig tryggt på fritidshemmet", LEISURE, 0.9),
    Asked("Trygghet", "vh_vuxna", "Personalen bemöter mitt barn väl", LEISURE, 1.0),
    Asked("Fritid", "vh_fritid", "Mitt barn har en meningsfull fritid på fritidshemmet", LEISURE, 0.5),
    Asked("Fritid", "vh_vanner", "Mitt barn har kamrater på fritidshemmet", LEISURE, 0.7),
)
EMPLOYEES = (
    Asked("Motivation", "meningsfullt", "Mitt arbete känns meningsfullt", STAFF, 1.0),
    Asked("Motivation", "utvecklas", "Jag lär nytt och utvecklas i mitt dagliga arbete", STAFF, 0.6),
    Asked("Motivation", "ser_fram_emot", "Jag ser fram emot att gå till arbetet", STAFF, 0.6),
    Asked(
        "Ledarskap",
        "uppskattning",
        "Min närmaste chef visar uppskattning för mina arbetsinsatser",
        STAFF,
        0.4,
    ),
    Asked(
        "Ledarskap",
        "fortroende",
        "Min närmaste chef visar förtroende för mig som medarbetare",
        STAFF,
        0.7,
    ),
    Asked(
        "Ledarskap",
        "ansvar",
        "Min närmaste chef ger mig förutsättningar att ta ansvar i mitt arbete",
        STAFF,
        0.5,
    ),
    Asked("Styrning", "insatt", "Jag är insatt i min arbetsplats mål", STAFF, 0.6),
    Asked(
        "Styrning",
        "foljs_upp",
        "Min arbetsplats mål följs upp och utvärderas på ett bra sätt",
        STAFF,
        0.1,
    ),
    Asked("Styrning", "forvantas", "Jag vet vad som förväntas av mig i mitt arbete", STAFF, 0.8),
)
CITIZENS = (
    Asked("", "forskola", "Hur tycker du att förskolan fungerar i din kommun?", GOOD, 0.6),
    Asked("", "grundskola", "Hur tycker du att grundskolan fungerar i din kommun?", GOOD, 0.3),
    Asked("", "gymnasieskola", "Hur tycker du att gymnasieskolan fungerar i din kommun?", GOOD, 0.3),
)
PRIO = ("P1", "P2", "P3", "P4", "R1", "R2", "R3", "I1", "I2", "I3", "O1", "O2", "O3")

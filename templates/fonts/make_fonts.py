"""Cuts the Skolbank fonts out of Source Serif 4 and Source Sans 3 (run by hand when a cut changes).

vl-convert ignores the weight axis of variable fonts, so every output uses the same static cuts. The Open Font
License reserves the name "Source", hence the family names here. Needs the packages of the ``dev`` extra.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent
# A fixed time stamp (1904 epoch, 2026-01-01) keeps the files the same on every machine.
MODIFIED = 3_850_070_400
STYLE_NAMES = {400: "Regular", 600: "SemiBold", 700: "Bold"}


@dataclass(frozen=True)
class Cut:
    """One static font: the family it belongs to and where on the axes it is cut."""

    family: str
    source: str
    weight: int
    optical_size: float | None = None
    is_italic: bool = False

    @property
    def file_name(self) -> str:
        return f"{self.family.replace(' ', '')}-{self.weight}{'i' if self.is_italic else ''}"

    @property
    def style_name(self) -> str:
        name = STYLE_NAMES[self.weight]
        if not self.is_italic:
            return name
        return "Italic" if name == "Regular" else f"{name} Italic"


SANS, SANS_ITALIC, SERIF = (
    "SourceSans3[wght].ttf",
    "SourceSans3-Italic[wght].ttf",
    "SourceSerif4[opsz,wght].ttf",
)
CUTS = (
    Cut("Skolbank Sans", SANS, 400),
    Cut("Skolbank Sans", SANS_ITALIC, 400, is_italic=True),
    Cut("Skolbank Sans", SANS, 600),
    Cut("Skolbank Sans", SANS, 700),
    Cut("Skolbank Serif", SERIF, 400, 20),
    Cut("Skolbank Serif", SERIF, 600, 32),
    Cut("Skolbank Display", SERIF, 400, 60),
    Cut("Skolbank Display", SERIF, 600, 60),
)
# Latin-1, the letters of the national minorities' languages and common names, punctuation and our symbols.
CHARACTERS = (
    {*range(0x20, 0x7F), *range(0xA0, 0x100)}
    | {ord(char) for char in "ĀāČčĆćĐđĒēĞğĪīİıŁłŃńŊŋŌōŒœŘřŚśŞşŠšŤťŪūŦŧŹźŻżŽžȘșȚț"}
    | {*range(0x2010, 0x2016), *range(0x2018, 0x2020), 0x2020, 0x2022, 0x2026, 0x202F, 0x2009, 0x2030}
    | {ord(char) for char in "€←↑→↓−≈≠≤≥×÷±◆◇○●■□▲△▼▽▸▾▪✓✗⁰¹²³⁴⁵⁶⁷⁸⁹·…′″"}
)


def source_folder(package: str) -> Path:
    """Where the fonts of an installed ``fontpkg`` package lie."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} saknas: installera tillägget dev")
    return Path(spec.submodule_search_locations[0])


def make(cut: Cut) -> None:
    """Writes one cut as TTF (Typst, vl-convert) and WOFF2 (web pages)."""
    package = "fontpkg_source_serif_4" if "Serif" in cut.source else "fontpkg_source_sans_3"
    font = TTFont(source_folder(package) / "files" / cut.source, recalcTimestamp=False)
    axes: dict[str, float] = {"wght": cut.weight}
    if cut.optical_size is not None:
        axes["opsz"] = cut.optical_size
    instantiateVariableFont(font, axes, inplace=True)
    options = Options()
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "sups", "tnum", "lnum"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.hinting = False
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    rename(font, cut)
    font["head"].modified = MODIFIED
    font.flavor = None
    font.save(HERE / f"{cut.file_name}.ttf")
    font.flavor = "woff2"
    font.save(HERE / f"{cut.file_name}.woff2")


def rename(font: TTFont, cut: Cut) -> None:
    """Gives the font its own family name, in the records that browsers, Typst and vl-convert read."""
    names = font["name"]
    full = f"{cut.family} {cut.style_name}"
    is_basic = cut.weight in (400, 700)
    records = {
        1: cut.family if is_basic else full,
        2: cut.style_name if is_basic else "Regular",
        3: f"Skolbank;{cut.file_name}",
        4: full,
        6: cut.file_name,
        16: cut.family,
        17: cut.style_name,
    }
    for record in list(names.names):
        if record.nameID in (1, 2, 3, 4, 6, 16, 17, 25):
            names.removeNames(nameID=record.nameID)
    for name_id, value in records.items():
        names.setName(value, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = cut.weight


def write_widths() -> None:
    """The advance widths of Skolbank Sans, which place labels without drawing them first."""
    tables = {}
    for weight in (400, 600):
        font = TTFont(HERE / f"SkolbankSans-{weight}.ttf")
        metrics = font["hmtx"]
        tables[str(weight)] = {
            chr(code): metrics[name][0] for code, name in sorted(font.getBestCmap().items())
        }
    text = json.dumps(tables, ensure_ascii=False, separators=(",", ":"))
    (HERE / "widths.json").write_text(text + "\n", "utf-8")


def main() -> None:
    """Makes all cuts and lays the licences beside them."""
    for cut in CUTS:
        make(cut)
    write_widths()
    for name, package in (("Sans", "fontpkg_source_sans_3"), ("Serif", "fontpkg_source_serif_4")):
        shutil.copyfile(source_folder(package) / "LICENSE", HERE / f"OFL-{name}.txt")
    for path in sorted(HERE.glob("*.woff2")):
        print(path.name, path.stat().st_size, path.with_suffix(".ttf").stat().st_size)


if __name__ == "__main__":
    main()

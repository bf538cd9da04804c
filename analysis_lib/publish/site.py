"""``skolbank publish``: the pages of the public site, written whole, shown by one pointer (publish floor).

Every address on a page is relative, so the site works from a folder and under a sub-path, and no page asks
another host for anything. An earlier edition of the site stays beside the new one.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import jinja2
from markupsafe import Markup

from analysis_lib import text
from analysis_lib.batch.files import sha256_of
from analysis_lib.errors import SkolbankError
from analysis_lib.present.html import block_html, slug
from analysis_lib.present.landscape import landscape_svg
from analysis_lib.present.publication import publication_table
from analysis_lib.publish.contents import Contents, Paper, as_json, gather
from analysis_lib.publish.fragment import write_fragment
from analysis_lib.report.document import read_document
from analysis_lib.report.forms import FORMS
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.whole_files import sync_folder
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

EDITIONS, POINTER = "utgavor", "aktuell"
_RECORD = "innehall.json"


@dataclass(frozen=True)
class Published:
    """Where the site lies, and whether anything was new."""

    pointer: Path
    edition: Path
    pages: int
    documents: int
    is_new: bool


def publish_site(
    workspace: Workspace,
    seminars: tuple[str, ...],
    target: Path,
    *,
    url: str = "",
    today: datetime.date | None = None,
) -> Published:
    """Makes the site of these public seminars under ``target`` and points at it when every file is whole."""
    day = today or datetime.date.today()
    contents = gather(workspace, seminars, today=day)
    name = f"{day.isoformat()}-{contents.fingerprint()[:8]}"
    edition = target / EDITIONS / name
    same = _same(target, contents)
    if same is not None:
        return Published(target / POINTER, same, *_counts(same), is_new=False)
    part = edition.with_name(f".{name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        _Site(workspace, contents, part, url, day).write()
        (part / _RECORD).write_text(
            json.dumps({"fingerprint": contents.fingerprint(), **json.loads(as_json(contents))}), "utf-8"
        )
        part.replace(edition)
    except OSError as error:
        raise _cannot(error, target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _point(target, edition)
    return Published(target / POINTER, edition, *_counts(edition), is_new=True)


class _Site:
    """One edition of the site while it is written."""

    def __init__(
        self, workspace: Workspace, contents: Contents, folder: Path, url: str, day: datetime.date
    ) -> None:
        self.workspace, self.contents, self.folder = workspace, contents, folder
        self.url, self.day = url.rstrip("/"), day
        places = [str(place) for place in workspace.layered("templates", "site")]
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(places), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self.pages: list[tuple[str, str]] = []

    def write(self) -> None:
        """All pages, documents, fragments and the search index."""
        self._look()
        for paper in self.contents.papers:
            for ending, source in paper.files.items():
                self._copy(source, paper.place(ending))
        self._page("index.html", "start.html.j2", self.contents.settings.authority_name, **self._start())
        for area, units in self.contents.areas.items():
            named = _by_name(units)
            self._page(f"omrade/{slug(area)}/index.html", "area.html.j2", area, units=named)
            for unit in named:
                self._unit(unit.code, unit.name, area)
        self._page("dokument/index.html", "archive.html.j2", "Dokument", **self._archive())
        self._page("sok/index.html", "search.html.j2", "Sök")
        self._page("tillganglighet/index.html", "accessibility.html.j2", "Tillgänglighetsredogörelse")
        self._search_index()
        self._sitemap()

    def _start(self) -> dict[str, Any]:
        areas = [
            {"name": area, "slug": slug(area), "units": _by_name(units)}
            for area, units in sorted(self.contents.areas.items(), key=lambda item: text.sort_key(item[0]))
        ]
        papers = self.contents.about(self.contents.settings.municipality_code)
        own = [self._told(paper, "") for paper in papers]
        newest = max((paper.made for paper in self.contents.papers), default=self.day.isoformat())
        told = {"newest": text.date(datetime.date.fromisoformat(newest)), **_opening(papers)}
        return {"areas": areas, "own": own, **told}

    def _unit(self, code: str, name: str, area: str) -> None:
        papers = self.contents.about(code)
        target = f"enhet/{code}/index.html"
        documents = [self._told(paper, "../../") for paper in papers]
        place = {"area": area, "area_slug": slug(area), "code": code}
        self._page(target, "unit.html.j2", name, documents=documents, **place, **_opening(papers))
        for paper in papers:
            if "html" in paper.files:
                fragment = self.folder / "enhet" / code / f"{paper.report}-fragment.html"
                link = f"{paper.seminar.id}/{paper.code}/{paper.report}.html"
                write_fragment(paper.files["html"].with_suffix(".ipynb"), fragment, link=link)

    def _archive(self) -> dict[str, Any]:
        matrix = publication_table(self.contents.matrix)
        archive = self.contents.archive
        return {
            "matrix": Markup(block_html(matrix.kind, matrix.data)),
            "statistics": [self._told(paper, "../") for paper in self._in_order()],
            "register_statistics": [each.entry for each in archive.statistics],
            "documents": [each.entry for each in archive.documents if not each.entry.series],
            "answers": self.contents.answers,
        }

    def _in_order(self) -> list[Paper]:
        """The huvudman's papers first, then the units' in Swedish order."""
        units = self.contents.units
        return sorted(
            self.contents.papers,
            key=lambda p: (
                p.code in units,
                text.sort_key(units[p.code].name if p.code in units else ""),
                p.report,
            ),
        )

    def _told(self, paper: Paper, up: str) -> dict[str, Any]:
        unit = self.contents.units.get(paper.code)
        return {
            "title": paper.title,
            "name": unit.name if unit else self.contents.settings.authority_name,
            "school_year": paper.school_year,
            "made": text.date(datetime.date.fromisoformat(paper.made)),
            "edition": paper.seminar.edition,
            "links": [
                {"href": f"{up}{paper.place(ending)}", "word": FORMS[ending].words} for ending in paper.files
            ],
        }

    def _page(self, target: str, template: str, title: str, **more: Any) -> None:
        up = "../" * target.count("/")
        page = self.environment.get_template(template).render(
            title=title,
            up=up,
            settings=self.contents.settings,
            band=Markup(landscape_svg(more.get("code") or self.contents.settings.municipality_code)),
            day=text.date(self.day),
            is_start=target == "index.html",
            **more,
        )
        path = self.folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page + "\n", "utf-8")
        self.pages.append((target, title))

    def _look(self) -> None:
        root = builtin_root() / "templates"
        fonts = self.folder / "utseende"
        fonts.mkdir(parents=True)
        for font in sorted((root / "fonts").glob("*.woff2")):
            self._copy(font, f"utseende/{font.name}")
        sheets = [root / "report" / name for name in ("skolbank.css", "index.css")] + [
            root / "site" / "site.css"
        ]
        style = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
        (fonts / "skolbank.css").write_text(style.replace("../fonts/", ""), "utf-8")
        self._copy(root / "site" / "sok.js", "utseende/sok.js")

    def _search_index(self) -> None:
        """Names and titles only: a search index is a publication too."""
        rows = [{"t": title, "h": target, "s": "Sida"} for target, title in self.pages]
        for paper in self.contents.papers:
            told = self._told(paper, "")
            words = f"{told['name']}: {paper.title} {paper.school_year}"
            rows += [{"t": words, "h": link["href"], "s": link["word"]} for link in told["links"][:1]]
        body = json.dumps(rows, ensure_ascii=False).replace("</", "<\\/")
        (self.folder / "utseende" / "index.js").write_text(f"window.SKOLBANK_INDEX = {body};\n", "utf-8")

    def _sitemap(self) -> None:
        """Only with an address to give: a sitemap holds whole addresses."""
        if not self.url:
            return
        places = [target for target, _ in self.pages]
        places += [paper.place("html") for paper in self.contents.papers if "html" in paper.files]
        day = f"<lastmod>{self.day.isoformat()}</lastmod>"
        addresses = [escape(f"{self.url}/{place}".removesuffix("index.html")) for place in places]
        lines = "".join(f"<url><loc>{address}</loc>{day}</url>\n" for address in addresses)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        (self.folder / "sitemap.xml").write_text(
            f'{head}<urlset xmlns="{space}">\n{lines}</urlset>\n', "utf-8"
        )

    def _copy(self, source: Path, target: str) -> None:
        path = self.folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        if sha256_of(path) != sha256_of(source):
            raise OSError(5, "copied file differs", str(path))


def _opening(papers: Sequence[Paper]) -> dict[str, str]:
    """What the first document with findings opens with: its standfirst and its sentences."""
    for paper in papers:
        if "html" not in paper.files:
            continue
        document = read_document(json.loads(paper.files["html"].with_suffix(".ipynb").read_text("utf-8")))
        found, head = document.first("findings"), document.first("masthead")
        if found:
            told = str(head.data.get("standfirst") or "") if head else ""
            return {"standfirst": told, "findings": Markup(block_html("findings", found.data))}
    return {}


def _by_name(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda each: (text.sort_key(each.name), each.code))


def _same(target: Path, contents: Contents) -> Path | None:
    """The edition that is shown now, when it holds exactly the same."""
    place = target / POINTER / _RECORD
    try:
        told = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return place.parent.resolve() if told.get("fingerprint") == contents.fingerprint() else None


def _point(target: Path, edition: Path) -> None:
    """Switches the pointer in one step; where links are not to be had, a copy takes the place."""
    sync_folder(edition.parent)
    pointer, fresh = target / POINTER, target / f".{POINTER}.{os.getpid()}"
    try:
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(EDITIONS) / edition.name, target_is_directory=True)
        fresh.replace(pointer)
    except OSError:
        shutil.copytree(edition, fresh)
        before = target / f".{POINTER}.before"
        shutil.rmtree(before, ignore_errors=True)
        if pointer.exists():
            pointer.replace(before)
        fresh.replace(pointer)
        shutil.rmtree(before, ignore_errors=True)
    page = (builtin_root() / "templates" / "site" / "pointer.html").read_text("utf-8")
    (target / "index.html").write_text(page.replace("POINTER", POINTER), "utf-8")


def _counts(edition: Path) -> tuple[int, int]:
    documents = [path for path in (edition / "dokument").rglob("*") if path.is_file()]
    return sum(1 for _ in edition.rglob("index.html")), len(documents) - 1


def _cannot(error: OSError, target: Path) -> SkolbankError:
    return SkolbankError(
        "publish-not-written",
        "Webbplatsen gick inte att skriva; den förra utgåvan står kvar",
        where=target.name,
        remedy="Kontrollera att mappen går att skriva i och att disken inte är full.",
        exit_status=1,
    )

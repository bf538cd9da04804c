"""What the server keeps between requests: editions, the access list, drawn pages (floor 8).

A page is drawn once per scope and state and then comes from memory; so nobody who only reads costs a kernel,
or another drawing.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis_lib.dashboards import extract
from analysis_lib.dashboards.access import AccessList, Person, Rights, rights_of
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.pages import PAGES, Card, NotAllowed, State
from analysis_lib.dashboards.register_pages import register_cards
from analysis_lib.dashboards.results import results_cards
from analysis_lib.dashboards.runs import Runs
from analysis_lib.dashboards.shell import Drawn, draw
from analysis_lib.register import Register, open_register
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.self_rating import SelfRating, load_self_ratings
from analysis_lib.vocabulary.settings import CIRCLES, Audience
from analysis_lib.vocabulary.workspace import Workspace

RESULT_PAGES = ("lage", "arskullar", "betyg", "jamfor")
MIXED_PAGES = ("roster",)  # figures that are kept, and words that are read each time
_FRESH = 60.0  # seconds between looks for new numbers
_MOST_PAGES = 2000
_GIVING_WAY = 0.02  # seconds between pages drawn ahead, so that one who waits for a page comes before
_Key = tuple[str, str, State]  # the edition, the scope and the state of a page


@dataclass(frozen=True)
class Shown:
    """The cards of a page, as blocks for downloading and drawn for showing."""

    cards: tuple[Card, ...]
    drawn: tuple[Drawn, ...]


class Desk:
    """One workspace's dashboards; safe to ask from several threads."""

    def __init__(
        self, workspace: Workspace, *, seminar: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.workspace = workspace
        self.seminar = seminar or extract.newest_seminar(Catalog(workspace))
        self.people = AccessList(workspace)
        self.log = AccessLog(workspace)
        self.clock = clock
        self._lock = threading.RLock()
        self._looking: Mapping[str, threading.Lock] = {name: threading.Lock() for name in CIRCLES}
        self._drawing = threading.Lock()  # one page at a time; nobody waits for it who asks for a kept page
        self._editions: dict[Audience, tuple[float, Edition]] = {}
        self._pages: OrderedDict[_Key, Shown] = OrderedDict()
        self._noted: OrderedDict[_Key, None] = OrderedDict()
        self._register: Register | None = None
        self.runs = Runs(workspace)
        os.environ.setdefault("SKOLBANK_CHART_CACHE", str(workspace.work / "charts"))

    def edition(self, audience: Audience) -> Edition:
        """The certified release for a circle, looked for again at most once a minute."""
        with self._looking[audience]:  # one circle's new numbers keep nobody else waiting
            made, edition = self._editions.get(audience, (-_FRESH, None))
            if edition is None or self.clock() - made > _FRESH:
                edition = extract.open_edition(self.workspace, self.seminar, audience, before=edition)
                self._editions[audience] = (self.clock(), edition)
            return edition

    def rights(self, person: Person) -> Rights:
        """What a person may see, from the list as it stands now."""
        edition = self.edition("board" if person.role == "nämnd" else "internal")
        return rights_of(person, edition.prepared.units, edition.catalog.groups)

    def show(self, state: State, rights: Rights) -> Shown:
        """The cards of a page for a viewer's scope; those about results are kept."""
        edition = self.edition(rights.audience)
        kept = self._results(state, rights, edition) if state.page in (*RESULT_PAGES, *MIXED_PAGES) else None
        if kept is not None and state.page in RESULT_PAGES:
            return kept
        cards = register_cards(state, rights, edition, self.register, self.instruments)
        with self._drawing:
            fresh = Shown(tuple(cards), tuple(draw(cards, state)))
        return fresh if kept is None else Shown(kept.cards + fresh.cards, kept.drawn + fresh.drawn)

    def _results(self, state: State, rights: Rights, edition: Edition) -> Shown:
        """The cards about results, drawn once for each scope and state."""
        key = (edition.key, rights.scope, state)
        found = self._kept(key)
        if found is None:
            with self._drawing:
                found = self._kept(key)  # another may have drawn it meanwhile
                if found is None:
                    cards = results_cards(state, rights, edition)
                    found = Shown(tuple(cards), tuple(draw(cards, state)))
                    self._keep(key, found)
        return found

    def note(self, state: State, rights: Rights) -> None:
        """Writes down the marks of a page that a kernel has drawn, so that they can be traced."""
        edition = self.edition(rights.audience)
        key = (edition.key, rights.scope, state)
        with self._drawing:
            if key in self._pages or key in self._noted:
                return
            results_cards(state, rights, edition)
            self._noted[key] = None
            while len(self._noted) > _MOST_PAGES:
                self._noted.popitem(last=False)

    def _kept(self, key: _Key) -> Shown | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def _keep(self, key: _Key, shown: Shown) -> None:
        with self._lock:
            self._pages[key] = shown
            while len(self._pages) > _MOST_PAGES:
                self._pages.popitem(last=False)

    def warm(self, is_over: Callable[[], bool] = lambda: False) -> int:
        """Draws each person's usual pages ahead of the first visit; gives the number of pages."""
        count = 0
        for person in self.people.people().values():
            rights = self.rights(person)
            edition = self.edition(rights.audience)
            for page in [each for each in RESULT_PAGES if rights.may_open(each) and not is_over()]:
                with contextlib.suppress(NotAllowed):
                    self.show(read_state(PAGES[page], {}, rights, edition), rights)
                    count += 1
                time.sleep(_GIVING_WAY)
        return count

    @property
    def register(self) -> Register:
        with self._lock:
            if self._register is None:
                self._register = open_register(self.workspace)
            return self._register

    @property
    def instruments(self) -> Mapping[str, SelfRating]:
        return load_self_ratings(self.workspace)

    def instruments_for(self, rights: Rights) -> dict[str, SelfRating]:
        """The instruments made for the school forms of the viewer's units."""
        units = self.edition(rights.audience).prepared.units
        forms = {form for code in rights.units for form in units[code].school_forms}
        known = self.instruments.items()
        return {name: one for name, one in known if not one.school_forms or forms & set(one.school_forms)}

    def close(self) -> None:
        """Lets go of the register."""
        if self._register is not None:
            self._register.close()

"""The addresses that write: save a measure, a step or a rating, and take the latest back (floor 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from tornado.web import HTTPError

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.entry_pages import (
    SIGN_OFF,
    STEPS_OF,
    measure_names,
    season_now,
)
from analysis_lib.dashboards.forms import Faults, as_answers, as_faults, read_entry
from analysis_lib.dashboards.more_entries import UNDO
from analysis_lib.dashboards.more_writing import save_answers, save_choice, save_promise
from analysis_lib.dashboards.pages import PAGES, NotAllowed, State
from analysis_lib.dashboards.shell import Frame
from analysis_lib.dashboards.views import Show
from analysis_lib.dashboards.writing import save_entry, save_ratings, undo
from analysis_lib.errors import SkolbankError
from analysis_lib.register import RegisterConflict
from analysis_lib.register.kinds.documents import SignOff
from analysis_lib.register.kinds.measures import Measure

CHOICE_PAGES = ("lage", "arskullar", "betyg", "roster", "atgarder", "jamfor")
Save = Callable[[Mapping[str, str], Rights, State], str]


class Write(Show):
    """A page that is both shown and written to."""

    async def post(self, page_id: str) -> None:
        rights = await self.need_rights()
        if rights is None:
            return
        if page_id == "korningar":
            await self._start(rights)
            return
        given = self._given()
        name = given.get("form", "")
        if (page_id, name) not in self._savers:
            raise HTTPError(405)
        unit = given.get("unit", "")
        state = await self._state(page_id, given, rights)
        save = self._savers[page_id, name]
        try:
            told = await self.run(save, given, rights, state)
        except NotAllowed:
            self.refuse(f"skriva {page_id}")
            return
        except Faults as faults:
            await self._again(state, rights, given, faults, 400)
            return
        except RegisterConflict as conflict:
            words = (
                f"{conflict.what}. Det du skrev finns kvar nedan. Läs den nya versionen i listan, "
                "och spara igen om ditt ska gälla i stället."
            )
            await self._again(state, rights, given, Faults({"#": words}), 409)
            return
        except SkolbankError as fault:
            await self._again(state, rights, given, as_faults(fault), 400)
            return
        self.note("write", f"{page_id} {unit or 'hela'}")
        here = state.query(thing="", promise="")
        self.redirect(f"/{page_id}?{here}{'&' if here else ''}told={told}", status=303)

    @property
    def _savers(self) -> dict[tuple[str, str], Save]:
        """What each form of each page saves with."""
        chosen = {(page, "valj"): self._choice for page in CHOICE_PAGES}
        return {
            ("atgarder", ""): self._measure,
            ("atgarder", "lofte"): self._promise,
            ("arshjul", ""): self._step,
            ("arshjul", "svar"): self._answers,
            ("sjalvskattning", ""): self._rating,
            **chosen,
        }

    async def _start(self, rights: Rights) -> None:
        """Starts a round, for a strateg only."""
        if not rights.may_write("run", ""):
            self.refuse("starta körning")
        given, runs = self._given(), self.desktop.desk.runs
        is_audit = given.get("form", "") == "granska"
        seminar = given.get("audited" if is_audit else "seminar", "")
        self.note("audit" if is_audit else "run", f"{seminar[:40]}")
        try:
            (runs.audits if is_audit else runs).start(seminar)
        except SkolbankError as fault:
            edition = await self.run(self.desktop.desk.edition, rights.audience)
            state = read_state(PAGES["korningar"], {}, rights, edition)
            await self._again(state, rights, {}, as_faults(fault), 409)
            return
        self.redirect(f"/korningar?told={'granskas' if is_audit else 'startad'}", status=303)

    async def _state(self, page_id: str, given: Mapping[str, str], rights: Rights) -> State:
        names = PAGES[page_id].choices
        asked = {name: [given[name]] for name in names if given.get(name)}
        unit = given.get("unit", "")
        if not rights.may_open(page_id) or not rights.may_see(unit):
            self.refuse(f"skriva {page_id}")
        edition = await self.run(self.desktop.desk.edition, rights.audience)
        titles = {name: one.title for name, one in self.desktop.desk.instruments_for(rights).items()}
        return read_state(PAGES[page_id], asked, rights, edition, instruments=titles)

    def _given(self) -> dict[str, str]:
        return {
            name: values[-1].decode("utf-8", "replace")
            for name, values in self.request.body_arguments.items()
            if len(name) <= 80
        }

    def _measure(self, given: Mapping[str, str], rights: Rights, state: State) -> str:
        register, thing = self.desktop.desk.register, state.thing
        if not rights.may_write("measure", state.unit):
            raise NotAllowed
        fixed: dict[str, str] = {}
        if thing:
            history = register.history(thing)
            if not history or history[-1].kind != "measure" or history[-1].unit != state.unit:
                raise NotAllowed
            fixed = {
                k: v for k, v in as_answers(history[-1].entry).items() if v and k not in measure_names(thing)
            }
        entry = read_entry(Measure, measure_names(thing), given, **fixed)
        expected = given.get("expected", "")
        save_entry(register, rights, entry, unit=state.unit, thing=thing, expected=expected)
        return "sparat"

    def _step(self, given: Mapping[str, str], rights: Rights, state: State) -> str:
        if given.get("step") not in STEPS_OF.get(rights.person.role, ()):
            raise NotAllowed
        entry = read_entry(SignOff, SIGN_OFF, given)
        save_entry(self.desktop.desk.register, rights, entry, unit=state.unit)
        return "sparat"

    def _rating(self, given: Mapping[str, str], rights: Rights, state: State) -> str:
        desk = self.desktop.desk
        instrument = desk.instruments[state.instrument]
        count = save_ratings(
            desk.register,
            rights,
            instrument,
            given,
            unit=state.unit,
            team=state.team,
            season=season_now(),
        )
        return "sparat" if count else "oandrat"

    def _promise(self, given: Mapping[str, str], rights: Rights, state: State) -> str:
        return save_promise(self.desktop.desk.register, rights, given, state)

    def _answers(self, given: Mapping[str, str], rights: Rights, state: State) -> str:
        desk = self.desktop.desk
        return save_answers(desk.register, rights, given, state, desk.edition(rights.audience))

    def _choice(self, given: Mapping[str, str], rights: Rights, state: State) -> str:
        desk = self.desktop.desk
        return save_choice(desk.register, rights, given, state, desk.edition(rights.audience))

    async def _again(
        self, state: State, rights: Rights, given: Mapping[str, str], faults: Faults, status: int
    ) -> None:
        """The page once more, with what was written and what is wrong; nothing has been saved."""
        self.set_status(status)
        shown = await self.run(self.desktop.desk.show, state, rights)
        await self.show_page(state, rights, list(shown.drawn), Frame(), given=given, faults=faults)


class Undo(Write):
    """Takes the latest version of a thing back with one more version."""

    async def post(self, page_id: str) -> None:
        rights = await self.need_rights()
        if rights is None:
            return
        given = self._given()
        known = UNDO.get(page_id, ())
        kind = given.get("kind", "") or next(iter(known), "")
        if kind not in known:
            raise HTTPError(404)
        unit, thing = given.get("unit", ""), given.get("thing", "")
        how = {"unit": unit, "thing": thing, "expected": given.get("expected", "")}
        state = await self._state(page_id, {"unit": unit}, rights)
        try:
            await self.run(lambda: undo(self.desktop.desk.register, rights, kind, **how))
        except NotAllowed:
            self.refuse(f"ångra {page_id}")
            return
        except RegisterConflict as conflict:
            await self._again(state, rights, {}, Faults({"#": str(conflict.what)}), 409)
            return
        self.note("undo", f"{page_id} {kind} {unit or 'hela'}")
        self.redirect(f"/{page_id}?{urlencode({'unit': unit, 'told': 'angrat'})}", status=303)

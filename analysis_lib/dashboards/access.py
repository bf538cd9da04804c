"""Who may log in to the dashboards, and what each role may see and write (floor 8).

The list lies in ``params/access/users.yaml``, for its owner only, with one scrypt hash per person. What a
viewer sees follows from this list alone, never from an address, a header or a cookie; what is not allowed
here is denied.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analysis_lib.errors import EXIT_PARTIAL, SkolbankError, did_you_mean
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.snapshots.log import locked
from analysis_lib.vocabulary.settings import Audience, Group, Unit
from analysis_lib.vocabulary.whole_files import write_private
from analysis_lib.vocabulary.workspace import Workspace

Role = Literal["strateg", "skolchef", "ledningsgrupp", "rektor", "arbetslag", "nämnd"]
ROLES: tuple[str, ...] = get_args(Role)
ROLE_WORDS = {
    "strateg": "Utbildningsstrateg",
    "skolchef": "Skolchef",
    "ledningsgrupp": "Ledningsgrupp",
    "rektor": "Rektor",
    "arbetslag": "Arbetslag",
    "nämnd": "Nämnd",
}
LEAST_PASSWORD = 10
_WHOLE = ("strateg", "skolchef", "nämnd")
_PAGES: dict[str, tuple[str, ...]] = {
    "lage": ("strateg", "skolchef", "ledningsgrupp", "rektor", "nämnd"),
    "arskullar": ("strateg", "skolchef", "ledningsgrupp", "rektor", "nämnd"),
    "betyg": ("strateg", "skolchef", "ledningsgrupp", "rektor"),
    "roster": ("strateg", "skolchef", "ledningsgrupp", "rektor"),
    "atgarder": ("strateg", "skolchef", "ledningsgrupp", "rektor", "nämnd"),
    "jamfor": ("strateg", "skolchef", "ledningsgrupp", "nämnd"),
    "arshjul": ROLES,
    "sjalvskattning": ("rektor", "arbetslag"),
    "korningar": ("strateg",),
}
_WRITES: dict[str, tuple[str, ...]] = {
    "measure": ("strateg", "skolchef", "ledningsgrupp", "rektor"),
    "promise": ("strateg", "skolchef", "ledningsgrupp", "rektor"),
    "chosen_figure": ("strateg", "skolchef", "ledningsgrupp", "rektor"),
    "answer": ("ledningsgrupp", "rektor"),
    "sign_off": ("strateg", "skolchef", "ledningsgrupp", "rektor", "arbetslag"),
    "rating": ("rektor", "arbetslag"),
    "run": ("strateg",),
}
# scrypt with 16 MB of memory per try, about 50 ms on one core.
_COST, _BLOCK, _LANES = 2**14, 8, 1


class Person(BaseModel):
    """One who may log in: name, role, and the units or ledningsgrupper that the role is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-zåäöé0-9][a-zåäöé0-9._@-]{1,59}$")
    role: Role
    units: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    password: str = Field(default="", pattern=r"^(scrypt\$[0-9a-f]{32}\$[0-9a-f]{128})?$", repr=False)

    @field_validator("name")
    @classmethod
    def _is_no_personal_number(cls, name: str) -> str:
        if PERSONAL_NUMBER.search(name):
            raise ValueError("a personal number is no user name")
        return name

    @model_validator(mode="after")
    def _has_a_place(self) -> Person:
        if self.role not in _WHOLE and not (self.units or self.groups):
            raise ValueError("the role needs a unit or a group")
        return self


class _People(BaseModel):
    model_config = ConfigDict(extra="forbid")

    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Rights:
    """What one person may see and write, worked out on the server from the list and the units."""

    person: Person
    units: frozenset[str]
    whole: bool

    @property
    def audience(self) -> Audience:
        return "board" if self.person.role == "nämnd" else "internal"

    @property
    def scope(self) -> str:
        """What the pages may be about, as a key: two persons with the same key see the same pages."""
        told = f"{self.audience}|{self.whole}|{','.join(sorted(self.units))}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def may_open(self, page: str) -> bool:
        return self.person.role in _PAGES.get(page, ())

    def may_write(self, what: str, unit: str) -> bool:
        """Whether this kind of entry may be written about this unit (empty: the whole huvudman)."""
        return self.person.role in _WRITES.get(what, ()) and self.may_see(unit)

    def may_see(self, unit: str) -> bool:
        return unit in self.units if unit else self.whole


def rights_of(person: Person, units: Mapping[str, Unit], groups: Mapping[str, Group]) -> Rights:
    """The person's rights among the units there are; a unit or group that is gone gives nothing."""
    if person.role in _WHOLE:
        return Rights(person, frozenset(units), True)
    mine = {code for code in person.units if code in units}
    forms = {form for name in person.groups if name in groups for form in groups[name].school_forms}
    mine |= {code for code, unit in units.items() if forms & set(unit.school_forms)}
    return Rights(person, frozenset(mine), person.role == "ledningsgrupp" and bool(forms))


class AccessList:
    """``params/access/users.yaml`` of one workspace, read again when the file has changed."""

    def __init__(self, workspace: Workspace) -> None:
        self.path = workspace.params / "access" / "users.yaml"
        self._seen: tuple[int, int, int] | None = None
        self._people: dict[str, Person] = {}

    def people(self) -> dict[str, Person]:
        """Everybody by name; a list that others may read, or that is not whole, lets nobody in."""
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return {}
        seen = (state.st_mtime_ns, state.st_size, state.st_ino)
        if seen != self._seen:
            if state.st_mode & 0o077:
                raise SkolbankError(
                    "access-open",
                    "Listan över dem som får logga in kan läsas av andra",
                    where="params/access/users.yaml",
                    remedy="Kör chmod 600 params/access/users.yaml.",
                )
            self._people = _read(self.path)
            self._seen = seen
        return self._people

    def check(self, name: str, password: str) -> Person | None:
        """The person when the password is right; takes equally long for a name that does not exist."""
        person = self.people().get(name)
        known = person.password if person else ""
        is_right = _is_right(password, known or _NOBODY)
        return person if person and known and is_right else None

    def add(self, person: Person, password: str) -> bool:
        """Puts a person on the list, or in the place of the one of that name; true when new.

        An empty password is for those who log in through the municipality's own proxy.
        """
        if password and len(password) < LEAST_PASSWORD:
            raise SkolbankError(
                "password-short",
                f"Lösenordet är kortare än {LEAST_PASSWORD} tecken",
                remedy="Välj ett längre, till exempel fyra ord efter varandra.",
            )
        hashed = hash_password(password) if password else ""
        with self._changing() as people:
            is_new = person.name not in people
            people[person.name] = person.model_copy(update={"password": hashed})
        return is_new

    def remove(self, name: str) -> None:
        """Takes a person off the list; an open session of theirs ends with the next click."""
        with self._changing() as people:
            if name not in people:
                raise SkolbankError(
                    "person-unknown",
                    "Namnet finns inte på listan",
                    where="params/access/users.yaml",
                    remedy=did_you_mean(name, people) or "Se skolbank access list.",
                )
            del people[name]

    def _changing(self) -> _Changing:
        return _Changing(self.path)


class _Changing:
    """The list, locked while it is changed and written whole, for its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> dict[str, Person]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.parent.chmod(0o700)
        self._lock = locked(self.path.parent / ".lock")
        self._lock.__enter__()
        try:
            self.people = _read(self.path) if self.path.is_file() else {}
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self.people

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                _write(self.path, self.people.values())
        finally:
            self._lock.__exit__(None, None, None)


def make_person(
    name: str,
    role: str,
    *,
    unit: Iterable[str] = (),
    group: Iterable[str] = (),
    units: Mapping[str, Unit],
    groups: Mapping[str, Group],
) -> Person:
    """A person as ``skolbank access add`` describes them; raises SkolbankError for what does not exist."""
    if role not in ROLES:
        remedy = did_you_mean(role, ROLES) or f"Det finns: {', '.join(ROLES)}."
        raise SkolbankError("role-unknown", f"Rollen {role[:40]} finns inte", remedy=remedy)
    for code, known, word in [(u, units, "Enheten") for u in unit] + [(g, groups, "Gruppen") for g in group]:
        if code not in known:
            remedy = did_you_mean(code, known) or "Se params/units.yaml och params/groups.yaml."
            raise SkolbankError("scope-unknown", f"{word} {code[:40]} finns inte", remedy=remedy)
    given = {"name": name.strip().casefold(), "role": role, "units": tuple(unit), "groups": tuple(group)}
    try:
        return Person.model_validate(given)
    except ValidationError as fault:
        is_name = any(error["loc"] == ("name",) for error in fault.errors())
        raise SkolbankError(
            "person-invalid",
            "Namnet går inte att använda" if is_name else f"Rollen {role} behöver en enhet eller grupp",
            remedy="Ett namn har 2–60 bokstäver, siffror, punkter och bindestreck, aldrig personnummer."
            if is_name
            else "Ange --unit KOD eller --group KOD.",
        ) from None


def hash_password(password: str) -> str:
    """``scrypt$salt$hash`` in hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def _is_right(password: str, hashed: str) -> bool:
    _, salt, wanted = hashed.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(wanted))


def _scrypt(password: str, salt: bytes) -> bytes:
    given = password.encode("utf-8", "surrogatepass")[:1024]
    return hashlib.scrypt(given, salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=64)


_NOBODY = f"scrypt${'0' * 32}${'0' * 128}"


def _read(path: Path) -> dict[str, Person]:
    try:
        document = yaml.safe_load(path.read_text("utf-8")) or {}
        people = _People.model_validate(document).people
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError):
        raise SkolbankError(
            "access-unreadable",
            "Listan över dem som får logga in går inte att läsa",
            where="params/access/users.yaml",
            remedy="Ingen släpps in förrän den är rättad. Lägg till personer med skolbank access add.",
            exit_status=EXIT_PARTIAL,
        ) from None
    return {person.name: person for person in people}


def _write(path: Path, people: Iterable[Person]) -> None:
    lines = [person.model_dump(mode="json") for person in sorted(people, key=lambda each: each.name)]
    body = yaml.safe_dump({"people": lines}, allow_unicode=True, sort_keys=False)
    write_private(path, body)

"""Who may be registered twice: candidates found through indexes, compared one with another.

    like(connection, keyring, "RS-2011", person)        # before somebody is registered
    alike(connection, row)                              # of a registration that is there

A candidate has the same birth date (or day and month swapped), the same folded name, the same
phone, e-mail address or national number: never is everybody compared with everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection, Row, Select, select

from services.trainings.people.finding import PEOPLE_REACHED, email_index, phone_index
from services.trainings.people.likeness import WORTH_A_LOOK, Compared, Traits, compare, swapped
from services.trainings.people.projecting import number_index
from services.trainings.tables import REGISTRATIONS
from shared.language.folding import fold
from shared.privacy.keyring import Keyring

CANDIDATES_MAX: Final = 200
"""Registrations that are compared with one, of each index at most."""

_COMPARED: Final = (
    *(REGISTRATIONS.c[name] for name in ("registration_id", "person_id", "name_folded")),
    *(REGISTRATIONS.c[name] for name in ("birth_date", "municipality", "sex", "number_index")),
    PEOPLE_REACHED.c.phone_index,
    PEOPLE_REACHED.c.email_index,
)


class Somebody(Protocol):
    """Who is about to be registered, as ``handling.NewPerson``."""

    @property
    def full_name(self) -> str: ...
    @property
    def birth_date(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def municipality(self) -> str: ...
    @property
    def jmbg(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...


class Near(NamedTuple):
    """A registration that may be of the same person as another, without what it says."""

    registration_id: str
    person_id: str
    compared: Compared
    same_number: bool


@dataclass(frozen=True)
class Likeness:
    """A registration that may be of the same person. ``same_number``: it certainly is.

    reasons: keys of ``likeness.REASONS``; score: 0 to 100, and 100 for the same number.
    """

    row: Row[Any]
    score: int
    reasons: tuple[str, ...]
    by_rule: bool
    same_number: bool = False


def like(
    connection: Connection, keyring: Keyring, programme: str, person: Somebody
) -> list[Likeness]:
    """Registrations of a programme that may be this person's, the likeliest first.

    Those with the same national number come before all others. The caller says who may see them.
    """
    traits = Traits(
        fold(person.full_name),
        person.birth_date,
        fold(person.municipality),
        person.sex,
        number_index(keyring, person.jmbg),
        phone_index(keyring, person.phone, person.country),
        email_index(keyring, person.email),
    )
    near = _compared(connection, programme, traits, but="")
    whole = select(REGISTRATIONS).where(
        REGISTRATIONS.c.registration_id.in_([one.registration_id for one in near])
    )
    rows = {row.registration_id: row for row in connection.execute(whole)} if near else {}
    return [
        Likeness(
            rows[one.registration_id],
            one.compared.score,
            one.compared.reasons,
            one.compared.by_rule,
            same_number=one.same_number,
        )
        for one in near
        if one.registration_id in rows
    ]


def alike(connection: Connection, row: Row[Any]) -> list[Near]:
    """Other registrations of the programme that may be of the same person, the likeliest first."""
    query = select(PEOPLE_REACHED).where(PEOPLE_REACHED.c.registration_id == row.registration_id)
    reached = connection.execute(query).first()
    if row.name_folded is None:
        return []
    return _compared(connection, row.programme, traits_of(row, reached), but=row.registration_id)


def traits_of(row: Row[Any], reached: Row[Any] | None) -> Traits:
    """By what a registration is compared."""
    return Traits(
        row.name_folded or "",
        row.birth_date or "",
        fold(row.municipality),
        row.sex,
        row.number_index,
        reached.phone_index if reached is not None else None,
        reached.email_index if reached is not None else None,
    )


def _compared(connection: Connection, programme: str, traits: Traits, *, but: str) -> list[Near]:
    found = []
    for row in _candidates(connection, programme, traits):
        if row.registration_id == but:
            continue
        known = traits_of(row, row)
        compared = compare(traits, known)
        same = traits.number is not None and traits.number == known.number
        if same:
            compared = Compared(100, compared.reasons, by_rule=False)
        if compared.score >= WORTH_A_LOOK:
            found.append(Near(row.registration_id, row.person_id, compared, same))
    return sorted(
        found, key=lambda one: (not one.same_number, -one.compared.score, one.registration_id)
    )


def _candidates(connection: Connection, programme: str, traits: Traits) -> Sequence[Row[Any]]:
    r, reached = REGISTRATIONS.c, PEOPLE_REACHED.c
    ids: set[str] = set()
    for query in _questions(programme, traits):
        ids.update(row[0] for row in connection.execute(query.limit(CANDIDATES_MAX)))
    query = (
        select(*_COMPARED)
        .outerjoin(PEOPLE_REACHED, reached.registration_id == r.registration_id)
        .where(r.registration_id.in_(ids), r.programme == programme, r.name_folded.is_not(None))
    )
    return connection.execute(query).all() if ids else []


def _questions(programme: str, traits: Traits) -> list[Select[Any]]:
    """Each answered by an index."""
    r, reached = REGISTRATIONS.c, PEOPLE_REACHED.c
    here = select(r.registration_id).where(r.programme == programme)
    questions = []
    if traits.birth_date:
        days = {traits.birth_date, swapped(traits.birth_date)}
        born = here.where(r.birth_date.in_(sorted(days)))
        # Where many have one birthday, as where nobody knew it, those named alike come first.
        if traits.name:
            questions.append(born.where(r.name_folded == traits.name))
        questions.append(born)
    if traits.name:
        questions.append(here.where(r.name_folded == traits.name))
    if traits.number:
        questions.append(here.where(r.number_index == traits.number))
    for column, value in ((reached.phone_index, traits.phone), (reached.email_index, traits.email)):
        if value:
            questions.append(select(reached.registration_id).where(column == value))
    return questions

"""What people's routes do, for the JSON interface and the pages alike.

row = found("0192…", "trainings.people.confirm")
search = Search.of("0101 990 71500 0", state="unconfirmed")
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.people import handling, merging, views
from services.trainings.people.finding import email_index, phone_indexes
from services.trainings.people.handling import NewPerson
from services.trainings.people.national_number import LENGTH, examine, normalise
from services.trainings.people.projecting import number_index
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.searching import Place
from services.trainings.people.views import Direct, Listing, NumberSearch
from shared.access.matrix import Kind, sees_whole
from shared.access.reader import may
from shared.clock import day_in
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.mail_address import is_mail_address
from shared.web.access import ensure, signed_in
from shared.web.commands import Answer, receipt, service
from shared.web.language import say
from shared.web.pagination import PageRequest

READ: Final = "trainings.people.read"
READ_NUMBER: Final = "trainings.people.read_number"
RESOLVE: Final = "trainings.people.resolve"
_LIKE_A_NUMBER: Final = re.compile(rf"[0-9]{{{LENGTH - 2},}}")


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which people are looked for, in what the views take."""

    search: str = ""
    reference: str = ""
    direct: Direct | None = None
    state: str = ""

    @classmethod
    def of(cls, text: str, *, state: str = "", jmbg: str | None = None) -> Search:
        """By words of a name, a reference, phone, e-mail address or, for who may, national number.

        jmbg: a national number that was named as one. Raises Forbidden for who may not read it.
        """
        number, keyring = None, service().keyring
        if jmbg is not None:
            ensure(READ_NUMBER, None)
            number = jmbg
        elif like_a_number(text) and may(signed_in(), READ_NUMBER):
            number = text
        by = None
        if number is not None:
            # What is no number at all is nobody's.
            by = NumberSearch(number_index(keyring, number) or "", reach(READ_NUMBER))
        text = text.strip()
        if not text and by is None:
            return cls(state=state)
        direct = Direct(
            reference=text,
            phones=frozenset(phone_indexes(keyring, text)),
            email=email_index(keyring, text) if is_mail_address(text) else None,
            number=by,
        )
        return cls(search=text, direct=direct, state=state)

    def listing(self, connection: Connection, page: PageRequest) -> Listing:
        """The people found, a page of them and one more."""
        cursor = page.after(int, int, str)
        after = None if cursor is None else Place(cursor[0], cursor[1], identifier(cursor[2]))
        return views.listed(
            connection,
            reach(READ),
            search=self.search,
            reference=self.reference,
            direct=self.direct,
            state=self.state,
            after=after,
            limit=page.limit + 1,
        )


def day_of(text: str | None) -> date | None:
    """A day that is kept as text; None where it was erased or never known."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def like_a_number(text: str) -> bool:
    """Whether a text looks like a national number, whole or nearly so."""
    return bool(_LIKE_A_NUMBER.fullmatch(normalise(text)))


def refuse_number_in_address(text: str) -> None:
    """Raise Invalid when an address carries a national number, which logs and histories keep."""
    if like_a_number(text):
        raise Invalid(
            "number-in-address",
            N_("A national number may not stand in an address. Send it in the body of a search."),
        )


def found(registration_id: str, permission: str) -> Row[Any]:
    """A registration that the one who asks may see, and do this with; else Missing, Forbidden."""
    identifier(registration_id)
    with service().database.reading() as connection:
        row = views.registration(connection, reach(permission), registration_id)
        if row is None:
            row = views.registration(connection, reach(READ), registration_id)
    if row is None:
        raise not_found()
    ensure(permission, row.programme)
    return row


def shown(row: Row[Any]) -> dict[str, Any]:
    """A registration as the JSON interface shows it to the one who asks."""
    fields = row._asdict()
    fields["declared_roma"] = declared_shown(row)
    fields["consent_on"] = consent_shown(row)
    fields["number_masked"] = number_shown(row)
    return fields


def number_shown(row: Row[Any]) -> str | None:
    """The national number with all but its last digits covered, for who may read numbers."""
    return row.number_masked if may(signed_in(), READ_NUMBER, row.programme) else None


def warnings_of(jmbg: str | None, *, birth_date: str | None, sex: str) -> list[dict[str, str]]:
    """What about a national number deserves a second look, in words."""
    if not jmbg or not jmbg.strip():
        return []
    examination = examine(
        jmbg,
        birth_date=day_of(birth_date),
        sex=sex,
        today=day_in(service().clock.now(), DEFAULT_ZONE),
    )
    return [
        {"code": finding.code, "detail": say(finding.sentence, finding.facts)}
        for finding in examination.findings
    ]


def sees_declared(row: Row[Any]) -> bool:
    """Whether the one who asks may know what this person says of their origin.

    An officer does of their own cases: the people whom they registered. Source: domain.
    """
    reader = signed_in()
    own = row.registered_by == reader.account_id
    return sees_whole(reader, Kind.ethnicity, row.programme, own=own)


def declared_shown(row: Row[Any]) -> str | None:
    """What the person says of their origin, for who may know it."""
    return row.declared_roma if sees_declared(row) else None


def consent_shown(row: Row[Any]) -> date | None:
    """Since when there is a consent to that; that there is one tells of it as well."""
    since: date | None = row.consent_on if sees_declared(row) else None
    return since


def number_warnings(row: Row[Any]) -> list[dict[str, str]]:
    """What about a registration's national number deserves a second look; the number stays here."""
    with service().database.reading() as connection:
        number = views.full_number(service().store, connection, row.registration_id)
    return warnings_of(number, birth_date=row.birth_date, sex=row.sex)


def register(work: Work, *, by: str, person: NewPerson, location: str) -> Answer:
    """Register somebody; the answer says whose registration it is and what to look at again."""
    registration_id = handling.register(work, by=by, person=person)
    warnings = warnings_of(person.jmbg, birth_date=person.birth_date, sex=person.sex)
    return _registered(
        work, registration_id, warnings, status=201, location=f"{location}/{registration_id}"
    )


def correct(
    work: Work, *, by: str, registration_id: str, identity: handling.Identity, location: str = ""
) -> Answer:
    """Correct who somebody is; the answer is as when they are registered."""
    number = handling.correct(work, by=by, registration_id=registration_id, identity=identity)
    warnings = warnings_of(number, birth_date=identity.birth_date, sex=identity.sex)
    return _registered(work, registration_id, warnings, status=200, location=location)


def _registered(
    work: Work,
    registration_id: str,
    warnings: list[dict[str, str]],
    *,
    status: int,
    location: str,
) -> Answer:
    answer = receipt(work, REGISTRATION, registration_id, status=status, location=location)
    held = work.load(REGISTRATION, registration_id)
    answer.body.update(person_id=getattr(held, "person_id", ""), warnings=warnings)
    return answer


def new_person(given: dict[str, Any]) -> NewPerson:
    """Somebody to register, from what ``RegisterSchema`` read."""
    fields = {name: value for name, value in given.items() if name != "programme"}
    return NewPerson(**{**fields, "birth_date": given["birth_date"].isoformat()})


def identity(given: dict[str, Any]) -> handling.Identity:
    """Who somebody is, from what ``CorrectSchema`` read; a number left out stays as it is."""
    keeps = "jmbg" not in given
    fields = {"jmbg": None, **given, "birth_date": given["birth_date"].isoformat()}
    return handling.Identity(**fields, keeps_number=keeps)


def decide_duplicate(
    row: Row[Any], *, by: str, version: int, given: dict[str, Any], location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that says whether two registrations of one programme are of one person."""
    other = found(given["other_registration_id"], RESOLVE)
    if other.programme != row.programme:
        raise not_found()

    def handler(work: Work) -> Answer:
        work.expect(REGISTRATION, row.registration_id, version)
        merging.decide_duplicate(
            work,
            by=by,
            registration_id=row.registration_id,
            other_id=other.registration_id,
            same=given["same"],
            reason=given["reason"],
        )
        return receipt(work, REGISTRATION, row.registration_id, location=location)

    return handler

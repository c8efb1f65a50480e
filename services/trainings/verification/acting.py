"""What anybody learns of a certificate by its number and code, for the page and JSON alike.

    checked("RS-2026-000123", "a1b2c3d4e5f6", name="Mira Primer")
        -> Checked(state="valid", course_title="Starting a small business", name="confirmed", …)

Never the name: a name that is typed in is confirmed or not. A number that nobody has and a wrong
code are answered alike, with the same work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Row, select

from services.trainings.certificates.handling import days_of
from services.trainings.certificates.tables import VERSIONS
from services.trainings.certificates.views import Standing, standing
from services.trainings.verification.asking import Asked
from services.trainings.verification.limits import COUNTED, allowed
from shared.errors import Missing, TooMany
from shared.language.folding import fold
from shared.language.marking import N_
from shared.metrics import certificate_checks
from shared.web.client_address import client_address
from shared.web.commands import service

NAME_LENGTH_MAX: Final = 200
NameAnswer = Literal["confirmed", "not_confirmed", "not_confirmable"]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a document says and how it stands with it; ``version``: which one it is.

    replaced_on: since when a later version stands. minutes: length of the course.
    corrected_on: the day of this version, where it took the place of another one.
    """

    number: str
    state: Literal["valid", "superseded", "revoked"]
    version: int
    current_version: int
    course_title: str
    minutes: int
    session_dates: tuple[date, ...]
    issued_on: date
    issuer: str
    place: str
    country: str
    duplicates: int
    replaced_on: date | None
    corrected_on: date | None
    revoked_on: date | None
    checked_at: datetime


@dataclass(frozen=True)
class NameChecked:
    """Whether a name that was typed in is the certificate's, or when one may ask again."""

    answer: NameAnswer | None
    refused: TooMany | None = None


def checked(asked: Asked, name: str = "") -> tuple[Checked, NameChecked]:
    """How it stands with a document. Raises Missing for number and code alike, and TooMany."""
    try:
        with allowed(service(), client_address(), asked.number):
            with service().database.reading() as connection:
                found = standing(connection, number=asked.number, code=asked.code)
            if found is None:
                raise unknown()
    except (Missing, TooMany) as refused:
        outcome = "unknown" if isinstance(refused, Missing) else "refused"
        certificate_checks.labels(outcome).inc()
        raise
    certificate_checks.labels("found").inc()
    answer = _name(found, name) if name.strip() else NameChecked(None)
    return _checked(found), answer


def unknown() -> Missing:
    """What a wrong number and a wrong code are answered with."""
    return Missing(
        "no-such-certificate",
        N_("There is no certificate with this number and this code together."),
    )


def same_words(typed: str, held: str) -> bool:
    """Whether two names have the same words, in any order, script, case and with any marks.

    >>> same_words("PRIMER Mira", "Мира Пример"), same_words("Mira", "Mira Primer")
    (True, False)
    """
    words = sorted(fold(typed).split())
    return words != [] and words == sorted(fold(held).split())


def _name(found: Standing, name: str) -> NameChecked:
    held, key = found.asked.full_name, found.certificate.certificate_id
    if held is None:
        return NameChecked("not_confirmable")
    try:
        COUNTED.throttle(service(), "name/certificate", key)
    except TooMany as refused:
        return NameChecked(None, refused)
    if not same_words(name[:NAME_LENGTH_MAX], held):
        return NameChecked("not_confirmed")
    COUNTED.forgive(service(), "name/certificate", key)
    return NameChecked("confirmed")


def _checked(found: Standing) -> Checked:
    asked, now = found.asked, found.certificate
    return Checked(
        number=asked.number,
        state=found.state,
        version=asked.certificate_version,
        current_version=now.certificate_version,
        course_title=asked.course_title,
        minutes=asked.minutes,
        session_dates=tuple(days_of(asked)),
        issued_on=asked.issued_on,
        issuer=asked.issuer,
        place=asked.place,
        country=now.country,
        duplicates=now.duplicates if found.state == "valid" else 0,
        replaced_on=_replaced_on(asked) if found.state == "superseded" else None,
        corrected_on=asked.made_on if asked.certificate_version > 1 else None,
        revoked_on=now.revoked_on,
        checked_at=service().clock.now(),
    )


def _replaced_on(asked: Row[Any]) -> date | None:
    """The day of the version after this one."""
    query = select(VERSIONS.c.made_on).where(
        VERSIONS.c.certificate_id == asked.certificate_id,
        VERSIONS.c.certificate_version == asked.certificate_version + 1,
    )
    with service().database.reading() as connection:
        found: date | None = connection.execute(query).scalar()
    return found

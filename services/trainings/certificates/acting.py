"""What the routes of certificates do, for the API and the pages alike: who may; then it is done.

row = found(certificate_id, "trainings.certificates.revoke")
perform(row.programme, on(row.certificate_id, required_version(), lambda work: revoke(work, …)))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.certificates import handling, views
from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.numbering import NUMBERING, next_numbers, numbering_id
from services.trainings.cohorts.acting import today
from services.trainings.cohorts.cohort import COHORT
from services.trainings.people.views import staff_names
from shared.access.accesses import record_read
from shared.access.reader import may
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import Answer, actor, receipt, service

R = TypeVar("R")

TRIES_MAX: Final = 6


def found(certificate_id: str, permission: str) -> Row[Any]:
    """A certificate, for those who have the permission in its programme. Missing, Forbidden."""
    with service().database.reading() as connection:
        row = views.certificate(
            connection, reach("trainings.certificates.read"), identifier(certificate_id)
        )
    if row is None:
        raise not_found()
    ensure(permission, row.programme, missing=not_found())
    if not _within(permission, [row]):
        raise Forbidden("not-your-cohort", N_("This certificate is of a cohort that is not yours."))
    return row


def named_among(rows: Sequence[Row[Any]]) -> frozenset[str]:
    """Which of these certificates show the one who asks whose they are."""
    return _within("trainings.people.read", rows)


def names_whom(row: Row[Any]) -> bool:
    """Whether the one who asks may read the name in a certificate."""
    return bool(named_among([row]))


def sees_code(row: Row[Any]) -> bool:
    """Whether the one who asks may read the code, which with the number verifies the document."""
    return bool(_within("trainings.certificates.duplicate", [row]))


def _within(permission: str, rows: Sequence[Row[Any]]) -> frozenset[str]:
    """The certificates in reach of one permission: another role may reach further than its own."""
    if not may(signed_in(), permission):
        return frozenset()
    ids = [row.certificate_id for row in rows]
    with service().database.reading() as connection:
        return views.within(connection, reach(permission), ids)


def read(rows: Sequence[Row[Any]], subject: str) -> None:
    """Record that names in certificates are about to be read, where they are."""
    named = named_among(rows)
    for programme in sorted({row.programme for row in rows if row.certificate_id in named}):
        record_read(
            service(),
            signed_in(),
            what="names_of_certified",
            subject=subject,
            programme=programme,
            correlation=correlation_id(),
        )


def address(certificate_id: str) -> str:
    """Where the page of a certificate is."""
    return f"/trainings/certificates/{certificate_id}"


def own_name() -> str:
    """What the one who acts is called, as documents name them."""
    reader = signed_in()
    with service().database.reading() as connection:
        return staff_names(connection).get(reader.account_id) or reader.name


def numbers_to_come(cohort: Row[Any], count: int) -> list[str]:
    """The numbers that the next certificates of a cohort would get now; none is taken."""
    year = today(cohort).year
    stream = numbering_id(programme=cohort.programme, country=cohort.country, year=year)
    with service().database.reading() as connection:
        state = views.taken(connection, service().store, NUMBERING.stream(stream))
    return next_numbers(state, country=cohort.country, year=year, count=count)


def issuing(
    cohort: Row[Any],
    *,
    version: int,
    people: Sequence[str],
    issuer: str,
    location: Callable[[Sequence[str]], str],
    language: str = "",
) -> Callable[[Work], Answer]:
    """A handler that issues to these participants, or to nobody.

    location: from the numbers newly given, in their order, to where the receipt is.
    """
    by, trainer, own = actor(), own_name(), signed_in().registrations
    if not people:
        raise Invalid("nobody-chosen", N_("Choose at least one participant."))

    def handler(work: Work) -> Answer:
        work.expect(COHORT, cohort.cohort_id, version)
        made = handling.issue(
            work,
            by=by,
            trainer=trainer,
            issuer=issuer,
            cohort_id=cohort.cohort_id,
            registrations=tuple(dict.fromkeys(people)),
            own_registrations=own,
            language=language,
        )
        given = [_given(work, certificate_id) for certificate_id in made]
        new = [one["number"] for one in given if one.pop("new")]
        body = {
            "id": cohort.cohort_id,
            "version": work.version(COHORT, cohort.cohort_id),
            "certificates": given,
        }
        return Answer(body, 201, body["version"], location(new))

    return handler


def _given(work: Work, certificate_id: str) -> dict[str, Any]:
    held = handling.held(work, certificate_id)
    return {
        "certificate_id": certificate_id,
        "registration_id": held.registration_id,
        "number": held.number,
        "new": work.version(CERTIFICATE, certificate_id) == 0,
    }


def once_more(run: Callable[[], R]) -> R:
    """Issue again when others took numbers at the same moment; each try sees fresh numbers."""
    for _ in range(TRIES_MAX - 1):
        try:
            return run()
        except Conflict:
            continue
    return run()


def on(
    certificate_id: str, version: int, act: Callable[[Work], object], *, location: str
) -> Callable[[Work], Answer]:
    """A handler that acts on the version that was seen, then says which version it is now."""

    def handler(work: Work) -> Answer:
        work.expect(CERTIFICATE, certificate_id, version)
        act(work)
        return receipt(work, CERTIFICATE, certificate_id, location=location)

    return handler


def content_of(row: Row[Any]) -> dict[str, Any]:
    """What a certificate says now, as a correction begins with it."""
    return {
        "full_name": row.full_name or "",
        "course_title": row.course_title,
        "minutes": row.minutes,
        "session_dates": tuple(handling.days_of(row)),
        "place": row.place,
        "trainer": row.trainer,
    }


def recorded_at(row: Row[Any]) -> datetime:
    """When it was recorded here; SQLite forgets the zone, which is UTC."""
    at: datetime = row.recorded_at
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at

"""What is done with certificates, for JSON and pages alike: handlers of one unit of work.

    issue(work, by=actor(), trainer="Ana …", issuer="…", cohort_id="k1", registrations=("r1",))
    supersede(work, by=actor(), row=row, content=Content(full_name="Mira …", …), reason="…")

Number and certificate are written in one append: a number is never taken without its certificate.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Row

from services.trainings.certificates import views
from services.trainings.certificates.certificate import (
    CERTIFICATE,
    NoCertificate,
    Valid,
    held_by,
)
from services.trainings.certificates.certificate_commands import (
    DeclineRevocation,
    IssueCertificate,
    IssueDuplicate,
    ProposeRevocation,
    Revoke,
    Supersede,
)
from services.trainings.certificates.numbering import (
    NUMBERING,
    NumberTaken,
    TakeNumber,
    numbering_id,
)
from services.trainings.certificates.printing import check_printable, unprintable
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_state import (
    CohortState,
    NoCohort,
    Running,
    last_session_on,
    session_dates,
)
from services.trainings.cohorts.persons import check_certified_once
from services.trainings.cohorts.qualification import qualification
from services.trainings.cohorts.views import record
from services.trainings.courses.course import CourseKind
from services.trainings.people.registration import REGISTRATION, is_confirmed
from services.trainings.zones import zone_of
from shared.access.own import check_not_own
from shared.clock import day_in
from shared.errors import Missing, Refused
from shared.events.append import DueWork
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.privacy.sealing import DataErased

CODE_BYTES: Final = 6
DOCUMENT_KIND: Final = "trainings.certificate.document"
"""Due work that makes one document; its payload names certificate, version and duplicate."""


def issue(
    work: Work,
    *,
    by: str,
    trainer: str,
    issuer: str,
    cohort_id: str,
    registrations: Sequence[str],
    own_registrations: frozenset[str] = frozenset(),
    language: str = "",
) -> list[str]:
    """Issue to these participants in this order, or to nobody; returns the certificates' ids.

    own_registrations: of whoever acts; nobody certifies themself.
    language: of the documents, which are made right after the commit; empty: of the country.
    """
    state = work.guard(COHORT, cohort_id)
    cohort = record(work.connection, cohort_id)
    last = last_session_on(state)
    terms = _Terms(by, trainer, issuer, own_registrations, language)
    if cohort is None or not isinstance(state, Running):
        raise Missing("no-cohort", N_("There is no such cohort."))
    if last is None:
        raise Refused("no-sessions", N_("The cohort has had no session yet."))
    had = views.issued_among(work.connection, cohort_id, registrations)
    names = views.names(work.connection, registrations)
    unserved = [one for one in dict.fromkeys(registrations) if one not in had]
    check_certified_once(work.connection, cohort_id, unserved)
    # Whoever takes numbers is waited for: all that can be read before is read before.
    new = [
        _ready(work, terms, cohort, state, registration_id, names.get(registration_id))
        for registration_id in unserved
    ]
    _check_printable(new)
    made = dict(had)
    for one in new:
        _issue(work, one)
        made[one.registration_id] = one.certificate_id
    return [made[registration_id] for registration_id in registrations]


@dataclass(frozen=True)
class _Terms:
    """What is the same for all that are issued at once."""

    by: str
    trainer: str
    issuer: str
    own_registrations: frozenset[str]
    language: str


def _ready(
    work: Work,
    terms: _Terms,
    cohort: Row[Any],
    state: Running,
    registration_id: str,
    name: str | None,
) -> IssueCertificate:
    """All that a participant's certificate says but its number."""
    participant = state.participants.get(registration_id)
    last = last_session_on(state)
    if participant is None or last is None:
        raise Missing("not-enrolled", N_("This registration is not enrolled in the cohort."))
    if name is None:
        raise Refused(
            "name-erased",
            N_("The data of a participant were erased: nobody can be named in a certificate."),
            registration_id=registration_id,
        )
    certificate_id = derived(
        "certificate", work.context.programme, cohort.cohort_id, registration_id
    )
    work.load(CERTIFICATE, certificate_id)
    found = qualification(state, registration_id)
    return IssueCertificate(
        by=terms.by,
        now=work.now,
        zone=cohort.zone,
        certificate_id=certificate_id,
        registration_id=registration_id,
        person_id=participant.person_id,
        number="",
        full_name=name,
        course_id=cohort.course_id,
        course_title=cohort.course_title,
        course_version=cohort.course_version,
        kind=cast(CourseKind, cohort.kind),
        minutes=found.total_minutes,
        session_dates=session_dates(state),
        country=cohort.country,
        place=cohort.place,
        trainer=terms.trainer,
        issuer=terms.issuer,
        code=secrets.token_hex(CODE_BYTES),
        cohort_id=cohort.cohort_id,
        last_session_on=last,
        trainers=state.trainers,
        own_registrations=terms.own_registrations,
        identity_confirmed=is_confirmed(work.guard(REGISTRATION, registration_id)),
        qualification=found,
        language=terms.language,
    )


def _check_printable(new: Sequence[IssueCertificate]) -> None:
    """Raises Invalid while no number is taken yet, for what no document can show."""
    if not new:
        return
    first = new[0]
    check_printable(
        {
            "course_title": first.course_title,
            "place": first.place,
            "trainer": first.trainer,
            "issuer": first.issuer,
        }
    )
    if unprintable(one.full_name for one in new):
        for one in new:
            check_printable({"full_name": one.full_name})


def _issue(work: Work, ready: IssueCertificate) -> None:
    number = take_number(
        work,
        work.context.programme,
        ready.certificate_id,
        country=ready.country,
        year=day_in(ready.now, ready.zone).year,
    )
    work.decide(CERTIFICATE, ready.certificate_id, replace(ready, number=number))
    make_soon(work, ready.certificate_id, version=1)


def make_soon(work: Work, certificate_id: str, *, version: int, duplicate: int = 0) -> None:
    """The document is made and kept right after the commit, by whoever does due work."""
    named = f"{certificate_id}/{version}/{duplicate}"
    work.schedule(DueWork(f"document/{named}", DOCUMENT_KIND, work.now, named.encode()))


def take_number(work: Work, programme: str, certificate_id: str, *, country: str, year: int) -> str:
    """The certificate's number, taken in the same append as the certificate itself."""
    state = work.load(CERTIFICATE, certificate_id)
    held = "" if isinstance(state, NoCertificate) else held_by(state).number
    command = TakeNumber(
        by=work.context.actor,
        now=work.now,
        certificate_id=certificate_id,
        country=country,
        year=year,
        held=held,
    )
    stream = numbering_id(programme=programme, country=country, year=year)
    match work.decide(NUMBERING, stream, command):
        case (NumberTaken(number=number),):
            return number
        case _:
            return held


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a certificate says, whole."""

    full_name: str
    course_title: str
    minutes: int
    session_dates: tuple[date, ...]
    place: str
    trainer: str


def supersede(
    work: Work,
    *,
    by: str,
    row: Row[Any],
    content: Content,
    reason: str,
    own_registrations: frozenset[str] = frozenset(),
    language: str = "",
) -> None:
    """Correct what a certificate says: the same number, the next version, a new code.

    Raises DataErased once nobody can be named in it.

    language: of its document; empty: it stays as it is.
    """
    state = held(work, row.certificate_id)
    cohort = work.guard(COHORT, state.cohort_id)
    names = views.names(work.connection, [state.registration_id])
    if row.full_name is None or names.get(state.registration_id) is None:
        raise DataErased
    command = Supersede(
        by=by,
        now=work.now,
        zone=zone_of(row.country),
        certificate_id=row.certificate_id,
        own_registrations=own_registrations,
        full_name=content.full_name,
        course_title=content.course_title,
        minutes=content.minutes,
        session_dates=content.session_dates,
        place=content.place,
        trainer=content.trainer,
        code=secrets.token_hex(CODE_BYTES),
        reason=reason,
        present_name=row.full_name,
        recorded_name=names.get(state.registration_id),
        name_confirmed=is_confirmed(work.guard(REGISTRATION, state.registration_id)),
        minutes_max=_recorded_minutes(cohort, state),
        held_on=session_dates(cohort),
        language=language,
    )
    work.decide(CERTIFICATE, row.certificate_id, command)
    check_printable(
        {
            "full_name": content.full_name,
            "course_title": content.course_title,
            "place": content.place,
            "trainer": content.trainer,
        }
    )
    version = held(work, row.certificate_id).version
    make_soon(work, row.certificate_id, version=version)


def _recorded_minutes(cohort: CohortState, state: Valid) -> int:
    """How long the cohort's sessions were; where none are known, what the certificate says."""
    if isinstance(cohort, NoCohort) or not cohort.sessions:
        return state.said.minutes
    return sum(session.minutes for session in cohort.sessions.values())


def held(work: Work, certificate_id: str) -> Valid:
    """A certificate as it is after what this work decided, whether it stands or not."""
    state = work.load(CERTIFICATE, certificate_id)
    if isinstance(state, NoCertificate):
        raise TypeError("a certificate that was issued is not there")
    return held_by(state)


def days_of(row: Row[Any]) -> list[date]:
    """The session dates of a certificate's row."""
    return [date.fromisoformat(day) for day in row.session_dates.split("\n") if day]


def duplicate(work: Work, *, by: str, row: Row[Any]) -> None:
    """Replace a lost document by one of its own, marked as a duplicate. Raises DataErased."""
    _not_own(work, row.certificate_id)
    if views.names(work.connection, [row.registration_id]).get(row.registration_id) is None:
        # Only a name could make the document, and there is none.
        raise DataErased
    command = IssueDuplicate(
        by=by, now=work.now, zone=zone_of(row.country), certificate_id=row.certificate_id
    )
    work.decide(CERTIFICATE, row.certificate_id, command)
    now = held(work, row.certificate_id)
    make_soon(work, row.certificate_id, version=now.version, duplicate=now.duplicates)


def propose_revocation(work: Work, *, by: str, certificate_id: str, reason: str) -> None:
    """Say that it must not stand; a second person decides."""
    _not_own(work, certificate_id)
    command = ProposeRevocation(by=by, now=work.now, certificate_id=certificate_id, reason=reason)
    work.decide(CERTIFICATE, certificate_id, command)


def decline_revocation(work: Work, *, by: str, certificate_id: str) -> None:
    """Let it stand."""
    _not_own(work, certificate_id)
    command = DeclineRevocation(by=by, now=work.now, certificate_id=certificate_id)
    work.decide(CERTIFICATE, certificate_id, command)


def revoke(work: Work, *, by: str, certificate_id: str, country: str) -> None:
    """Agree to the proposal."""
    _not_own(work, certificate_id)
    command = Revoke(by=by, now=work.now, certificate_id=certificate_id, zone=zone_of(country))
    work.decide(CERTIFICATE, certificate_id, command)


def _not_own(work: Work, certificate_id: str) -> None:
    state = work.load(CERTIFICATE, certificate_id)
    if not isinstance(state, NoCertificate):
        check_not_own(held_by(state).registration_id, work.context.own)

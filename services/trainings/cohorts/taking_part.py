"""What is done about who takes part in a cohort: handlers of one unit of work.

    enrol(work, by=actor(), cohort_id=cohort_id, registration_id=mira)    -> "enrolled" | "waiting"
    transfer(work, by=actor(), cohort_id=old, registration_id=mira, to_cohort_id=new)

A transfer is one append of both cohorts, or nothing. What was attended is carried over as a fact
(decision 0029); ``qualification.py`` says what of it counts.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.views import issued
from services.trainings.cohorts import views
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    DropOut,
    Enrol,
    PromoteWaiting,
    TakeOffWaitingList,
    TransferIn,
    TransferOut,
)
from services.trainings.cohorts.cohort_state import NoCohort, Over, Running
from services.trainings.cohorts.persons import others_of
from services.trainings.cohorts.qualification import minutes_to_carry
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.people.views import by_reference
from services.trainings.people.views import record as registration_record
from shared.errors import Invalid, Missing, Refused
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_

Outcome: TypeAlias = Literal["enrolled", "waiting"]


def enrol_by_reference(work: Work, *, by: str, cohort_id: str, reference: str) -> str:
    """Enrol the registration of this programme that has the reference; returns its id."""
    registration_id = registered(work, reference)
    enrol(work, by=by, cohort_id=cohort_id, registration_id=registration_id)
    return registration_id


def registered(work: Work, reference: str) -> str:
    """The registration of this programme that has a reference. Raises Invalid."""
    row = by_reference(work.connection, work.context.programme, reference)
    if row is None or not isinstance(work.load(REGISTRATION, row.registration_id), Held):
        raise Invalid(
            "no-such-reference",
            N_("Nobody is registered under this reference ({field})."),
            field="reference",
        )
    return str(row.registration_id)


def enrol(work: Work, *, by: str, cohort_id: str, registration_id: str) -> Outcome:
    """Let a registration of this programme take part, or wait when no place is free."""
    row = registration_record(work.connection, registration_id)
    # Guarded, so that it is not put together with another at the same moment.
    state = work.guard(REGISTRATION, registration_id) if row else None
    if row is None or row.programme != work.context.programme or not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    command = Enrol(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        registration_id=registration_id,
        person_id=state.person_id,
        others=others_of(work.connection, [registration_id]).get(registration_id, frozenset()),
    )
    work.decide(COHORT, cohort_id, command)
    return "waiting" if registration_id in _running(work, cohort_id).waiting else "enrolled"


def promote(work: Work, *, by: str, cohort_id: str, count: int) -> None:
    """Let who waits longest take part, so many of them."""
    first = list(_running(work, cohort_id).waiting)[: max(0, count)]
    command = PromoteWaiting(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        count=count,
        others=others_of(work.connection, first),
    )
    work.decide(COHORT, cohort_id, command)


def take_off(work: Work, *, by: str, cohort_id: str, registration_id: str, reason: str) -> None:
    """Let somebody wait no more."""
    command = TakeOffWaitingList(
        by=by, now=work.now, cohort_id=cohort_id, registration_id=registration_id, reason=reason
    )
    work.decide(COHORT, cohort_id, command)


def drop_out(work: Work, *, by: str, cohort_id: str, registration_id: str, reason: str) -> None:
    """Say that somebody takes part no more, and why."""
    _not_certified(work, cohort_id, registration_id)
    command = DropOut(
        by=by, now=work.now, cohort_id=cohort_id, registration_id=registration_id, reason=reason
    )
    work.decide(COHORT, cohort_id, command)


def transfer(
    work: Work, *, by: str, cohort_id: str, registration_id: str, to_cohort_id: str
) -> None:
    """Let somebody go on in another cohort of the same course version."""
    source, target = _running(work, cohort_id), _running(work, to_cohort_id)
    row = views.record(work.connection, to_cohort_id)
    if row is None or row.programme != work.context.programme:
        raise Missing("no-cohort", N_("There is no such cohort."))
    if (source.course_id, source.course_version) != (target.course_id, target.course_version):
        raise Refused(
            "another-course", N_("A transfer goes to a cohort of the same version of the course.")
        )
    _not_certified(work, cohort_id, registration_id)
    out = TransferOut(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        registration_id=registration_id,
        to_cohort_id=to_cohort_id,
    )
    if isinstance(source, Over) or isinstance(target, Over):
        raise Refused("cohort-closed", N_("The cohort is closed; it must be reopened first."))
    work.decide(COHORT, cohort_id, out)
    participant = source.participants[registration_id]
    into = TransferIn(
        by=by,
        now=work.now,
        cohort_id=to_cohort_id,
        registration_id=registration_id,
        person_id=participant.person_id,
        from_cohort_id=cohort_id,
        carried_minutes=minutes_to_carry(source, participant, to_cohort_id),
        carried_pre_test=participant.pre_test,
        others=others_of(work.connection, [registration_id]).get(registration_id, frozenset()),
    )
    work.decide(COHORT, to_cohort_id, into)


def _not_certified(work: Work, cohort_id: str, registration_id: str) -> None:
    row = issued(work.connection, cohort_id, registration_id)
    # Guarded, so that nobody is certified at the same moment.
    work.guard(
        CERTIFICATE, derived("certificate", work.context.programme, cohort_id, registration_id)
    )
    if row is not None and row.state != "revoked":
        raise Refused(
            "certified", N_("This participant has the certificate of this cohort already.")
        )


def _running(work: Work, cohort_id: str) -> Running:
    state = work.load(COHORT, cohort_id)
    if isinstance(state, NoCohort):
        raise Missing("no-cohort", N_("There is no such cohort."))
    return state

"""What is done with certificates from elsewhere, for JSON and pages alike.

recognise(work, by=actor(), registration_id="0192…", country="RS", paper=Paper(…), copy=reference)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from services.trainings.courses.course import CourseKind
from services.trainings.people.registration import REGISTRATION, Held, is_confirmed
from services.trainings.recognition.recognition import (
    RECOGNITION,
    DeclineWithdrawal,
    ProposeWithdrawal,
    Recognise,
    Withdraw,
)
from services.trainings.zones import zone_of
from shared.errors import Missing
from shared.events.work import Work
from shared.files.attachments import FileReference
from shared.language.marking import N_


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the paper from elsewhere says."""

    issuer: str
    number: str
    title: str
    kind: str
    minutes: int
    issued_on: date


def recognise(
    work: Work,
    *,
    by: str,
    registration_id: str,
    country: str,
    paper: Paper,
    copy: FileReference,
    own_registrations: frozenset[str] = frozenset(),
) -> str:
    """Recognise it; returns its id. ``country``: where it is today."""
    state = work.guard(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    recognition_id = work.new_id()
    command = Recognise(
        by=by,
        now=work.now,
        zone=zone_of(country),
        recognition_id=recognition_id,
        registration_id=registration_id,
        person_id=state.person_id,
        issuer=paper.issuer,
        number=paper.number,
        title=paper.title,
        kind=cast(CourseKind, paper.kind),
        minutes=paper.minutes,
        issued_on=paper.issued_on,
        sha256=copy.sha256,
        size=copy.size,
        media_type=copy.media_type,
        identity_confirmed=is_confirmed(state),
        own_registrations=own_registrations,
    )
    work.decide(RECOGNITION, recognition_id, command)
    return recognition_id


def propose_withdrawal(work: Work, *, by: str, recognition_id: str, reason: str) -> None:
    """Say that it must not count; a second person decides."""
    command = ProposeWithdrawal(by=by, now=work.now, recognition_id=recognition_id, reason=reason)
    work.decide(RECOGNITION, recognition_id, command)


def decline_withdrawal(work: Work, *, by: str, recognition_id: str) -> None:
    """Let it count."""
    command = DeclineWithdrawal(by=by, now=work.now, recognition_id=recognition_id)
    work.decide(RECOGNITION, recognition_id, command)


def withdraw(work: Work, *, by: str, recognition_id: str, country: str) -> None:
    """Agree to the proposal."""
    command = Withdraw(by=by, now=work.now, recognition_id=recognition_id, zone=zone_of(country))
    work.decide(RECOGNITION, recognition_id, command)

"""What is done with certificates from elsewhere, for JSON and pages alike.

recognise(work, by=actor(), registration_id="0192…", country="RS", paper=Paper(…), copy=reference)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from services.trainings.courses.course import CourseKind
from services.trainings.people.registration import REGISTRATION, Held, is_confirmed
from services.trainings.recognition import views
from services.trainings.recognition.recognition import (
    RECOGNITION,
    DeclineWithdrawal,
    NoRecognition,
    ProposeWithdrawal,
    Recognise,
    Withdraw,
)
from services.trainings.zones import zone_of
from shared.access.own import check_not_own
from shared.errors import Missing, Refused
from shared.events.work import Work
from shared.files.attachments import FileReference
from shared.identifiers import derived
from shared.language.marking import N_

PAPER_PURPOSE: Final = "recognised-paper"


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
    recognition_id = _identifier(work, state.person_id, paper)
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


def _identifier(work: Work, person_id: str, paper: Paper) -> str:
    """Of this paper of this person, so that two who recognise it at once meet in one stream.

    Raises Refused where it counts already. Once it was withdrawn it can be recognised anew.
    """
    mark = views.mark(paper.issuer, paper.number, paper.title, paper.issued_on)
    before = [
        one
        for one in views.recognitions_of_person(work.connection, person_id)
        if one.number is not None
        and views.mark(one.issuer, one.number, one.title, one.issued_on) == mark
    ]
    if any(one.state != "withdrawn" for one in before):
        raise Refused(
            "paper-recognised",
            N_("This paper is recognised for this person already: the same issuer and number."),
        )
    hidden = work.store.keyring.blind_index(PAPER_PURPOSE, "\0".join((person_id, *mark)))
    return derived("recognition", hidden, str(len(before)))


def _not_own(work: Work, recognition_id: str) -> None:
    state = work.load(RECOGNITION, recognition_id)
    if not isinstance(state, NoRecognition):
        check_not_own(state.registration_id, work.context.own)


def propose_withdrawal(work: Work, *, by: str, recognition_id: str, reason: str) -> None:
    """Say that it must not count; a second person decides."""
    _not_own(work, recognition_id)
    command = ProposeWithdrawal(by=by, now=work.now, recognition_id=recognition_id, reason=reason)
    work.decide(RECOGNITION, recognition_id, command)


def decline_withdrawal(work: Work, *, by: str, recognition_id: str) -> None:
    """Let it count."""
    _not_own(work, recognition_id)
    command = DeclineWithdrawal(by=by, now=work.now, recognition_id=recognition_id)
    work.decide(RECOGNITION, recognition_id, command)


def withdraw(work: Work, *, by: str, recognition_id: str, country: str) -> None:
    """Agree to the proposal."""
    _not_own(work, recognition_id)
    command = Withdraw(by=by, now=work.now, recognition_id=recognition_id, zone=zone_of(country))
    work.decide(RECOGNITION, recognition_id, command)

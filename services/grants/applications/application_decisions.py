"""What officers and the committee decide about an application that was handed in.

    record_checks(state, RecordChecks(version=1, checks=…)) -> FoundEligible | FoundIneligible
    confirm_reinstatement(…) by whoever proposed it -> Forbidden: it takes a second person
    outcome(ranked, DecideApplication(version=1, outcome="approved", …)) -> Approved

Leaves of ``application.decide``: each binds to the version that was examined or reviewed.
"""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from services.grants.applications.application_commands import (
    ConfirmReinstatement,
    DecideApplication,
    FromHistory,
    ImportDecision,
    PromoteApplication,
    ProposeReinstatement,
    RankApplication,
    RecordChecks,
)
from services.grants.applications.application_events import (
    Approved,
    FoundEligible,
    FoundIneligible,
    Ranked,
    Reinstated,
    ReinstatementProposed,
    Rejected,
    Waitlisted,
)
from services.grants.applications.application_state import (
    ApplicationState,
    ApprovedCase,
    IneligibleCase,
    RankedCase,
    SubmittedCase,
    UnderReviewCase,
    WaitlistedCase,
    Whose,
    Written,
    status,
)
from services.grants.applications.eligibility import first_failing
from services.grants.programmes.wording import reason
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Refused
from shared.events.event import Event
from shared.language.marking import N_


class Who(TypedDict):
    """The fields by which events say whose application it is."""

    application_id: str
    call_id: str
    registration_id: str
    person_id: str


def who(whose: Whose) -> Who:
    """Whose application, as fields of an event."""
    return {
        "application_id": whose.application_id,
        "call_id": whose.call_id,
        "registration_id": whose.registration_id,
        "person_id": whose.person_id,
    }


def impossible(state: ApplicationState) -> Refused:
    """The refusal of a step that the application's state does not allow."""
    return Refused(
        "application-state",
        N_("The application is {state}; this is not possible now."),
        state=status(state),
    )


def record_checks(state: ApplicationState, command: RecordChecks) -> tuple[Event, ...]:
    """Found eligible, or ineligible for the first failing reason."""
    if not isinstance(state, SubmittedCase):
        raise impossible(state)
    _require_version(state, command.version)
    if not command.checks:
        raise Invalid("checks-missing", N_("State the outcome of every check."))
    imported = isinstance(command, FromHistory)
    failing = first_failing(command.checks)
    if failing is None:
        return (
            FoundEligible(
                **who(state.whose),
                version=state.version,
                checks=command.checks,
                imported=imported,
            ),
        )
    return (
        FoundIneligible(
            **who(state.whose),
            version=state.version,
            reason=failing,
            checks=command.checks,
            imported=imported,
        ),
    )


def propose_reinstatement(
    state: ApplicationState, command: ProposeReinstatement
) -> tuple[Event, ...]:
    """The first of two people wants to override the finding."""
    if not isinstance(state, IneligibleCase):
        raise impossible(state)
    return (
        ReinstatementProposed(
            application_id=state.whose.application_id,
            registration_id=state.whose.registration_id,
            reason=reason(command.reason),
            proposed_by=command.by,
        ),
    )


def confirm_reinstatement(
    state: ApplicationState, command: ConfirmReinstatement
) -> tuple[Event, ...]:
    """The second of two people agrees."""
    if not isinstance(state, IneligibleCase):
        raise impossible(state)
    if state.proposed_by is None:
        raise Refused("not-proposed", N_("Nobody has proposed to reinstate this application."))
    if state.proposed_by == command.by:
        raise Forbidden("second-person", N_("A second person must approve this."))
    return (
        Reinstated(
            **who(state.whose),
            version=state.version,
            overridden=state.reason,
            proposed_by=state.proposed_by,
            confirmed_by=command.by,
        ),
    )


def rank(state: ApplicationState, command: RankApplication | ImportDecision) -> tuple[Event, ...]:
    """Ranked, or ranked anew after the meeting was reopened."""
    if not isinstance(state, UnderReviewCase | RankedCase):
        raise impossible(state)
    _require_version(state, command.version)
    return (
        Ranked(
            application_id=state.whose.application_id,
            call_id=state.whose.call_id,
            meeting_id=command.meeting_id,
            version=state.version,
            score_hundredths=command.score_hundredths,
            rank=command.rank,
            imported=isinstance(command, FromHistory),
        ),
    )


def outcome(
    state: RankedCase, command: DecideApplication | ImportDecision, *, decided_on: date
) -> tuple[Event, ...]:
    """The committee's decision about the version that it reviewed."""
    _require_version(state, command.version)
    if state.meeting_id != command.meeting_id:
        raise Refused("other-meeting", N_("Another meeting ranked this application."))
    imported = isinstance(command, FromHistory)
    match command.outcome:
        case "approved":
            return (_approved(state, decided_on=decided_on, promoted=False, imported=imported),)
        case "waitlisted":
            case: type[Waitlisted] | type[Rejected] = Waitlisted
        case "rejected":
            case = Rejected
        case _:
            raise Invalid("unknown-outcome", N_("An application is approved or not."))
    return (
        case(
            **who(state.whose),
            application_no=state.whose.application_no,
            meeting_id=state.meeting_id,
            version=state.version,
            score_hundredths=state.score_hundredths,
            rank=state.rank,
            amount=state.content.requested,
            decided_on=decided_on,
            imported=imported,
        ),
    )


def promote(state: ApplicationState, command: PromoteApplication) -> tuple[Event, ...]:
    """From the waiting list to an award. That it is the first in rank is the handler's query."""
    match state:
        case ApprovedCase():
            return ()
        case WaitlistedCase():
            today = day_in(command.now, command.zone)
            return (_approved(state, decided_on=today, promoted=True, imported=False),)
        case _:
            raise impossible(state)


def _approved(
    state: RankedCase | WaitlistedCase, *, decided_on: date, promoted: bool, imported: bool
) -> Approved:
    return Approved(
        **who(state.whose),
        application_no=state.whose.application_no,
        kind=state.content.kind,
        meeting_id=state.meeting_id,
        version=state.version,
        score_hundredths=state.score_hundredths,
        rank=state.rank,
        amount=state.content.requested,
        decided_on=decided_on,
        promoted=promoted,
        imported=imported,
    )


def _require_version(state: Written, version: int) -> None:
    if version != state.version:
        raise Refused(
            "version-changed",
            N_("This is about version {version}; version {current} counts now."),
            version=version,
            current=state.version,
        )

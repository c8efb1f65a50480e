"""Where an application stands: one case for each step of its life.

>>> status(NoApplication())
'none'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from services.grants.applications.application_events import (
    ApplicationEvent,
    Approved,
    ChangesRequested,
    Channel,
    Drafted,
    FoundEligible,
    FoundIneligible,
    Kind,
    Lapsed,
    MovedToPerson,
    PaperReceived,
    Ranked,
    Reinstated,
    ReinstatementProposed,
    Rejected,
    Revised,
    Submitted,
    Waitlisted,
    Withdrawn,
)
from services.grants.applications.eligibility import Rule
from shared.money import Money


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Which application this is, of whom and in which call.

    persons_before: whose it was until its registration was found to be another person's.
    """

    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    received_at: datetime | None
    persons_before: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Content:
    """What of the application's content decisions need; the rest is read from the views."""

    kind: Kind
    requested: Money
    channel: Channel
    assisted_by: str | None


@dataclass(frozen=True)
class NoApplication:
    """No application under this id."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """On paper at the reception, not keyed yet."""

    whose: Whose


@dataclass(frozen=True, kw_only=True)
class Written:
    """What every application has once it says something. ``version`` counts submissions."""

    whose: Whose
    content: Content
    version: int


@dataclass(frozen=True, kw_only=True)
class DraftCase(Written):
    """Being written."""


@dataclass(frozen=True, kw_only=True)
class SubmittedCase(Written):
    """Handed in, waits for the checks. ``submitted_at`` stays that of the first submission."""

    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangesRequestedCase(Written):
    """Back with the applicant."""

    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class IneligibleCase(Written):
    """A check failed. ``proposed_by``: who proposes to override it."""

    reason: Rule
    proposed_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class UnderReviewCase(Written):
    """Eligible; the committee reads it."""


@dataclass(frozen=True, kw_only=True)
class RankedCase(Written):
    """Ranked, not decided."""

    meeting_id: str
    score_hundredths: int
    rank: int


@dataclass(frozen=True, kw_only=True)
class ApprovedCase(Written):
    """Awarded."""

    meeting_id: str
    amount: Money
    decided_on: date


@dataclass(frozen=True, kw_only=True)
class WaitlistedCase(Written):
    """Waits for money."""

    meeting_id: str
    score_hundredths: int
    rank: int
    amount: Money


@dataclass(frozen=True, kw_only=True)
class RejectedCase(Written):
    """Below the threshold."""

    meeting_id: str


@dataclass(frozen=True, kw_only=True)
class WithdrawnCase:
    """Taken back by the applicant."""

    whose: Whose


@dataclass(frozen=True, kw_only=True)
class LapsedCase:
    """Still a draft when the call closed."""

    whose: Whose


ApplicationState: TypeAlias = (
    NoApplication
    | Received
    | DraftCase
    | SubmittedCase
    | ChangesRequestedCase
    | IneligibleCase
    | UnderReviewCase
    | RankedCase
    | ApprovedCase
    | WaitlistedCase
    | RejectedCase
    | WithdrawnCase
    | LapsedCase
)

STATUSES: dict[type, str] = {
    NoApplication: "none",
    Received: "received",
    DraftCase: "draft",
    SubmittedCase: "submitted",
    ChangesRequestedCase: "changes_requested",
    IneligibleCase: "ineligible",
    UnderReviewCase: "under_review",
    RankedCase: "ranked",
    ApprovedCase: "approved",
    WaitlistedCase: "waitlisted",
    RejectedCase: "rejected",
    WithdrawnCase: "withdrawn",
    LapsedCase: "lapsed",
}


def status(state: ApplicationState) -> str:
    """The state in one word of the field."""
    return STATUSES[type(state)]


def evolve(state: ApplicationState, event: ApplicationEvent) -> ApplicationState:
    """State after one more event."""
    match state, event:
        case NoApplication(), PaperReceived():
            return Received(whose=_whose(event, received_at=event.received_at))
        case NoApplication() | Received(), Drafted():
            return _drafted(state, event)
        case NoApplication(), _:
            raise TypeError(f"{type(event).__name__} before Drafted")
        case _, MovedToPerson():
            return _moved(state, event)
        case _, Withdrawn():
            return WithdrawnCase(whose=state.whose)
        case _, Lapsed():
            return LapsedCase(whose=state.whose)
        case Written(), _:
            return _evolve_written(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


def _moved(state: ApplicationState, event: MovedToPerson) -> ApplicationState:
    if isinstance(state, NoApplication):
        raise TypeError(f"{type(event).__name__} before Drafted")
    whose = replace(
        state.whose,
        person_id=event.person_id,
        persons_before=(*state.whose.persons_before, state.whose.person_id),
    )
    return replace(state, whose=whose)


def _evolve_written(state: Written, event: ApplicationEvent) -> ApplicationState:
    whose, content, version = state.whose, state.content, state.version
    match event:
        case Revised() if isinstance(state, DraftCase | ChangesRequestedCase):
            return _revised(state, event)
        case Submitted():
            return SubmittedCase(
                whose=whose,
                content=content,
                version=event.version,
                submitted_at=event.submitted_at,
            )
        case ChangesRequested() if isinstance(state, SubmittedCase):
            at = state.submitted_at
            return ChangesRequestedCase(
                whose=whose, content=content, version=version, submitted_at=at
            )
        case FoundEligible() | Reinstated():
            return UnderReviewCase(whose=whose, content=content, version=version)
        case FoundIneligible(reason=reason):
            return IneligibleCase(whose=whose, content=content, version=version, reason=reason)
        case ReinstatementProposed(proposed_by=by) if isinstance(state, IneligibleCase):
            return IneligibleCase(
                whose=whose, content=content, version=version, reason=state.reason, proposed_by=by
            )
        case Ranked():
            return RankedCase(
                whose=whose,
                content=content,
                version=version,
                meeting_id=event.meeting_id,
                score_hundredths=event.score_hundredths,
                rank=event.rank,
            )
        case Approved() | Waitlisted() | Rejected():
            return _decided(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


def _decided(state: Written, event: Approved | Waitlisted | Rejected) -> ApplicationState:
    whose, content, version = state.whose, state.content, state.version
    match event:
        case Approved():
            return ApprovedCase(
                whose=whose,
                content=content,
                version=version,
                meeting_id=event.meeting_id,
                amount=event.amount,
                decided_on=event.decided_on,
            )
        case Waitlisted():
            return WaitlistedCase(
                whose=whose,
                content=content,
                version=version,
                meeting_id=event.meeting_id,
                score_hundredths=event.score_hundredths,
                rank=event.rank,
                amount=event.amount,
            )
        case Rejected():
            meeting_id = event.meeting_id
            return RejectedCase(
                whose=whose, content=content, version=version, meeting_id=meeting_id
            )


def _drafted(state: NoApplication | Received, event: Drafted) -> DraftCase:
    received_at = state.whose.received_at if isinstance(state, Received) else None
    content = Content(
        kind=event.kind,
        requested=event.requested,
        channel=event.channel,
        assisted_by=event.assisted_by,
    )
    return DraftCase(whose=_whose(event, received_at=received_at), content=content, version=0)


def _revised(
    state: DraftCase | ChangesRequestedCase, event: Revised
) -> DraftCase | ChangesRequestedCase:
    content = replace(
        state.content,
        kind=event.kind,
        requested=event.requested,
    )
    return replace(state, content=content)


def _whose(event: PaperReceived | Drafted, *, received_at: datetime | None) -> Whose:
    return Whose(
        application_id=event.application_id,
        application_no=event.application_no,
        call_id=event.call_id,
        registration_id=event.registration_id,
        person_id=event.person_id,
        received_at=received_at,
    )

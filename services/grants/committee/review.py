"""The review of one application: who reads it, who declared a conflict, who gave which points.

    AssignMembers(member_ids=("m1", "m2", "m3"), …) -> MembersAssigned
    DeclareNoConflict() by m1 -> NoConflictDeclared        before reading it
    SubmitSheet(points=…) by m1 -> SheetSubmitted          sealed from now on
    DeclareConflict(reason="neighbour") by m2 -> ConflictDeclared
    SubmitSheet(…) by m2 -> Forbidden: recused
    CloseScoring(meeting_id="g1") -> ScoringClosed         everybody sees every sheet

A recused member loses access, score, vote and the place in the quorum, and is never assigned again.
Whoever assisted the applicant never scores. The stream's id is the application's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias, get_args

from services.grants.calls.terms import Terms
from services.grants.committee.ranking import Points, Sheet, check_sheet
from services.grants.committee.review_events import (
    CommentWritten,
    ConflictDeclared,
    MembersAssigned,
    NoConflictDeclared,
    ReviewEvent,
    ScoringClosed,
    ScoringReopened,
    SheetSubmitted,
)
from services.grants.programmes.history import require_open
from services.grants.programmes.wording import reason, worded
from shared.errors import Forbidden, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

COMMENT_LENGTH_MAX: Final = 2000

# State


@dataclass(frozen=True)
class NoReview:
    """Nobody is assigned."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What every review has.

    cleared:     members who declared that they have no conflict.
    sheets:      by member; a recused member's is gone.
    replaceable: members whose sheet came before scoring was reopened.
    """

    application_id: str
    registration_id: str
    assisted_by: str | None
    member_ids: tuple[str, ...]
    cleared: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    replaceable: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Scoring(Review):
    """Sheets come in."""


@dataclass(frozen=True, kw_only=True)
class Scored(Review):
    """Scoring is closed."""


ReviewState: TypeAlias = NoReview | Scoring | Scored


def evolve(state: ReviewState, event: ReviewEvent) -> ReviewState:
    """State after one more event."""
    if isinstance(state, NoReview):
        if not isinstance(event, MembersAssigned):
            raise TypeError(f"{type(event).__name__} before MembersAssigned")
        return Scoring(
            application_id=event.application_id,
            registration_id=event.registration_id,
            assisted_by=event.assisted_by,
            member_ids=event.member_ids,
        )
    match event:
        case MembersAssigned():
            return replace(state, member_ids=(*state.member_ids, *event.member_ids))
        case NoConflictDeclared(member_id=member):
            return replace(state, cleared=state.cleared | {member})
        case ConflictDeclared(member_id=member):
            return replace(
                state,
                cleared=state.cleared - {member},
                recused=state.recused | {member},
                sheets={who: sheet for who, sheet in state.sheets.items() if who != member},
            )
        case SheetSubmitted(member_id=member):
            return replace(
                state,
                sheets={**state.sheets, member: event.points},
                replaceable=state.replaceable - {member},
            )
        case CommentWritten():
            return state
        case ScoringClosed():
            return Scored(**vars(state))
        case ScoringReopened():
            return Scoring(**{**vars(state), "replaceable": frozenset(state.sheets)})
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a review")


def visible_sheets(state: ReviewState, member: str) -> Mapping[str, Sheet]:
    """Sheets by member that ``member`` may see: the own; all once scoring is closed.

    Nothing for who is recused or was never assigned.
    """
    match state:
        case NoReview():
            return {}
        case _ if member in state.recused or member not in state.member_ids:
            return {}
        case Scored(sheets=sheets):
            return sheets
        case Scoring(sheets=sheets):
            return {member: sheets[member]} if member in sheets else {}


def may_read(state: ReviewState, member: str) -> bool:
    """Whether the member may read the application: assigned, declared to be free of conflict."""
    match state:
        case NoReview():
            return False
        case _:
            return member in state.member_ids and member in state.cleared


# Commands


@dataclass(frozen=True, kw_only=True)
class ReviewCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class AssignMembers(ReviewCommand):
    """Let members read and score. ``assisted_by``: who helped the applicant, if anybody."""

    application_id: str
    call_id: str
    registration_id: str
    member_ids: tuple[str, ...]
    assisted_by: str | None


@dataclass(frozen=True, kw_only=True)
class DeclareNoConflict(ReviewCommand):
    """The acting member is free of conflict."""


@dataclass(frozen=True, kw_only=True)
class DeclareConflict(ReviewCommand):
    """The acting member steps aside."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SubmitSheet(ReviewCommand):
    """The acting member's points. ``terms``: the call's. ``comment``: nothing when empty."""

    points: tuple[Points, ...]
    terms: Terms
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseScoring(ReviewCommand):
    """The meeting closed scoring."""

    meeting_id: str


@dataclass(frozen=True, kw_only=True)
class ReopenScoring(ReviewCommand):
    """The meeting was reopened by two people."""

    meeting_id: str


@dataclass(frozen=True, kw_only=True)
class MemberSheet:
    """A sheet of before, by whom."""

    member_id: str
    points: tuple[Points, ...]


@dataclass(frozen=True, kw_only=True)
class MemberConflict:
    """A conflict of before, by whom."""

    member_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportReview(ReviewCommand):
    """Bring a whole review from before; that members had cleared themselves is not invented."""

    history_open: bool
    application_id: str
    call_id: str
    registration_id: str
    meeting_id: str
    terms: Terms
    conflicts: tuple[MemberConflict, ...]
    sheets: tuple[MemberSheet, ...]


# Decide


def decide(state: ReviewState, command: ReviewCommand) -> tuple[Event, ...]:
    """Events that follow from the command; a Problem when it breaks a rule."""
    match command:
        case AssignMembers():
            return _assign(state, command)
        case ImportReview():
            return _import(state, command)
    if isinstance(state, NoReview):
        raise Missing("review-missing", N_("Nobody is assigned to this application."))
    match command:
        case DeclareNoConflict():
            return _declare_none(state, command)
        case DeclareConflict():
            return _declare(state, command)
        case SubmitSheet():
            return _submit(state, command)
        case CloseScoring(meeting_id=meeting_id):
            if isinstance(state, Scored):
                return ()
            return (ScoringClosed(application_id=state.application_id, meeting_id=meeting_id),)
        case ReopenScoring(meeting_id=meeting_id):
            if isinstance(state, Scoring):
                return ()
            return (ScoringReopened(application_id=state.application_id, meeting_id=meeting_id),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a review")


def _assign(state: ReviewState, command: AssignMembers) -> tuple[Event, ...]:
    known: tuple[str, ...] = ()
    assisted_by = command.assisted_by
    if not isinstance(state, NoReview):
        known, assisted_by = state.member_ids, state.assisted_by
        if state.recused & set(command.member_ids):
            raise Forbidden("recused", N_("A recused member is never assigned again."))
    if assisted_by in command.member_ids:
        raise Forbidden("assisted", N_("Whoever assisted the applicant cannot score."))
    new = tuple(dict.fromkeys(one for one in command.member_ids if one not in known))
    if not new:
        return ()
    if isinstance(state, Scored):
        raise Refused("scoring-closed", N_("Scoring is closed."))
    return (
        MembersAssigned(
            application_id=command.application_id,
            call_id=command.call_id,
            registration_id=command.registration_id,
            member_ids=new,
            assisted_by=assisted_by,
        ),
    )


def _declare_none(state: Review, command: DeclareNoConflict) -> tuple[Event, ...]:
    _require_member(state, command.by)
    if command.by in state.cleared:
        return ()
    return (NoConflictDeclared(application_id=state.application_id, member_id=command.by),)


def _declare(state: Review, command: DeclareConflict) -> tuple[Event, ...]:
    if command.by in state.recused:
        return ()
    _require_member(state, command.by)
    if isinstance(state, Scored):
        raise Refused("scoring-closed", N_("Scoring is closed; reopen the meeting first."))
    return (
        ConflictDeclared(
            application_id=state.application_id,
            registration_id=state.registration_id,
            member_id=command.by,
            reason=reason(command.reason),
        ),
    )


def _submit(state: Review, command: SubmitSheet) -> tuple[Event, ...]:
    member = command.by
    _require_member(state, member)
    if isinstance(state, Scored):
        raise Refused("scoring-closed", N_("Scoring is closed."))
    if member not in state.cleared:
        raise Refused("declaration-first", N_("Declare first whether you have a conflict."))
    points = check_sheet(command.points, command.terms)
    if state.sheets.get(member) == points and member not in state.replaceable:
        return ()
    if member in state.sheets and member not in state.replaceable:
        raise Refused("sheet-sealed", N_("Your sheet is sealed and cannot be changed."))
    sheet = SheetSubmitted(application_id=state.application_id, member_id=member, points=points)
    if not command.comment.strip():
        return (sheet,)
    written = CommentWritten(
        application_id=state.application_id,
        registration_id=state.registration_id,
        member_id=member,
        comment=worded(command.comment, field="comment", length_max=COMMENT_LENGTH_MAX),
    )
    return (sheet, written)


def _import(state: ReviewState, command: ImportReview) -> tuple[Event, ...]:
    require_open(history_open=command.history_open)
    if not isinstance(state, NoReview):
        raise Refused("review-exists", N_("This application has been reviewed before."))
    recused = {conflict.member_id for conflict in command.conflicts}
    if recused & {sheet.member_id for sheet in command.sheets}:
        raise Forbidden("recused", N_("A recused member cannot score this application."))
    application_id = command.application_id
    scored_by = [sheet.member_id for sheet in command.sheets]
    if len(set(scored_by)) != len(scored_by):
        raise Refused("sheet-sealed", N_("A member has one sheet for an application."))
    members = tuple(dict.fromkeys([*sorted(recused), *scored_by]))
    return (
        MembersAssigned(
            application_id=application_id,
            call_id=command.call_id,
            registration_id=command.registration_id,
            member_ids=members,
            assisted_by=None,
            imported=True,
        ),
        *(
            ConflictDeclared(
                application_id=application_id,
                registration_id=command.registration_id,
                member_id=conflict.member_id,
                reason=reason(conflict.reason),
                imported=True,
            )
            for conflict in command.conflicts
        ),
        *(
            SheetSubmitted(
                application_id=application_id,
                member_id=sheet.member_id,
                points=check_sheet(sheet.points, command.terms),
                imported=True,
            )
            for sheet in command.sheets
        ),
        ScoringClosed(application_id=application_id, meeting_id=command.meeting_id, imported=True),
    )


def _require_member(state: Review, member: str) -> None:
    if member in state.recused:
        raise Forbidden("recused", N_("You declared a conflict and take no part in this."))
    if member == state.assisted_by:
        raise Forbidden("assisted", N_("Whoever assisted the applicant cannot score."))
    if member not in state.member_ids:
        raise Forbidden("not-assigned", N_("You are not assigned to this application."))


REVIEW: Final = Decider[ReviewState](
    kind="review",
    initial=NoReview(),
    evolve=evolve,
    decide=decide,
    events=get_args(ReviewEvent),
)

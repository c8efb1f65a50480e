"""What can happen in the review of one application. ``review.py`` tells when.

>>> SheetSubmitted.event_type
'org.zanat.grants.review.sheet_submitted.v1'
"""

from __future__ import annotations

from typing import TypeAlias

from services.grants.committee.ranking import Points
from shared.events.event import Event, Personal, event_type


@event_type("grants.review.members_assigned.v1")
class MembersAssigned(Event, frozen=True, kw_only=True):
    """These members, beside any before, read and score the application."""

    application_id: str
    call_id: str
    registration_id: str
    member_ids: tuple[str, ...]
    assisted_by: str | None
    imported: bool = False


@event_type("grants.review.no_conflict_declared.v1")
class NoConflictDeclared(Event, frozen=True, kw_only=True):
    """The member has nothing to do with the applicant and may read the application."""

    application_id: str
    member_id: str


@event_type("grants.review.conflict_declared.v1", seals_for="registration_id")
class ConflictDeclared(Event, frozen=True, kw_only=True):
    """The member is recused from this application for good."""

    application_id: str
    registration_id: str
    member_id: str
    reason: Personal.identity
    imported: bool = False


@event_type("grants.review.sheet_submitted.v1")
class SheetSubmitted(Event, frozen=True, kw_only=True):
    """A member's points, sealed until scoring closes."""

    application_id: str
    member_id: str
    points: tuple[Points, ...]
    imported: bool = False


@event_type("grants.review.comment_written.v1", seals_for="registration_id")
class CommentWritten(Event, frozen=True, kw_only=True):
    """What the member wrote beside the points; recorded together with the sheet."""

    application_id: str
    registration_id: str
    member_id: str
    comment: Personal.identity


@event_type("grants.review.scoring_closed.v1")
class ScoringClosed(Event, frozen=True, kw_only=True):
    """No sheet comes in any more; all are visible to those who reviewed."""

    application_id: str
    meeting_id: str
    imported: bool = False


@event_type("grants.review.scoring_reopened.v1")
class ScoringReopened(Event, frozen=True, kw_only=True):
    """The meeting was reopened, on record: members may hand in their sheets anew."""

    application_id: str
    meeting_id: str


ReviewEvent: TypeAlias = (
    MembersAssigned
    | NoConflictDeclared
    | ConflictDeclared
    | SheetSubmitted
    | CommentWritten
    | ScoringClosed
    | ScoringReopened
)

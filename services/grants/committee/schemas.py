"""What the committee's JSON routes take and give.

>>> ScoreSheetSchema().load({"points": [{"criterion": "plan", "points": 40}]})["points"]
[Points(criterion='plan', points=40)]
"""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, fields, post_load, validate

from services.grants.calls.terms import CRITERIA_MAX, MEMBERS_MAX, POINTS_MAX
from services.grants.committee.meeting_events import ItemVote
from services.grants.committee.ranking import Points
from services.grants.committee.review import COMMENT_LENGTH_MAX
from services.grants.programmes.amounts import DecimalAmountSchema
from services.grants.programmes.wording import NAME_LENGTH_MAX, REASON_LENGTH_MAX
from shared.web.commands import ReceiptSchema
from shared.web.pagination import PageArguments, page_schema

VOTES: Final = ("for", "against", "abstained")
VOTES_AT_ONCE_MAX: Final = 500
OUTCOMES: Final = ("approved", "waitlisted", "rejected")
MEETING_STATES: Final = ("scoring", "scoring_closed", "ranked", "decided", "cancelled")

_ACCOUNT: Final = validate.Length(min=1, max=80)
_IDENTIFIER: Final = validate.Length(equal=36)


class OwnReviewArguments(PageArguments):
    """Which of the reader's own reviews."""

    waiting = fields.Boolean(
        load_default=False, metadata={"description": "Only those to declare or to score."}
    )


class OwnReviewSchema(Schema):
    """One application that is assigned to the reader."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    programme = fields.String(required=True)
    call_id = fields.String(required=True)
    call_code = fields.String(required=True)
    full_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null after stepping aside, and once erased."},
    )
    declared = fields.String(required=True, validate=validate.OneOf(("no", "clear", "recused")))
    scoring = fields.String(required=True, validate=validate.OneOf(("open", "closed")))
    points_total = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the reader's own sheet."}
    )
    version = fields.Integer(required=True)


class ReviewProgressSchema(Schema):
    """How far the review of an application is: counts of members."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    state = fields.String(required=True)
    scoring = fields.String(required=True)
    assigned = fields.Integer(required=True)
    undeclared = fields.Integer(required=True)
    recused = fields.Integer(required=True)
    sheets = fields.Integer(required=True)
    version = fields.Integer(required=True)


class CriterionPointsSchema(Schema):
    """The points for one criterion."""

    criterion = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX))
    points = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=POINTS_MAX)
    )

    @post_load
    def points_of(self, data: dict[str, Any], **_: Any) -> Points:
        """A Points."""
        return Points(**data)


class ScoringCriterionSchema(Schema):
    """A criterion of the call."""

    name = fields.String(required=True)
    points_max = fields.Integer(required=True)


class SeenSheetSchema(Schema):
    """A sheet that the reader may see."""

    member_id = fields.String(required=True)
    points = fields.List(fields.Nested(CriterionPointsSchema), required=True)
    points_total = fields.Integer(required=True)
    comment = fields.String(required=True)


class ReviewMemberSchema(Schema):
    """A member of a review."""

    member_id = fields.String(required=True)
    declared = fields.String(required=True)
    submitted = fields.Boolean(required=True)


class ReviewSchema(Schema):
    """A review as the reader may see it; others' sheets once scoring is closed."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    programme = fields.String(required=True)
    call_id = fields.String(required=True)
    scoring = fields.String(required=True, validate=validate.OneOf(("none", "open", "closed")))
    part = fields.String(
        required=True, validate=validate.OneOf(("undeclared", "cleared", "overseer"))
    )
    may_submit = fields.Boolean(required=True)
    criteria = fields.List(fields.Nested(ScoringCriterionSchema), required=True)
    members = fields.List(fields.Nested(ReviewMemberSchema), required=True)
    sheets = fields.List(fields.Nested(SeenSheetSchema), required=True)
    version = fields.Integer(required=True)


class ReviewAssignmentSchema(Schema):
    """Who is to read and score an application, beside any before."""

    application_id = fields.String(required=True, validate=_IDENTIFIER)
    member_ids = fields.List(
        fields.String(validate=_ACCOUNT),
        required=True,
        validate=validate.Length(min=1, max=MEMBERS_MAX),
    )


class ReviewsAssignedSchema(ReceiptSchema):
    """How many applications got somebody new."""

    assigned = fields.Integer(required=True)


class ConflictDeclarationSchema(Schema):
    """Whether the acting member has a conflict; with a reason when so."""

    conflict = fields.Boolean(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=REASON_LENGTH_MAX))


class ScoreSheetSchema(Schema):
    """The acting member's sheet: each criterion of the call once."""

    points = fields.List(
        fields.Nested(CriterionPointsSchema),
        required=True,
        validate=validate.Length(1, CRITERIA_MAX),
    )
    comment = fields.String(load_default="", validate=validate.Length(max=COMMENT_LENGTH_MAX))


class MeetingSchema(Schema):
    """A meeting in a list."""

    meeting_id = fields.String(required=True)
    programme = fields.String(required=True)
    call_id = fields.String(required=True)
    call_code = fields.String(required=True)
    held_on = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(MEETING_STATES))
    decided_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)


class VoteTallySchema(Schema):
    """Votes of members who are present and not recused."""

    for_ = fields.Integer(required=True, data_key="for", attribute="for")
    against = fields.Integer(required=True)
    abstained = fields.Integer(required=True)


class RankedItemSchema(Schema):
    """An application of the ranking, best first."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    state = fields.String(required=True)
    requested = fields.Nested(DecimalAmountSchema, required=True)
    rank = fields.Integer(required=True)
    score = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Two decimals; null where the reader may not see it."},
    )
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(OUTCOMES),
        metadata={"description": "What was decided, or would be with the money left now."},
    )
    recused_ids = fields.List(fields.String(), required=True)
    suspended = fields.Boolean(required=True)
    votes = fields.Nested(VoteTallySchema, required=True)
    own_vote = fields.String(required=True, allow_none=True, validate=validate.OneOf(VOTES))


class MeetingRoomSchema(MeetingSchema):
    """A meeting with its ranking and what a decision now would do."""

    chair_id = fields.String(required=True, allow_none=True)
    member_ids = fields.List(fields.String(), required=True)
    present_ids = fields.List(fields.String(), required=True)
    quorum = fields.Integer(required=True)
    reopening_proposed_by = fields.String(required=True, allow_none=True)
    reopening_reason = fields.String(required=True, allow_none=True)
    former_chair_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "From whom the chair took over last; null when from nobody."},
    )
    chair_reason = fields.String(required=True, allow_none=True)
    cancelled_reason = fields.String(required=True, allow_none=True)
    votes_in_room = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether the chair said so; null before the decision."},
    )
    budget = fields.Nested(DecimalAmountSchema, required=True)
    available = fields.Nested(DecimalAmountSchema, required=True)
    approved = fields.Integer(
        required=True, metadata={"description": "How many are, or would be, approved."}
    )
    amount = fields.Nested(DecimalAmountSchema, required=True)
    pending_elsewhere = fields.Integer(required=True)
    first_waiting = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The application that is approved next when money comes back."},
    )
    items = fields.List(fields.Nested(RankedItemSchema), required=True)


class MeetingConvenedSchema(Schema):
    """A meeting about a closed call."""

    call_id = fields.String(required=True, validate=_IDENTIFIER)
    held_on = fields.Date(required=True)


class MeetingAttendanceSchema(Schema):
    """Who is present, whole."""

    present_ids = fields.List(
        fields.String(validate=_ACCOUNT), required=True, validate=validate.Length(max=MEMBERS_MAX)
    )


class ItemVoteSchema(Schema):
    """A vote on one application."""

    application_id = fields.String(required=True, validate=_IDENTIFIER)
    vote = fields.String(required=True, validate=validate.OneOf(VOTES))

    @post_load
    def vote_of(self, data: dict[str, Any], **_: Any) -> ItemVote:
        """An ItemVote."""
        return ItemVote(**data)


class ItemVotesSchema(Schema):
    """The acting member's votes; a later one on the same application replaces the earlier."""

    votes = fields.List(
        fields.Nested(ItemVoteSchema), required=True, validate=validate.Length(1, VOTES_AT_ONCE_MAX)
    )


class MeetingDecisionSchema(Schema):
    """What people were shown: how many are approved, and the sum."""

    approved = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=100_000)
    )
    amount = fields.Nested(DecimalAmountSchema, required=True)
    votes_in_room = fields.Boolean(
        load_default=False,
        metadata={
            "description": "The chair says that a quorum voted in the room on all that is approved."
        },
    )


class ItemOutcomeSchema(Schema):
    """What was decided about one application."""

    application_id = fields.String(required=True)
    application_no = fields.String(required=True)
    rank = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"enum": ["money_gone", "below_threshold", None]},
    )
    amount = fields.Nested(DecimalAmountSchema, required=True)


class MeetingDecidedSchema(ReceiptSchema):
    """The receipt of a decision."""

    outcomes = fields.List(fields.Nested(ItemOutcomeSchema), required=True)


class PromotionSchema(Schema):
    """The application that people were shown as the first on the waiting list."""

    application_id = fields.String(required=True, validate=_IDENTIFIER)


class MeetingReasonSchema(Schema):
    """Why the chair changes, or the meeting is not held."""

    reason = fields.String(required=True, validate=validate.Length(1, REASON_LENGTH_MAX))


class ReopeningReasonSchema(Schema):
    """Why the meeting is to be reopened."""

    reason = fields.String(required=True, validate=validate.Length(1, REASON_LENGTH_MAX))


OwnReviewPageSchema = page_schema(OwnReviewSchema, name="OwnReviewPage")
ProgressPageSchema = page_schema(ReviewProgressSchema, name="ReviewProgressPage")
MeetingPageSchema = page_schema(MeetingSchema, name="MeetingPage")

"""What comes in and goes out over HTTP about referrals.

NewReferralSchema().load({"institution": "School for adults", "aim": "primary_completed", …})
"""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.education.schemas import FIRST_DAY, OUTCOMES
from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX
from services.trainings.referrals.referral import NOTE_LENGTH_MAX, DropOut, Step
from services.trainings.referrals.wording import STATE_FILTERS
from shared.language.marking import N_
from shared.web.pagination import PageArguments, page_schema

STEPS: Final = get_args(Step)
REASONS: Final = get_args(DropOut)
_NOT_SO_FAR_BACK: Final = validate.Range(min=FIRST_DAY, error=N_("This day lies too far back."))


class ReminderSchema(Schema):
    """When to ask how it stands; null: no more."""

    remind_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "A day that comes; whoever made the referral is told then."},
    )


class NewReferralSchema(ReminderSchema):
    """Where somebody is sent, and for what."""

    institution = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX))
    aim = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    sent_on = fields.Date(required=True, validate=_NOT_SO_FAR_BACK)
    note = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=NOTE_LENGTH_MAX)
    )


class ReferSchema(NewReferralSchema):
    """A referral of a person."""

    registration_id = fields.String(required=True, validate=validate.Length(min=1, max=36))


class NewsSchema(ReminderSchema):
    """How a referral stands."""

    state = fields.String(required=True, validate=validate.OneOf(STEPS))
    on = fields.Date(required=True, validate=_NOT_SO_FAR_BACK)
    note = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=NOTE_LENGTH_MAX)
    )
    reason = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(REASONS),
        metadata={"description": "Of a drop-out, and needed then."},
    )


class WithdrawReferralSchema(Schema):
    """Why a referral was recorded in error."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


class ReferralArguments(PageArguments):
    """Which referrals."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATE_FILTERS)))
    aim = fields.String(load_default="", validate=validate.OneOf(("", *OUTCOMES)))


class ReferralSchema(Schema):
    """A referral as it stands. ``since``: the day of the last step."""

    referral_id = fields.String(required=True)
    programme = fields.String(required=True)
    registration_id = fields.String(required=True)
    institution = fields.String(required=True)
    aim = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    sent_on = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STEPS))
    since = fields.Date(required=True)
    remind_on = fields.Date(required=True, allow_none=True)
    referred_by = fields.String(required=True)
    withdrawn = fields.Boolean(required=True)
    version = fields.Integer(required=True)


ReferralPageSchema = page_schema(ReferralSchema, name="ReferralPage")

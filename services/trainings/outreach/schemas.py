"""What comes in and goes out over HTTP about outreach.

ActivityContentSchema().load({"kind": "advocacy", "title": "Round table", "partners": [...], …})
"""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.education.schemas import FIRST_DAY
from services.trainings.outreach.activity import (
    PARTNERS_MAX,
    PEOPLE_MAX,
    TEXT_LENGTH_MAX,
    ActivityKind,
    PartnerKind,
)
from services.trainings.people.fields import (
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
)
from shared.language.marking import N_
from shared.web.pagination import PageArguments, page_schema

KINDS: Final = get_args(ActivityKind)
PARTNER_KINDS: Final = get_args(PartnerKind)
PROGRAMME_LENGTH_MAX: Final = 40
_NOT_SO_FAR_BACK: Final = validate.Range(min=FIRST_DAY, error=N_("This day lies too far back."))
_COUNT: Final = validate.Range(min=0, max=PEOPLE_MAX)


class PartnerSchema(Schema):
    """An institution that took part; no person's name."""

    kind = fields.String(required=True, validate=validate.OneOf(PARTNER_KINDS))
    name = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX))


class ActivityContentSchema(Schema):
    """What is said about an activity, whole. Nobody is named."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX))
    held_on = fields.Date(required=True, validate=_NOT_SO_FAR_BACK)
    country = fields.String(required=True, validate=validate.Regexp(r"\A[A-Z]{2}\Z"))
    municipality = fields.String(
        required=True, validate=validate.Length(min=1, max=PLACE_LENGTH_MAX)
    )
    place = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=PLACE_LENGTH_MAX)
    )
    partners = fields.List(
        fields.Nested(PartnerSchema), load_default=list, validate=validate.Length(max=PARTNERS_MAX)
    )
    women = fields.Integer(load_default=0, strict=True, validate=_COUNT)
    men = fields.Integer(load_default=0, strict=True, validate=_COUNT)
    not_known = fields.Integer(
        load_default=0,
        strict=True,
        validate=_COUNT,
        metadata={"description": "People of whom nobody wrote down which sex they are."},
    )
    agreed = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=TEXT_LENGTH_MAX)
    )
    follows = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=TEXT_LENGTH_MAX)
    )
    follow_up_on = fields.Date(load_default=None, allow_none=True)


class RecordActivitySchema(ActivityContentSchema):
    """An activity of a programme."""

    programme = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=PROGRAMME_LENGTH_MAX)
    )


class FollowUpSchema(Schema):
    """What came of it."""

    on = fields.Date(required=True, validate=_NOT_SO_FAR_BACK)
    result = fields.String(required=True, validate=validate.Length(min=1, max=TEXT_LENGTH_MAX))
    follow_up_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "When to look again; null: nothing more follows."},
    )


class WithdrawActivitySchema(Schema):
    """Why an activity was recorded in error; names nobody."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


class ActivityArguments(PageArguments):
    """Which activities."""

    kind = fields.String(load_default="", validate=validate.OneOf(("", *KINDS)))
    partner = fields.String(load_default="", validate=validate.OneOf(("", *PARTNER_KINDS)))
    year = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1900, max=9999)
    )


class ActivitySchema(ActivityContentSchema):
    """An activity as it stands."""

    activity_id = fields.String(required=True)
    programme = fields.String(required=True)
    withdrawn = fields.Boolean(required=True)
    version = fields.Integer(required=True)


ActivityPageSchema = page_schema(ActivitySchema, name="ActivityPage")

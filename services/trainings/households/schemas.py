"""What comes in and goes out over HTTP about households.

HouseholdFormSchema().load({"registration_id": "0192…", "address": "Ulica 1, Topola"})
"""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields, validate

from services.trainings.households.household import ADDRESS_LENGTH_MAX, JoinCause, LeaveCause
from shared.web.pagination import PageArguments, page_schema


def _id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(equal=36))


class HouseholdFormSchema(Schema):
    """A household with its first member."""

    registration_id = _id()
    address = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=ADDRESS_LENGTH_MAX)
    )
    is_head = fields.Boolean(load_default=False)


class HouseholdJoinSchema(Schema):
    """Somebody who lives in it from today."""

    registration_id = _id()
    because = fields.String(required=True, validate=validate.OneOf(get_args(JoinCause)))


class HouseholdLeaveSchema(Schema):
    """Somebody who lives in it no more from today."""

    registration_id = _id()
    because = fields.String(required=True, validate=validate.OneOf(get_args(LeaveCause)))


class HouseholdHeadSchema(Schema):
    """Who speaks for it; null: nobody in particular."""

    registration_id = fields.String(
        required=True, allow_none=True, validate=validate.Length(equal=36)
    )


class HouseholdAddressSchema(Schema):
    """Where they live."""

    address = fields.String(required=True, validate=validate.Length(min=1, max=ADDRESS_LENGTH_MAX))


class HouseholdMemberSchema(Schema):
    """Somebody who lives there, or lived there. Personal fields are null once they were erased."""

    registration_id = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    joined_on = fields.Date(required=True)
    left_on = fields.Date(required=True, allow_none=True)
    joined_because = fields.String(required=True, allow_none=True)
    left_because = fields.String(required=True, allow_none=True)


class HouseholdSchema(Schema):
    """A household, with the members whom the one who asks may see."""

    household_id = fields.String(required=True)
    programme = fields.String(required=True)
    reference = fields.String(required=True)
    formed_on = fields.Date(required=True)
    head_id = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    members = fields.List(fields.Nested(HouseholdMemberSchema), required=True)
    others = fields.Integer(
        required=True, metadata={"description": "How many more live there whom one may not see."}
    )
    version = fields.Integer(required=True)


class HouseholdRowSchema(Schema):
    """A household of the list."""

    household_id = fields.String(required=True)
    programme = fields.String(required=True)
    reference = fields.String(required=True)
    formed_on = fields.Date(required=True)
    living = fields.Integer(required=True, metadata={"description": "How many live there now."})
    version = fields.Integer(required=True)


class HouseholdsArguments(PageArguments):
    """Which page of them."""


HouseholdPageSchema = page_schema(HouseholdRowSchema, name="HouseholdPage")

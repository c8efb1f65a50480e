"""What comes in and goes out over HTTP about retention.

HoldSchema().load({"registration_id": "0192…", "until": "2027-01-01", "reason": "complaint"})
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.trainings.retention.retention import MONTHS_MAX
from services.trainings.retention.rules import RULES
from services.trainings.retention.wording import HOLD_WORDS

CLASSES: Final = tuple(RULES)


class RetentionArguments(Schema):
    """Of which programme."""

    programme = fields.String(load_default="", validate=validate.Length(max=40))


class RetentionRuleSchema(Schema):
    """How long a class of data is kept in a programme."""

    programme = fields.String(required=True)
    what = fields.String(required=True, validate=validate.OneOf(CLASSES))
    since = fields.String(required=True)
    months = fields.Integer(required=True)
    basis = fields.String(required=True)


class AnnouncementSchema(Schema):
    """What is erased when."""

    programme = fields.String(required=True)
    what = fields.String(required=True, validate=validate.OneOf(CLASSES))
    due_on = fields.Date(required=True)
    erase_on = fields.Date(required=True)
    registrations = fields.Integer(required=True)
    announced_on = fields.Date(required=True)


class HoldSchema(Schema):
    """Keep a registration out of it until a day."""

    registration_id = fields.String(required=True, validate=validate.Length(min=1, max=36))
    until = fields.Date(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(tuple(HOLD_WORDS)))


class HeldSchema(HoldSchema):
    """A registration that is held back."""

    programme = fields.String(required=True)
    held_by = fields.String(required=True)


class EndHoldSchema(Schema):
    """Which registration is held back no more."""

    registration_id = fields.String(required=True, validate=validate.Length(min=1, max=36))


class MonthsSchema(Schema):
    """How long a class of data is kept from now on."""

    programme = fields.String(load_default="", validate=validate.Length(max=40))
    what = fields.String(required=True, validate=validate.OneOf(CLASSES))
    months = fields.Integer(required=True, validate=validate.Range(min=1, max=MONTHS_MAX))


class RetentionSchema(Schema):
    """The rules, what was announced, what is held back."""

    rules = fields.List(fields.Nested(RetentionRuleSchema), required=True)
    announced = fields.List(fields.Nested(AnnouncementSchema), required=True)
    held = fields.List(fields.Nested(HeldSchema), required=True)

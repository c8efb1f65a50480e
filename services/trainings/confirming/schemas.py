"""What comes in and goes out over HTTP about confirming many people, and about missing papers.

ConfirmManySchema().load({"means": "passport", "people": [{"id": "0192…", "version": 1}]})
"""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.people.fields import REASON_LENGTH_MAX
from services.trainings.people.registration_events import Means, Paper, WhyNoPapers
from services.trainings.people.schemas import PersonSchema

MANY_MAX: Final = 100
AT_ONCE: Final = tuple(means for means in get_args(Means) if means != "witness")
"""A witness is named for each person apart."""


class SeenPersonSchema(Schema):
    """One person who was seen, and the version of what was read of them."""

    id = fields.String(required=True, validate=validate.Length(equal=36))
    version = fields.Integer(required=True, validate=validate.Range(min=1))


class ConfirmManySchema(Schema):
    """Many people whose documents were seen."""

    means = fields.String(required=True, validate=validate.OneOf(AT_ONCE))
    people = fields.List(
        fields.Nested(SeenPersonSchema),
        required=True,
        validate=validate.Length(min=1, max=MANY_MAX),
    )


class ConfirmedPersonSchema(Schema):
    """What became of one. ``detail`` is null for who is confirmed now."""

    id = fields.String(required=True)
    confirmed = fields.Boolean(required=True)
    detail = fields.String(required=True, allow_none=True)


class ConfirmedManySchema(Schema):
    """What became of each, in their order."""

    confirmed = fields.Integer(required=True)
    people = fields.List(fields.Nested(ConfirmedPersonSchema), required=True)


class ToConfirmSchema(Schema):
    """Who waits for the one who asks, the oldest first."""

    items = fields.List(fields.Nested(PersonSchema), required=True)
    of_own = fields.Integer(
        required=True, metadata={"description": "How many that one wrote wait for somebody else."}
    )


class PapersSchema(Schema):
    """Which papers are missing; none: they are complete."""

    missing = fields.List(
        fields.String(validate=validate.OneOf(get_args(Paper))),
        required=True,
        validate=validate.Length(max=len(get_args(Paper))),
    )
    why = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(get_args(WhyNoPapers))
    )
    note = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=REASON_LENGTH_MAX)
    )
    ask_again_on = fields.Date(load_default=None, allow_none=True)


class WithoutPapersSchema(Schema):
    """People whose papers are missing, the most urgent first."""

    items = fields.List(fields.Nested(PersonSchema), required=True)

"""What comes in and goes out over HTTP about consents.

ConsentSchema().load({"purpose": "photos", "given": False, "form": "paper"})
"""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields, validate

from services.trainings.people.registration_events import ConsentForm, Purpose


class ConsentSchema(Schema):
    """A consent that is given or withdrawn today."""

    purpose = fields.String(required=True, validate=validate.OneOf(get_args(Purpose)))
    given = fields.Boolean(required=True)
    form = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(get_args(ConsentForm)),
        metadata={"description": "How the person said so; null where that is not noted."},
    )


class StandingSchema(Schema):
    """How it stands with one purpose."""

    purpose = fields.String(required=True)
    asked = fields.Boolean(required=True)
    given = fields.Boolean(required=True)
    on = fields.Date(required=True, allow_none=True)
    form = fields.String(required=True, allow_none=True)


class EntrySchema(Schema):
    """One consent that was given or withdrawn."""

    purpose = fields.String(required=True)
    given = fields.Boolean(required=True)
    on = fields.Date(required=True)
    form = fields.String(required=True, allow_none=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class ConsentsSchema(Schema):
    """All purposes, and what happened to them, newest first."""

    registration_id = fields.String(required=True)
    consents = fields.List(fields.Nested(StandingSchema), required=True)
    history = fields.List(fields.Nested(EntrySchema), required=True)

"""What comes in and goes out over HTTP about erasures.

ErasureChoiceSchema().load({"classes": ["special"], "ground": "unlawful"})
"""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.erasure.erasure_events import Erasable, Ground
from services.trainings.erasure.wording import BY_HAND, STATE_WORDS
from shared.language.marking import N_
from shared.web.pagination import PageArguments, page_schema

CLASSES: Final = get_args(Erasable)
STATES: Final = tuple(STATE_WORDS)


class ErasureChoiceSchema(Schema):
    """Which data are to be erased, and why."""

    classes = fields.List(
        fields.String(validate=validate.OneOf(CLASSES)),
        required=True,
        validate=validate.Length(min=1, max=len(CLASSES), error=N_("Choose what is to be erased.")),
        metadata={"description": "Classes of data; `agreement` is what accounting law keeps."},
    )
    ground = fields.String(
        required=True,
        validate=validate.OneOf(BY_HAND),
        metadata={"description": "Why, as a code that names the legal basis."},
    )


class ErasureRequestSchema(ErasureChoiceSchema):
    """An erasure of one person's data, of all their registrations in the programme."""

    registration_id = fields.String(required=True, validate=validate.Length(min=1, max=36))


class OwnErasureSchema(Schema):
    """What a person wants erased of their own data."""

    registration_id = fields.String(required=True, validate=validate.Length(min=1, max=36))
    classes = fields.List(
        fields.String(validate=validate.OneOf(CLASSES)),
        load_default=["identity", "contact", "special", "financial"],
        validate=validate.Length(min=1, max=len(CLASSES)),
    )


class ErasureArguments(PageArguments):
    """Which erasures."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))


class ErasureRowsSchema(Schema):
    """How many rows of a table hold something of a kind."""

    table = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "Data class and retention group."})
    rows = fields.Integer(required=True)


class LogHeadSchema(Schema):
    """A checkpoint of a log: how many entries, and the Merkle tree's root over them."""

    size = fields.Integer(required=True)
    root = fields.String(required=True)


class ErasureAnswerSchema(Schema):
    """What one service said. ``purged`` is null until it did."""

    service = fields.String(required=True)
    counted = fields.List(fields.Nested(ErasureRowsSchema), required=True, allow_none=True)
    before = fields.Nested(LogHeadSchema, required=True, allow_none=True)
    purged = fields.List(fields.Nested(ErasureRowsSchema), required=True, allow_none=True)
    files = fields.Integer(required=True, allow_none=True)
    after = fields.Nested(LogHeadSchema, required=True, allow_none=True)


class ErasureKeptSchema(Schema):
    """What stays, why, and until when; null: that day is not known."""

    what = fields.String(required=True, validate=validate.OneOf(CLASSES))
    because = fields.String(required=True)
    until = fields.Date(required=True, allow_none=True)


class ErasureSchema(Schema):
    """An erasure in a list."""

    erasure_id = fields.String(required=True)
    programme = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    ground = fields.String(required=True, validate=validate.OneOf(get_args(Ground)))
    classes = fields.List(fields.String(), required=True)
    registrations = fields.Integer(
        required=True, metadata={"description": "How many registrations it concerns."}
    )
    requested_by = fields.String(required=True)
    requested_at = fields.AwareDateTime(required=True)
    by_the_person = fields.Boolean(required=True)
    announced_on = fields.Date(required=True, allow_none=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)
    completed_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)


class ErasureWholeSchema(ErasureSchema):
    """An erasure with what each service answered."""

    registration_ids = fields.List(fields.String(), required=True)
    kept = fields.List(fields.Nested(ErasureKeptSchema), required=True)
    key_ids = fields.List(fields.String(), required=True)
    answers = fields.List(fields.Nested(ErasureAnswerSchema), required=True)


class ErasureCertificateSchema(ErasureWholeSchema):
    """The certificate of a completed erasure: no personal data, and whether it verifies."""

    legal_basis = fields.String(required=True)
    verifies = fields.Boolean(
        required=True,
        metadata={"description": "The log of trainings still has the roots that are named."},
    )


ErasurePageSchema = page_schema(ErasureSchema, name="ErasurePage")

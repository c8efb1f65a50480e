"""What comes in and goes out over HTTP about registrations that may be of one person.

DecideDuplicateSchema().load({"other_registration_id": "0192…", "same": True, "reason": "…"})
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.trainings.people.fields import REASON_LENGTH_MAX
from services.trainings.people.likeness import LIKELY, REASONS, WORTH_A_LOOK
from services.trainings.people.merging_views import CONFLICTS
from services.trainings.people.schemas import PersonSchema, programme, text
from shared.web.pagination import PageArguments, page_schema


class DecideDuplicateSchema(Schema):
    """Whether two registrations are of one person, and why."""

    other_registration_id = text(36)
    same = fields.Boolean(required=True)
    reason = text(REASON_LENGTH_MAX)


class DuplicatesArguments(PageArguments):
    """Likely duplicates of which programme, and how likely."""

    programme = programme()
    at_least = fields.Integer(
        load_default=LIKELY,
        validate=validate.Range(min=WORTH_A_LOOK, max=100),
        metadata={
            "description": "The lowest score. From 90 on two agree in name, birth date and"
            " municipality, and one has no national number."
        },
    )


class PairSchema(Schema):
    """Two registrations that may be of one person."""

    one = fields.Nested(PersonSchema, required=True)
    other = fields.Nested(PersonSchema, required=True)
    score = fields.Integer(required=True, metadata={"description": "From 0 to 100."})
    reasons = fields.List(
        fields.String(validate=validate.OneOf(tuple(REASONS))),
        required=True,
        metadata={"description": "What speaks for it, then what speaks against."},
    )


class FollowsSchema(Schema):
    """How many records move with a person's registrations, and what stands against it."""

    registrations = fields.Integer(required=True)
    enrolments = fields.Integer(required=True)
    certificates = fields.Integer(required=True)
    outcomes = fields.Integer(required=True)
    applications = fields.Integer(required=True)
    awards = fields.Integer(required=True)
    conflicts = fields.List(fields.String(validate=validate.OneOf(tuple(CONFLICTS))), required=True)


class ComparisonSchema(PairSchema):
    """Two registrations side by side."""

    together = fields.Boolean(
        required=True, metadata={"description": "Whether they are one person now."}
    )
    follows = fields.Nested(
        FollowsSchema,
        required=True,
        metadata={"description": "What moves when they are put together, or taken apart."},
    )


class RecognisedArguments(Schema):
    """Of which programme."""

    programme = programme()


class RecognisedSchema(Schema):
    """Registrations under one national number: certainly one person's."""

    registrations = fields.List(fields.Nested(PersonSchema), required=True)


class RecognisedListSchema(Schema):
    """People who were registered more than once under one national number."""

    items = fields.List(fields.Nested(RecognisedSchema), required=True)


PairPageSchema = page_schema(PairSchema, name="LikelyDuplicatesPage")

"""What comes in and goes out over HTTP about education outcomes.

RecordSchema().load({"registration_id": "0192…", "outcome": "primary_completed",
                     "completed_on": "2026-02-01", "institution": "School for adults", …})
"""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.education.outcome import EVIDENCE_LENGTH_MAX, OutcomeKind
from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX
from shared.language.marking import N_
from shared.web.pagination import PageArguments, page_schema

OUTCOMES: Final = get_args(OutcomeKind)
FIRST_DAY: Final = date(1900, 1, 1)


class NewOutcomeSchema(Schema):
    """What the school's paper says."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    completed_on = fields.Date(
        required=True,
        validate=validate.Range(min=FIRST_DAY, error=N_("This day lies too far back.")),
        metadata={"description": "The day on the paper, today at the latest."},
    )
    institution = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX))
    evidence = fields.String(
        required=True,
        validate=validate.Length(min=1, max=EVIDENCE_LENGTH_MAX),
        metadata={"description": "By which paper it is known; sealed, since it may name people."},
    )


class RecordSchema(NewOutcomeSchema):
    """An outcome of a person."""

    registration_id = fields.String(required=True, validate=validate.Length(min=1, max=36))


class WithdrawSchema(Schema):
    """Why an outcome was recorded in error."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


class OutcomeArguments(PageArguments):
    """Which outcomes."""

    outcome = fields.String(load_default="", validate=validate.OneOf(("", *OUTCOMES)))


class OutcomeSchema(Schema):
    """An education outcome. ``evidence`` is null once it was erased."""

    outcome_id = fields.String(required=True)
    programme = fields.String(required=True)
    registration_id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    completed_on = fields.Date(required=True)
    institution = fields.String(required=True)
    evidence = fields.String(required=True, allow_none=True)
    withdrawn = fields.Boolean(
        required=True, metadata={"description": "It was recorded in error and counts no more."}
    )
    imported = fields.Boolean(required=True)
    version = fields.Integer(required=True)


OutcomePageSchema = page_schema(OutcomeSchema, name="OutcomePage")

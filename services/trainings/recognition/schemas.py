"""What comes in and goes out over HTTP about certificates from elsewhere.

PaperSchema().load({"issuer": "Regionalna škola", "title": "…", "kind": "business", "hours": 40, …})
"""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.courses.course import TITLE_LENGTH_MAX, CourseKind
from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX
from services.trainings.recognition.recognition import NUMBER_LENGTH_MAX
from shared.language.marking import N_
from shared.web.pagination import PageArguments, page_schema

KINDS: Final = get_args(CourseKind)
STATES: Final = ("recognised", "proposed", "withdrawn")
FIRST_DAY: Final = date(1900, 1, 1)
HOURS_MAX: Final = 5_000


class PaperSchema(Schema):
    """What the paper says."""

    issuer = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX))
    number = fields.String(load_default="", validate=validate.Length(max=NUMBER_LENGTH_MAX))
    title = fields.String(required=True, validate=validate.Length(min=1, max=TITLE_LENGTH_MAX))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    hours = fields.Integer(required=True, validate=validate.Range(min=1, max=HOURS_MAX))
    issued_on = fields.Date(
        required=True,
        validate=validate.Range(min=FIRST_DAY, error=N_("This day lies too far back.")),
    )


class WithdrawalSchema(Schema):
    """Why it must not count."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


class RecognitionArguments(PageArguments):
    """Which of them."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))


class RecognitionSchema(Schema):
    """A certificate from elsewhere. ``number`` is null once it was erased."""

    recognition_id = fields.String(required=True)
    programme = fields.String(required=True)
    registration_id = fields.String(required=True)
    issuer = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    minutes = fields.Integer(required=True)
    issued_on = fields.Date(required=True)
    recognised_on = fields.Date(required=True)
    recognised_by = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    proposed_by = fields.String(required=True, allow_none=True)
    withdrawn_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)


RecognitionPageSchema = page_schema(RecognitionSchema, name="RecognitionPage")

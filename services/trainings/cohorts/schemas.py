"""What comes in and goes out over HTTP about cohorts."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from marshmallow import Schema, fields, validate

from services.trainings.cohorts.cohort import (
    SESSION_MAX,
    SESSION_MINUTES_MAX,
)
from services.trainings.cohorts.cohort_state import PLACES_MAX
from services.trainings.cohorts.kinds import LEVELS, TEXT_LENGTH_MAX
from services.trainings.cohorts.planning import TRAINERS_MAX, VENUE_LENGTH_MAX
from services.trainings.cohorts.recording import PARTICIPANTS_MAX, REASONS
from services.trainings.cohorts.wording import COUNTRIES
from services.trainings.courses.course import MODULES_MAX, VERSION_MAX
from services.trainings.people.fields import (
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
)
from shared.web.commands import ReceiptSchema
from shared.web.pagination import PageArguments, page_schema

DAY_MIN: Final = date(1990, 1, 1)
DAY_MAX: Final = date(2200, 12, 31)
ID_LENGTH_MAX: Final = 36


def day_field() -> fields.Date:
    """A day that a calendar of ours can have."""
    return fields.Date(required=True, validate=validate.Range(min=DAY_MIN, max=DAY_MAX))


def whole(least: int, most: int, **options: object) -> fields.Integer:
    """A whole number within bounds."""
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=most), **options)  # type: ignore[arg-type]


def short(most: int, **options: object) -> fields.String:
    """A text that says something."""
    return fields.String(validate=validate.Length(min=1, max=most), **options)  # type: ignore[arg-type]


def trainers_field() -> fields.List[Any]:
    """Accounts of trainers."""
    return fields.List(
        short(REFERENCE_LENGTH_MAX),
        required=True,
        validate=validate.Length(min=1, max=TRAINERS_MAX),
    )


class CohortArguments(PageArguments):
    """Which cohorts."""

    state = fields.String(load_default="", validate=validate.OneOf(("", "open", "closed")))


class NewCohortSchema(Schema):
    """A run of a course version; its programme is the course's."""

    reference = short(REFERENCE_LENGTH_MAX, required=True)
    course_id = short(ID_LENGTH_MAX, required=True)
    country = fields.String(required=True, validate=validate.OneOf(tuple(COUNTRIES)))
    place = short(PLACE_LENGTH_MAX, required=True)
    trainers = trainers_field()
    course_version = whole(
        1,
        VERSION_MAX,
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: the newest one that is offered."},
    )
    venue = short(VENUE_LENGTH_MAX, load_default=None, allow_none=True)
    capacity = whole(1, PLACES_MAX, load_default=None, allow_none=True)
    level = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(sorted({one for levels in LEVELS.values() for one in levels})),
        metadata={"description": "Class, cycle or year, for schools."},
    )
    occupation = short(TEXT_LENGTH_MAX, load_default=None, allow_none=True)
    institution = short(TEXT_LENGTH_MAX, load_default=None, allow_none=True)


class TrainersSchema(Schema):
    """Who runs a cohort from now on."""

    trainers = trainers_field()


class SessionSchema(Schema):
    """A session; ``marks``: of how many participants attendance is recorded."""

    session = fields.Integer(required=True)
    held_on = fields.Date(required=True)
    minutes = fields.Integer(required=True)
    marks = fields.Integer(required=True)
    starts = fields.String(required=True, allow_none=True)
    module = fields.Integer(required=True, allow_none=True)
    trainer = fields.String(required=True, allow_none=True)


class CohortSchema(Schema):
    """A cohort in a list."""

    cohort_id = fields.String(required=True)
    programme = fields.String(required=True)
    reference = fields.String(required=True)
    course_id = fields.String(required=True)
    course_title = fields.String(required=True)
    course_version = fields.Integer(required=True)
    kind = fields.String(required=True)
    country = fields.String(required=True)
    place = fields.String(required=True)
    zone = fields.String(required=True, metadata={"description": "Decides which day it is there."})
    trainers = fields.List(fields.String(), required=True)
    first_on = fields.Date(required=True, allow_none=True)
    last_on = fields.Date(required=True, allow_none=True)
    participants = fields.Integer(required=True)
    closed_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)
    venue = fields.String(required=True, allow_none=True)
    capacity = fields.Integer(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)
    occupation = fields.String(required=True, allow_none=True)
    institution = fields.String(required=True, allow_none=True)
    attendance_percent_min = fields.Integer(
        required=True, metadata={"description": "Of the hours, that the certificate asks for."}
    )
    post_test_min = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null: there is no test."}
    )


class CohortRecordSchema(CohortSchema):
    """A cohort with its sessions."""

    sessions = fields.List(fields.Nested(SessionSchema), required=True)


class ParticipantSchema(Schema):
    """A participant and how they stand; ``missing``: what is lacking for a certificate."""

    registration_id = fields.String(required=True)
    reference = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    identity_confirmed = fields.Boolean(required=True)
    attended_minutes = fields.Integer(required=True)
    total_minutes = fields.Integer(required=True)
    attended_percent = fields.Integer(
        required=True, metadata={"description": "Whole per cent, rounded down."}
    )
    pre_test = fields.Integer(required=True, allow_none=True)
    post_test = fields.Integer(required=True, allow_none=True)
    qualifies = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    certificate_id = fields.String(required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)
    left_on = fields.Date(required=True, allow_none=True)
    transferred_to = fields.String(required=True, allow_none=True)
    transferred_from = fields.String(required=True, allow_none=True)
    carried_minutes = fields.Integer(required=True)


class AttendanceSchema(Schema):
    """One participant in one session; null: nothing is recorded."""

    registration_id = fields.String(required=True)
    reference = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    attended_minutes = fields.Integer(required=True, allow_none=True)
    excused = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for who may not read it."}
    )
    excused_as = fields.String(required=True, allow_none=True)
    is_excused = fields.Boolean(required=True)


class SlotSchema(Schema):
    """When a session begins where it is held, which module it belongs to, who holds it."""

    starts = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z"),
        metadata={"description": "HH:MM"},
    )
    module = whole(1, MODULES_MAX, load_default=None, allow_none=True)
    trainer = short(REFERENCE_LENGTH_MAX, load_default=None, allow_none=True)


class NewSessionSchema(SlotSchema):
    """A session's day and length, and what else is settled of it."""

    on = day_field()
    minutes = whole(1, SESSION_MINUTES_MAX, required=True)


class SessionReceiptSchema(ReceiptSchema):
    """The cohort's version, and the session's number."""

    session = whole(1, SESSION_MAX, required=True)


class MarkSchema(Schema):
    """How long somebody was there; ``excused_as``, ``excused``: why not longer."""

    registration_id = short(ID_LENGTH_MAX, required=True)
    attended_minutes = whole(0, SESSION_MINUTES_MAX, required=True)
    excused = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=REASON_LENGTH_MAX)
    )
    excused_as = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(REASONS))


class MarksSchema(Schema):
    """Attendance of a session; whom it does not name stays as they are."""

    marks = fields.List(
        fields.Nested(MarkSchema),
        required=True,
        validate=validate.Length(min=1, max=PARTICIPANTS_MAX),
    )


class ScoreSchema(Schema):
    """Tests in per cent; null leaves what is there."""

    registration_id = short(ID_LENGTH_MAX, required=True)
    pre_test = whole(0, 100, load_default=None, allow_none=True)
    post_test = whole(0, 100, load_default=None, allow_none=True)


class ScoresSchema(Schema):
    """Tests of participants."""

    scores = fields.List(
        fields.Nested(ScoreSchema),
        required=True,
        validate=validate.Length(min=1, max=PARTICIPANTS_MAX),
    )


class ReasonSchema(Schema):
    """Why; it names nobody."""

    reason = short(REASON_LENGTH_MAX, required=True)


CohortPageSchema = page_schema(CohortSchema, name="CohortPage")
ParticipantPageSchema = page_schema(ParticipantSchema, name="ParticipantPage")
AttendancePageSchema = page_schema(AttendanceSchema, name="AttendancePage")

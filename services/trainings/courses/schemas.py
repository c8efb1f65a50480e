"""What comes in and goes out over HTTP about courses.

ContentSchema().load({"title": "Starting a business", "kind": "business", "hours": 24,
                      "modules": ["Plan", "Market"]})
"""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.courses.course import (
    DESCRIPTION_LENGTH_MAX,
    HOURS_MAX,
    MODULES_MAX,
    TITLE_LENGTH_MAX,
    VERSION_MAX,
)
from services.trainings.courses.rule import DEFAULT_RULE, CourseKind
from services.trainings.people.fields import REASON_LENGTH_MAX
from shared.web.pagination import page_schema

PROGRAMME_LENGTH_MAX: Final = 40
KINDS: Final = get_args(CourseKind)


class ContentSchema(Schema):
    """What a version of a course says, whole."""

    title = fields.String(required=True, validate=validate.Length(min=1, max=TITLE_LENGTH_MAX))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    hours = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=HOURS_MAX)
    )
    modules = fields.List(
        fields.String(validate=validate.Length(min=1, max=TITLE_LENGTH_MAX)),
        required=True,
        validate=validate.Length(min=1, max=MODULES_MAX),
    )
    module_hours = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1, max=HOURS_MAX)),
        load_default=(),
        validate=validate.Length(max=MODULES_MAX),
        metadata={"description": "One for each module, together the hours; or none of them."},
    )
    description = fields.String(
        load_default="", validate=validate.Length(max=DESCRIPTION_LENGTH_MAX)
    )
    attendance_percent_min = fields.Integer(
        strict=True,
        load_default=DEFAULT_RULE.attendance_percent_min,
        validate=validate.Range(min=1, max=100),
        metadata={"description": "How much of the hours the certificate asks for."},
    )
    post_test_min = fields.Integer(
        strict=True,
        load_default=DEFAULT_RULE.post_test_min,
        allow_none=True,
        validate=validate.Range(min=1, max=100),
        metadata={"description": "Per cent in the post-test; null: no test is asked for."},
    )


class CreateSchema(ContentSchema):
    """A new course with its first version."""

    programme = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=PROGRAMME_LENGTH_MAX),
        metadata={"description": "Its code; not needed by who works in one programme only."},
    )


class VersionSchema(Schema):
    """A version of a course. ``hours`` is null where history does not tell."""

    course_version = fields.Integer(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    hours = fields.Integer(required=True, allow_none=True)
    modules = fields.List(fields.String(), required=True)
    imported = fields.Boolean(required=True)
    module_hours = fields.List(fields.Integer(), required=True)
    description = fields.String(required=True)
    attendance_percent_min = fields.Integer(required=True)
    post_test_min = fields.Integer(required=True, allow_none=True)
    retired = fields.Boolean(
        required=True, metadata={"description": "Whether no new cohort runs this version."}
    )


class CourseSchema(VersionSchema):
    """A course as its newest version says it."""

    course_id = fields.String(required=True)
    programme = fields.String(required=True)
    course_retired = fields.Boolean(
        required=True, metadata={"description": "Whether no new cohort runs it in any version."}
    )


class WholeCourseSchema(CourseSchema):
    """A course with all its versions, the newest first."""

    versions = fields.List(fields.Nested(VersionSchema), required=True)
    version = fields.Integer(required=True, metadata={"description": "The record's, as in ETag."})


class OfferSchema(Schema):
    """A version, or null for the course in all its versions."""

    course_version = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=VERSION_MAX),
    )


class RetireSchema(OfferSchema):
    """What no new cohort is to run, and why; the reason names nobody."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


CoursePageSchema = page_schema(CourseSchema, name="CoursePage")

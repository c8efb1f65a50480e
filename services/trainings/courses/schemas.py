"""What comes in and goes out over HTTP about courses.

ContentSchema().load({"title": "Starting a business", "kind": "business", "hours": 24,
                      "modules": ["Plan", "Market"]})
"""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.trainings.courses.course import (
    HOURS_MAX,
    MODULES_MAX,
    TITLE_LENGTH_MAX,
    CourseKind,
)
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


class CourseSchema(VersionSchema):
    """A course as its newest version says it."""

    course_id = fields.String(required=True)
    programme = fields.String(required=True)


class WholeCourseSchema(CourseSchema):
    """A course with all its versions, the newest first."""

    versions = fields.List(fields.Nested(VersionSchema), required=True)
    version = fields.Integer(required=True, metadata={"description": "The record's, as in ETag."})


CoursePageSchema = page_schema(CourseSchema, name="CoursePage")

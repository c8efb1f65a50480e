"""What comes in and goes out over HTTP about the figures of trainings."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.trainings.courses.schemas import KINDS


class FiguresArguments(Schema):
    """What is counted."""

    programme = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "The programme; the reader's first where it is left out."},
    )
    kind = fields.String(
        load_default="",
        validate=validate.OneOf(["", *KINDS]),
        metadata={"description": "Only courses of this kind."},
    )
    year = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1900, 9999),
        metadata={"description": "Only cohorts whose first session was in this year."},
    )


class ReachedSchema(Schema):
    """Persons at each stage, each once; null is a cell that is left out since it is small."""

    enrolled = fields.Integer(required=True, allow_none=True)
    attended = fields.Integer(required=True, allow_none=True)
    certified = fields.Integer(required=True, allow_none=True)


class PlaceFiguresSchema(Schema):
    """Persons of one municipality."""

    country = fields.String(required=True)
    municipality = fields.String(required=True)
    persons = fields.Nested(ReachedSchema, required=True)


class SexFiguresSchema(Schema):
    """Persons of one sex as it is registered."""

    sex = fields.String(required=True)
    persons = fields.Nested(ReachedSchema, required=True)


class AgeFiguresSchema(Schema):
    """Persons of one age band on the day of the cohort's first session."""

    age_from = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null: not known."}
    )
    persons = fields.Nested(ReachedSchema, required=True)


class YearFiguresSchema(Schema):
    """Persons of the cohorts that began in a year."""

    year = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null: without sessions."}
    )
    persons = fields.Nested(ReachedSchema, required=True)


class KindFiguresSchema(Schema):
    """Persons of one kind of course."""

    kind = fields.String(required=True)
    persons = fields.Nested(ReachedSchema, required=True)


class FiguresSchema(Schema):
    """How many came, stayed and were certified."""

    programme = fields.String(required=True)
    kind = fields.String(required=True)
    year = fields.Integer(required=True, allow_none=True)
    persons = fields.Nested(ReachedSchema, required=True)
    by_place = fields.List(fields.Nested(PlaceFiguresSchema), required=True)
    by_sex = fields.List(fields.Nested(SexFiguresSchema), required=True)
    by_age = fields.List(fields.Nested(AgeFiguresSchema), required=True)
    by_year = fields.List(fields.Nested(YearFiguresSchema), required=True)
    by_kind = fields.List(fields.Nested(KindFiguresSchema), required=True)
    suppressed = fields.Boolean(
        required=True, metadata={"description": "Whether small cells are left out."}
    )

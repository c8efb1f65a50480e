"""What goes out over HTTP about indicators."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.grants.awards.schemas import MoneySchema


class ReportArguments(Schema):
    """Which programme."""

    programme = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "The programme; needed by readers of more than one."},
    )


class ReportAmountsSchema(Schema):
    """Where the money of one currency is."""

    currency = fields.String(required=True)
    budget = fields.Nested(MoneySchema, required=True)
    approved = fields.Nested(MoneySchema, required=True)
    disbursed = fields.Nested(
        MoneySchema, required=True, metadata={"description": "Paid and not come back."}
    )
    returned = fields.Nested(MoneySchema, required=True)


class StagePersonsSchema(Schema):
    """Persons at each stage, each once; null is a cell that is left out since it is small."""

    certified = fields.Integer(required=True, allow_none=True)
    granted = fields.Integer(required=True, allow_none=True)
    paid = fields.Integer(required=True, allow_none=True)
    visited = fields.Integer(required=True, allow_none=True)
    working = fields.Integer(required=True, allow_none=True)


class SexGroupSchema(Schema):
    """Persons of one sex as it is registered."""

    sex = fields.String(required=True)
    persons = fields.Nested(StagePersonsSchema, required=True)


class PlaceGroupSchema(Schema):
    """Persons of one municipality."""

    country = fields.String(required=True)
    municipality = fields.String(required=True)
    persons = fields.Nested(StagePersonsSchema, required=True)


class AliveSchema(Schema):
    """Businesses visited so many months after the handover, and how many of them worked."""

    month = fields.Integer(required=True)
    visited = fields.Integer(required=True, allow_none=True)
    working = fields.Integer(required=True, allow_none=True)


class IndicatorsSchema(Schema):
    """What a programme achieved; nobody is named."""

    programme = fields.String(required=True)
    amounts = fields.List(fields.Nested(ReportAmountsSchema), required=True)
    applications = fields.Integer(required=True, allow_none=True)
    approved = fields.Integer(required=True, allow_none=True)
    tranches_paid = fields.Integer(required=True, allow_none=True)
    visits = fields.Integer(required=True, allow_none=True)
    jobs = fields.Integer(required=True, allow_none=True)
    persons = fields.Nested(StagePersonsSchema, required=True)
    alive = fields.List(fields.Nested(AliveSchema), required=True)
    by_sex = fields.List(fields.Nested(SexGroupSchema), required=True)
    by_place = fields.List(fields.Nested(PlaceGroupSchema), required=True)
    suppressed = fields.Boolean(
        required=True, metadata={"description": "Whether cells under five are left out."}
    )

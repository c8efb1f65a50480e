"""What comes in over HTTP about sheets that are taken out.

ExportSchema().load({"kind": "people", "form": "csv", "state": "confirmed"})
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.trainings.education.schemas import OUTCOMES
from services.trainings.exports.kinds import KINDS
from services.trainings.exports.making import FORMS, XLSX
from services.trainings.people.schemas import SEARCH_LENGTH_MAX

STATES = ("", *dict.fromkeys(state for kind in KINDS.values() for state in kind.states))


class ExportSchema(Schema):
    """Which sheet, in which form, of whom. Filters that a sheet does not have are not looked at."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(KINDS)))
    form = fields.String(load_default=XLSX, validate=validate.OneOf(FORMS))
    programme = fields.String(load_default="", validate=validate.Length(max=40))
    state = fields.String(load_default="", validate=validate.OneOf(STATES))
    cohort = fields.String(
        load_default="",
        validate=validate.Length(max=36),
        metadata={"description": "The id of a cohort: what is of it alone."},
    )
    outcome = fields.String(load_default="", validate=validate.OneOf(("", *OUTCOMES)))
    number = fields.String(
        load_default="",
        validate=validate.Length(max=20),
        metadata={"description": "A part of the number of certificates."},
    )
    q = fields.String(
        load_default="",
        validate=validate.Length(max=SEARCH_LENGTH_MAX),
        metadata={"description": "People found by it, as in their list."},
    )
    with_number = fields.Boolean(
        load_default=False,
        metadata={"description": "The last digits of national numbers too, for who may read them."},
    )

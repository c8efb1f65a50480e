"""What goes out over HTTP about imports: how far one is, what was found. No cell of a file does.

ImportSchema().dump(row._asdict())
"""

from __future__ import annotations

import json
from typing import Final

from marshmallow import Schema, fields, validate

from services.trainings.imports.wording import KIND_WORDS, STAGE_WORDS
from shared.web.pagination import PageArguments, page_schema

LEFT_ROWS: Final = "Rows left out, since what they name was changed while it was entered."


class ImportSchema(Schema):
    """An import: its stage, and the counts of its rows."""

    import_id = fields.String(required=True)
    programme = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(KIND_WORDS)))
    history = fields.Boolean(required=True, metadata={"description": "Rows are of the past."})
    stage = fields.String(required=True, validate=validate.OneOf(list(STAGE_WORDS)))
    kept_by = fields.String(required=True)
    kept_at = fields.AwareDateTime(required=True)
    until = fields.Date(required=True, allow_none=True)
    rows = fields.Integer(required=True)
    new = fields.Integer(required=True)
    already = fields.Integer(required=True, metadata={"description": "Rows that are there."})
    errors = fields.Integer(required=True)
    warnings = fields.Integer(required=True)
    done = fields.Integer(required=True, metadata={"description": "Rows done while entering."})
    entered = fields.Integer(required=True)
    known = fields.Integer(required=True)
    erased = fields.Integer(required=True)
    left_rows = fields.Function(
        lambda row: json.loads(row["left_rows"]),
        required=True,
        metadata={"type": "array", "items": {"type": "integer"}, "description": LEFT_ROWS},
    )
    version = fields.Integer(required=True)


ImportPageSchema = page_schema(ImportSchema, name="ImportPage")


class FindingArguments(PageArguments):
    """Which findings."""

    severity = fields.String(load_default="", validate=validate.OneOf(("", "errors", "warnings")))


class FindingSchema(Schema):
    """Something wrong or odd in a row, in the reader's language."""

    row = fields.Integer(required=True, metadata={"description": "0: of the whole sheet."})
    column = fields.String(required=True, metadata={"description": "The column's header."})
    error = fields.Boolean(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    to_do = fields.String(required=True)


FindingPageSchema = page_schema(FindingSchema, name="FindingPage")

"""What comes in over the JSON interface of second factors.

StepUpSchema().load({"code": "287082"})
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.accounts.factors.codes import TYPED_MAX


class StepUpSchema(Schema):
    """A code of the app, or a recovery code."""

    code = fields.String(
        required=True, load_only=True, validate=validate.Length(min=1, max=TYPED_MAX)
    )

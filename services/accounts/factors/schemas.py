"""What comes in over the JSON interface of second factors.

StepUpSchema().load({"code": "287082"})
StepUpSchema().load({"demonstration": True})    # an invented person, who has no device
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.accounts.factors.codes import TYPED_MAX


class StepUpSchema(Schema):
    """A code of the app, or a recovery code; an invented person of a demonstration needs none."""

    code = fields.String(load_default="", load_only=True, validate=validate.Length(max=TYPED_MAX))
    demonstration = fields.Boolean(load_default=False, load_only=True)

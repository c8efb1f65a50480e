"""What comes in over HTTP about alarms of accounts."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.log.watching.alarms import REASON_LENGTH_MAX


class SettleSchema(Schema):
    """Why it needs no more looking after."""

    reason = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=REASON_LENGTH_MAX),
            validate.Regexp(r"[\s\S]*\S[\s\S]*"),
        ],
    )

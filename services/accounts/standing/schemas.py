"""What comes in and goes out when an account is closed, reset or changed, and of its sessions.

DetailsSchema().load({"display_name": "Mira", "email": "mira@example.org"})
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.accounts.staff.account import EMAIL_LENGTH_MAX, NAME_LENGTH_MAX


class ResetSchema(Schema):
    """How the person gets the link."""

    shown = fields.Boolean(
        load_default=False,
        metadata={"description": "Show it to the asker, for somebody who cannot read their mail."},
    )


class ResetLinkSchema(Schema):
    """A link for a new password, mailed or shown this once."""

    mailed = fields.Boolean(required=True)
    address = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null when it went by mail."},
    )
    expires_at = fields.AwareDateTime(required=True)


class SessionSchema(Schema):
    """An open session."""

    id = fields.String(required=True, attribute="session_id")
    opened_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "To within ten minutes."}
    )
    device = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Browser and system, such as firefox/windows; null: unknown."},
    )


class DetailsSchema(Schema):
    """Name and address, whole."""

    display_name = fields.String(
        required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX)
    )
    email = fields.String(
        required=True, allow_none=True, validate=validate.Length(min=3, max=EMAIL_LENGTH_MAX)
    )

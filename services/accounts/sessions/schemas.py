"""What comes in and goes out over the JSON interface of tokens and of one's own account.

SignInSchema().load({"account": "mira@example.org", "password": "…"})
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.accounts.factors.codes import TYPED_MAX
from services.accounts.staff.account import EMAIL_LENGTH_MAX
from services.accounts.staff.schemas import RoleSchema
from shared.access.passwords import LENGTH_MAX


class SignInSchema(Schema):
    """An account and its password."""

    account = fields.String(
        required=True,
        validate=validate.Length(min=1, max=EMAIL_LENGTH_MAX),
        metadata={"description": "The account's e-mail address, or its name when it has none."},
    )
    password = fields.String(
        required=True, load_only=True, validate=validate.Length(min=1, max=LENGTH_MAX)
    )
    code = fields.String(
        load_default="",
        load_only=True,
        validate=validate.Length(max=TYPED_MAX),
        metadata={
            "description": "Of the app, or a recovery code, when the account has a second factor."
        },
    )


class TokenSchema(Schema):
    """A token, to be sent as ``Authorization: Bearer``."""

    token = fields.String(required=True)
    token_type = fields.String(required=True, metadata={"enum": ["Bearer"]})
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds from now."})
    account_id = fields.String(required=True)
    session_id = fields.String(required=True)


class MeSchema(Schema):
    """Who the token speaks of."""

    id = fields.String(required=True)
    display_name = fields.String(required=True)
    session_id = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)

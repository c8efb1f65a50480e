"""What comes in and goes out over the JSON interface of programs' keys.

MakeKeySchema().load({"name": "Ledger export", "scopes": ["grants.ledger.export"], "days": 30})
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.accounts.programs.keeping import KEY_LENGTH_MAX
from services.accounts.programs.program_key import (
    DAYS_DEFAULT,
    DAYS_MAX,
    NAME_LENGTH_MAX,
    SCOPES_MAX,
)
from services.accounts.programs.wording import KEY_STATES
from services.accounts.sessions.schemas import TokenSchema
from shared.access.roles import PERMISSIONS
from shared.web.pagination import page_schema

KEY_EXAMPLE: Final = "zanat_0192f000-0000-7000-8000-000000000001_…"


class MakeKeySchema(Schema):
    """A key as it is asked for."""

    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=NAME_LENGTH_MAX),
        metadata={"description": "What the key is for, in a few words. Name nobody in it."},
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf(tuple(PERMISSIONS))),
        required=True,
        validate=validate.Length(min=1, max=SCOPES_MAX),
        metadata={"description": "Permissions that the program's roles include."},
    )
    days = fields.Integer(
        load_default=DAYS_DEFAULT,
        validate=validate.Range(min=1, max=DAYS_MAX),
        metadata={"description": "How many days it works."},
    )


class KeySchema(Schema):
    """A key without what makes it one."""

    id = fields.String(required=True)
    account_id = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    state = fields.String(required=True, metadata={"enum": list(KEY_STATES)})
    made_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


KeyPage: Final = page_schema(KeySchema, name="KeyPage")


class MadeKeySchema(Schema):
    """A key that was just made: it is shown this once and kept nowhere."""

    id = fields.String(required=True)
    key = fields.String(required=True, metadata={"example": KEY_EXAMPLE})
    expires_at = fields.AwareDateTime(required=True)


class ExchangeSchema(Schema):
    """A key to exchange, when it does not come as ``Authorization: Bearer``."""

    key = fields.String(
        load_default="",
        load_only=True,
        validate=validate.Length(max=KEY_LENGTH_MAX),
        metadata={"example": KEY_EXAMPLE},
    )


class ExchangedSchema(TokenSchema):
    """A token for a key, with what it is for now."""

    scopes = fields.List(fields.String(), required=True)
    key_expires_at = fields.AwareDateTime(required=True)

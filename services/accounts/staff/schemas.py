"""What comes in and goes out over the JSON interface of staff and roles.

InviteSchema().load({"display_name": "Mira", "email": "mira@example.org"})
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.accounts.staff.account import (
    EMAIL_LENGTH_MAX,
    NAME_LENGTH_MAX,
    REASON_LENGTH_MAX,
)
from services.accounts.staff.granting import ROLES, SCOPE_LENGTH_MAX
from services.accounts.staff.wording import STANDING_WORDS
from shared.access.roles import EVERY_PROGRAMME
from shared.web.pagination import PageArguments, page_schema

STANDINGS: Final = tuple(STANDING_WORDS)


class RoleSchema(Schema):
    """A role as it is held or asked for."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    programme = fields.String(
        required=True,
        validate=validate.Length(min=1, max=SCOPE_LENGTH_MAX),
        metadata={"description": f"Code of the programme; {EVERY_PROGRAMME} for each of them."},
    )
    region = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=SCOPE_LENGTH_MAX),
        metadata={"description": "Part of the programme that it is limited to; null for none."},
    )


class AccountSchema(Schema):
    """An account of staff or of a program."""

    id = fields.String(required=True, attribute="account_id")
    kind = fields.String(required=True, metadata={"enum": ["staff", "program"]})
    standing = fields.String(required=True, metadata={"enum": list(STANDINGS)})
    display_name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)
    version = fields.Integer(required=True)


class StaffArguments(PageArguments):
    """Which accounts are asked for."""

    standing = fields.String(load_default="", validate=validate.OneOf(("", *STANDINGS)))
    role = fields.String(load_default="", validate=validate.OneOf(("", *ROLES)))
    kind = fields.String(load_default="", validate=validate.OneOf(("", "applicant")))


class InviteSchema(Schema):
    """Whom to invite; a program needs no address."""

    kind = fields.String(load_default="staff", validate=validate.OneOf(("staff", "program")))
    display_name = fields.String(
        required=True, validate=validate.Length(min=1, max=NAME_LENGTH_MAX)
    )
    email = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(min=3, max=EMAIL_LENGTH_MAX)
    )


class InvitationSchema(Schema):
    """A fresh single-use link, mailed or shown this once."""

    mailed = fields.Boolean(required=True)
    address = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Whoever opens it is in. Null when it went by mail."},
    )
    expires_at = fields.AwareDateTime(required=True)


class SuspendSchema(Schema):
    """Why; it names nobody."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH_MAX))


StaffPage: Final = page_schema(AccountSchema, name="StaffPage")

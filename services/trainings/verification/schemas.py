"""What comes in and goes out when a certificate is checked by a program.

CheckSchema().load({"number": "RS-2026-000123", "code": "a1b2-c3d4-e5f6", "name": "Mira Primer"})
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.trainings.verification.acting import NAME_LENGTH_MAX

NUMBER_LENGTH_MAX: Final = 40
CODE_LENGTH_MAX: Final = 80
STATES: Final = ("valid", "superseded", "revoked")
NAMES: Final = ("confirmed", "not_confirmed", "not_confirmable")


class CheckSchema(Schema):
    """Number and code as they are printed; with a name, whether it is the certificate's."""

    number = fields.String(required=True, validate=validate.Length(1, NUMBER_LENGTH_MAX))
    code = fields.String(required=True, validate=validate.Length(1, CODE_LENGTH_MAX))
    name = fields.String(load_default="", validate=validate.Length(max=NAME_LENGTH_MAX))


class CheckedSchema(Schema):
    """What the document says, whether it stands, and never whose it is."""

    number = fields.String(required=True)
    state = fields.String(
        required=True,
        metadata={
            "enum": list(STATES),
            "description": "superseded: a later version of the same number stands.",
        },
    )
    version = fields.Integer(required=True, metadata={"description": "Of the document asked for."})
    current_version = fields.Integer(required=True)
    course_title = fields.String(required=True)
    minutes = fields.Integer(required=True, metadata={"description": "Length of the course."})
    session_dates = fields.List(fields.Date(), required=True)
    issued_on = fields.Date(required=True)
    issuer = fields.String(required=True)
    place = fields.String(required=True)
    country = fields.String(required=True)
    duplicates = fields.Integer(
        required=True, metadata={"description": "Documents given out in place of lost ones."}
    )
    replaced_on = fields.Date(required=True, allow_none=True)
    corrected_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The day of this version, where it took the place of another."},
    )
    revoked_on = fields.Date(required=True, allow_none=True)
    checked_at = fields.AwareDateTime(required=True)
    name = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "enum": [*NAMES, None],
            "description": "About the name that was sent; not_confirmable: it was erased.",
        },
    )

"""What comes in when a program takes a credential out.

CredentialArguments().load({"name": "yes"}) -> {"name": "yes"}
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class CredentialArguments(Schema):
    """Whether the name stands in it as it is, or as a salted hash."""

    name = fields.String(load_default="no", validate=validate.OneOf(("yes", "no")))

"""What comes in over HTTP about evidence."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

_SHORT = validate.Length(max=120)


class EvidenceArguments(Schema):
    """Which entries; what is left out means any. A history is alone."""

    source = fields.String(load_default="", validate=_SHORT)
    actor = fields.String(load_default="", validate=_SHORT)
    stream = fields.String(
        load_default="", validate=_SHORT, metadata={"description": "Such as application/<id>."}
    )
    kind = fields.String(load_default="", validate=_SHORT)
    type = fields.String(load_default="", validate=_SHORT)
    correlation = fields.String(
        load_default="", validate=_SHORT, metadata={"description": "Everything one request did."}
    )
    programme = fields.String(load_default="", validate=_SHORT)
    since = fields.Date(load_default=None, metadata={"description": "First day."})
    until = fields.Date(load_default=None, metadata={"description": "Last day."})
    history = fields.String(
        load_default="",
        validate=_SHORT,
        metadata={"description": "A record with all that belongs to it, such as person/<id>."},
    )
    positions = fields.String(
        load_default="",
        validate=validate.Length(max=4_000),
        metadata={"description": "Such as grants:3-17 trainings:5."},
    )

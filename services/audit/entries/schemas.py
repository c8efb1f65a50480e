"""What comes in and goes out over HTTP about entries."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.event_words import sentence
from shared.web.language import say
from shared.web.pagination import PageArguments, page_schema

_SHORT = validate.Length(max=120)


class FileArguments(Schema):
    """What is looked for; left out means any."""

    source = fields.String(load_default="", validate=_SHORT)
    actor = fields.String(load_default="", validate=_SHORT)
    stream = fields.String(
        load_default="", validate=_SHORT, metadata={"description": "Such as application/<id>."}
    )
    kind = fields.String(load_default="", validate=_SHORT)
    type = fields.String(load_default="", validate=_SHORT)
    correlation = fields.String(load_default="", validate=_SHORT)
    programme = fields.String(load_default="", validate=_SHORT)
    access = fields.String(
        load_default="",
        validate=validate.OneOf(("", "reads", "exports", "refusals")),
        metadata={"description": "Accesses of one kind alone."},
    )
    after = fields.AwareDateTime(
        load_default=None, metadata={"description": "Later entries alone."}
    )
    since = fields.Date(load_default=None, metadata={"description": "First day."})
    until = fields.Date(load_default=None, metadata={"description": "Last day."})


class EntryArguments(FileArguments, PageArguments):
    """The same, in pages."""


class EntrySchema(Schema):
    """One entry of a log."""

    source = fields.String(required=True)
    position = fields.Integer(required=True)
    event_id = fields.String(required=True)
    stream = fields.String(required=True)
    stream_version = fields.Integer(required=True)
    type = fields.String(required=True)
    what = fields.Function(
        lambda row: say(sentence(row.type)),
        required=True,
        metadata={"type": "string", "description": "What happened, in words."},
    )
    actor = fields.String(required=True)
    on_behalf_of = fields.String(required=True, allow_none=True)
    programme = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    leaf_hash = fields.Function(
        lambda row: row.leaf_hash.hex(),
        required=True,
        metadata={"type": "string", "description": "SHA-256 in hexadecimal (RFC 6962)."},
    )
    correlation = fields.String(required=True)
    causation = fields.String(required=True)


class CopySchema(Schema):
    """How whole the copy of one log is."""

    source = fields.String(required=True)
    kept = fields.Integer(required=True)
    expected = fields.Integer(required=True)
    changed = fields.List(fields.Integer(), required=True)


EntryPageSchema = page_schema(EntrySchema, name="EntryPage")

"""What comes in and goes out over HTTP about histories."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.web.pagination import PageArguments, page_schema


class HistoryArguments(PageArguments):
    """In which order."""

    order = fields.String(
        load_default="oldest",
        validate=validate.OneOf(("oldest", "newest")),
        metadata={"description": "Which come first."},
    )


class FactSchema(Schema):
    """A fact as the reader's language writes it. ``was``: the value before, empty if unchanged."""

    words = fields.String(required=True)
    value = fields.String(required=True)
    was = fields.String(required=True)


class HistoryEntrySchema(Schema):
    """One entry in words. Names are those of accounts; what is of a person stays sealed."""

    source = fields.String(required=True)
    position = fields.Integer(required=True)
    event_id = fields.String(attribute="row.event_id", required=True)
    stream = fields.String(attribute="row.stream", required=True)
    type = fields.String(attribute="row.type", required=True)
    programme = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True, metadata={"description": "What happened, in words."})
    actor = fields.String(required=True)
    who = fields.String(required=True)
    on_behalf_of = fields.String(required=True)
    why = fields.String(required=True, metadata={"description": "Empty where none was given."})
    state_before = fields.String(attribute="was", required=True)
    state = fields.String(required=True, metadata={"description": "Empty where it stays."})
    facts = fields.List(fields.Nested(FactSchema), required=True)
    sealed = fields.List(fields.String(), required=True)
    names = fields.Function(
        lambda entry: [one.stream for one in entry.names],
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
    leaf_hash = fields.Function(
        lambda entry: entry.row.leaf_hash.hex(),
        required=True,
        metadata={"type": "string", "description": "SHA-256 in hexadecimal (RFC 6962)."},
    )


HistoryPageSchema = page_schema(HistoryEntrySchema, name="HistoryPage")

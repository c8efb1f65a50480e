"""What comes in and goes out over HTTP about alarms."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.log.watching.alarms import Kind
from shared.web.pagination import PageArguments, page_schema


class AlarmArguments(PageArguments):
    """Which alarms; left out means any."""

    open = fields.Boolean(load_default=False, metadata={"description": "Those that are open."})
    source = fields.String(
        load_default="",
        validate=validate.Length(max=120),
        metadata={"description": "The service whose log it is, or the origin of another log."},
    )


class AlarmSchema(Schema):
    """Something that is wrong with a log."""

    id = fields.String(attribute="alarm_id", required=True)
    watcher = fields.String(required=True, metadata={"description": "The service that found it."})
    source = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in Kind]))
    position = fields.Integer(required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True)
    expected = fields.String(required=True)
    found = fields.String(required=True)
    note_expected = fields.String(required=True)
    note_found = fields.String(required=True)
    raised_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    settled_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    by_itself = fields.Boolean(required=True)
    version = fields.Integer(required=True)


AlarmPageSchema = page_schema(AlarmSchema, name="AlarmPage")

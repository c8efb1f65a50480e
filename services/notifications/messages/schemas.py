"""What comes in and goes out over HTTP about messages."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.notifications.messages.message import GROUNDS_OF_PERSON, MEANS_OF_PERSON
from shared.web.pagination import PageArguments, page_schema


class InboxArguments(PageArguments):
    """Which messages of the inbox."""

    unread = fields.Boolean(
        load_default=False, metadata={"description": "Only those not opened yet."}
    )


class InboxMessageSchema(Schema):
    """A message in the reader's own inbox, in the request's language."""

    message_id = fields.String(required=True)
    programme = fields.String(required=True)
    kind = fields.String(required=True)
    about = fields.String(required=True, metadata={"description": "The record's stream."})
    subject = fields.String(required=True)
    body = fields.String(required=True)
    queued_at = fields.AwareDateTime(required=True)
    read = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class MessageArguments(PageArguments):
    """Which messages of the programmes."""

    channel = fields.String(
        load_default="", validate=validate.OneOf(("", "inbox", "mail", "person"))
    )
    state = fields.String(
        load_default="", validate=validate.OneOf(("", "waiting", "sent", "failed"))
    )
    about = fields.String(load_default="", validate=validate.Length(max=120))


class MessageSchema(Schema):
    """A message to anybody, without what it says."""

    message_id = fields.String(required=True)
    programme = fields.String(required=True)
    kind = fields.String(required=True)
    recipient_kind = fields.String(required=True)
    recipient_id = fields.String(required=True)
    channel = fields.String(required=True)
    about = fields.String(required=True)
    state = fields.String(required=True)
    means = fields.String(required=True, allow_none=True)
    ground = fields.String(required=True, allow_none=True)
    queued_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class ToldSchema(Schema):
    """How a person was told."""

    means = fields.String(required=True, validate=validate.OneOf(MEANS_OF_PERSON))


class NotReachedSchema(Schema):
    """Why a person could not be told."""

    ground = fields.String(load_default="not_reached", validate=validate.OneOf(GROUNDS_OF_PERSON))


InboxPageSchema = page_schema(InboxMessageSchema, name="InboxPage")
MessagePageSchema = page_schema(MessageSchema, name="MessagePage")

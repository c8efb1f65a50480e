"""JSON routes of messages, under ``/notifications/api/v1``.

GET  /inbox                       the reader's own messages, unread first
POST /inbox/<id>/read             opened
GET  /messages                    messages of the programmes, without what they say
POST /messages/<id>/told          an officer told the person
POST /messages/<id>/not-reached   an officer could not
POST /messages/<id>/again         try again
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Response, jsonify

from services.notifications.messages import acting, views
from services.notifications.messages.rendering import words
from services.notifications.messages.schemas import (
    InboxArguments,
    InboxMessageSchema,
    InboxPageSchema,
    MessageArguments,
    MessagePageSchema,
    MessageSchema,
    NotReachedSchema,
    ToldSchema,
)
from services.notifications.messages.views import Recipient, Shown
from shared.web.access import requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.language import language
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("messages_api", __name__, url_prefix="/notifications/api/v1")


@blueprint.route("/inbox", methods=["GET"])
@requires("notifications.inbox.read")
@blueprint.arguments(InboxArguments, location="query")
@blueprint.response(200, InboxPageSchema)
def list_inbox(arguments: dict[str, Any]) -> dict[str, Any]:
    """List the reader's own messages, unread first, then the newest."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = views.inbox(
            connection,
            Recipient.of(signed_in()),
            limit=page.limit + 1,
            after=page.after(int, datetime, str),
            unread_only=arguments["unread"],
        )
    answer = page.answer(rows, views.inbox_key)
    return {"items": [_said(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/inbox/<message_id>", methods=["GET"])
@requires("notifications.inbox.read")
@blueprint.response(200, InboxMessageSchema)
def show_inbox_message(message_id: str) -> Response:
    """Show one of the reader's own messages."""
    shown = acting.mine(signed_in(), message_id)
    if not_modified(shown.version):
        return set_version(Response(status=304), shown.version)
    return set_version(jsonify(InboxMessageSchema().dump(_said(shown))), shown.version)


@blueprint.route("/inbox/<message_id>/read", methods=["POST"])
@requires("notifications.inbox.write")
@command()
@blueprint.response(200, ReceiptSchema)
def read_inbox_message(message_id: str) -> Response:
    """Note that the reader opened it; a second time changes nothing."""
    reader = signed_in()
    shown = acting.mine(reader, message_id)
    return perform(shown.programme, lambda work: acting.read(work, reader, shown))


@blueprint.route("/messages", methods=["GET"])
@requires("notifications.messages.read")
@blueprint.arguments(MessageArguments, location="query")
@blueprint.response(200, MessagePageSchema)
def list_messages(arguments: dict[str, Any]) -> dict[str, Any]:
    """List messages of the reader's programmes, newest first, without what they say."""
    page: PageRequest = arguments.pop("page")
    programmes = signed_in().programmes("notifications.messages.read")
    with service().database.reading() as connection:
        rows = views.messages(
            connection,
            programmes,
            limit=page.limit + 1,
            after=page.after(datetime, str),
            **arguments,
        )
    answer = page.answer(rows, views.list_key)
    return {"items": [asdict(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/messages/<message_id>", methods=["GET"])
@requires("notifications.messages.read")
@blueprint.response(200, MessageSchema)
def show_message(message_id: str) -> Response:
    """Show where a message stands, without what it says."""
    shown = acting.of_programme(message_id, "notifications.messages.read")
    if not_modified(shown.version):
        return set_version(Response(status=304), shown.version)
    return set_version(jsonify(MessageSchema().dump(asdict(shown))), shown.version)


@blueprint.route("/messages/<message_id>/told", methods=["POST"])
@requires("notifications.messages.send")
@command(versioned=True)
@blueprint.arguments(ToldSchema)
@blueprint.response(200, ReceiptSchema)
def tell(arguments: dict[str, Any], message_id: str) -> Response:
    """Note that the person was told, and how."""
    shown = acting.of_programme(message_id, "notifications.messages.send")
    by, version, means = actor(), required_version(), arguments["means"]
    return perform(
        shown.programme,
        lambda work: acting.told(work, message_id, by=by, means=means, version=version),
    )


@blueprint.route("/messages/<message_id>/not-reached", methods=["POST"])
@requires("notifications.messages.send")
@command(versioned=True)
@blueprint.arguments(NotReachedSchema)
@blueprint.response(200, ReceiptSchema)
def fail(arguments: dict[str, Any], message_id: str) -> Response:
    """Note that the person could not be reached."""
    shown = acting.of_programme(message_id, "notifications.messages.send")
    by, version, ground = actor(), required_version(), arguments["ground"]
    return perform(
        shown.programme,
        lambda work: acting.not_reached(work, message_id, by=by, ground=ground, version=version),
    )


@blueprint.route("/messages/<message_id>/again", methods=["POST"])
@requires("notifications.deliveries.retry")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def try_again(message_id: str) -> Response:
    """Try a message again that was given up."""
    shown = acting.of_programme(message_id, "notifications.deliveries.retry")
    by, version = actor(), required_version()
    return perform(
        shown.programme, lambda work: acting.again(work, message_id, by=by, version=version)
    )


def _said(shown: Shown) -> dict[str, Any]:
    said = words(shown.kind, shown.facts, language())
    return {**asdict(shown), "subject": said.subject, "body": said.body}

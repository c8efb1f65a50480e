"""From a request to a commit: who acts, under which key, and the stored answer if it came before.

    @blueprint.route("/<call_id>/open", methods=["POST"])
    @requires("grants.calls.open")
    @command(versioned=True)
    @blueprint.response(200, ReceiptSchema)
    def open_call(call_id):
        def handler(work: Work) -> Answer:
            work.expect(CALL, call_id, required_version())
            work.decide(CALL, call_id, OpenCall(by=actor(), now=work.now))
            return receipt(work, CALL, call_id)
        return perform(programme, handler)

A handler may run again after a conflict, so it has no effects but those of its work.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, cast

import msgspec
from flask import Response, current_app, g, redirect
from marshmallow import Schema, fields

from shared import metrics
from shared.due.purging import key_of_answers
from shared.errors import Invalid, Problem
from shared.events.append import Context, RequestRecord, changed_meanwhile
from shared.events.decider import Decider
from shared.events.event import Sealed
from shared.events.work import Work
from shared.language.marking import N_
from shared.privacy.sealing import open_text, seal_text
from shared.service import Service
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.etag import set_version
from shared.web.idempotency import HEADER as IDEMPOTENCY_HEADER
from shared.web.idempotency import REPLAYED_HEADER, RequestKey, request_key

EXTENSION: Final = "zanat.service"


@dataclass(frozen=True)
class Answer:
    """What a command answers: JSON facts for the API, an address to go to for a page.

    version: the main stream's version after the command; becomes the ETag.
    """

    body: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    version: int | None = None
    location: str | None = None


class ReceiptSchema(Schema):
    """What a command did: the record and its version now."""

    id = fields.String(required=True, metadata={"description": "The record's identifier."})
    version = fields.Integer(required=True, metadata={"description": "Its version, as in ETag."})


def service() -> Service:
    """The service that this application belongs to."""
    return cast(Service, current_app.extensions[EXTENSION])


def actor() -> str:
    """The account that acts."""
    return signed_in().account_id


def context(programme: str) -> Context:
    """Who acts in this request, for the envelopes."""
    reader = g.get("reader")
    return Context(
        actor=reader.account_id if reader else "public",
        programme=programme,
        correlation=correlation_id(),
        causation=correlation_id(),
        own=reader.registrations if reader else frozenset(),
    )


def receipt(
    work: Work,
    decider: Decider[Any],
    identifier: str,
    *,
    status: int = 200,
    location: str | None = None,
) -> Answer:
    """The usual answer: which record, and its version once this work is committed."""
    version = work.version_after(decider, identifier)
    return Answer({"id": identifier, "version": version}, status, version, location)


def perform(programme: str, handler: Callable[[Work], Answer]) -> Response:
    """Run a command for the API and answer JSON; the same key and request gives the same answer."""
    answer, replayed = _perform(programme, handler)
    response = Response(
        msgspec.json.encode(answer.body), status=answer.status, content_type="application/json"
    )
    if answer.version is not None:
        set_version(response, answer.version)
    if answer.location:
        response.headers["Location"] = answer.location
    if replayed:
        response.headers[REPLAYED_HEADER] = "true"
    return response


def perform_page(programme: str, handler: Callable[[Work], Answer]) -> Response:
    """Run a command for a page and go where its answer says (303), also when sent twice."""
    answer, _ = _perform(programme, handler)
    return cast(Response, redirect(answer.location or "/", 303))


def _perform(programme: str, handler: Callable[[Work], Answer]) -> tuple[Answer, bool]:
    asked = request_key()
    key = asked.as_stored(service().keyring.blind_index) if asked else None
    name = handler.__qualname__.split(".", 1)[0]
    found: list[Answer] = []
    runs = count()

    def once(work: Work) -> Answer:
        found.clear()
        if key is None:
            return handler(work)
        # A key is new nearly always, so its answer is not looked for first: if there is one, it
        # cannot be stored a second time, which is a conflict, and the work is run again.
        if next(runs) and (stored := _stored(work, key)):
            found.append(stored)
            return stored
        try:
            answer = handler(work)
            record = _record(work, key, answer)
        except (Problem, ValueError):
            # It may be refused because the same request was done before. What this work has
            # decided until now must go, so it is run again to find the answer.
            if _stored(work, key) is None:
                raise
            raise changed_meanwhile() from None
        work.record(record)
        return answer

    try:
        answer = service().transact(context(programme), once)
    except Problem as error:
        metrics.command_counter(service().name, name, error.code).inc()
        raise
    metrics.command_counter(service().name, name, "replayed" if found else "done").inc()
    return answer, bool(found)


def _stored(work: Work, key: RequestKey) -> Answer | None:
    record = work.store.find_record(work.connection, actor=key.actor, route=key.route, key=key.key)
    if record is None:
        return None
    if not hmac.compare_digest(record.request_hash, key.request_hash):
        raise Invalid(
            "idempotency-key-reused",
            N_("This Idempotency-Key was used for another request. Take a new key for a new one."),
            header=IDEMPOTENCY_HEADER,
        )
    text = open_text(work.store.keyring, msgspec.json.decode(record.response, type=Sealed))
    if text is None:
        raise Invalid(
            "idempotency-key-expired",
            N_("This Idempotency-Key is too old."),
            header=IDEMPOTENCY_HEADER,
        )
    return msgspec.json.decode(text, type=Answer)


def _record(work: Work, key: RequestKey, answer: Answer) -> RequestRecord:
    owner = key_of_answers(work.store.service, work.now)
    sealed = seal_text(work.store.keyring, owner, msgspec.json.encode(answer).decode())
    return RequestRecord(
        key.actor,
        key.route,
        key.key,
        key.request_hash,
        answer.status,
        msgspec.json.encode(sealed),
    )

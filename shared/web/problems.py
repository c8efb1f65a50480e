"""Turns every error into ``application/problem+json`` (RFC 9457) or into a page with its words.

    {"type": "/problems/call-closed", "title": "Not possible now", "status": 409,
     "detail": "The call closed on 2026-03-31.", "instance": "urn:uuid:0192…",
     "deadline": "2026-03-31"}

``type`` is stable and ends in the error's code, the facts are members, ``instance`` is the
correlation id that the logs have too. Nothing that an unexpected error says leaves the process:
its message may hold personal data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final

import marshmallow
import msgspec
import structlog
from flask import Flask, Response, g, make_response, render_template, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from shared.errors import Problem
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import READING, is_for_programs
from shared.web.language import say
from shared.web.session import CSRF_FIELD, STEP_UP_FIELDS
from shared.web.validation import FieldError, errors_of

CONTENT_TYPE: Final = "application/problem+json"
RESENT_FIELDS_MAX: Final = 500
_RESERVED: Final = frozenset({"type", "title", "status", "detail", "instance", "errors"})
_SECRET_WORDS: Final = ("password", "token", "secret", "code")

TITLES: Final[dict[int, str]] = {
    400: N_("This cannot be read"),
    401: N_("Sign in first"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    406: N_("No such form of answer"),
    408: N_("It took too long"),
    409: N_("Not possible now"),
    410: N_("No longer here"),
    412: N_("Somebody was faster"),
    413: N_("Too large"),
    414: N_("Too large"),
    415: N_("Wrong kind of content"),
    416: N_("No such part"),
    422: N_("Something is not right yet"),
    428: N_("A version is needed"),
    429: N_("Too many at once"),
    500: N_("Something went wrong"),
    503: N_("Not available right now"),
}
"""One title a status; it does not change from one occurrence to the next."""

_DETAILS: Final[dict[int, tuple[str, str]]] = {
    400: ("request-malformed", N_("The request cannot be read.")),
    401: ("not-signed-in", N_("Sign in to go on.")),
    403: ("not-permitted", N_("Your roles do not include this.")),
    404: ("not-found", N_("There is nothing at this address.")),
    405: ("method-not-allowed", N_("This address does not take such a request.")),
    406: ("not-acceptable", N_("This address does not answer in the form that was asked for.")),
    413: ("too-large", N_("What was sent is larger than this address takes.")),
    414: ("too-large", N_("What was sent is larger than this address takes.")),
    415: ("content-type-unsupported", N_("Send this as JSON (Content-Type: application/json).")),
    416: ("range-unsatisfiable", N_("The part that was asked for does not exist.")),
    422: ("invalid", N_("Some values are not right; each is named below.")),
    429: ("too-many-requests", N_("Too many requests. Wait a moment and try again.")),
    500: ("unexpected", N_("Something went wrong on our side. Nothing was changed.")),
    503: ("unavailable", N_("This is not available right now. Try again in a moment.")),
}

log = structlog.get_logger("zanat.web")


@dataclass(frozen=True)
class Answer:
    """An error as it is told: ``error.html`` gets it as ``problem``."""

    code: str
    status: int
    title: str
    detail: str
    correlation_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The problem document."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{self.correlation_id}",
        }
        for name, fact in self.facts.items():
            document[f"fact_{name}" if name in _RESERVED else name] = plain(fact)
        if self.errors:
            document["errors"] = [error.to_json() for error in self.errors]
        return document


def install(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(Problem, _domain)
    app.register_error_handler(marshmallow.ValidationError, _validation)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def plain(fact: Any) -> Any:
    """A fact as JSON: money in minor units, days and times in ISO form."""
    if isinstance(fact, Money):
        return {"minor": fact.minor, "currency": fact.currency}
    if isinstance(fact, (date, datetime)):
        return fact.isoformat()
    if isinstance(fact, Mapping):
        return {str(name): plain(inner) for name, inner in fact.items()}
    if isinstance(fact, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in fact]
    if isinstance(fact, msgspec.Struct):
        return msgspec.to_builtins(fact)
    return fact if isinstance(fact, (str, int, bool, type(None))) else str(fact)


def spoken(fact: Any) -> Any:
    """A fact as it stands in a sentence."""
    if isinstance(fact, (list, tuple, set, frozenset)):
        return ", ".join(str(spoken(inner)) for inner in fact)
    formats = g.get("formats") or {}
    for kind, name in ((Money, "money"), (datetime, "moment"), (date, "day")):
        if isinstance(fact, kind) and name in formats:
            return formats[name](fact)
    return fact.isoformat() if isinstance(fact, date) else fact


def answer(
    status: int,
    code: str,
    sentence: str,
    *,
    facts: Mapping[str, Any] | None = None,
    errors: tuple[FieldError, ...] = (),
) -> Answer:
    """Put an error into the reader's language."""
    facts = facts or {}
    return Answer(
        code=code,
        status=status,
        title=say(TITLES.get(status, TITLES[500 if status >= 500 else 400])),
        detail=say(sentence, {name: spoken(fact) for name, fact in facts.items()}),
        correlation_id=g.get("correlation_id", "00000000-0000-0000-0000-000000000000"),
        facts=facts,
        errors=errors,
    )


def respond(told: Answer, headers: Mapping[str, str] | None = None) -> Response:
    """The answer as JSON to programs and as a page to people."""
    if is_for_programs() or not _wants_page():
        response = make_response(json.dumps(told.to_json(), ensure_ascii=False))
        response.mimetype = CONTENT_TYPE
    else:
        response = make_response(_page(told))
    response.status_code = told.status
    for name, value in (headers or {}).items():
        response.headers[name] = value
    if told.status == HTTPStatus.UNAUTHORIZED and is_for_programs():
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="zanat"')
    if told.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", "1")
    if told.status == HTTPStatus.TOO_MANY_REQUESTS and "retry_after_seconds" in told.facts:
        response.headers["Retry-After"] = str(told.facts["retry_after_seconds"])
    return response


def _domain(error: Problem) -> Response:
    facts = dict(error.facts)
    places = facts.pop("errors", ()) if isinstance(error.facts.get("errors"), (list, tuple)) else ()
    errors = tuple(one for one in places if isinstance(one, FieldError))
    if len(errors) != len(places):
        facts["places"], errors = places, ()
    return respond(answer(error.status, error.code, error.sentence, facts=facts, errors=errors))


def _validation(error: marshmallow.ValidationError) -> Response:
    code, sentence = _DETAILS[422]
    return respond(answer(422, code, sentence, errors=tuple(errors_of(error.messages, say))))


def _http(error: HTTPException) -> Response:
    cause = getattr(error, "exc", None)
    if isinstance(cause, marshmallow.ValidationError):
        return _validation(marshmallow.ValidationError(error.data["messages"]))  # type: ignore[attr-defined]
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    original = getattr(error, "original_exception", None)
    if original is not None:
        return _unexpected(original)
    code, sentence = _DETAILS.get(status, _DETAILS[500 if status >= 500 else 400])
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return respond(answer(status, code, sentence), headers)


def _unexpected(error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__, frames=_frames(error))
    code, sentence = _DETAILS[500]
    return respond(answer(500, code, sentence))


def _frames(error: BaseException) -> list[str]:
    """Where it happened, without any value: ``file:line function``, outermost first."""
    found = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-20:]


def _wants_page() -> bool:
    accepted = request.accept_mimetypes
    return not accepted or accepted.best_match(["text/html", CONTENT_TYPE]) == "text/html"


def _page(told: Answer) -> str:
    """``error.html``; when that fails too, the sentence alone, so that nobody faces nothing."""
    try:
        return render_template(
            "error.html", problem=told, resend=_resend(told), correlation_id=told.correlation_id
        )
    except Exception as error:  # noqa: BLE001 (whatever a template raises)
        log.error("error_page.failed", error=type(error).__name__, frames=_frames(error))
        return (
            f"<!doctype html><title>{escape(told.title)}</title>"
            f"<h1>{escape(told.title)}</h1><p>{escape(told.detail)}</p>"
        )


def _resend(told: Answer) -> list[tuple[str, str]]:
    """What was typed, so that the page can offer to send it again; never secrets or files."""
    if told.status not in (401, 403, 409, 503) or request.method in READING:
        return []
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [
        (name, text)
        for name, text in pairs[:RESENT_FIELDS_MAX]
        if name not in (CSRF_FIELD, *STEP_UP_FIELDS)
        and not any(word in name.lower() for word in _SECRET_WORDS)
    ]

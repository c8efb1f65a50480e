"""What the routes of trainings have in common: ids, programmes, forms that keep what was typed.

programme = programme_of("trainings.people.write", given)
given = validated(PersonSchema(), {"full_name": typed("full_name"), ...})
return attempt(lambda: perform_page(programme, handler), show, labels=LABELS)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from flask import make_response, request
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from services.trainings.programmes import known
from services.trainings.reach import Reach
from services.trainings.reach import reach as reach_of
from shared.access.accesses import record_read
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Invalid, Missing, Problem
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import service
from shared.web.language import say, words
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest
from shared.web.validation import sentence

Errors = Sequence[tuple[str, str]]
"""(id of the field, sentence) pairs of an error summary."""

MAIN: Final = "main"
PAGE_SIZE: Final = 50
LIST_SIZE_MAX: Final = 200


def reach(permission: str) -> Reach:
    """What the one who asks reaches by a permission."""
    return reach_of(signed_in(), permission)


def identifier(text: str) -> str:
    """An id from an address; anything else names no record."""
    if not is_identifier(text):
        raise not_found()
    return text


def not_found() -> Missing:
    """No such record, or none that this reader may know of."""
    return Missing("no-such-record", N_("There is no such record, or it is not yours to see."))


def programmes(permission: str) -> list[str]:
    """The programmes in which the one who asks has a permission: for ``*``, all that there are."""
    own = signed_in().programmes(permission)
    if EVERY_PROGRAMME not in own:
        return sorted(own)
    with service().database.reading() as connection:
        return known(connection)


def programme_of(permission: str, given: str | None) -> str:
    """The programme in which something new is made: the one given, or the only one there is."""
    own = programmes(permission)
    if given:
        ensure(permission, given)
        return given
    if len(own) != 1:
        raise Invalid(
            "programme-needed", N_("Say in which programme ({field})."), field="programme"
        )
    return own[0]


def page_request() -> PageRequest:
    """Which page of a list is asked for, by its address or by a form."""
    return PageRequest(cursor=(request.values.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)


def record_reading(programmes: Collection[str], *, what: str, subject: str) -> None:
    """Personal data of these programmes are about to be shown: on record, once for each."""
    for programme in sorted(set(programmes)):
        record_read(
            service(),
            signed_in(),
            what=what,
            subject=subject,
            programme=programme,
            correlation=correlation_id(),
        )


def validated(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, read as the JSON interface reads it; empty fields count as left out.

    Raises Invalid with every field that needs correcting.
    """
    given = {name: value for name, value in values.items() if value not in ("", None)}
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise Invalid(
            "form-incomplete",
            N_("Something in the form needs correcting."),
            errors=[(name, _first(messages)) for name, messages in sorted(_named(error))],
        ) from None
    return loaded


def _named(error: ValidationError) -> Sequence[tuple[str, Any]]:
    messages = error.messages
    return list(messages.items()) if isinstance(messages, dict) else [(MAIN, messages)]


def _first(messages: Any) -> str:
    while isinstance(messages, dict | list):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return sentence(str(messages), words().gettext)


def attempt(
    run: Callable[[], Response],
    show: Callable[[Errors], str],
    *,
    labels: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    """Do it and go on; a refusal shows the form again with all that was typed.

    labels: field → the words beside it. fields: code of a refusal → the field that it is about.
    """
    try:
        return run()
    except Missing:
        raise
    except Problem as error:
        found = errors_of(error, labels or {}, fields=fields)
        return make_response(show(found), error.status)


def errors_of(
    error: Problem, labels: Mapping[str, str], *, fields: Mapping[str, str] | None = None
) -> Errors:
    """What an error summary says of a refusal; fields by the words beside them."""
    if error.code == "form-incomplete":
        return [
            (name, f"{say(labels[name])}: {text}") if name in labels else (MAIN, text)
            for name, text in error.facts["errors"]
        ]
    field = (fields or {}).get(error.code) or str(error.facts.get("field", ""))
    facts = dict(error.facts)
    if field in labels:
        facts["field"] = f"“{say(labels[field])}”"
    return [(field if field in labels else MAIN, say(error.sentence, facts))]


def typed(name: str) -> str:
    """A field of the form as it was typed, without space around it; lines end as they do here."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def typed_day(name: str) -> str:
    """The three fields of a day as an ISO day; as typed where they are none."""
    day, month, year = (typed(f"{name}-{part}") for part in ("day", "month", "year"))
    if not (day or month or year):
        return ""
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"


def typed_number(name: str) -> int | None:
    """A whole number from a field; None when it is empty."""
    text = typed(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Invalid("not-a-number", N_("{field} needs a whole number."), field=name)
    return int(text)


def new_key() -> str:
    """An idempotency key for one showing of a form."""
    return secrets.token_urlsafe(16)

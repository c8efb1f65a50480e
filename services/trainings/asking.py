"""What the routes of trainings have in common: ids, programmes, forms that keep what was typed.

programme = programme_of("trainings.people.write", given)
return attempt(lambda: perform_page(programme, handler), show, labels=LABELS)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import make_response, request
from werkzeug.wrappers import Response

from services.trainings.reach import Reach
from services.trainings.reach import reach as reach_of
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Invalid, Missing, Problem
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.language import say

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
    """The programmes in which the one who asks has a permission, ``*`` left out."""
    return sorted(signed_in().programmes(permission) - {EVERY_PROGRAMME})


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


def attempt(
    run: Callable[[], Response],
    show: Callable[[Errors], str],
    *,
    labels: Mapping[str, str] | None = None,
) -> Response:
    """Do it and go on; a refusal shows the form again with all that was typed."""
    try:
        return run()
    except Missing:
        raise
    except Problem as error:
        return make_response(show(errors_of(error, labels or {})), error.status)


def errors_of(error: Problem, labels: Mapping[str, str]) -> Errors:
    """What an error summary says of a refusal; fields by the words beside them."""
    field = str(error.facts.get("field", ""))
    facts = dict(error.facts)
    if field in labels:
        facts["field"] = f"“{say(labels[field])}”"
    return [(field if field in labels else MAIN, say(error.sentence, facts))]


def typed(name: str) -> str:
    """A field of the form as it was typed, without space around it."""
    return request.form.get(name, "").strip()


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

"""Reads what was typed into a page with the same schemas as the API, and says what is wrong.

    values, errors = read(NewOrganisationSchema(), {"name": "Fond Most", "country": "NO"})
    errors = told(problem, {"code-form": "code"})

Errors are by the id of the field that they belong to, for ``ui.error_summary`` and the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import flash, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from shared.errors import Invalid, Problem, Refused, Stale
from shared.events.work import Work
from shared.web import problems
from shared.web.commands import Answer, perform_page
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest
from shared.web.validation import errors_of

TYPED_LENGTH_MAX: Final = 20_000


def read(schema: Schema, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """(what the schema makes of it, sentences by field); no values where one is wrong."""
    try:
        return schema.load(given), {}
    except ValidationError as error:
        sentences: dict[str, str] = {}
        for one in errors_of({"json": error.messages}, say):
            # "#/criteria/0/points_max" belongs to the field "criteria".
            place = one.pointer.removeprefix("#").removeprefix("/").split("/", 1)[0]
            sentences.setdefault(place, one.detail)
        return {}, sentences


def told(problem: Problem, places: Mapping[str, str]) -> dict[str, str]:
    """A refusal in the reader's language, at the field that ``places`` names for its code."""
    detail = problems.answer(
        problem.status, problem.code, problem.sentence, facts=problem.facts
    ).detail
    return {places.get(problem.code, ""): detail}


def typed(*names: str) -> dict[str, str]:
    """The form's fields as they were typed."""
    return {name: request.form.get(name, "")[:TYPED_LENGTH_MAX] for name in names}


def page_request() -> PageRequest:
    """The page of a list that the address asks for."""
    return PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)


def send(
    programme: str,
    handler: Callable[[Work], Answer],
    *,
    done: str,
    places: Mapping[str, str],
) -> ResponseReturnValue | dict[str, str]:
    """Do it and go on with the notice ``done``; what was refused comes back as sentences by field.

    Only what a person can correct comes back: a missing permission or record is an error page.
    """
    try:
        response = perform_page(programme, handler)
    except (Invalid, Refused, Stale) as problem:
        return told(problem, places)
    flash(say(done), "info")
    return response

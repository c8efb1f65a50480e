"""Choosing a password on a page, typed twice: an invitation's, a changed one, one after a reset.

check_new_password(("Ana Primer", "ana@example.org"))     # raises Invalid
errors = errors_of(problem)                               # {"password": "…"} for the form
"""

from __future__ import annotations

from typing import Final

from flask import Response, request

from shared.access.passwords import check_strength
from shared.errors import Invalid, Problem
from shared.language.marking import N_
from shared.web.language import say

_FIELD_OF: Final = {
    "email": "email",
    "email-missing": "email",
    "email-taken": "email",
    "passwords-differ": "password_again",
    "password-wrong": "password_now",
    "text": "display_name",
}
"""Which field of a form a refusal speaks of; the password, where none is named."""


def check_new_password(words: tuple[str, ...]) -> str:
    """The password that the form holds twice. words: what its owner is called. Raises Invalid."""
    password = request.form.get("password", "")
    check_strength(password, known_words=words)
    if request.form.get("password_again", "") != password:
        raise Invalid("passwords-differ", N_("The two passwords are not the same."))
    return password


def errors_of(problem: Problem) -> dict[str, str]:
    """A refusal at the field that it speaks of."""
    return {_FIELD_OF.get(problem.code, "password"): say(problem.sentence, problem.facts)}


def without_referrer(response: Response) -> Response:
    """A page whose address is a secret: none that is opened from there may learn it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response

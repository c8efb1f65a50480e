"""Which language this request is answered in, and the words for it.

    _ = words().gettext
    _("12 applications wait for your score")

The cookie ``zanat_language`` wins over the browser's ``Accept-Language``.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any, Final

from flask import g, has_request_context, request

from shared.language.translation import choose, translator

LANGUAGE_COOKIE: Final = "zanat_language"


def language() -> str:
    """The code of the request's language; English outside of a request."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = choose(
            request.headers.get("Accept-Language"), request.cookies.get(LANGUAGE_COOKIE)
        )
    code: str = g.language
    return code


def words() -> NullTranslations:
    """The catalogue of the request's language."""
    catalogue: NullTranslations = translator(language())
    return catalogue


def say(sentence: str, facts: Mapping[str, Any] | None = None) -> str:
    """A sentence in the request's language with its facts in it.

    A fact that a translation names by mistake shows as its name, since a wrong catalogue must
    never turn an answer into an error.
    """
    return words().gettext(sentence).format_map(_Named(facts or {}))


class _Named(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"

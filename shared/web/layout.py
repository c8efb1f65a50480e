"""What every template can use: words, who reads, where to go, what just happened, forms' token.

{% extends "layout.html" %}
{% block content %}<h1>{{ _("Open calls") }}</h1> … {{ money(call.ceiling) }}{% endblock %}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from flask import Flask, g, get_flashed_messages, request

from shared.access.reader import Reader
from shared.language.translation import LANGUAGES
from shared.web.access import READING
from shared.web.language import language, words
from shared.web.session import csrf_token

CHOOSE_LANGUAGE: Final = "/accounts/language"
"""Accounts remembers the language for all services, in a cookie, and sends the browser back."""


@dataclass(frozen=True)
class Link:
    """One entry of the navigation: its words (translated), address, whether we are there."""

    text: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """A language, and the address that chooses it and comes back to the page being shown."""

    code: str
    tag: str
    name: str
    href: str


Navigation = Callable[[Reader | None, str], Sequence[Link]]
"""(reader, path of the page) → the links that this reader sees."""


class Notices:
    """What was said to the reader on the way here; reading takes it off the pile."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        pairs = get_flashed_messages(with_categories=True)
        yield from cast(list[tuple[str, str]], pairs)

    def __bool__(self) -> bool:
        return bool(get_flashed_messages())


def install(
    app: Flask,
    *,
    asset: Callable[[str], str],
    navigation: Navigation | None,
    installation_banner: str,
    formats: Callable[[str], Mapping[str, Callable[..., str]]],
) -> None:
    """Make the names above known to all templates of the app, macros included."""

    def choose_formats() -> None:
        g.formats = formats(language())

    def names() -> dict[str, Any]:
        reader: Reader | None = g.get("reader")
        return {
            "_": words().gettext,
            "gettext": words().gettext,
            "ngettext": words().ngettext,
            "lang": language(),
            "lang_tag": LANGUAGES[language()].tag,
            "languages": _languages(),
            "reader": reader,
            "navigation": navigation(reader, request.path) if navigation else (),
            "notices": Notices(),
            "asset": asset,
            "csrf_token": csrf_token,
            "installation_banner": installation_banner,
            "correlation_id": g.get("correlation_id", ""),
            **(g.get("formats") or formats(language())),
        }

    app.before_request(choose_formats)
    app.context_processor(names)


def _languages() -> list[LanguageLink]:
    here = quote(_page_address(), safe="/")
    return [
        LanguageLink(one.code, one.tag, one.name, f"{CHOOSE_LANGUAGE}/{one.code}?next={here}")
        for one in LANGUAGES.values()
    ]


def _page_address() -> str:
    """Path and query of this page; where it answers a form, of the page that the form was on."""
    if request.method not in READING:
        origin = urlsplit(request.referrer or "")
        if origin.netloc == request.host and origin.path:
            return origin.path + (f"?{origin.query}" if origin.query else "")
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path, safe="/") + (f"?{query}" if query else "")

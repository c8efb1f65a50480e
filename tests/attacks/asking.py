"""How attackers and their victims ask: addresses, sign-ins, forms, what stands in a page.

browser = signed_in(home, "accounts")               # a cookie, as a browser has it
for where in pages_of(home, "grants"): ...          # addresses of pages with real ids
Document.of(answer.text).tags                       # the page as a browser parses it
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient

from services.accounts.first import seed_personas
from services.commands.demonstration_people import PROGRAMME
from shared.web.session import session_cookie
from tests.interface.home import Home
from tests.interface.known import Known

HTTPS: Final = "https://zanat.example.org"
HTTPS_HOST: Final = "zanat.example.org"
READING: Final = {"GET", "HEAD", "OPTIONS"}
_NAME: Final = re.compile(r"<(?:([^<>:]*):)?(\w+)>")
ADDRESSES_MAX: Final = 3
_PAGES: dict[tuple[Path, str], list[list[str]]] = {}
_NOBODY: Final = "0192f000-0000-7000-8000-00000000dead"


def signed_in(home: Home, service: str) -> FlaskClient:
    """A browser whose cookie is of the reader with every role."""
    client = home.apps[service].test_client()
    token = home.headers["Authorization"].removeprefix("Bearer ")
    client.set_cookie(session_cookie(secure=False), token)
    return client


def form_token(client: FlaskClient, address: str) -> str:
    """The token that a form of a page carries."""
    found: str = client.get(address).text.split('name="csrf_token" value="')[1].split('"')[0]
    return found


def writes_of(app: Flask) -> Iterator[tuple[str, str]]:
    """(method, address) of everything that changes something; ids are nobody's.

    Left out is what being signed in does not open: where a key or signature in the body decides.
    """
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "zanat_signed_by_itself", False):
            continue
        for method in sorted((rule.methods or set()) - READING):
            yield method, _NAME.sub(_nobodys, rule.rule)


def _nobodys(name: re.Match[str]) -> str:
    kind, word = name.groups()
    if kind == "int":
        return "1"
    if kind and kind.startswith("any("):
        return kind.removeprefix("any(").split(",")[0].strip(" )\"'")
    return PROGRAMME if word == "programme" else _NOBODY


def reads_of(app: Flask) -> Iterator[tuple[str, str]]:
    """(rule, template with names in braces) of everything that is read."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "assets":
            yield rule.rule, _NAME.sub(r"{\2}", rule.rule)


def pages_of(home: Home, service: str, *, each: int = 1, anew: bool = False) -> list[str]:
    """Addresses of pages and files with real values in place of names, looked up once or anew."""
    place = (home.installation.settings.home, service)
    if anew or place not in _PAGES:
        known = Known.of(home, service)
        known.values.setdefault("code", ["sr-Latn"])
        _PAGES[place] = [
            list(itertools.islice(known.addresses(template), ADDRESSES_MAX))
            for rule, template in reads_of(home.apps[service])
            if rule.startswith(f"/{service}/") and not rule.startswith(f"/{service}/api/")
        ]
    return [where for addresses in _PAGES[place] for where in addresses[:each]]


def changes_of(home: Home) -> int:
    """How many events there are in all services but for who read or was refused what."""
    # What others' events lead to is there too, and not counted to whoever asks next.
    home.installation.wait_until_caught_up()
    total = 0
    for service in home.installation.services.values():
        with service.database.reading() as connection:
            entries = service.store.entries(connection, start=0, limit=100_000)
        kinds = [json.loads(raw)["type"] for _, raw in entries]
        total += sum(".access." not in kind for kind in kinds)
    return total


@dataclass(frozen=True)
class Person:
    """Somebody who signs in for real."""

    email: str
    password: str
    account_id: str


def persona(home: Home, role: str) -> Person:
    """One of the demonstration's people."""
    found = next(
        one
        for one in seed_personas(home.installation.services["accounts"], PROGRAMME)
        if one.role == role
    )
    return Person(found.email, found.password, found.account_id)


def sign_in(client: FlaskClient, person: Person, **more: str) -> Any:
    """Send the sign-in form as a browser does."""
    token = form_token(client, "/accounts/sign-in")
    data = {"csrf_token": token, "account": person.email, "password": person.password}
    return client.post("/accounts/sign-in", data=data | more)


def page_of(answer: Any) -> str:
    """The text of a page; empty for what is a file. Either is read to its end."""
    content: bytes = answer.get_data()
    return content.decode() if answer.mimetype == "text/html" else ""


@dataclass
class Document(HTMLParser):
    """A page as a browser parses it."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, page: str) -> Document:
        """Parse a page."""
        document = cls()
        document.feed(page)
        document.close()
        return document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        """Keep what is not shown."""
        self.comments.append(data)

    @property
    def said(self) -> str:
        """All text."""
        return "".join(self.text)


def problem_of(answer: Any) -> str:
    """The code of a problem, or of a page that tells one."""
    document = answer.get_json(silent=True) or {}
    return str(document.get("type", "")).rpartition("/")[2]

"""Pages asked with queries that nobody typed: an answer each time, and nothing that breaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

import pytest

from shared.settings import SERVICES
from shared.web.pagination import encode_cursor

from .home import Home
from .known import Known

pytestmark = pytest.mark.slow

LAST: Final = "9999-12-31T23:59:59-14:00"
CURSORS: Final = [
    encode_cursor(key)
    for key in (
        ("",),
        (LAST,),
        ("", ""),
        (LAST, LAST),
        (-1, ""),
        (2**63 - 1, LAST),
        ("", "", ""),
        (-1, "", ""),
        (2**63 - 1, LAST, LAST),
        ("", "", -1),
        ("", "", -1, ""),
    )
]
FILTERS: Final = (
    "q name number reference programme state status kind role standing call call_id currency side "
    "account actor source stream since until month year from to day version limit page sort at"
).split()
VALUES: Final = (
    "9" * 5000,
    "-1",
    "0001-01-01",
    "9999-12-31",
    "9999-99",
    "9999",
    "%",
    "\uffff\u202e'",
    "2026-02-30",
)


@pytest.mark.parametrize("service", SERVICES)
def test_no_query_breaks_a_page(home: Home, service: str) -> None:
    asked, broken = 0, []
    for address in pages(home, service):
        assert home.get(service, address).status_code < 500, address
        queries = [dict.fromkeys(FILTERS, value) for value in VALUES]
        queries += [dict.fromkeys(("cursor", "after"), cursor) for cursor in CURSORS]
        for query in queries:
            where = f"{address}?{urlencode(query)}"
            if home.get(service, where).status_code >= 500:
                broken.append(where)
            asked += 1
    assert asked
    assert broken == []


def pages(home: Home, service: str, known: Known | None = None) -> Iterator[str]:
    """Addresses of pages and files, with real values in place of names."""
    known = known or Known.of(home, service)
    for rule in home.apps[service].url_map.iter_rules():
        told = rule.rule.startswith(f"/{service}/") and not rule.rule.startswith(
            (f"/{service}/api/", f"/{service}/assets/")
        )
        if not told or "GET" not in (rule.methods or ()):
            continue
        template = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        yield from list(known.addresses(template))[:1]


TYPED: Final = (
    "",
    "x" * 5000,
    "9" * 400,
    "-1",
    "1e400",
    "9999-12-31",
    "0001-01-01",
    "\uffff\u202e'%",
)
"""What is put into every field of a form that a person can write in."""


@pytest.mark.parametrize("service", SERVICES)
def test_no_form_breaks_whatever_is_typed(home: Home, service: str) -> None:
    client = home.apps[service].test_client()
    headers, broken, sent = home.headers, [], {"/accounts/sign-out"}
    answers: Counter[int] = Counter()
    for address in list(pages(home, service)):
        page = client.get(address, headers=headers)
        # What is a file has no forms; it is read to its end all the same.
        content = page.data
        shown = content.decode() if page.mimetype == "text/html" else ""
        for form in Forms.of(shown):
            action = form.action or address
            if not action.startswith(f"/{service}/") or action in sent:
                continue
            sent.add(action)
            for text in TYPED if form.typed else ("",):
                fields = form.hidden | dict.fromkeys(form.typed, text)
                fields.pop("idempotency_key", None)
                answer = client.post(action, data=fields, headers=headers)
                answers[answer.status_code] += 1
                # An answer may be a file.
                assert b"too old or came from elsewhere" not in answer.data, action
                if answer.status_code >= 500:
                    broken.append((action, form.typed, text))
    assert broken == []
    print(dict(answers))


class Forms(HTMLParser):
    """The forms of a page that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None

    @classmethod
    def of(cls, text: str) -> list[Form]:
        """Those of a page's text."""
        parser = cls()
        parser.feed(text)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a form, or keep one of its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""))
            if given.get("method", "").lower() == "post":
                self.found.append(self._open)
        elif tag in ("input", "select", "textarea") and self._open and given.get("name"):
            if given.get("type") == "hidden":
                self._open.hidden[given["name"]] = given.get("value", "")
            elif given["name"] not in self._open.typed:
                self._open.typed.append(given["name"])

    def handle_endtag(self, tag: str) -> None:
        """End a form."""
        if tag == "form":
            self._open = None


@dataclass
class Form:
    """Where it is sent, what it carries unseen, and what a person fills in."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

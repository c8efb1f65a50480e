"""Pages asked with queries that nobody typed: an answer each time, and nothing that breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


def pages(home: Home, service: str) -> Iterator[str]:
    """Addresses of pages and files, with real values in place of names."""
    known = Known.of(home, service)
    for rule in home.apps[service].url_map.iter_rules():
        told = rule.rule.startswith(f"/{service}/") and not rule.rule.startswith(
            (f"/{service}/api/", f"/{service}/assets/")
        )
        if not told or "GET" not in (rule.methods or ()):
            continue
        template = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        yield from list(known.addresses(template))[:1]

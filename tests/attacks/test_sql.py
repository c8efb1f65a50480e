"""SQL in every parameter and search box: nothing breaks, nothing waits, nothing more is found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.settings import SERVICES
from tests.interface.home import Home
from tests.interface.known import Known

from .asking import pages_of

pytestmark = pytest.mark.slow

NOTHING = "zzqx-nobody-has-this"
PAYLOADS = (
    "' OR '1'='1",
    "' OR 1=1 --",
    "%' OR 1=1) --",
    '" OR ""="',
    "') UNION SELECT NULL,NULL,sql FROM sqlite_master --",
    "'; DROP TABLE registrations; --",
    "1; SELECT pg_sleep(5)",
    "' || (SELECT randomblob(500000000)) || '",
    "'||(SELECT CASE WHEN 1=1 THEN '' ELSE load_extension('x') END)||'",
    "\\' OR 1=1 #",
    "*/ OR 1=1 /*",
    "%_%",
    "$1",
    ":name",
    "%(name)s",
)
SECONDS_MAX = 2.0


def parameters_of(home: Home, service: str) -> Iterator[tuple[str, list[str]]]:
    """Lists of the JSON interface with the names of their parameters."""
    known = Known.of(home, service)
    for path, methods in home.documents[service]["paths"].items():
        found = methods.get("get", {}).get("parameters", [])
        names = [one["name"] for one in found if one["in"] == "query"]
        address = next(known.addresses(path), None)
        if names and address:
            yield address, names


def found_by(answer: Any) -> int | None:
    """How many records an answer has; None for a refusal."""
    document = answer.get_json(silent=True)
    if answer.status_code != 200 or not isinstance(document, dict):
        return None
    return len(document.get("items", ()))


@pytest.mark.parametrize("service", SERVICES)
def test_no_list_finds_more_by_sql(home: Home, service: str) -> None:
    asked, wrong = 0, []
    for address, names in parameters_of(home, service):
        for place, name in enumerate(names):
            none = found_by(home.get(service, f"{address}?{urlencode({name: NOTHING})}"))
            # Each parameter gets some of them, and each list all.
            for payload in (PAYLOADS[0], *PAYLOADS[1 + place % 5 :: 5]):
                began = time.monotonic()
                answer = home.get(service, f"{address}?{urlencode({name: payload})}")
                body = answer.get_data(as_text=True)
                asked += 1
                if answer.status_code >= 500 or time.monotonic() - began > SECONDS_MAX:
                    wrong.append((address, name, payload, answer.status_code))
                if none is not None and (found_by(answer) or 0) > none:
                    wrong.append((address, name, payload, "found more"))
                assert "sqlite" not in body.lower() and "syntax error" not in body.lower()
    assert asked or service == "notifications"
    assert wrong == []


FILTERS = (
    "q name number reference programme state status kind role standing call call_id currency side "
    "account actor source stream since until month year from to day version limit page sort cursor"
).split()


def size_of(home: Home, service: str, address: str, **query: str) -> tuple[int, int]:
    """(status, bytes) of a page."""
    answer = home.get(service, f"{address}?{urlencode(query)}")
    # What is sent while it is made is read to its end.
    return answer.status_code, len(answer.get_data())


@pytest.mark.parametrize("service", SERVICES)
def test_no_page_breaks_or_shows_more_by_sql(home: Home, service: str) -> None:
    wrong: list[tuple[str, str, object]] = []
    for place, address in enumerate(pages_of(home, service)):
        _, nothing = size_of(home, service, address, q=NOTHING)
        _, whole = size_of(home, service, address)
        for payload in PAYLOADS[place % 4 :: 4 if nothing < whole * 0.8 else 8]:
            began = time.monotonic()
            status, _ = size_of(home, service, address, **dict.fromkeys(FILTERS, payload))
            if status >= 500 or time.monotonic() - began > SECONDS_MAX:
                wrong.append((address, payload, status))
            if nothing < whole * 0.8:
                # A search that finds nothing for a word finds nothing for SQL either.
                _, size = size_of(home, service, address, q=payload)
                if size > nothing + (whole - nothing) * 0.5:
                    wrong.append((address, payload, "found more"))
    assert wrong == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_sql_in_identifiers_names_no_record(home: Home, payload: str) -> None:
    for service, path in (
        ("trainings", "people"),
        ("grants", "applications"),
        ("accounts", "staff"),
        ("audit", "alarms"),
    ):
        escaped = urlencode({"": payload})[1:].replace("+", "%20")
        answer = home.get(service, f"/{service}/api/v1/{path}/{escaped}")
        assert answer.status_code == 404, (service, answer.status_code)


def test_sql_signs_in_nobody(home: Home) -> None:
    from .asking import form_token

    client = home.apps["accounts"].test_client()
    token = form_token(client, "/accounts/sign-in")
    for payload in PAYLOADS[:6]:
        data = {"csrf_token": token, "account": payload, "password": payload}
        assert client.post("/accounts/sign-in", data=data).status_code in (401, 422, 429)

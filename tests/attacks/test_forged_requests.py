"""Another site makes a browser send something: nothing is changed, by whatever it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from shared.settings import SERVICES
from shared.web.session import session_cookie
from tests.interface.home import Home

from .asking import changes_of, form_token, persona, sign_in, signed_in, writes_of

PUBLIC_TO_ALL = {"/accounts/renew", "/accounts/api/v1/tokens/exchange"}
"""One changes nothing but the cookie; to the other, a key in the body is all that counts."""


def attempts(home: Home, service: str) -> list[tuple[str, str]]:
    found = [
        (method, where)
        for method, where in writes_of(home.apps[service])
        if where not in PUBLIC_TO_ALL
    ]
    assert found
    return found


def refused(home: Home, service: str, **options: Any) -> list[str]:
    """What is not refused as a forgery, of all that can be written in a service."""
    client, before, wrong = signed_in(home, service), changes_of(home), []
    for method, where in attempts(home, service):
        answer = client.open(where, method=method, **options)
        if answer.status_code not in (401, 403):
            wrong.append(f"{method} {where}: {answer.status_code}")
    assert changes_of(home) == before
    return wrong


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"data": {"a": "b"}}, id="a form without a token"),
        pytest.param({"data": {"csrf_token": "0" * 64}}, id="a token made up"),
        pytest.param({"data": {"csrf_token": ""}}, id="an empty token"),
        pytest.param({"json": {"a": "b"}}, id="JSON"),
        pytest.param({"data": '{"a": "b"}', "content_type": "text/plain"}, id="JSON as text"),
        pytest.param({"data": b"", "headers": {"Origin": "null"}}, id="no origin"),
        pytest.param(
            {
                "json": {},
                "headers": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
            },
            id="two stories of where it comes from",
        ),
        pytest.param(
            {"data": {"a": "b"}, "headers": {"Sec-Fetch-Site": "cross-site"}}, id="from elsewhere"
        ),
        pytest.param(
            {"json": {}, "headers": {"Sec-Fetch-Site": "same-site"}}, id="from a neighbour's name"
        ),
    ],
)
def test_nothing_is_written_for_another_site(
    home: Home, service: str, options: dict[str, Any]
) -> None:
    assert refused(home, service, **options) == []


def test_a_token_is_worth_nothing_elsewhere(home: Home) -> None:
    """Of another session, with another browser's cookie, and from another origin."""
    auditor = persona(home, "auditor")
    mine, other = (home.apps["accounts"].test_client() for _ in range(2))
    assert sign_in(mine, auditor).status_code == sign_in(other, auditor).status_code == 303
    where = "/accounts/sign-out"
    stolen = form_token(other, "/accounts/me")
    own = form_token(mine, "/accounts/me")
    assert mine.post(where, data={"csrf_token": stolen}).status_code == 403
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://evil.example", "Referer": "http://localhost/accounts/me"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        answer = mine.post(where, data={"csrf_token": own}, headers=headers)
        assert answer.status_code == 403, headers
    # The cookie that a form's token is bound to is another browser's.
    forms = mine.get_cookie("zanat_forms")
    assert forms is not None
    third = home.apps["accounts"].test_client()
    sign_in(third, auditor)
    third.set_cookie("zanat_forms", forms.value)
    assert third.post(where, data={"csrf_token": own}).status_code == 403
    same = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert mine.post(where, data={"csrf_token": own}, headers=same).status_code == 303


def test_signing_in_is_not_forged_either(home: Home) -> None:
    """Nobody is made to work in an account of the attacker's."""
    client = home.apps["accounts"].test_client()
    given = {"account": "attacker@example.org", "password": "x"}
    assert client.post("/accounts/sign-in", data=given).status_code == 403
    token = form_token(home.apps["accounts"].test_client(), "/accounts/sign-in")
    assert client.post("/accounts/sign-in", data=given | {"csrf_token": token}).status_code == 403


def test_a_token_in_an_address_counts_for_nothing(home: Home) -> None:
    client = signed_in(home, "accounts")
    token = form_token(client, "/accounts/me")
    answer = client.post(f"/accounts/sign-out?csrf_token={token}")
    assert answer.status_code == 403
    assert client.get_cookie(session_cookie(secure=False)) is not None


@pytest.mark.parametrize("service", SERVICES)
def test_reading_changes_nothing_and_methods_are_not_overridden(home: Home, service: str) -> None:
    client, before = signed_in(home, service), changes_of(home)
    for method, where in attempts(home, service):
        if method != "POST":
            continue
        for headers in ({"X-HTTP-Method-Override": method}, {"X-Method-Override": method}):
            answer = client.get(f"{where}?_method={method}", headers=headers)
            assert answer.status_code < 500
            assert answer.status_code != 201
    assert changes_of(home) == before


@pytest.mark.parametrize("service", SERVICES)
def test_methods_that_nobody_declared_are_refused(home: Home, service: str) -> None:
    client = home.client(service)
    for method in ("TRACE", "CONNECT", "PROPFIND", "DEBUG", "FOO"):
        for where in (f"/{service}/", f"/{service}/api/v1/openapi.json"):
            answer = client.open(where, method=method, headers=home.headers)
            assert answer.status_code in (404, 405), (method, where)

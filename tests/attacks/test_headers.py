"""What every answer says to a browser: where scripts come from, who may frame it, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from shared.settings import SERVICES
from shared.web.session import session_cookie
from tests.interface.home import Home

from .asking import HTTPS, HTTPS_HOST, pages_of, signed_in

pytestmark = pytest.mark.slow

ASKED_FOR_AGAIN = "no-store"
KEPT = re.compile(r"/(assets|log)/")
"""Addresses whose answers name nobody, or only whoever may read every entry."""

WORKER = re.compile(r"/offline\.js\Z")
"""A script that looks after pages: it names nobody, and browsers ask each time if it is new."""

DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}


def addresses(home: Home, service: str) -> Iterator[str]:
    yield from pages_of(home, service)
    yield f"/{service}/api/v1/openapi.json"
    yield f"/{service}/nothing-here"
    yield f"/{service}/api/v1/nothing-here"
    yield f"/{service}/%00"


@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_is_armoured(home: Home, service: str) -> None:
    client = signed_in(home, service)
    for place, where in enumerate(addresses(home, service)):
        for method in ("GET", "POST", "OPTIONS", "FOO") if place % 5 == 0 else ("GET",):
            answer = client.open(where, method=method)
            answer.get_data()
            headers = answer.headers
            given = dict(
                part.strip().split(" ", 1)
                for part in headers["Content-Security-Policy"].split(";")
                if " " in part.strip()
            )
            for name in ("default-src", "frame-ancestors"):
                assert given[name] == DIRECTIVES[name], (where, name)
            if answer.mimetype == "text/html":
                assert given.items() >= DIRECTIVES.items(), where
            assert "unsafe" not in headers["Content-Security-Policy"], where
            assert headers["X-Content-Type-Options"] == "nosniff", where
            assert headers["X-Frame-Options"] == "DENY", where
            assert headers["Referrer-Policy"] == "same-origin", where
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", where
            assert "geolocation=()" in headers["Permissions-Policy"], where
            assert "Access-Control-Allow-Origin" not in headers, where
            for name in headers.keys():  # noqa: SIM118 (not a dict)
                assert len(headers.getlist(name)) == 1 or name == "Set-Cookie", (where, name)
            kept = headers["Cache-Control"]
            if KEPT.search(where):
                assert answer.status_code != 200 or "max-age" in kept or kept == ASKED_FOR_AGAIN
            elif WORKER.search(where) and answer.status_code == 200:
                assert kept == "no-cache", (where, kept)
                assert answer.mimetype == "text/javascript", where
            else:
                assert ASKED_FOR_AGAIN in kept, (where, kept)


@pytest.mark.parametrize("service", SERVICES)
def test_other_sites_scripts_read_nothing(home: Home, service: str) -> None:
    client = signed_in(home, service)
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for place, where in enumerate(addresses(home, service)):
        for method in ("OPTIONS", "GET") if place % 5 == 0 else ("OPTIONS",):
            answer = client.open(where, method=method, headers=headers)
            answer.get_data()
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("service", SERVICES)
def test_by_https_cookies_are_of_this_host_alone(
    home: Home, secure_apps: dict[str, Flask], service: str
) -> None:
    app = secure_apps[service]
    seen = set()
    always = ("/accounts/sign-in", "/accounts/language/en", "/accounts/me")
    for where in (*pages_of(home, service)[::3], *always):
        for signed in (False, True):
            client = app.test_client()
            if signed:
                token = home.headers["Authorization"].removeprefix("Bearer ")
                client.set_cookie(
                    session_cookie(secure=True), token, domain=HTTPS_HOST, secure=True
                )
            answer = client.get(where, base_url=HTTPS)
            answer.get_data()
            assert answer.headers["Strict-Transport-Security"] == (
                "max-age=63072000; includeSubDomains"
            )
            for cookie in answer.headers.getlist("Set-Cookie"):
                name = cookie.partition("=")[0]
                seen.add(name)
                parts = {part.strip().lower() for part in cookie.split(";")[1:]}
                assert {"secure", "httponly", "path=/"} <= parts, cookie
                assert {"samesite=lax", "samesite=strict"} & parts, cookie
                assert not any(part.startswith("domain") for part in parts), cookie
                assert name.startswith("__Host-") or name == "zanat_language", cookie
    assert service != "accounts" or seen


def test_a_session_of_http_is_none_by_https(home: Home, secure_apps: dict[str, Flask]) -> None:
    client = secure_apps["accounts"].test_client()
    token = home.headers["Authorization"].removeprefix("Bearer ")
    client.set_cookie(session_cookie(secure=False), token, domain=HTTPS_HOST)
    assert client.get("/accounts/me", base_url=HTTPS).status_code == 302


INJECTED = "x\r\nSet-Cookie: zq=1\r\nX-Zq: 1\r\n\r\n<zq-mark-qz>"


@pytest.mark.parametrize("service", SERVICES)
def test_no_text_becomes_a_header(home: Home, service: str) -> None:
    """Query, path and what a header may be made of: ids that are given back, tags, languages."""
    client = signed_in(home, service)
    names = "q next programme name cursor state filename month year from to format lang".split()
    for where in pages_of(home, service)[::2]:
        answer = client.get(
            where,
            query_string=dict.fromkeys(names, INJECTED),
            headers={
                "X-Correlation-Id": "x Set-Cookie: zq=1",
                "If-None-Match": '"x", zq-mark-qz',
                "Accept-Language": "zq-mark-qz, x;q=9",
                "Referer": "http://localhost/zq-mark-qz",
                "User-Agent": "zq-mark-qz",
            },
        )
        answer.get_data()
        assert "X-Zq" not in answer.headers, where
        cookies = answer.headers.getlist("Set-Cookie")
        assert not any(cookie.startswith("zq") for cookie in cookies), where
        for name, value in answer.headers:
            assert "\r" not in value and "\n" not in value, (where, name)
            if name != "Location":
                assert "zq-mark-qz" not in value.lower(), (where, name, value)

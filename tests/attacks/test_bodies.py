"""Bodies that are too large, too deep, packed, of another kind than they say, or twofold."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from functools import cache
from typing import Any

import pytest
from werkzeug.test import encode_multipart

from shared.settings import SERVICES
from shared.web.app import BODY_BYTES_MAX, FORM_BYTES_MAX
from tests.interface.home import Home

from .asking import form_token, problem_of, signed_in

WHERE = {
    "accounts": "/accounts/api/v1/staff",
    "trainings": "/trainings/api/v1/people",
    "grants": "/grants/api/v1/calls",
}
"""Where something new is made, by service."""

each_service = pytest.mark.parametrize("service", WHERE)


def send(
    home: Home, service: str, body: Any, content_type: str = "application/json", **headers: str
):
    return home.client(service).post(
        WHERE[service],
        data=body,
        content_type=content_type,
        headers=home.headers | {name.replace("_", "-"): text for name, text in headers.items()},
    )


@each_service
def test_a_body_ends_at_its_limit(home: Home, service: str) -> None:
    assert send(home, service, b" " * (BODY_BYTES_MAX + 1)).status_code == 413
    # Without a length it is read to the limit and no further.
    stream = io.BytesIO(b'{"a": "' + b"x" * (BODY_BYTES_MAX + 10))
    answer = home.client(service).post(
        WHERE[service],
        input_stream=stream,
        content_type="application/json",
        headers=home.headers,
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    # The server says so before (``test_slow.py``); here what is cut off cannot be read.
    assert answer.status_code in (400, 413)
    assert stream.tell() <= BODY_BYTES_MAX + 70_000


@each_service
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 100_000, id="opened only"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="lists"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, id="objects"),
        pytest.param(b'{"a": 1e999999}', id="beyond all"),
        pytest.param(b'{"a": ' + b"9" * 500_000 + b"}", id="many digits"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1, "a": 2}', id="twice"),
        pytest.param(b'{"__proto__": {"admin": true}}', id="prototype"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
        pytest.param(b'{"a": "\xc0\xaf"}', id="overlong"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"{}{}", id="two"),
        pytest.param(b'{"a": "\\u202etxt.exe"}', id="turned around"),
    ],
)
def test_strange_json_is_refused(home: Home, service: str, body: bytes) -> None:
    answer = send(home, service, body)
    assert answer.status_code in (400, 422), answer.text
    assert problem_of(answer)


@each_service
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "text/html",
        "",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded, application/json",
        "application/jsonx",
        "*/*",
    ],
)
def test_content_is_not_guessed(home: Home, service: str, content_type: str) -> None:
    answer = send(home, service, json.dumps({"email": "x@example.org"}).encode(), content_type)
    assert answer.status_code in (400, 413, 415, 422), answer.status_code


@cache
def packed(coding: str) -> bytes:
    content = b'{"a": "' + bytes(20_000_000) + b'"}'
    return zlib.compress(content) if coding == "deflate" else gzip.compress(content)


@each_service
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "x-gzip"])
def test_packed_bodies_are_not_unpacked(home: Home, service: str, coding: str) -> None:
    """A bomb stays as small as it came: nobody here opens what a request has packed."""
    bomb = packed(coding)
    assert len(bomb) < 100_000
    answer = send(home, service, bomb, Content_Encoding=coding)
    assert answer.status_code in (400, 415, 422)


def test_a_form_has_limited_size_and_fields(home: Home) -> None:
    client = signed_in(home, "accounts")
    where = "/accounts/sign-out"
    token = form_token(client, "/accounts/me")
    large: dict[str, str] = {"csrf_token": token, "a": "x" * (FORM_BYTES_MAX + 10)}
    many = {"csrf_token": token} | {f"f{n}": "" for n in range(6000)}
    for data in (large, many):
        # In bytes of our own: a client that packs a large form itself leaves its file open.
        boundary, body = encode_multipart(data)
        content_type = f"multipart/form-data; boundary={boundary}"
        assert client.post(where, data=body, content_type=content_type).status_code == 413
    answer = client.post(where, data={"csrf_token": token, "a": "x" * (BODY_BYTES_MAX + 10)})
    assert answer.status_code == 413


def test_a_broken_form_of_parts_is_refused(home: Home) -> None:
    client = signed_in(home, "accounts")
    for body in (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
        b"--x" * 50_000,
        b"--x\r\n" + b"A: b\r\n" * 100_000 + b"\r\n--x--",
        b"\r\n" * 100_000,
    ):
        answer = client.post(
            "/accounts/sign-out", data=body, content_type="multipart/form-data; boundary=x"
        )
        assert answer.status_code in (400, 403, 413)


@pytest.mark.parametrize("service", SERVICES)
def test_a_parameter_twice_reaches_no_further_than_once(home: Home, service: str) -> None:
    """What was checked is what is used: the first of two programmes, in query as in body."""

    def told(path: str, query: str) -> tuple[int, Any]:
        answer = home.get(service, f"{path}?{query}")
        answer.get_data()
        document = answer.get_json(silent=True) or {}
        return answer.status_code, document.get("items", document.get("title"))

    for path, methods in home.documents[service]["paths"].items():
        found = methods.get("get", {}).get("parameters", [])
        names = [one["name"] for one in found if one["in"] == "query"]
        if "{" in path or "programme" not in names:
            continue
        ours, theirs = "programme=demo-2026", "programme=XX-1"
        for first, second in ((ours, theirs), (theirs, ours)):
            twice = told(path, f"{first}&{second}")
            assert twice[0] == 422 or twice == told(path, first), path

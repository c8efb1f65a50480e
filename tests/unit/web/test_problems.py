"""Every error is an answer with its place: problem+json for programs, a page for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from .conftest import FINANCE, Installation

ORDERS = "/grants/api/v1/orders"


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    document: dict[str, Any] = response.get_json(force=True)
    assert document["status"] == status
    assert document["type"].startswith("/problems/")
    assert document["title"] and document["detail"]
    assert document["instance"] == "urn:uuid:" + response.headers["X-Correlation-Id"]
    return document


@pytest.fixture
def send(installation: Installation) -> Callable[..., TestResponse]:
    client = installation.app.test_client()

    def post(body: bytes, *, content_type: str = "application/json") -> TestResponse:
        headers = installation.bearer(FINANCE)
        answer: TestResponse = client.post(
            ORDERS, data=body, content_type=content_type, headers=headers
        )
        return answer

    return post


Send = Callable[..., TestResponse]


def test_malformed_json_names_line_and_column(send: Send) -> None:
    document = problem(send(b'{\n  "name": ]}'), 400)
    assert (document["type"], document["line"], document["column"]) == (
        "/problems/json-malformed",
        2,
        11,
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"name": "\xff"}', "encoding-malformed"),
        (b'{"name": NaN}', "json-malformed"),
        (b'{"name": -Infinity}', "json-malformed"),
        (b'{"name": "a", "name": "b"}', "json-malformed"),
        (b'{"name": ' + b"9" * 5000 + b"}", "number-too-large"),
        (b'{"name": 9007199254740993}', "number-too-large"),
        (b'{"name": 1e999}', "number-too-large"),
        (b'{"name": "\\ud800"}', "text-unusable"),
        (b'{"name": "\\u0000"}', "text-unusable"),
        (b'{"\\u0000": 1}', "text-unusable"),
        (b"[" * 50 + b"]" * 50, "json-too-deep"),
        (b"[" * 100_000, "json-too-deep"),
        (b"{", "json-malformed"),
        (b"\xef\xbb\xbf{}", "json-malformed"),
    ],
)
def test_json_that_is_read_differently_by_different_readers(
    send: Send, body: bytes, code: str
) -> None:
    assert problem(send(body), 400)["type"] == f"/problems/{code}"


def test_wrong_values_are_named_by_pointer(send: Send) -> None:
    body = b'{"lines": [{"amount": 5}, {"amount": 0, "note": 3}, {"amount": "x"}], "a/b": 1}'
    document = problem(send(body), 422)
    found = {error["pointer"]: error["detail"] for error in document["errors"]}
    assert found == {
        "#/name": "This is missing.",
        "#/lines/1/amount": "This must be between 1 and 1000.",
        "#/lines/1/note": "This must be text.",
        "#/lines/2/amount": "This must be a whole number.",
        "#/a~1b": "This name is not known here.",
    }
    assert {error["in"] for error in document["errors"]} == {"body"}


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"text"'])
def test_a_body_of_another_form_is_invalid(send: Send, body: bytes) -> None:
    assert problem(send(body), 422)["errors"][0]["pointer"] == "#"


def test_no_body_is_a_missing_name(send: Send) -> None:
    assert problem(send(b""), 422)["errors"][0]["pointer"] == "#/name"


def test_another_content_type_is_refused(send: Send) -> None:
    problem(send(b"name=x", content_type="application/x-www-form-urlencoded"), 415)


def test_a_body_beyond_the_limit_is_refused(send: Send) -> None:
    problem(send(b'{"name": "' + b"x" * 3_000_000 + b'"}'), 413)


def test_a_wrong_query_is_named(client: FlaskClient, installation: Installation) -> None:
    response = client.get(f"{ORDERS}?limit=0", headers=installation.bearer(FINANCE))
    assert problem(response, 422)["errors"] == [
        {"in": "query", "pointer": "#/limit", "detail": "This must be between 1 and 200."}
    ]


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    problem(client.get("/grants/api/v1/nothing"), 404)
    page = client.get("/grants/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_another_method_is_answered_with_those_allowed(client: FlaskClient) -> None:
    response = client.delete(ORDERS)
    problem(response, 405)
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    problem(client.open("/grants/api/v1/orders/7", method="BREW"), 405)


def test_an_answer_in_no_acceptable_form(client: FlaskClient) -> None:
    problem(client.get(f"{ORDERS}/7", headers={"Accept": "image/png"}), 406)
    assert client.get(f"{ORDERS}/7", headers={"Accept": "*/*"}).status_code == 200


def test_a_refusal_has_its_facts_and_none_overwrites_ours(client: FlaskClient) -> None:
    document = problem(client.get("/grants/closed", headers={"Accept": "application/json"}), 409)
    assert document["type"] == "/problems/call-closed"
    assert document["left"] == {"minor": 100, "currency": "RSD"}
    assert document["fact_status"] == "x"


def test_a_refusal_is_a_page_for_people(client: FlaskClient) -> None:
    page = client.get("/grants/closed", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (409, "text/html")
    assert "Not possible now" in page.text and "The call closed" in page.text


def test_what_nobody_expected_tells_nothing(client: FlaskClient) -> None:
    with capture_logs() as logs:
        response = client.get("/grants/broken", headers={"Accept": "application/json"})
    document = problem(response, 500)
    assert "Mira" not in response.text and document["type"] == "/problems/unexpected"
    failed = next(entry for entry in logs if entry["event"] == "request.failed")
    assert failed["error"] == "ValueError"
    assert "Mira" not in str(logs)
    assert "broken" in failed["frames"][-1]


def test_an_error_page_that_breaks_still_says_something(installation: Installation) -> None:
    installation.app.jinja_env.globals.clear()
    loader = installation.app.jinja_loader
    assert isinstance(loader, ChoiceLoader)
    cast(list[Any], loader.loaders).clear()
    page = installation.app.test_client().get("/grants/closed")
    assert page.status_code == 409
    assert "The call closed" in page.text


@pytest.mark.parametrize("address", ["/grants/form?a=%00", "/grants/%00", "/grants/form?%00=1"])
def test_a_nul_in_an_address_is_malformed(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 400


def test_the_redirect_of_a_slash_stays_one(client: FlaskClient) -> None:
    response = client.get("/grants/api/v1")
    assert (response.status_code, response.headers["Location"]) == (
        308,
        "/grants/api/v1/",
    )

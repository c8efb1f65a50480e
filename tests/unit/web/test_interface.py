"""The JSON interface: document, reference page, pages of lists, versions, idempotency keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.errors import Invalid, Malformed
from shared.web.idempotency import hash_of_request, request_key
from shared.web.pagination import decode_cursor, encode_cursor

from .conftest import FINANCE, Installation

API = "/grants/api/v1"


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(f"{API}/openapi.json").data)
    return found


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_each_operation_documents_its_problems(document: dict[str, Any]) -> None:
    operation = document["paths"][f"{API}/orders"]["post"]
    assert operation["x-permission"] == "grants.payments.prepare"
    expected = {"201", "400", "401", "403", "406", "409", "413", "415", "422", "4XX"}
    assert set(operation["responses"]) == expected
    reference = operation["responses"]["422"]["$ref"].rpartition("/")[2]
    content = document["components"]["responses"][reference]["content"]
    assert content == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert [p["name"] for p in operation["parameters"]] == ["Idempotency-Key"]


def test_a_versioned_write_documents_its_precondition(document: dict[str, Any]) -> None:
    operation = document["paths"][API + "/orders/{number}"]["put"]
    assert {"412", "428", "404"} <= set(operation["responses"])
    assert "If-Match" in [p["name"] for p in operation["parameters"]]


def test_public_operations_need_nothing(document: dict[str, Any]) -> None:
    assert document["paths"][API + "/orders/{number}"]["get"]["security"] == []
    assert document["security"] == [{"bearer": []}, {"cookie": []}]


def test_operations_have_ids_of_their_own(document: dict[str, Any]) -> None:
    ids = [op["operationId"] for path in document["paths"].values()
           for name, op in path.items() if name != "parameters"]  # fmt: skip
    assert len(ids) == len(set(ids)) == 4


def test_there_is_a_page_to_read_it(client: FlaskClient) -> None:
    page = client.get(f"{API}/")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Place an order." in page.text and "grants.payments.prepare" in page.text
    assert "<script" not in page.text


def test_a_list_comes_in_pages(client: FlaskClient, installation: Installation) -> None:
    headers, seen, cursor = installation.bearer(FINANCE), [], ""
    for _ in range(10):
        body = client.get(f"{API}/orders?limit=2{cursor}", headers=headers).get_json()
        seen.append([row["number"] for row in body["items"]])
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"
    assert seen == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "WzFd=", "WzEsMl0", "W3RydWVd", "ć"])
def test_a_cursor_that_is_not_ours_is_invalid(
    client: FlaskClient, installation: Installation, cursor: str
) -> None:
    query = {"cursor": cursor}
    headers = installation.bearer(FINANCE)
    response = client.get(f"{API}/orders", query_string=query, headers=headers)
    assert response.status_code == 422
    assert response.get_json(force=True)["type"] == "/problems/cursor-unknown"


def test_cursors_come_back() -> None:
    key = ("2026-03-01", "Đorđe", 7)
    assert decode_cursor(encode_cursor(key), str, str, int) == key
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor((2**70,)), int)


def test_the_etag_is_the_version(client: FlaskClient) -> None:
    response = client.get(f"{API}/orders/3")
    assert response.headers["ETag"] == '"7"'
    assert response.headers["Cache-Control"] == "private, no-cache"
    same = client.get(f"{API}/orders/3", headers={"If-None-Match": 'W/"7"'})
    assert same.status_code == 304


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        (None, 428),
        ('"7"', 200),
        ('"6"', 412),
        ('W/"7"', 400),
        ("7", 400),
        ("*", 400),
        ('"7", "8"', 400),
        ('"07"', 400),
        ('"9999999999999999"', 400),
    ],
)
def test_a_write_names_the_version(
    client: FlaskClient, installation: Installation, tag: str | None, status: int
) -> None:
    headers = installation.bearer(FINANCE) | ({"If-Match": tag} if tag else {})
    response = client.put(f"{API}/orders/3", json={"number": 3}, headers=headers)
    assert response.status_code == status
    if status == 412:
        assert response.get_json(force=True)["current_version"] == 7


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "ć"])
def test_a_key_that_is_none_is_malformed(
    client: FlaskClient, installation: Installation, key: str
) -> None:
    headers = installation.bearer(FINANCE) | {"Idempotency-Key": key}
    response = client.post(f"{API}/orders", json={"name": "x"}, headers=headers)
    assert response.status_code == 400


def test_a_key_names_actor_route_and_request(installation: Installation) -> None:
    app, headers = installation.app, installation.bearer(FINANCE) | {"Idempotency-Key": "k1"}

    def key(body: bytes, **extra: str) -> Any:
        with app.test_request_context(
            f"{API}/orders", method="POST", data=body, content_type="application/json",
            headers=headers | extra,
        ):  # fmt: skip
            app.preprocess_request()
            return request_key()

    one = key(b'{"name": "x"}')
    assert (one.actor, one.route, one.key) == ("account-1", f"POST {API}/orders", "k1")
    assert one == key(b'{"name": "x"}')
    assert one.request_hash != key(b'{"name": "y"}').request_hash
    assert len(one.request_hash) == 32


def test_a_form_hashes_alike_however_the_browser_draws_its_boundary(
    installation: Installation,
) -> None:
    def digest(boundary: str, value: str, token: str) -> bytes:
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n{value}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\n'
            f"content\r\n--{boundary}--\r\n"
        )
        kind = f"multipart/form-data; boundary={boundary}"
        with installation.app.test_request_context(
            "/grants/form", method="POST", data=body, content_type=kind
        ):
            return hash_of_request()

    assert digest("one", "x", "t1") == digest("two", "x", "t2")
    assert digest("one", "x", "t1") != digest("one", "y", "t1")


def test_a_key_may_be_demanded(installation: Installation) -> None:
    with installation.app.test_request_context("/grants/form", method="POST"):
        assert request_key() is None
        with pytest.raises(Malformed):
            request_key(required=True)

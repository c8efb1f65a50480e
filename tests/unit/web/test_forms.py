"""Forms: only those that we gave to this session are taken, whatever site sends them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from .conftest import FINANCE, Installation

ORDERS = "/grants/api/v1/orders"


def test_our_form_is_taken(client: FlaskClient) -> None:
    token = client.get("/grants/form").text
    assert client.post("/grants/form", data={"csrf_token": token}).text == "sent"
    assert client.post("/grants/form", headers={"X-CSRF-Token": token}).text == "sent"
    assert client.get("/grants/form").text == token


@pytest.mark.parametrize("token", ["", "x", "ć", "0" * 64])
def test_another_token_is_not(client: FlaskClient, token: str) -> None:
    client.get("/grants/form")
    response = client.post("/grants/form", data={"csrf_token": token})
    assert response.status_code == 403
    assert "Nothing was changed" in response.text


def test_a_token_without_its_cookie_is_not(client: FlaskClient) -> None:
    token = client.get("/grants/form").text
    client.delete_cookie("zanat_forms")
    assert client.post("/grants/form", data={"csrf_token": token}).status_code == 403


def test_a_token_of_another_session_is_not(installation: Installation) -> None:
    client = installation.browser(FINANCE)
    token = client.get("/grants/form").text
    assert client.post("/grants/mine", data={"csrf_token": token}).text == "Mira"
    client.set_cookie("zanat_session", installation.token(FINANCE, session="session-2"))
    assert client.post("/grants/mine", data={"csrf_token": token}).status_code == 403


def test_the_interface_by_cookie_takes_writes_of_our_pages_only(
    installation: Installation,
) -> None:
    client = installation.browser(FINANCE)
    token = client.get("/grants/form").text
    assert client.post(ORDERS, json={"name": "x"}).status_code == 403
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"X-CSRF-Token": token}, 201),
    ):
        assert client.post(ORDERS, json={"name": "x"}, headers=headers).status_code == status
    assert client.get(ORDERS).status_code == 200


def test_a_nul_in_a_form_is_malformed(client: FlaskClient) -> None:
    token = client.get("/grants/form").text
    data = {"csrf_token": token, "name": "a\0b"}
    assert client.post("/grants/form", data=data).status_code == 400


def test_a_route_may_take_less(client: FlaskClient) -> None:
    token = client.get("/grants/form").text
    headers = {"X-CSRF-Token": token}
    assert client.post("/grants/upload", data=b"x" * 10, headers=headers).text == "taken"
    response = client.post("/grants/upload", data={"a": "x" * 20}, headers=headers)
    assert response.status_code == 413

"""Who reaches a route: by bearer token, by cookie, not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from flask.views import MethodView

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import PUBLIC, Role
from shared.access.tokens import SigningKey, TokenSigner
from shared.web.access import assert_all_declared, declared, requires, routes

from .conftest import FINANCE, Installation, Settings

ORDERS = "/grants/api/v1/orders"
BODY = {"name": "x"}


def code(response: object) -> str:
    document = response.get_json(force=True)  # type: ignore[attr-defined]
    return str(document["type"]).removeprefix("/problems/")


def test_a_program_with_the_role_may(client: FlaskClient, installation: Installation) -> None:
    response = client.post(ORDERS, json=BODY, headers=installation.bearer(FINANCE))
    assert response.status_code == 201


def test_nobody_may_not(client: FlaskClient) -> None:
    response = client.post(ORDERS, json=BODY)
    assert (response.status_code, code(response)) == (401, "not-signed-in")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_another_role_may_not_and_it_is_recorded(
    client: FlaskClient, installation: Installation
) -> None:
    trainer = installation.bearer(RoleGrant(Role.trainer, "RS-2011"))
    response = client.post(ORDERS, json=BODY, headers=trainer)
    assert (response.status_code, code(response)) == (403, "not-permitted")
    assert installation.denied == [("account-1", "grants.payments.prepare", ORDERS)]


def test_a_forged_token_is_refused(client: FlaskClient, installation: Installation) -> None:
    forger = TokenSigner(SigningKey.generate(), audience="demo", clock=installation.clock)
    token = forger.sign(Reader("account-1", "session-1", "Mira", (FINANCE,)))
    response = client.post(ORDERS, json=BODY, headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, code(response)) == (401, "token-key-unknown")


def test_a_wrong_token_is_told_even_where_nobody_needs_one(client: FlaskClient) -> None:
    response = client.get(f"{ORDERS}/7", headers={"Authorization": "Bearer nonsense"})
    assert (response.status_code, code(response)) == (401, "token-malformed")
    response = client.get(f"{ORDERS}/7", headers={"Authorization": "Basic bWlyYTp4"})
    assert (response.status_code, code(response)) == (401, "authorization-malformed")


def test_a_wrong_cookie_leaves_public_pages_open(installation: Installation) -> None:
    client = installation.app.test_client()
    client.set_cookie("zanat_session", "nonsense")
    assert client.get("/grants/form").status_code == 200
    assert client.get("/grants/mine").status_code == 302


def test_an_ended_session_is_refused_at_once(installation: Installation) -> None:
    client = installation.browser(FINANCE)
    assert client.get("/grants/mine").text == "Mira"
    installation.revoked.add("session-1")
    assert client.get("/grants/mine").status_code == 302
    response = client.get(ORDERS)
    assert (response.status_code, code(response)) == (401, "session-ended")


def test_a_page_sends_to_the_sign_in_and_back(client: FlaskClient) -> None:
    response = client.get("/grants/mine?page=2&of=%C5%A1")
    assert response.status_code == 302
    assert response.headers["Location"] == (
        "/accounts/sign-in?next=/grants/mine%3Fpage%3D2%26of%3D%25C5%25A1"
    )


def test_a_fragment_moves_the_whole_window(client: FlaskClient) -> None:
    response = client.get("/grants/mine", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/accounts/sign-in?next=/grants/mine"


def test_a_form_sent_too_late_goes_by_the_renewal(installation: Installation) -> None:
    client = installation.browser(FINANCE)
    installation.clock.advance(timedelta(minutes=11))
    response = client.post("/grants/mine", data={"note": "long text"})
    assert response.status_code == 307
    assert response.headers["Location"] == "/accounts/renew?next=/grants/mine"


def test_a_form_of_nobody_keeps_what_was_typed(client: FlaskClient) -> None:
    data = {"note": "long text", "csrf_token": "x", "password": "secret"}
    response = client.post("/grants/mine", data=data)
    assert response.status_code == 401
    assert "long text" in response.text and "secret" not in response.text


def test_a_route_with_the_programme_is_asked_for_it(installation: Installation) -> None:
    client = installation.browser(FINANCE)
    assert client.get("/grants/ledger/RS-2011").status_code == 200
    assert client.get("/grants/ledger/BA-2011").status_code == 403


def test_a_handler_asks_for_the_programme_of_its_record(installation: Installation) -> None:
    client = installation.browser(FINANCE)
    assert client.get("/grants/award?programme=RS-2011").status_code == 200
    assert client.get("/grants/award?programme=BA-2011").status_code == 403
    assert installation.denied == [("account-1", "grants.ledger.read", "/grants/award")]


def test_options_says_what_is_allowed(client: FlaskClient) -> None:
    assert "GET" in client.options("/grants/mine").headers["Allow"]


def test_every_route_is_listed_with_its_permission(installation: Installation) -> None:
    found = routes(installation.app)
    assert (ORDERS, "POST", "grants.payments.prepare") in found
    assert ("/grants/mine", "GET", "signed-in") in found
    assert ("/metrics", "GET", PUBLIC) in found
    assert not [route for route in found if route[2] is None]


def test_a_route_without_a_declaration_stops_the_start(make: Callable[..., Installation]) -> None:
    app = make(with_routes=False).app
    app.add_url_rule("/grants/silent", "silent", lambda: "x")
    with pytest.raises(RuntimeError, match="GET /grants/silent"):
        assert_all_declared(app)
    assert app.test_client().get("/grants/silent").status_code == 500


def test_the_nearest_declaration_counts(make: Callable[..., Installation]) -> None:
    app = make(with_routes=False).app

    @requires("grants.ledger.read")
    class View(MethodView):
        def get(self) -> str:
            return "read"

        @requires("grants.budget_lines.write")
        def post(self) -> str:
            return "written"

    inner = Blueprint("inner", __name__)
    inner.add_url_rule("/view", view_func=View.as_view("view"))
    inner.add_url_rule("/plain", "plain", lambda: "plain")
    outer = declared(Blueprint("outer", __name__, url_prefix="/grants"), PUBLIC)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    assert {(r, m, p) for r, m, p in routes(app) if "assets" not in r} == {
        ("/grants/view", "GET", "grants.ledger.read"),
        ("/grants/view", "POST", "grants.budget_lines.write"),
        ("/grants/plain", "GET", PUBLIC),
    }


def test_a_misspelt_permission_stops_the_import() -> None:
    with pytest.raises(ValueError, match=r"grants\.ledger\.raed"):
        requires("grants.ledger.raed")


def test_the_cookie_is_bound_to_the_host_under_https(make: Callable[..., Installation]) -> None:
    secure = Settings(public_url="https://zanat.example", secure_cookies=True)
    installation = make(secure)
    client = installation.app.test_client(use_cookies=False)
    options = {"base_url": "https://zanat.example"}
    token = installation.token(FINANCE)
    for name, status in (("zanat_session", 302), ("__Host-zanat_session", 200)):
        headers = {"Cookie": f"{name}={token}"}
        assert client.get("/grants/mine", headers=headers, **options).status_code == status
    form = client.get("/grants/form", **options)
    assert form.headers["Set-Cookie"].startswith("__Host-zanat_forms=")
    assert "Secure; HttpOnly; Path=/; SameSite=Lax" in form.headers["Set-Cookie"]
    assert form.headers["Strict-Transport-Security"]

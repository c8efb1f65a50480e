"""Routes that ask for a second factor that was just proved, and who counts as fresh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from flask.views import MethodView

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import PUBLIC, SIGNED_IN, Role
from shared.web.access import asks_fresh, declared, requires
from shared.web.freshness import FRESH_SECONDS, STEP_UP_API, is_fresh
from shared.web.session import csrf_token, session_cookie

from .conftest import Installation

READER = Reader("account-1", "session-1", "Mira", (RoleGrant(Role.finance_controller, "RS-2011"),))
NOW = 1_772_355_600


@pytest.mark.parametrize(
    ("fresh_at", "counts"),
    [
        (None, False),
        (NOW, True),
        (NOW - FRESH_SECONDS + 1, True),
        (NOW - FRESH_SECONDS, False),
        (NOW + 30, True),
        (NOW + 31, False),
    ],
)
def test_a_factor_counts_for_ten_minutes(fresh_at: int | None, counts: bool) -> None:
    assert is_fresh(replace(READER, fresh_at=fresh_at), NOW) is counts


def test_a_programs_key_never_counts() -> None:
    key = replace(READER, fresh_at=NOW, scopes=frozenset({"grants.payments.release"}))
    assert not is_fresh(key, NOW)


@pytest.fixture
def made(make: Callable[..., Installation]) -> Installation:
    """Two routes that ask for it: a page and one of the JSON interface."""
    installation = make(with_routes=False)

    class Payments(MethodView):
        @requires("grants.payments.read")
        def get(self) -> str:
            return "read"

        @requires("grants.payments.release", fresh=True)
        def post(self) -> str:
            return "released"

    inner = Blueprint("inner", __name__)
    for rule in ("/payments", "/api/v1/payments"):
        name = rule.strip("/").replace("/", "_")
        inner.add_url_rule(rule, view_func=Payments.as_view(name))
    file = requires("grants.payments.read", fresh=True)(lambda: "file")
    inner.add_url_rule("/payments.csv", "csv", file)
    inner.add_url_rule("/form", "form", requires(PUBLIC)(_form))
    outer = declared(Blueprint("outer", __name__, url_prefix="/grants"), SIGNED_IN)
    outer.register_blueprint(inner)
    installation.app.register_blueprint(outer)
    return installation


def _form() -> str:
    return csrf_token()


def browser(made: Installation, *, fresh: bool) -> FlaskClient:
    client = made.app.test_client()
    now = int(made.clock.now().timestamp())
    token = made.signer.sign(replace(READER, fresh_at=now if fresh else None))
    client.set_cookie(session_cookie(secure=False), token)
    return client


def test_only_the_method_that_says_so_asks(made: Installation) -> None:
    assert asks_fresh(made.app, "outer.inner.payments", "POST")
    assert not asks_fresh(made.app, "outer.inner.payments", "GET")
    assert browser(made, fresh=False).get("/grants/payments").text == "read"


def test_a_form_is_sent_on_to_where_it_is_proved(made: Installation) -> None:
    client = browser(made, fresh=False)
    form = {"csrf_token": client.get("/grants/form").text}
    asked = client.post("/grants/payments?a=b%26c", data=form)
    assert asked.status_code == 307
    assert asked.location == "/accounts/step-up?next=/grants/payments%3Fa%3Db%2526c"
    assert browser(made, fresh=False).post("/grants/payments", data=form).status_code == 403, (
        "a form that is not genuine is not sent on"
    )
    client = browser(made, fresh=True)
    form = {"csrf_token": client.get("/grants/form").text}
    assert client.post("/grants/payments", data=form).text == "released"


def test_a_file_is_fetched_after_it_is_proved(made: Installation) -> None:
    asked = browser(made, fresh=False).get("/grants/payments.csv")
    assert (asked.status_code, asked.location) == (
        303,
        "/accounts/step-up?next=/grants/payments.csv",
    )
    assert browser(made, fresh=True).get("/grants/payments.csv").text == "file"


def test_a_program_is_told_where(made: Installation) -> None:
    token = made.signer.sign(READER)
    headers = {"Authorization": f"Bearer {token}"}
    refused = made.app.test_client().post("/grants/api/v1/payments", headers=headers)
    assert refused.status_code == 403
    document = refused.get_json(force=True)
    assert document["type"] == "/problems/step-up-needed"
    assert (document["step_up"], document["fresh_seconds"]) == (STEP_UP_API, FRESH_SECONDS)


def test_whoever_may_not_is_told_that_first(made: Installation) -> None:
    token = made.signer.sign(replace(READER, roles=()))
    headers = {"Authorization": f"Bearer {token}"}
    refused = made.app.test_client().post("/grants/api/v1/payments", headers=headers)
    assert refused.get_json(force=True)["type"] == "/problems/not-permitted"

"""A session is made at signing in, belongs to one browser, and ends at once when it is ended."""

from __future__ import annotations

import time

from flask.testing import FlaskClient

from shared.access.revocations import REMEMBERED_SECONDS
from shared.settings import SERVICES
from shared.web.session import session_cookie
from tests.interface.home import Home

from .asking import form_token, persona, sign_in
from .test_tokens import WHERE, taken_apart

COOKIE = session_cookie(secure=False)


def browser(home: Home, service: str = "accounts") -> FlaskClient:
    return home.apps[service].test_client()


def token_in(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def test_a_cookie_from_before_signing_in_is_not_kept(home: Home) -> None:
    """Session fixation: whoever planted a cookie knows nothing of the session that follows."""
    auditor = persona(home, "auditor")
    attacker = browser(home)
    sign_in(attacker, persona(home, "donor"))
    planted = token_in(attacker)
    for value in (planted, "planted", "0192f000-0000-7000-8000-00000000dead"):
        victim = browser(home)
        victim.set_cookie(COOKIE, value)
        if value == planted:
            # The form is sent from a page that the planted session shows.
            token = form_token(victim, "/accounts/me")
            data = {"csrf_token": token, "account": auditor.email, "password": auditor.password}
            assert victim.post("/accounts/sign-in", data=data).status_code == 303
        else:
            assert sign_in(victim, auditor).status_code == 303
        fresh = token_in(victim)
        assert fresh not in (planted, value)
        assert taken_apart(fresh)[1]["sid"] != taken_apart(planted)[1]["sid"]
        assert taken_apart(fresh)[1]["sub"] == auditor.account_id
        assert taken_apart(planted)[1]["sub"] != auditor.account_id


def test_a_session_in_an_address_or_a_form_is_none(home: Home) -> None:
    victim = browser(home)
    sign_in(victim, persona(home, "auditor"))
    value, stranger = token_in(victim), browser(home)
    for name in (COOKIE, "session", "sid", "sessionid", "token"):
        assert stranger.get(f"/accounts/me?{name}={value}").status_code == 302
    assert value not in stranger.get(f"/accounts/sign-in?{COOKIE}={value}").headers.get(
        "Set-Cookie", ""
    )


def test_each_sign_in_is_a_session_of_its_own(home: Home) -> None:
    found = set()
    for _ in range(3):
        client = browser(home)
        sign_in(client, persona(home, "auditor"))
        found.add(taken_apart(token_in(client))[1]["sid"])
    assert len(found) == 3


def test_signing_out_ends_it_in_every_service(home: Home) -> None:
    client = browser(home)
    sign_in(client, persona(home, "auditor"))
    headers = {"Authorization": f"Bearer {token_in(client)}"}

    def answers() -> list[int]:
        return [home.client(one).get(WHERE[one], headers=headers).status_code for one in SERVICES]

    assert set(answers()) <= {200, 403}
    token = form_token(client, "/accounts/me")
    answer = client.post("/accounts/sign-out", data={"csrf_token": token})
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie(COOKIE) is None
    home.installation.wait_until_caught_up()
    # An answer is remembered for so long.
    time.sleep(REMEMBERED_SECONDS)
    assert set(answers()) == {401}
    # The form of before is worth nothing in the next session.
    sign_in(client, persona(home, "auditor"))
    assert client.post("/accounts/sign-out", data={"csrf_token": token}).status_code == 403


def test_renewing_gives_nothing_to_whoever_has_no_session(home: Home) -> None:
    client = browser(home)
    for value in ("", "x", "a.b.c"):
        client.set_cookie(COOKIE, value)
        for method in ("GET", "POST"):
            answer = client.open("/accounts/renew?next=/accounts/me", method=method)
            assert answer.status_code in (303, 307, 401)
            given = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE)]
            assert all("Max-Age=0" in one or "1970" in one for one in given)

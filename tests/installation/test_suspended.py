"""Whoever is suspended is out of all five services within seconds, by the way that events take."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from services.accounts.first import seed_personas
from services.accounts.personas import Persona
from services.accounts.sessions.signing_in import EXTENSION
from services.all_in_one import APPS
from shared.access.revocations import REMEMBERED_SECONDS
from shared.service import INSTALLATION_WIDE
from shared.settings import SERVICES
from tests.interface.home import Home

PROGRAMME = "RS-2026"
SECONDS_MAX = 30.0
"""Promised are seconds. A loaded machine gets more, but nothing that a token's minutes would do."""

DOORS = {
    "accounts": "/accounts/api/v1/me",
    "trainings": "/trainings/api/v1/cohorts",
    "grants": "/grants/api/v1/calls",
    "notifications": "/notifications/api/v1/inbox",
    "audit": "/audit/api/v1/entries",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home.open(tmp_path_factory.mktemp("suspended"), seeded=False)
    seed_personas(made.installation.services["accounts"], PROGRAMME)
    made.installation.start_workers(due=False)
    made.installation.wait_until_caught_up()
    yield made
    made.installation.close()


def people(home: Home) -> dict[str, Persona]:
    found = seed_personas(home.installation.services["accounts"], PROGRAMME)
    return {one.role: one for one in reversed(found)}


def sign_in(home: Home, person: Persona) -> dict[str, str]:
    answer = (
        home.apps["accounts"]
        .test_client()
        .post(
            "/accounts/api/v1/tokens", json={"account": person.email, "password": person.password}
        )
    )
    assert answer.status_code == 201, answer.text
    assert answer.json
    return {"Authorization": f"Bearer {answer.json['token']}"}


def fresh(home: Home, person: Persona) -> dict[str, str]:
    """As one who proved a second factor just now, which these acts need."""
    desk = home.apps["accounts"].extensions[EXTENSION]
    context = desk.service.system_context(INSTALLATION_WIDE, cause="test")
    reader = desk.open(person.account_id, context, fresh=True, method="passkey")
    return {"Authorization": f"Bearer {desk.token(reader)}"}


def statuses(home: Home, headers: dict[str, str]) -> dict[str, int]:
    return {
        name: home.apps[name].test_client().get(door, headers=headers).status_code
        for name, door in DOORS.items()
    }


def seconds_until(home: Home, headers: dict[str, str], expected: int) -> dict[str, float]:
    """Service → after how many seconds it answered so, from now on; asked again and again."""
    began, found = time.monotonic(), dict[str, float]()
    while len(found) < len(SERVICES) and time.monotonic() - began < SECONDS_MAX:
        for name, status in statuses(home, headers).items():
            if status == expected:
                found.setdefault(name, time.monotonic() - began)
        time.sleep(0.05)
    return found


def act(home: Home, headers: dict[str, str], person: Persona, what: str, body: object) -> None:
    client = home.apps["accounts"].test_client()
    address = f"/accounts/api/v1/staff/{person.account_id}"
    tag = client.get(address, headers=headers).headers["ETag"]
    done = client.post(f"{address}/{what}", json=body, headers={**headers, "If-Match": tag})
    assert done.status_code == 200, done.text


@pytest.mark.parametrize("what", ["suspend", "close"])
def test_a_token_is_worth_nothing_in_any_service_within_seconds(home: Home, what: str) -> None:
    persons = people(home)
    person = persons["auditor" if what == "suspend" else "programme_officer"]
    administrator, token = fresh(home, persons["administrator"]), sign_in(home, person)
    assert set(statuses(home, token).values()) <= {200, 403}
    assert set(APPS) == set(DOORS)
    act(home, administrator, person, what, {"reason": "Left."} if what == "suspend" else None)
    took = seconds_until(home, token, 401)
    assert set(took) == set(SERVICES), took
    # The one that decided knows at once, but for what it remembered a moment before.
    assert took["accounts"] <= SECONDS_MAX / 10 + REMEMBERED_SECONDS


def test_a_role_that_was_taken_back_counts_in_no_service_within_seconds(home: Home) -> None:
    """The session goes on: whoever renews the token signs in nowhere anew, and may less."""
    persons = people(home)
    person, administrator = persons["field_officer"], fresh(home, persons["administrator"])
    token = sign_in(home, person)
    assert set(statuses(home, token).values()) <= {200, 403}
    act(home, administrator, person, "roles/revoke", {"role": person.role, "programme": PROGRAMME})
    took = seconds_until(home, token, 401)
    assert set(took) == set(SERVICES), took
    assert took["accounts"] <= SECONDS_MAX / 10 + REMEMBERED_SECONDS
    browser = home.apps["grants"].test_client()
    browser.set_cookie("zanat_session", token["Authorization"].removeprefix("Bearer "))
    renewing = browser.get("/grants/visits")
    assert renewing.status_code == 302 and "sign-in?next=/grants/visits" in renewing.location
    accounts = home.apps["accounts"].test_client()
    accounts.set_cookie("zanat_session", token["Authorization"].removeprefix("Bearer "))
    assert accounts.get("/accounts/sign-in?next=/grants/visits").location == "/grants/visits"
    renewed = accounts.get_cookie("zanat_session")
    assert renewed is not None
    again = {"Authorization": f"Bearer {renewed.value}"}
    assert set(statuses(home, again).values()) <= {200, 403}


def test_roles_that_wait_count_in_no_service_within_seconds(home: Home) -> None:
    persons = people(home)
    person, administrator = persons["finance_controller"], fresh(home, persons["administrator"])
    token = sign_in(home, person)
    client = home.apps["accounts"].test_client()
    shown = client.post(
        f"/accounts/api/v1/staff/{person.account_id}/reset",
        json={"shown": True},
        headers=administrator,
    )
    assert shown.status_code == 200, shown.text
    assert set(seconds_until(home, token, 401)) == set(SERVICES)


def test_after_it_was_lifted_a_new_sign_in_works_and_an_old_token_never_again(home: Home) -> None:
    persons = people(home)
    person, administrator = persons["trainer"], fresh(home, persons["administrator"])
    old = sign_in(home, person)
    act(home, administrator, person, "suspend", {"reason": "On leave."})
    assert set(seconds_until(home, old, 401)) == set(SERVICES)
    refused = (
        home.apps["accounts"]
        .test_client()
        .post(
            "/accounts/api/v1/tokens", json={"account": person.email, "password": person.password}
        )
    )
    assert refused.status_code == 401
    act(home, administrator, person, "reinstate", None)
    new = sign_in(home, person)
    home.installation.wait_until_caught_up()
    time.sleep(REMEMBERED_SECONDS)
    assert set(statuses(home, new).values()) <= {200, 403}
    assert set(statuses(home, old).values()) == {401}

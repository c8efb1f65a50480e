"""A program's key reaches in each service what it is for, and no more, until it is revoked."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from services.accounts.personas import personas
from services.accounts.staff.views import reader_of
from services.commands.demonstration_people import PROGRAMME
from shared.access.reader import Reader, RoleGrant
from shared.access.revocations import REMEMBERED_SECONDS
from shared.access.roles import Role

from .home import Home

API = "/accounts/api/v1"
ASKED = {
    "trainings.courses.read": ("trainings", "/trainings/api/v1/courses"),
    "trainings.people.read": ("trainings", "/trainings/api/v1/people"),
    "grants.calls.read": ("grants", "/grants/api/v1/calls"),
    "grants.programmes.read": ("grants", "/grants/api/v1/programmes"),
    "audit.log.read": ("audit", "/audit/api/v1/entries"),
    "audit.alarms.read": ("audit", "/audit/api/v1/alarms"),
    "accounts.staff.read": ("accounts", f"{API}/staff"),
}
"""Permission that an auditor has → a route that asks for it."""


class Programs:
    """An administrator who makes programs and their keys."""

    def __init__(self, home: Home) -> None:
        self.home = home
        service = home.installation.services["accounts"]
        account_id = next(one.account_id for one in personas() if one.role == "administrator")
        with service.database.reading() as connection:
            reader = reader_of(connection, account_id, "session-of-administrator")
        fresh = replace(reader, fresh_at=int(service.clock.now().timestamp()))
        self.headers = {"Authorization": f"Bearer {home.signer.sign(fresh)}"}

    def ask(self, method: str, address: str, json: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.home.client("accounts").open(
            API + address, method=method, json=json, headers={**self.headers, **named}
        )
        assert answer.status_code in (200, 201), answer.text
        return answer

    def program(self) -> str:
        made = self.ask("POST", "/staff", {"display_name": "A program", "kind": "program"}).json
        address = f"/staff/{made['id']}"
        tag = self.ask("GET", address).headers["ETag"]
        role = {"role": "auditor", "programme": PROGRAMME}
        self.ask("POST", f"{address}/roles", role, If_Match=tag)
        return str(made["id"])

    def key(self, program: str, *scopes: str) -> dict[str, Any]:
        asked = {"name": "A key", "scopes": list(scopes)}
        return dict(self.ask("POST", f"/programs/{program}/keys", asked).json)

    def token(self, key: str) -> dict[str, str]:
        got: Any = self.home.client("accounts").post(f"{API}/tokens/exchange", json={"key": key})
        assert got.status_code == 201, got.text
        return {"Authorization": f"Bearer {got.json['token']}"}

    def status(self, permission: str, headers: dict[str, str]) -> int:
        service, address = ASKED[permission]
        return int(self.home.client(service).get(address, headers=headers).status_code)


@pytest.fixture(scope="module")
def programs(home: Home) -> Programs:
    return Programs(home)


@pytest.fixture(scope="module")
def program(programs: Programs) -> str:
    return programs.program()


def test_a_key_opens_in_every_service_what_it_is_for_and_no_more(
    programs: Programs, program: str
) -> None:
    for wanted in ASKED:
        headers = programs.token(programs.key(program, wanted)["key"])
        statuses = {one: programs.status(one, headers) for one in ASKED}
        assert statuses == {one: 200 if one == wanted else 403 for one in ASKED}
        made = programs.ask("GET", f"/programs/{program}/keys").json["items"][0]["id"]
        programs.ask("POST", f"/programs/{program}/keys/{made}/revoke")


def test_no_key_is_made_for_what_a_person_must_stand_for(programs: Programs, program: str) -> None:
    refused = programs.home.client("accounts").post(
        f"{API}/programs/{program}/keys",
        json={"name": "A key", "scopes": ["grants.payments.authorise"]},
        headers=programs.headers,
    )
    assert refused.json
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/key-scope-for-people")


def test_a_key_of_before_does_nothing_that_a_person_must_stand_for(home: Home) -> None:
    """As a token of an earlier version would say it: the scope and a role that has it."""
    roles = (RoleGrant(Role.finance_controller, PROGRAMME),)
    scopes = frozenset({"grants.payments.read", "grants.payments.authorise"})
    key = Reader("p1", "session-of-a-key", "A program", roles, scopes=scopes)
    headers = {"Authorization": f"Bearer {home.signer.sign(key)}"}
    address = "/grants/api/v1/payments"
    payments = home.client("grants").get(address, headers=headers).json or {}
    one = next(one for one in payments["items"] if one["state"] == "requested")["payment_id"]
    tag = home.client("grants").get(f"{address}/{one}", headers=headers).headers["ETag"]
    refused = home.client("grants").post(
        f"{address}/{one}/authorise", headers={**headers, "If-Match": tag}
    )
    assert refused.json
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-permitted")


def test_a_revoked_key_is_over_in_every_service_within_seconds(
    programs: Programs, program: str
) -> None:
    made = programs.key(program, *ASKED)
    headers = programs.token(made["key"])
    assert {programs.status(one, headers) for one in ASKED} == {200}
    programs.ask("POST", f"/programs/{program}/keys/{made['id']}/revoke")
    programs.home.installation.wait_until_caught_up(timeout_seconds=30)
    time.sleep(REMEMBERED_SECONDS)
    assert {programs.status(one, headers) for one in ASKED} == {401}

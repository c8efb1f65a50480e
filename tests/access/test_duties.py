"""Duties that must lie apart, attempted every way: by JSON, on pages, by a key, in another role.

Each attempt is one account's that did the first part of something, in whatever role it has by now.
Every one is refused and the record stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from services.commands.demonstration_people import PROGRAMME
from services.trainings.erasure.handling import note
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import PERMISSIONS, Role
from shared.privacy.erasure_events import erasure_answers
from shared.settings import SERVICES

from .asking import House, Route, asker, persona

pytestmark = pytest.mark.slow

GRANTS: Final = "/grants/api/v1"
TRAININGS: Final = "/trainings/api/v1"
STAFF: Final = "/accounts/api/v1/staff"
STEPS: Final = ("authorise", "release")


@dataclass(frozen=True)
class Attempt:
    """The same act by its two addresses, and the record that must not change by it."""

    service: str
    permission: str
    api: str
    page: str
    record: str
    body: dict[str, Any]

    def refused(self, house: House, reader: Reader) -> list[str]:
        """Try it by JSON, on the page, and by a program's key; the ways on which it was done."""
        before = house.home.get(self.service, self.record)
        version = before.headers["ETag"]
        key = replace(
            reader,
            session_id=f"{reader.session_id}-key",
            scopes=frozenset({self.permission}),
        )
        done = []
        for way, who, address in (
            ("json", reader, self.api),
            ("page", reader, self.page),
            ("key", key, self.api),
        ):
            form = {"version": version.strip('"'), "idempotency_key": f"k{way}"}
            body = self.body if way != "page" else {**self.body, **form}
            route = Route(self.service, "POST", address, self.permission)
            answer = house.ask(who, route, address, body=body, **{"If-Match": version})
            if answer.ok:
                done.append(f"{way}: {answer.status} {answer.location}")
        after = house.home.get(self.service, self.record)
        return done if after.headers["ETag"] == version else [*done, "the record changed"]


def payment_step(payment_id: str, step: str) -> Attempt:
    """Authorising or releasing a payment."""
    return Attempt(
        service="grants",
        permission=f"grants.payments.{step}",
        api=f"{GRANTS}/payments/{payment_id}/{step}",
        page=f"/grants/payments/{payment_id}/{step}",
        record=f"{GRANTS}/payments/{payment_id}",
        body={},
    )


def in_every_role(permission: str, account: str) -> list[Reader]:
    """The account in each single role that has the permission, and in all of them at once."""
    roles = sorted(PERMISSIONS[permission])
    alone = [asker(role, PROGRAMME, account=account) for role in roles]
    grants = tuple(RoleGrant(role, PROGRAMME) for role in Role)
    return [*alone, Reader(account, f"every-{account}", "Ana Primer", grants)]


@pytest.fixture(scope="module")
def requested(house: House) -> str:
    """A payment that the first finance officer asked for; nobody has agreed to it."""
    items = house.home.get("grants", f"{GRANTS}/payments").json["items"]
    return next(str(one["payment_id"]) for one in items if one["state"] == "requested")


@pytest.mark.parametrize(
    ("role", "number"),
    [("finance_officer", 1), ("programme_officer", 1), ("committee_member", 1)],
    ids=["prepared it", "typed the account", "scored the application"],
)
def test_nobody_authorises_what_they_had_a_part_in(
    house: House, requested: str, role: str, number: int
) -> None:
    account = persona(role, number)
    for reader in in_every_role("grants.payments.authorise", account):
        assert payment_step(requested, "authorise").refused(house, reader) == []


@pytest.mark.parametrize("role", ["finance_officer", "programme_officer", "committee_member"])
def test_nobody_releases_what_they_had_a_part_in(house: House, requested: str, role: str) -> None:
    first = asker(Role.finance_controller, PROGRAMME, account=persona("finance_controller"))
    address = f"{GRANTS}/payments/{requested}"
    shown = house.home.get("grants", address)
    if shown.json["state"] == "requested":
        step = payment_step(requested, "authorise")
        route = Route("grants", "POST", step.api, step.permission)
        agreed = house.ask(first, route, step.api, **{"If-Match": shown.headers["ETag"]})
        assert agreed.ok, agreed.body
    for account in (persona(role), persona("finance_controller")):
        for reader in in_every_role("grants.payments.release", account):
            assert payment_step(requested, "release").refused(house, reader) == []


def test_the_same_page_lets_somebody_through_who_had_no_part_in_it(
    house: House, requested: str
) -> None:
    """So that what is refused above is refused for who asks, and not for how they ask."""
    second = asker(Role.finance_controller, PROGRAMME, account=persona("finance_controller", 2))
    step = payment_step(requested, "release")
    shown = house.home.get("grants", step.record)
    assert shown.json["state"] == "authorised"
    form = {"version": shown.headers["ETag"].strip('"'), "idempotency_key": "k-second"}
    route = Route("grants", "POST", step.page, step.permission)
    assert house.ask(second, route, step.page, body=form).ok
    assert house.home.get("grants", step.record).json["state"] == "released"


def test_nobody_confirms_whom_they_registered(house: House) -> None:
    officer = asker(Role.programme_officer, PROGRAMME, account=persona("programme_officer"))
    person = {
        "full_name": "Zumra Primerić",
        "birth_date": "1991-02-03",
        "sex": "F",
        "country": "RS",
        "municipality": "Topola",
    }
    register = Route("trainings", "POST", f"{TRAININGS}/people", "trainings.people.write")
    made = house.ask(officer, register, register.rule, body=person)
    assert made.status == 201, made.body
    registration_id = made.location.rpartition("/")[2]
    attempt = Attempt(
        service="trainings",
        permission="trainings.people.confirm",
        api=f"{TRAININGS}/people/{registration_id}/confirm",
        page=f"/trainings/people/{registration_id}/confirm",
        record=f"{TRAININGS}/people/{registration_id}",
        body={"means": "passport"},
    )
    for reader in in_every_role(attempt.permission, officer.account_id):
        assert attempt.refused(house, reader) == []
    second = asker(Role.programme_officer, PROGRAMME, account=persona("programme_officer", 2))
    assert "json: 200" in attempt.refused(house, second)[0]


def test_nobody_agrees_to_a_revocation_that_they_proposed(house: House) -> None:
    trainer = persona("trainer")
    certificate = str(house.known["trainings"].values["certificate_id"][0])
    address = f"{TRAININGS}/certificates/{certificate}"
    propose = Route("trainings", "POST", f"{address}/revocation", "trainings.certificates.revoke")
    version = house.home.get("trainings", address).headers["ETag"]
    proposed = house.ask(
        asker(Role.trainer, PROGRAMME, account=trainer),
        propose,
        propose.rule,
        body={"reason": "Issued by mistake"},
        **{"If-Match": version},
    )
    assert proposed.ok, proposed.body
    attempt = Attempt(
        service="trainings",
        permission=propose.permission,
        api=f"{address}/revocation/confirm",
        page=f"/trainings/certificates/{certificate}/revocation/confirm",
        record=address,
        body={},
    )
    for reader in in_every_role(attempt.permission, trainer):
        assert attempt.refused(house, reader) == []


@pytest.fixture
def erasure(house: House) -> tuple[str, str]:
    """Asked for by the first officer, counted by all; its id, and whose data they are."""
    officer = asker(Role.programme_officer, PROGRAMME, account=persona("programme_officer"))
    person = {
        "full_name": "Rabija Primerić",
        "birth_date": "1992-03-04",
        "sex": "F",
        "country": "RS",
        "municipality": "Topola",
    }
    register = Route("trainings", "POST", f"{TRAININGS}/people", "trainings.people.write")
    made = house.ask(officer, register, register.rule, body=person)
    registration_id = made.location.rpartition("/")[2]
    ask = Route("trainings", "POST", f"{TRAININGS}/erasures", "trainings.erasures.request")
    body = {"registration_id": registration_id, "classes": ["contact"], "ground": "unlawful"}
    asked = house.ask(officer, ask, ask.rule, body=body)
    assert asked.status == 201, asked.body
    erasure_id = asked.location.rpartition("/")[2]
    trainings = house.home.installation.services["trainings"]
    context = trainings.system_context(PROGRAMME, cause=erasure_id)
    for name in SERVICES:
        answer = erasure_answers(name).counted(
            erasure_id=erasure_id, rows=(), owners=(), log_size=0, log_root=""
        )
        trainings.transact(context, partial(note, service=name, answer=answer))
    return erasure_id, registration_id


def test_whoever_asked_for_an_erasure_does_not_confirm_it(
    house: House, erasure: tuple[str, str]
) -> None:
    """Nor does anybody by whom it would be of their own data, in whatever role."""
    erasure_id, registration_id = erasure
    attempt = Attempt(
        service="trainings",
        permission="trainings.erasures.confirm",
        api=f"{TRAININGS}/erasures/{erasure_id}/confirm",
        page=f"/trainings/erasures/{erasure_id}/confirm",
        record=f"{TRAININGS}/erasures/{erasure_id}",
        body={},
    )
    for reader in in_every_role(attempt.permission, persona("programme_officer")):
        assert attempt.refused(house, reader) == []
    second = persona("programme_officer", 2)
    for reader in in_every_role(attempt.permission, second):
        own = replace(
            reader,
            session_id=f"{reader.session_id}-own",
            registrations=frozenset({registration_id}),
        )
        assert attempt.refused(house, own) == []
    other = asker(Role.programme_officer, PROGRAMME, account=second)
    assert "json: 200" in attempt.refused(house, other)[0]


def test_whoever_made_a_visit_does_not_accept_it_in_another_role(house: House) -> None:
    visits = house.home.get("grants", f"{GRANTS}/visits?status=planned").json["items"]
    visit_id, visitor = str(visits[0]["visit_id"]), persona("field_officer")
    record = Route("grants", "POST", f"{GRANTS}/visits/{visit_id}/record", "grants.visits.conduct")
    now = house.home.installation.services["grants"].clock.now()
    sent = {
        "device_visit_id": "phone-1",
        "occurred_at": (now - timedelta(hours=2)).isoformat(),
        "recorded_at": (now - timedelta(hours=1)).isoformat(),
        "findings": {"outcome": "trading"},
    }
    field = asker(Role.field_officer, PROGRAMME, account=visitor)
    made = house.ask(field, record, record.rule, body=sent)
    assert made.ok, made.body
    attempt = Attempt(
        service="grants",
        permission="grants.visits.accept",
        api=f"{GRANTS}/visits/{visit_id}/accept",
        page=f"/grants/visits/{visit_id}/accept",
        record=f"{GRANTS}/visits/{visit_id}",
        body={},
    )
    for reader in in_every_role(attempt.permission, visitor):
        assert attempt.refused(house, reader) == []


def test_nobody_grants_themself_a_role(house: House) -> None:
    administrator = persona("administrator")
    role = {"role": "auditor", "programme": PROGRAMME, "region": None}
    attempt = Attempt(
        service="accounts",
        permission="accounts.roles.grant",
        api=f"{STAFF}/{administrator}/roles",
        page=f"/accounts/staff/{administrator}/roles",
        record=f"{STAFF}/{administrator}",
        body=role,
    )
    reader = asker(Role.administrator, PROGRAMME, account=administrator)
    assert attempt.refused(house, reader) == []


def test_an_address_has_one_account_so_that_one_person_is_not_two(house: House) -> None:
    items = house.home.get("accounts", f"{STAFF}?role=finance_officer").json["items"]
    taken = str(items[0]["email"])
    administrator = asker(Role.administrator, PROGRAMME, account=persona("administrator"))
    invite = Route("accounts", "POST", STAFF, "accounts.staff.write")
    for email in (taken, taken.upper(), f" {taken} "):
        body = {"kind": "staff", "display_name": "Ana Druga", "email": email}
        answer = house.ask(administrator, invite, STAFF, body=body)
        assert answer.status in (409, 422), (email, answer.body)


def test_whoever_scores_never_holds_a_role_that_pays(house: House) -> None:
    """Not by an administrator either: the combination itself is refused."""
    member = persona("committee_member", 2)
    administrator = asker(Role.administrator, PROGRAMME, account=persona("administrator"))
    for role in ("finance_officer", "finance_controller", "applicant", "administrator", "auditor"):
        version = house.home.get("accounts", f"{STAFF}/{member}").headers["ETag"]
        body = {"role": role, "programme": PROGRAMME, "region": None}
        grant = Route("accounts", "POST", f"{STAFF}/{member}/roles", "accounts.roles.grant")
        answer = house.ask(administrator, grant, grant.rule, body=body, **{"If-Match": version})
        assert not answer.ok, (role, answer.body)
        assert house.home.get("accounts", f"{STAFF}/{member}").headers["ETag"] == version


def test_whoever_assisted_an_applicant_is_not_made_a_judge_of_it(house: House) -> None:
    items = house.home.get("grants", f"{GRANTS}/applications?state=under_review").json["items"]
    application_id = str(items[0]["application_id"])
    assign = Route("grants", "POST", f"{GRANTS}/reviews", "grants.reviews.assign")
    chair = asker(Role.committee_chair, PROGRAMME, account=persona("committee_chair"))
    body = {"application_id": application_id, "member_ids": [persona("programme_officer")]}
    answer = house.ask(chair, assign, assign.rule, body=body)
    assert not answer.ok, answer.body

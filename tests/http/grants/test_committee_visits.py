"""Members of the committee read the visits of cases that they were assigned to, and no others."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from services.grants.own.views import own_applications
from shared.access.roles import Role

from .applications_home import assign, plan_visit
from .home import House
from .test_held import granted

VISITS = "/grants/api/v1/visits"


@pytest.fixture
def visit_id(house: House) -> str:
    """A visit after an application that m1 read and m2 was assigned to without a declaration."""
    mira, _ = granted(house)
    application_id = house.ask(application_of, mira)
    assign(house, application_id, "m2")
    plan_visit(house, application_id, visitor="v1")
    officer = house.as_reader(Role.programme_officer)
    (visit,) = officer.get(VISITS).json["items"]
    return str(visit["visit_id"])


def application_of(connection: Connection, registration_id: str) -> str:
    (row,) = own_applications(connection, [registration_id])
    return str(row["application_id"])


def test_a_member_reads_the_visits_of_assigned_cases(house: House, visit_id: str) -> None:
    member = house.as_reader(Role.committee_member, account_id="m1")
    assert [one["visit_id"] for one in member.get(VISITS).json["items"]] == [visit_id]
    page = member.get(f"/grants/visits/{visit_id}")
    assert page.status_code == 200 and "Mira Primer" in page.text
    assert member.get(f"{VISITS}/{visit_id}").json["phone"] is None
    assert member.get(f"/grants/visits/{visit_id}/record").status_code == 403


@pytest.mark.parametrize("account", ["m2", "m3"])
def test_who_did_not_clear_the_case_finds_none(house: House, visit_id: str, account: str) -> None:
    member = house.as_reader(Role.committee_member, account_id=account)
    assert member.get(VISITS).json["items"] == []
    for address in (f"{VISITS}/{visit_id}", f"/grants/visits/{visit_id}"):
        assert member.get(address).status_code == 404


def test_a_chair_is_told_a_name_in_assigned_cases_alone(house: House, visit_id: str) -> None:
    for account, named in (("m1", True), ("chair", False)):
        chair = house.as_reader(Role.committee_chair, account_id=account)
        page = chair.get(f"/grants/visits/{visit_id}")
        assert page.status_code == 200 and ("Mira Primer" in page.text) is named

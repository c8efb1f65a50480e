"""The same record for who is assigned, who stepped aside, who has no part in it, by region."""

from __future__ import annotations

from typing import Final

import pytest

from services.commands.demonstration_people import PROGRAMME
from shared.access.roles import Role

from .asking import NAMES, Answer, House, Route, asker, persona

pytestmark = pytest.mark.slow

API: Final = "/grants/api/v1"
READ: Final = "grants.applications.read"
APPLICATION: Final = Route("grants", "GET", f"{API}/applications/<application_id>", READ)
PAGE: Final = Route("grants", "GET", "/grants/applications/<application_id>", READ)
REVIEW: Final = Route("grants", "GET", f"{API}/reviews/<application_id>", "grants.reviews.read")
DECLARE: Final = Route(
    "grants", "POST", f"{API}/reviews/<application_id>/declaration", "grants.reviews.declare"
)
SHEET: Final = Route(
    "grants", "POST", f"{API}/reviews/<application_id>/sheet", "grants.reviews.score"
)
VISIT: Final = Route("grants", "GET", f"{API}/visits/<visit_id>", "grants.visits.read")
PERSON: Final = Route(
    "trainings", "GET", "/trainings/api/v1/people/<registration_id>", "trainings.people.read"
)


@pytest.fixture(scope="module")
def undeclared(house: House) -> str:
    """An application that the first member is assigned to and has said nothing about."""
    member = asker(Role.committee_member, PROGRAMME, account=persona("committee_member"))
    found = [
        one
        for one in house.home.get("grants", f"{API}/applications?state=under_review").json["items"]
        if house.ask(member, APPLICATION, f"{API}/applications/{one['application_id']}").status
        == 403
    ]
    assert found
    return str(found[0]["application_id"])


def test_an_assigned_member_declares_reads_or_steps_aside_and_reads_no_more(
    house: House, undeclared: str
) -> None:
    member = asker(Role.committee_member, PROGRAMME, account=persona("committee_member"))
    address = f"{API}/applications/{undeclared}"
    before = house.ask(member, APPLICATION, address)
    assert (before.status, names_in(before)) == (403, [])
    assert "/problems/declaration-first" in before.body
    version = house.home.get("grants", f"{API}/reviews/{undeclared}").headers["ETag"]
    declared = house.ask(
        member,
        DECLARE,
        f"{API}/reviews/{undeclared}/declaration",
        body={"conflict": True, "reason": "A cousin"},
        **{"If-Match": version},
    )
    assert declared.ok, declared.body
    for route, where in ((APPLICATION, address), (PAGE, f"/grants/applications/{undeclared}")):
        after = house.ask(member, route, where)
        assert (after.status, names_in(after)) == (403, []), where
    review = house.ask(member, REVIEW, f"{API}/reviews/{undeclared}")
    assert names_in(review) == []
    version = house.home.get("grants", f"{API}/reviews/{undeclared}").headers["ETag"]
    scored = house.ask(
        member,
        SHEET,
        f"{API}/reviews/{undeclared}/sheet",
        body={"points": {}},
        **{"If-Match": version},
    )
    assert not scored.ok


@pytest.mark.parametrize("role", [Role.committee_member, Role.committee_chair])
def test_a_member_who_is_not_assigned_learns_nothing(
    house: House, undeclared: str, role: Role
) -> None:
    stranger = asker(role, PROGRAMME)
    for route, prefix in ((APPLICATION, f"{API}/applications"), (PAGE, "/grants/applications")):
        there = house.ask(stranger, route, f"{prefix}/{undeclared}")
        never = house.ask(stranger, route, house.never(route))
        assert there.status == never.status == 404
        if route is APPLICATION:
            assert there.body == never.body


def test_a_field_officer_sees_visits_of_their_region_only(house: House) -> None:
    visits = house.home.get("grants", f"{API}/visits").json["items"]
    assert visits
    waiting = [
        one
        for one in visits
        if one["status"] in ("planned", "missed") and not one["visitor"] and not one["visited_by"]
    ]
    assert waiting
    for region in ("RS", "BA", "Topola", *{one["municipality"] for one in visits}):
        here = asker(Role.field_officer, PROGRAMME, region=region)
        never = house.ask(here, VISIT, house.never(VISIT))
        for one in visits:
            answer = house.ask(here, VISIT, f"{API}/visits/{one['visit_id']}")
            theirs = one in waiting and region in (one["municipality"], one["country"])
            assert answer.ok == theirs, (region, one)
            assert theirs or (answer.status, answer.body) == (404, never.body)


def test_a_trainer_sees_those_enrolled_with_them_and_nobody_else(house: House) -> None:
    own = asker(Role.trainer, PROGRAMME, account=persona("trainer"))
    other = asker(Role.trainer, PROGRAMME)
    for address in house.addresses(PERSON, most=6):
        assert house.ask(own, PERSON, address).ok
        refused = house.ask(other, PERSON, address)
        never = house.ask(other, PERSON, house.never(PERSON))
        assert (refused.status, refused.body) == (404, never.body)


def names_in(answer: Answer) -> list[str]:
    """Whose names it shows."""
    return [name for name in NAMES if name in answer.body]

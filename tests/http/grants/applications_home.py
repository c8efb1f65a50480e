"""Applications in a house: begun, handed in, checked, by an officer over the JSON interface.

application_id = draft(house, call_id, mira)
submit(house, application_id)
check(house, application_id)
assign(house, application_id, "m1", cleared=("m1",))
"""

from __future__ import annotations

from typing import Any

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import DecideApplication, RankApplication
from services.grants.applications.application_state import UnderReviewCase
from services.grants.awards.handling import offer_award
from services.grants.committee.review import REVIEW, AssignMembers, DeclareNoConflict
from services.grants.visits.visit import VISIT, PlanVisit
from shared.access.roles import Role
from shared.events.work import Work
from shared.identifiers import derived

from . import home

API = "/grants/api/v1/applications"
RSD_120000 = {"amount": "120000.00", "currency": "RSD"}
CONTENT: dict[str, Any] = {
    "kind": "start",
    "business": "Carpentry workshop for window frames",
    "requested": RSD_120000,
    "own_contribution": {"amount": "15000.50", "currency": "RSD"},
}


def officer(house, account_id: str = "o1", programme: str = home.PROGRAMME):
    return house.as_reader(Role.programme_officer, account_id=account_id, programme=programme)


def ready(house, *, name: str = "Mira Primer", number: str = "1", **facts: Any) -> tuple[str, str]:
    """A call that takes applications and somebody with a certificate: (call, registration)."""
    call_id = home.open_call(house)
    mira = home.register(house, number, name, **facts)
    home.certify(house, mira)
    return call_id, mira


def begin(house, call_id: str, registration_id: str, **changes: Any) -> Any:
    """The answer to beginning an application."""
    body = {"call_id": call_id, "registration_id": registration_id, **CONTENT, **changes}
    return officer(house).post(API, body)


def draft(house, call_id: str, registration_id: str, **changes: Any) -> str:
    """A new draft's id."""
    answer = begin(house, call_id, registration_id, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def version_of(house, application_id: str) -> str:
    """The ETag of an application."""
    return str(officer(house).get(f"{API}/{application_id}").headers["ETag"])


def act(
    house, application_id: str, verb: str, body: Any = None, *, by: str = "o1", version: str = ""
) -> Any:
    """The answer to a command on the application, at its present version."""
    tag = version or version_of(house, application_id)
    return officer(house, by).post(f"{API}/{application_id}/{verb}", body, If_Match=tag)


def done(house, application_id: str, verb: str, body: Any = None, *, by: str = "o1") -> None:
    """A command that must succeed."""
    answer = act(house, application_id, verb, body, by=by)
    assert answer.status_code == 200, answer.text


def put(house, application_id: str, body: Any, *, version: str = "") -> Any:
    """Write it anew."""
    asker = officer(house)
    headers = asker.headers() | {"If-Match": version or version_of(house, application_id)}
    return asker.client.put(f"{API}/{application_id}", json=body, headers=headers)


def submitted(house, call_id: str, registration_id: str, **changes: Any) -> str:
    """An application that was handed in."""
    application_id = draft(house, call_id, registration_id, **changes)
    done(house, application_id, "submit")
    return application_id


def under_review(house, call_id: str, registration_id: str) -> str:
    """An application that was found eligible."""
    application_id = submitted(house, call_id, registration_id)
    done(house, application_id, "check", {})
    return application_id


def state_of(house, application_id: str) -> str:
    return str(officer(house).get(f"{API}/{application_id}").json["state"])


def assign(
    house, application_id: str, *members: str, cleared: tuple[str, ...] = (), call_id: str = "c"
) -> None:
    """Let members review it; some declared already that they have no conflict."""
    now = house.clock.now()
    command = AssignMembers(
        by="chair",
        now=now,
        application_id=application_id,
        call_id=call_id,
        registration_id="r",
        member_ids=members,
        assisted_by=None,
    )
    house.decide(REVIEW, application_id, command)
    for member in cleared:
        house.decide(REVIEW, application_id, DeclareNoConflict(by=member, now=now), by=member)


def approve(house, application_id: str) -> None:
    """The committee ranks it first and approves it; the award is offered."""

    def handler(work: Work) -> None:
        state = work.load(APPLICATION, application_id)
        assert isinstance(state, UnderReviewCase)
        common: dict[str, Any] = {"by": "chair", "now": work.now, "meeting_id": "g1", "version": 1}
        work.decide(
            APPLICATION, application_id, RankApplication(score_hundredths=8840, rank=1, **common)
        )
        decision = DecideApplication(outcome="approved", zone="Europe/Belgrade", **common)
        work.decide(APPLICATION, application_id, decision)
        offer_award(
            work,
            by="chair",
            application_id=application_id,
            application_no=state.whose.application_no,
            call_id=state.whose.call_id,
            registration_id=state.whose.registration_id,
            person_id=state.whose.person_id,
            kind=state.content.kind,
            amount=state.content.requested,
            tranche_percents=(60, 40),
            zone="Europe/Belgrade",
        )

    house.run(handler, by="chair")


def plan_visit(house, application_id: str, *, visitor: str) -> None:
    """Somebody is to visit the grantee a month after the handover."""
    number = officer(house).get(f"{API}/{application_id}").json["application_no"]
    award_id = derived("award", home.PROGRAMME, number)
    visit_id = derived("visit", award_id, "1")
    now = house.clock.now()
    command = PlanVisit(
        by="o1",
        now=now,
        visit_id=visit_id,
        award_id=award_id,
        month=1,
        handed_over_on=now.date(),
        visitor=visitor,
    )
    house.decide(VISIT, visit_id, command)


def code_of(answer: Any) -> tuple[int, str]:
    """(status, the problem's code) of a refusal."""
    return answer.status_code, str(answer.json["type"]).rpartition("/")[2]

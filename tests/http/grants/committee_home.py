"""Grants with a closed call and a committee that works on it; builds upon ``home``.

committee = Committee(house)
ana = committee.application("A-1", requested=30_000_000)
committee.review(ana, plan=50)                 everybody declares and scores
meeting = committee.ranked()                   convened, attended, closed, ranked
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import (
    DraftApplication,
    RecordChecks,
    SubmitApplication,
)
from services.grants.applications.eligibility import Check
from services.grants.committee.handling import assign, declare, submit
from services.grants.committee.ranking import Points
from shared.access.roles import Role
from shared.events.work import Work
from shared.identifiers import derived
from shared.money import Money

from .home import MEMBERS, PROGRAMME, Asker, House, close_call, open_call, register

API = "/grants/api/v1"
CHAIR = "chair"


class Committee:
    """One call and its committee. ``chair`` and ``member("m1")`` ask as these people."""

    def __init__(self, house: House, code: str = "C-1", **terms: Any) -> None:
        self.house = house
        self.call_id = open_call(house, code, **terms)
        self.chair = house.as_reader(Role.committee_chair, account_id=CHAIR)
        self.officer = house.as_reader(Role.programme_officer, account_id="officer")

    def member(self, account_id: str) -> Asker:
        """A member of the committee."""
        return self.house.as_reader(Role.committee_member, account_id=account_id)

    def application(
        self,
        number: str,
        *,
        requested: int = 30_000_000,
        name: str = "Mira Primer",
        assisted_by: str | None = None,
        checked: bool = True,
    ) -> str:
        """An application under review (or only handed in); its id."""
        registration_id = register(self.house, number, name)
        application_id = derived("application", PROGRAMME, number)
        now, by = self.house.clock.now(), assisted_by or "ana"
        draft = DraftApplication(
            by=by,
            now=now,
            application_id=application_id,
            application_no=number,
            call_id=self.call_id,
            call_currency="RSD",
            call_open=True,
            registration_id=registration_id,
            person_id=registration_id,
            kind="start",
            business="A small carpentry",
            requested=Money(requested, "RSD"),
            own_contribution=Money(0, "RSD"),
            account=None,
            channel="assisted" if assisted_by else "self_service",
            assisted_by=assisted_by,
        )
        self.house.decide(APPLICATION, application_id, draft)
        self.house.decide(APPLICATION, application_id, SubmitApplication(by=by, now=now))
        if checked:
            self.check(application_id)
        return application_id

    def check(self, application_id: str) -> None:
        """An officer finds it eligible."""
        checks = (Check(rule="late", rule_version=1, passed=True),)
        command = RecordChecks(by="officer", now=self.house.clock.now(), version=1, checks=checks)
        self.house.decide(APPLICATION, application_id, command)

    def close(self) -> None:
        """The call closes."""
        close_call(self.house, self.call_id)

    def review(
        self, application_id: str, *, plan: int = 50, members: Sequence[str] = MEMBERS
    ) -> None:
        """These members are assigned, declare no conflict and hand in the same sheet."""

        def handler(work: Work) -> None:
            assign(work, application_id, by=CHAIR, member_ids=members)
            for one in members:
                declare(work, application_id, by=one, reason=None)
                submit(work, application_id, by=one, points=sheet(plan))

        self.house.run(handler)

    def convene(self) -> str:
        """A meeting tomorrow; its id."""
        held_on = (self.house.clock.now() + timedelta(days=1)).date().isoformat()
        body = {"call_id": self.call_id, "held_on": held_on}
        made = self.chair.post(f"{API}/meetings", body)
        assert made.status_code == 201, made.text
        return str(made.json["id"])

    def room(self, meeting_id: str, asker: Asker | None = None) -> dict[str, Any]:
        """The meeting as somebody sees it."""
        found = (asker or self.chair).get(f"{API}/meetings/{meeting_id}")
        assert found.status_code == 200, found.text
        room: dict[str, Any] = found.json
        return room

    def act(self, meeting_id: str, what: str, body: Any = None, *, by: Asker | None = None) -> Any:
        """Do something in a meeting with the version that it has now."""
        version = self.room(meeting_id)["version"]
        asker = by or self.chair
        return asker.post(f"{API}/meetings/{meeting_id}/{what}", body, If_Match=f'"{version}"')

    def ranked(self, present: Sequence[str] = MEMBERS) -> str:
        """A meeting with its ranking on record; its id."""
        meeting_id = self.convene()
        self.expect(meeting_id, "attendance", {"present_ids": list(present)})
        self.expect(meeting_id, "scoring/close")
        self.expect(meeting_id, "ranking")
        return meeting_id

    def expect(self, meeting_id: str, what: str, body: Any = None) -> None:
        """Do something that succeeds."""
        done = self.act(meeting_id, what, body)
        assert done.status_code == 200, done.text

    def decision(self, meeting_id: str) -> dict[str, Any]:
        """What the chair confirms: what the room shows, and that votes were taken there."""
        room = self.room(meeting_id)
        shown = {"approved": room["approved"], "amount": room["amount"]}
        return shown | {"votes_in_room": True}


def three(committee: Committee) -> list[str]:
    """Three scored applications over 300,000.00 and 800,000.00, and one below the threshold."""
    ids = [
        committee.application("A-1", requested=30_000_000),
        committee.application("A-2", requested=80_000_000),
        committee.application("A-3", requested=10_000_000),
        committee.application("A-4", requested=10_000_000),
    ]
    committee.close()
    for application_id, plan in zip(ids, (60, 55, 50, 5), strict=True):
        committee.review(application_id, plan=plan)
    return ids


def sheet(plan: int, vulnerability: int = 20) -> tuple[Points, ...]:
    """A sheet of the call in ``home``."""
    return (
        Points(criterion="plan", points=plan),
        Points(criterion="vulnerability", points=vulnerability),
    )


def sheet_body(plan: int, vulnerability: int = 20, comment: str = "") -> dict[str, Any]:
    """The same as JSON."""
    points = [
        {"criterion": one.criterion, "points": one.points} for one in sheet(plan, vulnerability)
    ]
    return {"points": points, "comment": comment}

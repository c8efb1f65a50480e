"""Every address that a role is led to opens for it, and the header says in which section it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import Client

from services.accounts.work.tasks import TASKS
from services.all_in_one import Dispatch
from services.navigation import navigation
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import EVERY_PROGRAMME, INSTALLATION_ROLES, Role
from tests.interface.home import ACCOUNT, Home

PROGRAMME = "RS-2026"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home.open(tmp_path_factory.mktemp("addresses"), seeded=False)
    yield made
    made.close()


def reader(role: Role) -> Reader:
    programme = EVERY_PROGRAMME if role in INSTALLATION_ROLES else PROGRAMME
    return Reader(ACCOUNT, f"session-{role}", "Ana Primer", (RoleGrant(role, programme),))


def get(home: Home, role: Role, address: str) -> Any:
    service = address.split("/")[1]
    now = int(home.installation.services["accounts"].clock.now().timestamp())
    asking = replace(reader(role), fresh_at=now)
    headers = {"Authorization": f"Bearer {home.signer.sign(asking)}"}
    return home.client(service).get(address, headers=headers)


@pytest.mark.parametrize("role", Role)
def test_every_task_of_a_role_leads_to_a_page_of_that_role(home: Home, role: Role) -> None:
    answers = {task.address: get(home, role, task.address).status_code for task in TASKS[role]}
    assert set(answers.values()) <= {200}, answers


@pytest.mark.parametrize("role", Role)
def test_every_entry_of_the_header_opens_and_is_marked(home: Home, role: Role) -> None:
    places = navigation(reader(role), "/")
    assert places
    for place in places:
        answer = get(home, role, place.address)
        assert answer.status_code == 200, place.address
        header = answer.text.split('<nav class="zanat-navigation"')[1].split("</nav>")[0]
        assert header.count(' aria-current="page"') == 1, place.address
        assert f'href="{place.address}" aria-current="page"' in header, place.address


@pytest.mark.parametrize(
    ("role", "path", "section"),
    [
        (Role.committee_member, "/grants/reviews", "Committee"),
        (Role.committee_member, "/grants/reviews/0192", "Committee"),
        (Role.committee_member, "/grants/awards/0192", "Applications"),
        (Role.finance_officer, "/grants/awards", "Payments"),
        (Role.finance_officer, "/grants/batches/new", "Payments"),
        (Role.finance_officer, "/grants/statements", "Payments"),
        (Role.finance_officer, "/grants/ledger/export", "Ledger"),
        (Role.programme_officer, "/grants/programmes", "Calls"),
        (Role.administrator, "/grants/programmes/RS-2026", "Programmes"),
        (Role.administrator, "/accounts/staff/0192", "Staff"),
        (Role.administrator, "/accounts/me", "My work"),
        (Role.trainer, "/trainings/courses/0192", "Cohorts"),
        (Role.trainer, "/trainings/outcomes", "People"),
        (Role.trainer, "/somewhere", None),
    ],
)
def test_a_page_belongs_to_a_section(
    home: Home, role: Role, path: str, section: str | None
) -> None:
    with home.apps["accounts"].test_request_context():
        current = [link.text for link in navigation(reader(role), path) if link.current]
    assert current == ([section] if section else [])


def test_courses_and_programmes_are_reached_from_their_sections(home: Home) -> None:
    assert 'href="/trainings/courses"' in get(home, Role.trainer, "/trainings/cohorts").text
    officer = get(home, Role.programme_officer, "/grants/calls").text
    assert 'href="/grants/programmes"' in officer
    assert 'href="/grants/programmes"' not in get(home, Role.applicant, "/grants/calls").text


def test_an_address_of_nobody_is_answered_as_every_page_is(house):
    """The one process gives accounts what no other service's path begins with."""
    web = Client(Dispatch({"accounts": house.app}))
    page = web.get("/nowhere")
    assert page.status_code == 404 and "zanat-header" in page.text
    assert web.get("/").headers["Location"] == "/accounts/"
    assert web.get("/healthz").status_code == 200

"""Every route × every role × own and other programme: allowed and refused as the table says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.commands.demonstration_people import PROGRAMME
from shared.access.matrix import narrowed
from shared.access.permissions import TABLE
from shared.access.roles import INSTALLATION_ROLES, Role
from shared.settings import SERVICES

from .asking import ELSEWHERE, NAMES, Answer, House, Route, asker, holders

pytestmark = pytest.mark.slow

every_service = pytest.mark.parametrize("service", SERVICES)
OF_ALL_LOGS: Final = ("/audit/copies", "/audit/api/v1/copies")
"""Whether copies are whole says something of all logs, not of one programme."""

ROOT: Final = Path(__file__).resolve().parents[2]


@every_service
def test_a_role_without_the_permission_is_refused_on_record(house: House, service: str) -> None:
    wrong: list[str] = []
    asked = 0
    for route in house.routes(service):
        address = next(iter(house.addresses(route, most=1)), house.never(route))
        for role in set(Role) - holders(route.permission):
            answer = house.ask(asker(role, PROGRAMME), route, address)
            asked += 1
            if answer.status != 403 or answer.denied != (route.permission,):
                wrong.append(f"{role}: {route} -> {answer.status} {answer.denied}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert asked > len(house.routes(service))


@every_service
def test_a_role_with_the_permission_is_not_refused_for_its_role(house: House, service: str) -> None:
    wrong: list[str] = []
    for route, role, address in held(house, service):
        form = {"programme": PROGRAMME} if "/api/" not in route.rule else None
        answer = house.ask(asker(role, PROGRAMME), route, address, body=form)
        # Some ask for more than their rule does, by the act that the address names.
        denied = any(role in holders(one) for one in answer.denied) or is_for_its_role(answer)
        if route.rule in OF_ALL_LOGS and role not in INSTALLATION_ROLES:
            denied = not denied
        if denied or answer.status in (401, 500):
            wrong.append(f"{role}: {route} {address} -> {answer.status} {answer.denied}")
    assert not wrong, "\n" + "\n".join(wrong)


@every_service
def test_records_of_another_programme_are_as_if_they_never_were(house: House, service: str) -> None:
    """Read or written to, with bodies that would do: the same answer as for an id of nothing."""
    wrong: list[str] = []
    for route, role, address in held(house, service):
        if not route.names_record:
            continue
        reader = asker(role, ELSEWHERE)
        other, never = (
            house.ask(reader, route, address),
            house.ask(reader, route, house.never(route)),
        )
        same = (other.status, told(other, route)) == (never.status, told(never, route))
        if other.ok or not same:
            wrong.append(f"{role}: {route} {address} -> {other.status}, never: {never.status}")
    assert not wrong, "\n" + "\n".join(wrong)


@every_service
def test_nothing_of_another_programme_is_in_any_list(house: House, service: str) -> None:
    wrong: list[str] = []
    for route, role, address in held(house, service):
        if route.method != "GET":
            continue
        answer = house.ask(asker(role, ELSEWHERE), route, address)
        if answer.ok and (leak := leaked(house, answer)):
            wrong.append(f"{role}: {route} -> {answer.status} shows {leak[:3]}")
    assert not wrong, "\n" + "\n".join(wrong)


@every_service
def test_who_sees_own_cases_only_finds_none_of_anybody_else(house: House, service: str) -> None:
    """Trainers, members and field officers who were assigned to nothing."""
    wrong: list[str] = []
    for route, role, address in held(house, service):
        # What nobody was named for yet is there for every field officer of the region.
        elsewhere = role in (Role.applicant, Role.field_officer)
        if route.method != "GET" or elsewhere or not narrowed(route.permission, role):
            continue
        answer = house.ask(asker(role, PROGRAMME), route, address)
        if answer.ok and (leak := [name for name in NAMES if name in answer.body]):
            wrong.append(f"{role}: {route} {address} -> {answer.status} shows {leak[:3]}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_permission_is_used_somewhere(house: House) -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if path.name not in ("permissions.py", "matrix.py")
    )
    used = set(re.findall(r'"([a-z]+\.[a-z_]+\.[a-z_]+)"', text))
    used |= {route.permission for service in SERVICES for route in house.routes(service)}
    assert sorted(set(TABLE) - used) == []


def held(house: House, service: str) -> Iterator[tuple[Route, Role, str]]:
    """Each route with each role that has its permission and an address of a record there is."""
    for route in house.routes(service):
        for address in house.addresses(route, most=1):
            for role in sorted(holders(route.permission)):
                yield route, role, address


def told(answer: Answer, route: Route) -> str:
    """The body; a page without the address that it is shown under."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|/[\w./-]+", "", answer.body)


def is_for_its_role(answer: Answer) -> bool:
    """Whether it was refused for lack of a role, with nothing else to blame."""
    return answer.status == 403 and not answer.denied and "/problems/not-permitted" in answer.body


def leaked(house: House, answer: Answer) -> list[str]:
    """Names and ids of the demonstration's records in an answer."""
    return [one for one in (*NAMES, *house.ids()) if one in answer.body]

"""Whoever is shown somebody's name by a page, a file or the JSON interface is on record for it."""

from __future__ import annotations

import itertools
import re
from html import unescape
from typing import Final

import pytest
from sqlalchemy import func, select

from services.trainings.tables import REGISTRATIONS
from shared.events.tables import EVENTS
from shared.settings import SERVICES

from .home import Home
from .known import Known
from .test_strange_pages import pages

pytestmark = pytest.mark.slow

AN_ADDRESS: Final = 2
"""With how many records each address is asked."""


@pytest.mark.parametrize("service", SERVICES)
def test_no_name_is_shown_without_a_record(home: Home, service: str) -> None:
    people, known = names(home), Known.of(home, service)
    known.values["registration_id"] = registrations(home)
    addresses = [
        address
        for path in known.readable()
        for address in itertools.islice(known.addresses(path), AN_ADDRESS)
    ]
    shown, unrecorded = 0, set()
    for address in dict.fromkeys([*addresses, *pages(home, service, known)]):
        before = accesses(home, service)
        answer = home.get(service, address)
        text = unescape(answer.get_data().decode("utf-8", "replace"))
        if answer.status_code == 200 and any(name in text for name in people):
            shown += 1
            if accesses(home, service) == before:
                unrecorded.add(re.sub(r"[0-9a-f-]{36}", "<id>", address))
    assert sorted(unrecorded) == []
    assert shown or service not in ("trainings", "grants", "notifications")


def names(home: Home) -> set[str]:
    """Every registered person's."""
    with home.installation.services["trainings"].database.reading() as connection:
        found = connection.execute(select(REGISTRATIONS.c.full_name)).scalars()
        return {name for name in found if name}


def registrations(home: Home) -> list[str]:
    """The ids of some of them."""
    with home.installation.services["trainings"].database.reading() as connection:
        return list(connection.execute(select(REGISTRATIONS.c.registration_id).limit(4)).scalars())


def accesses(home: Home, service: str) -> int:
    """How many accesses this service has on record."""
    query = select(func.count()).where(
        EVENTS.c.type.contains(".access.read.") | EVENTS.c.type.contains(".access.exported.")
    )
    with home.installation.services[service].database.reading() as connection:
        return int(connection.execute(query).scalar_one())

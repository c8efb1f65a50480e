"""Every page that a role is led to opens, fits the screen, and is fit for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.accounts.personas import Persona, personas
from tests.pages.visiting import PHONE, Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
FIRST_OF_ROLE = [one for one in personas() if one.number == 1]
"""Others of the same role are led to the same pages."""


@pytest.mark.parametrize("persona", FIRST_OF_ROLE, ids=lambda one: one.role)
def test_pages_that_a_role_is_led_to_open_and_fit(
    visit: Callable[[str], Visitor], screen: Screen, persona: Persona
) -> None:
    visitor = visit(persona.name)
    places = [*visitor.links(".zanat-navigation"), *visitor.links("main")]
    assert places[0] == "/accounts/" and len(places) > 2
    faults: list[str] = []
    for place in dict.fromkeys(places):
        visitor.open(place)
        faults += [f"{place}: {fault}" for fault in visitor.faults()]
        # The narrow screen is the harder one: there the first record of a list is opened too.
        records = visitor.links("main tbody tr:first-child th[scope=row]")[: screen == PHONE]
        for record in records:
            visitor.open(record)
            faults += [f"{record}: {fault}" for fault in visitor.faults()]
    assert not faults, "\n".join(faults)

"""Calls over HTTP: drafted, published, opened with their money, closed, cancelled."""

from __future__ import annotations

from services.grants.calls.views import call
from services.grants.foreign import certificates_of, registration

from . import home


def test_a_house_has_what_tests_of_grants_begin_with(house):
    home.add_partner(house)
    home.open_budget_line(house, home.add_donor(house))
    call_id = home.open_call(house)
    assert house.ask(call, call_id)["available_minor"] == 100_000_000
    mira = home.register(house)
    home.certify(house, mira)
    assert house.ask(registration, mira)["full_name"] == "Mira Primer"
    assert house.ask(certificates_of, mira)[0]["kind"] == "business"
    home.close_call(house, call_id)
    assert house.ask(call, call_id)["state"] == "closed"

"""The key that signs tokens is changed: on record, when it is due, with everybody staying."""

from __future__ import annotations

import os
from datetime import timedelta
from time import monotonic

import pytest

from services.accounts.signing import rotating
from services.accounts.signing.rotating import Rotated, rotate, rotate_due
from shared.access import keys
from shared.access.tokens import LIFETIME
from shared.web.composing import token_keys

from .conftest import API, House


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time passes for the processes' clocks, and nobody waits."""
    seconds = [monotonic()]
    monkeypatch.setattr(keys, "monotonic", lambda: seconds[0])
    rotate_files = keys.KeyFolder.rotate

    def at_once(folder, clock, **options):
        return rotate_files(folder, clock, **options, wait=lambda _seconds: None)

    monkeypatch.setattr(keys.KeyFolder, "rotate", at_once)
    return seconds


def recorded(house: House) -> list[Rotated]:
    kid = token_keys(house.service.settings).current().kid
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, f"token_key/{kid}")
    return [event for event in events if isinstance(event, Rotated)]


def test_a_session_goes_on_over_a_rotation(house, quick):
    browser = house.signed_in("trainer")
    before = browser.client.get_cookie("zanat_session").value
    old, new = rotate(house.service)
    quick[0] += keys.READ_AGAIN_SECONDS
    assert browser.get("/accounts/me").status_code == 200
    house.clock.advance(LIFETIME + timedelta(hours=2))
    renewed = browser.get(browser.get("/accounts/me").location)
    assert (renewed.status_code, renewed.location) == (303, "/accounts/me")
    assert browser.client.get_cookie("zanat_session").value != before
    assert browser.get("/accounts/me").status_code == 200
    assert [(one.old_key, one.new_key, one.at_once) for one in recorded(house)] == [
        (old, new, False)
    ]


def test_a_key_that_others_may_know_is_forgotten_and_everybody_signs_in_again(house, quick):
    browser, person = house.signed_in("trainer"), house.person("trainer")
    token = browser.client.get_cookie("zanat_session").value
    rotate(house.service, at_once=True)
    quick[0] += keys.READ_AGAIN_SECONDS
    refused = house.app.test_client().get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json["type"]) == (401, "/problems/token-key-unknown")
    assert browser.get(browser.get("/accounts/me").location).status_code == 200
    assert browser.sign_in(person.email, person.password).status_code == 303
    assert browser.get("/accounts/me").status_code == 200
    assert [one.at_once for one in recorded(house)] == [True]


def test_the_key_is_changed_when_it_has_signed_for_a_month(house, quick):
    folder = token_keys(house.service.settings)
    first = folder.current().kid
    private = folder.folder / "tokens.pem"

    def aged(age: timedelta) -> str:
        made = (house.clock.now() - age).timestamp()
        os.utime(private, (made, made))
        rotate_due(house.service, b"2026-03-01")
        return folder.current().kid

    assert aged(timedelta(days=29)) == first
    second = aged(timedelta(days=30))
    assert second != first
    assert [one.old_key for one in recorded(house)] == [first]
    os.utime(private)
    rotate_due(house.service, b"2026-03-02")
    assert folder.current().kid == second
    assert rotating.DUE_KIND in house.service.definition.daily

"""What is sent in a passkey's place opens nothing: replayed, bent, of others, for elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.http.accounts.conftest import Browser, House, hidden
from tests.http.accounts.soft_device import PRESENT, SoftDevice

SIGN_IN = "/accounts/sign-in"
NEW = "/accounts/me/passkeys/new"
ROLE = "committee_member"


def asked(browser: Browser, purpose: str, page: str = SIGN_IN) -> dict[str, Any]:
    """What the page's script asks for."""
    token = hidden(browser.get(page).text, "csrf_token")
    answer = browser.client.post(
        f"/accounts/passkeys/{purpose}", headers={**browser.headers, "X-CSRF-Token": token}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


def added(house: House) -> tuple[SoftDevice, Browser]:
    """A device that a persona added, and the browser it was added in."""
    browser = house.signed_in(ROLE)
    device = SoftDevice("localhost", house.service.settings.public_url)
    made = device.make(asked(browser, "to-make", NEW))
    done = browser.submit(NEW, NEW, credential=made, label="Phone")
    assert done.status_code == 303, done.text
    return device, browser


def device_of(house: House) -> SoftDevice:
    """A device that a persona added."""
    return added(house)[0]


def sign_in(browser: Browser, credential: str, **form: str) -> Any:
    return browser.submit("/accounts/sign-in/passkey", SIGN_IN, credential=credential, **form)


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/accounts/me").status_code == 200)


def test_a_device_signs_its_owner_in_afresh(house: House) -> None:
    device = device_of(house)
    browser = house.browser()
    answer = sign_in(browser, device.sign(asked(browser, "to-sign-in")), next="/accounts/me")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts/me")
    # Fresh at once: what needs a second factor does not ask again.
    assert browser.get("/accounts/step-up?next=/accounts/me").status_code == 303


def test_an_answer_is_worth_something_once_and_in_one_browser(house: House) -> None:
    device = device_of(house)
    browser, other = house.browser(), house.browser()
    answer = device.sign(asked(browser, "to-sign-in"))
    other.get(SIGN_IN)
    sign_in(other, answer)
    assert not is_in(other)
    sign_in(browser, answer)
    assert is_in(browser)
    browser.submit("/accounts/sign-out", "/accounts/me")
    sign_in(browser, answer)
    assert not is_in(browser)


@pytest.mark.parametrize(
    "bent",
    [
        {"flags": PRESENT},
        {"flags": 0},
        {"host": "elsewhere.example"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://localhost:8001"},
        {"handle": b"somebody-else"},
    ],
    ids=lambda bent: "-".join(map(str, bent)),
)
def test_what_is_not_for_here_is_refused(house: House, bent: dict[str, Any]) -> None:
    device = device_of(house)
    browser = house.browser()
    answer = sign_in(browser, device.sign(asked(browser, "to-sign-in"), **bent))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(SIGN_IN)
    assert not is_in(browser)


def test_a_stranger_and_a_copied_device_are_refused(house: House) -> None:
    device = device_of(house)
    browser = house.browser()
    stranger = SoftDevice("localhost", device.origin, handle=device.handle)
    sign_in(browser, stranger.sign(asked(browser, "to-sign-in")))
    assert not is_in(browser)
    posing = SoftDevice(
        "localhost", device.origin, credential_id=device.credential_id, handle=device.handle
    )
    sign_in(browser, posing.sign(asked(browser, "to-sign-in")))
    assert not is_in(browser)
    sign_in(browser, device.sign(asked(browser, "to-sign-in")))
    assert is_in(browser)
    # A copy that signs with an older count than the service has seen.
    copy = house.browser()
    device.signed = 0
    sign_in(copy, device.sign(asked(copy, "to-sign-in")))
    assert not is_in(copy)


def test_another_purpose_and_a_late_answer_are_refused(house: House) -> None:
    device, browser = added(house)
    for_step_up = device.sign(asked(browser, "to-step-up", "/accounts/me"))
    outside = house.browser()
    outside.get(SIGN_IN)
    sign_in(outside, for_step_up)
    assert not is_in(outside)
    late = device.sign(asked(outside, "to-sign-in"))
    house.clock.advance(timedelta(minutes=6))
    sign_in(outside, late)
    assert not is_in(outside)


def test_stepping_up_takes_ones_own_passkey_only(house: House) -> None:
    device, browser = added(house)
    other = house.signed_in("auditor", fresh=False)
    step_up = "/accounts/step-up?next=/accounts/me"
    answer = other.submit(
        step_up,
        "/accounts/me",
        step_up="page",
        step_up_credential=device.sign(asked(other, "to-step-up", "/accounts/me")),
    )
    assert answer.status_code == 422
    house.clock.advance(timedelta(minutes=9, seconds=55))
    assert browser.get("/accounts/step-up?next=/accounts/me").status_code == 200
    mine = device.sign(asked(browser, "to-step-up", "/accounts/me"))
    answer = browser.submit(step_up, "/accounts/me", step_up="page", step_up_credential=mine)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts/me")


def test_a_device_that_did_not_check_its_holder_makes_no_passkey(house: House) -> None:
    browser = house.signed_in(ROLE)
    device = SoftDevice("localhost", house.service.settings.public_url)
    unchecked = device.make(asked(browser, "to-make", NEW), flags=PRESENT)
    answer = browser.submit(NEW, NEW, credential=unchecked, label="Phone")
    assert answer.status_code == 422
    assert "This passkey was not accepted" in answer.text


def test_nobody_removes_the_passkey_of_another(house: House) -> None:
    _, browser = added(house)
    page = browser.get("/accounts/me/passkeys").text
    passkey_id = page.split("/accounts/me/passkeys/", 1)[1].split("/remove")[0]
    stranger = house.signed_in("auditor")
    address = f"/accounts/me/passkeys/{passkey_id}/remove"
    assert stranger.get(address).status_code == 404
    assert stranger.submit(address, "/accounts/me").status_code == 404

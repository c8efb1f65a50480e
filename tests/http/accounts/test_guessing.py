"""Guessing passwords: slow per account and per address, without locking the owner out."""

from __future__ import annotations

from datetime import timedelta

from services.accounts.throttling.devices import ACCOUNTS_MAX, known_device, with_device
from services.accounts.throttling.tries import RATES

from .conftest import API

SIGN_IN = "/accounts/sign-in"
SECRET = b"secret"


def fail(house, person, times, browser=None):
    for _ in range(times):
        answer = (browser or house.browser()).sign_in(person.email, "wrong")
        assert answer.status_code == 401


def known_browser(house, role="trainer"):
    """A browser in which somebody was signed in, and is not any more."""
    browser = house.signed_in(role)
    browser.submit("/accounts/sign-out", "/accounts/me")
    return browser


def test_a_stranger_does_not_lock_the_owner_out_of_a_known_browser(house):
    person, own = house.person("trainer"), known_browser(house)
    for _ in range(4):
        fail(house, person, 5)
        house.clock.advance(timedelta(minutes=15))
    fail(house, person, 5)
    assert house.browser().sign_in(person.email, person.password).status_code == 401
    assert own.sign_in(person.email, person.password).status_code == 303


def test_a_known_browser_has_a_few_tries_of_its_own_and_then_the_lock_holds_there_too(house):
    person, own = house.person("trainer"), known_browser(house)
    fail(house, person, 5)
    fail(house, person, RATES["sign-in/device"].at_once, own)
    assert own.sign_in(person.email, person.password).status_code == 401
    house.clock.advance(RATES["sign-in/device"].refill)
    assert own.sign_in(person.email, person.password).status_code == 303


def test_a_browser_is_known_for_the_account_that_was_in_it_only(house):
    own, other = known_browser(house, "trainer"), house.person("auditor")
    fail(house, other, 5)
    assert own.sign_in(other.email, other.password).status_code == 401


def test_a_stranger_does_not_keep_an_open_session_from_changing_its_password(house):
    person, browser = house.person("trainer"), house.signed_in("trainer")
    fail(house, person, 5)
    form = {"password": "seven quiet green kettles", "password_again": "seven quiet green kettles"}
    done = browser.submit(
        "/accounts/me/password", "/accounts/me", password_now=person.password, **form
    )
    assert done.status_code == 303


def test_guessing_in_a_stolen_session_ends_after_a_few_tries(house):
    person, browser = house.person("trainer"), house.signed_in("trainer")
    form = {"password": "seven quiet green kettles", "password_again": "seven quiet green kettles"}
    for _ in range(RATES["sign-in/device"].at_once + 5):
        browser.submit("/accounts/me/password", "/accounts/me", password_now="wrong", **form)
    answer = browser.submit(
        "/accounts/me/password", "/accounts/me", password_now=person.password, **form
    )
    assert answer.status_code == 422


def test_an_address_that_guesses_is_told_how_long_to_wait_whoever_it_tries(house):
    for number in range(RATES["sign-in/address"].at_once):
        answer = house.browser().sign_in(f"a{number}@example.org", "wrong")
        assert answer.status_code == 401
    person = house.person("trainer")
    for account in (person.email, "nobody@example.org"):
        refused = house.browser().sign_in(account, person.password)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "20"
        assert "Too many tries." in refused.text and f'value="{account}"' in refused.text
    body = {"account": person.email, "password": person.password}
    program = house.app.test_client().post(f"{API}/tokens", json=body)
    assert (program.status_code, program.headers["Retry-After"]) == (429, "20")
    assert program.json["type"] == "/problems/too-many-tries"
    elsewhere = house.app.test_client().post(
        f"{API}/tokens", json=body, environ_overrides={"REMOTE_ADDR": "198.51.100.9"}
    )
    assert elsewhere.status_code == 201


def test_an_office_is_not_slowed_by_its_own_people_signing_in(house):
    person = house.person("trainer")
    body = {"account": person.email, "password": person.password}
    for _ in range(RATES["sign-in/address"].at_once + 1):
        assert house.app.test_client().post(f"{API}/tokens", json=body).status_code == 201


def test_nobody_chooses_the_address_that_is_counted(house):
    """Without a trusted proxy, X-Forwarded-For is what the asker likes to say."""
    body = {"account": "nobody@example.org", "password": "wrong"}
    answers = [
        house.app.test_client().post(
            f"{API}/tokens", json=body, headers={"X-Forwarded-For": f"198.51.100.{number}"}
        )
        for number in range(RATES["sign-in/address"].at_once + 1)
    ]
    assert [one.status_code for one in answers[-2:]] == [401, 429]


def test_the_cookie_of_devices_names_nobody_and_is_not_made_up():
    cookie = None
    for number in range(ACCOUNTS_MAX + 1):
        cookie = with_device(SECRET, cookie, f"account-{number}")
    assert cookie is not None and "account" not in cookie
    assert known_device(SECRET, cookie, "account-0") is None
    assert known_device(SECRET, cookie, f"account-{ACCOUNTS_MAX}") is not None
    assert known_device(b"other", cookie, f"account-{ACCOUNTS_MAX}") is None
    for rubbish in (None, "", "~~~", "." * 50, "ä.ö", cookie[:-1], "x" * 100_000):
        assert known_device(SECRET, rubbish, "account-1") is None


def test_the_cookie_of_devices_is_kept_from_scripts(house):
    person, browser = house.person("trainer"), house.browser()
    done = browser.sign_in(person.email, person.password)
    cookie = next(one for one in done.headers.getlist("Set-Cookie") if "zanat_devices" in one)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and person.account_id not in cookie

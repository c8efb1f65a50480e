"""A person is given what accounts holds about them, but no code to sign in by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.applicants import signing_in as applicants
from shared.identifiers import derived
from tests.http.accounts.conftest import House
from tests.http.accounts.registered import codes, registers, signed_in
from tests.privacy.held import downloaded, texts

PHONE = "+381601234567"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0)


def test_account_sessions_and_number_are_given_and_nobody_elses(house: House) -> None:
    mira = registers(house, phone=PHONE)
    ana = registers(house, "Ana Uzorak", phone="+381609999999")
    signed_in(house, "+381609999999")
    browser = signed_in(house, PHONE)
    data, page = downloaded(browser.get("/accounts/mine/held.zip"))
    given = texts(data)
    assert {"Mira Primer", PHONE, mira, derived("applicant", derived("person", mira))} <= given
    assert {"known_registrations", "accounts", "account_sessions"} <= {
        one["table"] for one in data["tables"]
    }
    assert ana not in given and "Ana Uzorak" not in page and "+381609999999" not in page


def test_a_code_to_sign_in_by_is_not_given(house: House) -> None:
    registers(house, phone=PHONE)
    browser = signed_in(house, PHONE)
    data, page = downloaded(browser.get("/accounts/mine/held.zip"))
    code = codes(house)[-1][1]
    assert code not in texts(data) and f">{code}<" not in page


def test_an_officer_is_asked_for_a_fresh_second_factor(house: House) -> None:
    mira = registers(house, phone=PHONE)
    officer = house.signed_in("programme_officer")
    assert officer.get(f"/accounts/held/{mira}.zip").status_code == 200
    house.clock.advance(timedelta(minutes=11))
    officer.get("/accounts/renew?next=/accounts/")
    answer = officer.get(f"/accounts/held/{mira}.zip")
    assert answer.status_code == 303 and answer.location.startswith("/accounts/step-up")
    assert house.signed_in("trainer").get(f"/accounts/held/{mira}").status_code == 403

"""Whoever held an applicant's phone leaves nothing behind by which they come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.applicants import signing_in as applicants
from services.accounts.passkeys.keeping import PASSKEYS_KEPT
from services.accounts.resetting.asking import make_link
from services.accounts.staff.account_commands import ChangePassword, StepUp
from shared.errors import Refused
from shared.service import INSTALLATION_WIDE
from tests.http.accounts.applicant import account_of, decide, person_of, reader
from tests.http.accounts.conftest import House
from tests.http.accounts.factors import APP, FACTORS
from tests.http.accounts.registered import codes, registers, signed_in
from tests.http.accounts.soft_device import SoftDevice
from tests.http.accounts.test_passkeys import asked
from tests.http.accounts.test_passkeys import sign_in as sign_in_by

PHONE = "+381601234567"
PASSKEYS = "/accounts/me/passkeys"
PROVIDERS = "/accounts/providers"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0)


def test_an_applicant_sets_up_no_other_way_in(house: House) -> None:
    registers(house, phone=PHONE)
    browser = signed_in(house, PHONE)
    for page in (FACTORS, APP, PASSKEYS, f"{PASSKEYS}/new", PROVIDERS):
        answer = browser.get(page)
        assert answer.status_code == 409, page
        assert "You sign in by a code that comes to you." in answer.text
    for address in (f"{APP}/new", APP, f"{PASSKEYS}/new", "/accounts/passkeys/to-make"):
        answer = browser.submit(address, "/accounts/me", code="123456", label="x", credential="{}")
        assert answer.status_code in (303, 409), address
    own = browser.get("/accounts/me").text
    assert "factors" not in own and "passkeys" not in own and "password_now" not in own


def test_the_deciders_let_no_applicant_have_one(house: House) -> None:
    mira = registers(house, phone=PHONE)
    session = reader(house, signed_in(house, PHONE)).session_id
    account = account_of(person_of(mira))
    with pytest.raises(Refused, match="applicant-signs-in-by-code"):
        decide(house, account, ChangePassword)
    with pytest.raises(Refused, match="applicant-signs-in-by-code"):
        decide(house, account, StepUp, session_id=session, method="totp")
    context = house.service.system_context(INSTALLATION_WIDE, cause="test")
    with pytest.raises(Refused, match="applicant-signs-in-by-code"):
        make_link(house.service, context, by="somebody", account_id=account)


def test_a_passkey_of_before_opens_nothing(plain_house: House) -> None:
    house = plain_house
    mira = registers(house, phone=PHONE)
    signed_in(house, PHONE)
    person = house.person("committee_member")
    browser = house.signed_in("committee_member")
    device = SoftDevice("localhost", house.service.settings.public_url)
    made = device.make(asked(browser, "to-make", f"{PASSKEYS}/new"))
    new = {"credential": made, "label": "x", "password_now": person.password}
    assert browser.submit(f"{PASSKEYS}/new", f"{PASSKEYS}/new", **new).status_code == 303
    with house.service.database.writing() as connection:
        connection.execute(PASSKEYS_KEPT.update().values(account_id=account_of(person_of(mira))))
    device.handle = b""
    later = house.browser()
    refused = sign_in_by(later, device.sign(asked(later, "to-sign-in")))
    assert refused.status_code in (401, 409, 422)
    assert later.client.get_cookie("zanat_session") is None


def test_all_that_is_held_is_given_to_who_just_typed_a_code(house: House) -> None:
    registers(house, phone=PHONE)
    browser = signed_in(house, PHONE)
    assert browser.get("/accounts/mine/held").status_code == 200
    house.clock.advance(timedelta(minutes=11))
    assert browser.get("/accounts/renew?next=/accounts/me").status_code == 303
    assert browser.get("/accounts/me").status_code == 200
    to_prove = browser.get("/accounts/mine/held")
    assert (to_prove.status_code, to_prove.location) == (
        303,
        "/accounts/step-up?next=/accounts/mine/held",
    )
    page = browser.get(to_prove.location).text
    assert "/accounts/applicant?again=1" in page
    assert "second factor" not in page
    again = "/accounts/applicant?again=1&next=/accounts/mine/held"
    sent = browser.submit(again, again, contact=PHONE)
    assert sent.status_code == 303
    code = codes(house)[-1][1]
    typed = browser.submit(sent.location, sent.location, code=code)
    assert (typed.status_code, typed.location) == (303, "/accounts/mine/held")
    assert browser.get(typed.location).status_code == 200

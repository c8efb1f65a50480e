"""What is an applicant's own, and what staff write down about reaching them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.applicants import signing_in as applicants
from services.accounts.applicants.people import WAITING
from services.accounts.staff.account_commands import GrantRole, Reinstate, Suspend
from shared.access.own import TOO_MANY, is_own
from shared.access.roles import Role
from shared.errors import Refused
from shared.privacy.keyring import KeyName
from tests.http.accounts.applicant import (
    PHONE,
    account_of,
    decide,
    person_of,
    reader,
    refused,
    told,
)
from tests.http.accounts.conftest import House
from tests.http.accounts.registered import (
    ANA_BORN,
    APPLICANT,
    MIRA_BORN,
    OFFICER,
    SECOND,
    asks,
    changes_contact,
    codes,
    confirms,
    moves,
    registers,
    signed_in,
    tells_birth_date,
    types_code,
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0)


# What is theirs, now


def test_a_registration_that_moves_is_theirs_once_somebody_else_confirms_it(house: House) -> None:
    mira = registers(house, phone=PHONE)
    other = registers(house, "Mira Primer", phone="+381611111111", programme="BA-2011")
    moves(house, other, person_of(mira), before=person_of(other))
    browser = signed_in(house, PHONE)
    assert reader(house, browser).registrations == {mira}
    assert asks(house, "+381611111111")[1] == ""
    confirms(house, other)
    house.clock.advance(timedelta(minutes=11))
    assert browser.get("/accounts/renew?next=/accounts/").status_code == 303
    assert reader(house, browser).registrations == {mira, other}


def test_a_registration_that_moves_is_theirs_after_three_days(house: House) -> None:
    mira = registers(house, phone=PHONE)
    other = registers(house, "Mira Primer", programme="BA-2011")
    moves(house, other, person_of(mira), before=person_of(other))
    house.clock.advance(WAITING - timedelta(seconds=1))
    assert reader(house, signed_in(house, PHONE)).registrations == {mira}
    house.clock.advance(timedelta(seconds=1))
    assert reader(house, signed_in(house, PHONE)).registrations == {mira, other}


def test_a_move_ends_the_sessions_of_both_people(house: House) -> None:
    mira = registers(house, phone=PHONE)
    ana = registers(house, "Ana Primer", phone="+381611111111", born=ANA_BORN)
    browsers = [signed_in(house, PHONE), signed_in(house, "+381611111111")]
    moves(house, mira, person_of(ana), before=person_of(mira))
    for browser in browsers:
        assert browser.get("/accounts/").status_code == 302
        house.clock.advance(timedelta(minutes=11))
        assert browser.get("/accounts/renew?next=/accounts/").location.startswith(
            "/accounts/sign-in"
        )


# What staff write down


NEW_PHONE = "+381609999999"


def test_whoever_held_the_phone_is_out_once_the_number_was_changed(house: House) -> None:
    mira = registers(house, phone=PHONE)
    thief = signed_in(house, PHONE)
    elsewhere = house.another_process()
    changes_contact(house, mira, phone=NEW_PHONE)
    assert thief.get("/accounts/").status_code == 302
    token = {"Authorization": f"Bearer {thief.cookie()}"}
    assert elsewhere.get("/accounts/api/v1/me", headers=token).status_code == 401
    house.clock.advance(timedelta(minutes=11))
    assert thief.get("/accounts/renew?next=/accounts/").location.startswith("/accounts/sign-in")
    assert asks(house, PHONE)[1] == ""


def test_a_change_of_the_place_alone_ends_nothing(house: House) -> None:
    mira = registers(house, phone=PHONE)
    browser = signed_in(house, PHONE)
    changes_contact(house, mira, phone="060 123 4567")
    assert browser.get("/accounts/").status_code == 200
    signed_in(house, PHONE)


def test_an_officer_does_not_sign_in_by_a_number_that_they_wrote_down(house: House) -> None:
    mira = registers(house, phone=PHONE)
    changes_contact(house, mira, phone=NEW_PHONE, actor=OFFICER)
    confirms(house, mira, actor=OFFICER)
    known, unknown = house.browser(), house.browser()
    answers = [
        one.submit(APPLICANT, APPLICANT, contact=contact)
        for one, contact in ((known, NEW_PHONE), (unknown, "+381608888888"))
    ]
    assert {(one.status_code, one.location) for one in answers} == {(303, f"{APPLICANT}/code")}
    assert told(known.get(f"{APPLICANT}/code")) == told(unknown.get(f"{APPLICANT}/code"))
    assert codes(house) == []
    confirms(house, mira, actor=SECOND)
    signed_in(house, NEW_PHONE)


def test_a_new_number_counts_after_three_days(house: House) -> None:
    mira = registers(house, phone=PHONE, email="mira@example.org")
    changes_contact(house, mira, phone=NEW_PHONE, email="mira@example.org")
    signed_in(house, "mira@example.org")
    house.clock.advance(WAITING - timedelta(seconds=1))
    assert asks(house, NEW_PHONE)[1] == ""
    house.clock.advance(timedelta(seconds=1))
    signed_in(house, NEW_PHONE)


def test_a_code_of_before_opens_nothing_that_changed_meanwhile(house: House) -> None:
    mira = registers(house, phone=PHONE)
    browser, code = asks(house, PHONE)
    changes_contact(house, mira, phone=NEW_PHONE)
    assert refused(types_code(browser, code))


def test_the_first_number_counts_once_confirmed_or_after_three_days(house: House) -> None:
    registers(house, phone=PHONE, confirmed=False)
    assert asks(house, PHONE)[1] == ""
    house.clock.advance(WAITING)
    signed_in(house, PHONE)


def test_what_came_with_the_history_counts_at_once(house: House) -> None:
    registers(house, phone=PHONE, confirmed=False, imported=True)
    signed_in(house, PHONE)


def test_whoever_was_erased_signs_in_no_more(house: House) -> None:
    mira = registers(house, phone=PHONE)
    house.service.keyring.destroy([KeyName(mira, "contact")])
    _, code = asks(house, PHONE)
    assert code == ""


def test_a_suspended_applicant_gets_in_again_only_once_reinstated(house: House) -> None:
    mira = registers(house, phone=PHONE)
    browser = signed_in(house, PHONE)
    account = account_of(person_of(mira))
    decide(house, account, Suspend, reason="A lost phone")
    assert browser.get("/accounts/").status_code == 302
    asking, code = asks(house, PHONE)
    answer = types_code(asking, code)
    assert answer.status_code == 409 and "Call us" in answer.text
    decide(house, account, Reinstate)
    signed_in(house, PHONE)


def test_own_registrations_stay_known_however_many_share_the_address(house: House) -> None:
    trainer = house.person("trainer")
    for number in range(20):
        registers(house, f"Filler {number}", email=trainer.email)
    own = registers(house, trainer.name, email=trainer.email)
    found = reader(house, house.signed_in("trainer")).registrations
    assert TOO_MANY in found and len(found) == 21
    assert is_own(own, found)


def test_the_birth_date_finds_the_oldest_of_many_who_share_a_phone(house: House) -> None:
    mira = registers(house, phone=PHONE, born=MIRA_BORN)
    for number in range(21):
        registers(house, f"Filler {number}", phone=PHONE, born=ANA_BORN)
    browser, code = asks(house, PHONE)
    types_code(browser, code)
    assert tells_birth_date(browser, MIRA_BORN).status_code == 303
    assert reader(house, browser).registrations == {mira}


def test_a_phone_is_shared_however_many_registrations_one_of_them_has(house: House) -> None:
    registers(house, phone=PHONE, born=MIRA_BORN)
    for _ in range(20):
        registers(house, "Ana Primer", phone=PHONE, born=ANA_BORN, person=person_of("ana"))
    browser, code = asks(house, PHONE)
    assert types_code(browser, code).location == f"{APPLICANT}/birth-date"


def test_nobody_grants_an_applicant_a_role(house: House) -> None:
    mira = registers(house, phone=PHONE)
    signed_in(house, PHONE)
    with pytest.raises(Refused, match="account-of-applicant"):
        decide(house, account_of(person_of(mira)), GrantRole, role="trainer", programme="RS-2011")


def test_applicants_are_not_among_the_staff(house: House) -> None:
    registers(house, phone=PHONE)
    signed_in(house, PHONE)
    page = house.signed_in("administrator").get("/accounts/staff").text
    assert "Vesna Ilić" in page and "Mira Primer" not in page and "Name erased" not in page


def test_staff_who_are_participants_too_are_known_by_the_same_address(house: House) -> None:
    trainer = house.person("trainer")
    own = registers(house, trainer.name, email=trainer.email.upper())
    registers(house, "Somebody Else", email=f"x{trainer.email}")
    found = reader(house, house.signed_in("trainer"))
    assert found.registrations == {own}
    assert Role.applicant not in found.roles_in(None)

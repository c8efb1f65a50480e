"""Applicants sign in by a one-time code; whoever has no phone of ours learns nothing."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.accounts.applicants import signing_in as applicants
from services.accounts.applicants.codes import CODES, CODES_MAX, NO_CODE, begin
from services.accounts.applicants.contact import typed
from services.accounts.applicants.people import WAITING
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import GrantRole, Reinstate, Suspend
from services.accounts.throttling.tries import RATES, Rate
from shared.access.own import TOO_MANY, is_own
from shared.access.reader import Reader
from shared.access.roles import Role
from shared.errors import Refused
from shared.identifiers import derived
from shared.metrics import sign_in_codes_slowed
from shared.phone_number import phone
from shared.privacy.keyring import KeyName
from shared.service import INSTALLATION_WIDE
from shared.web.composing import token_verifier
from tests.http.accounts.conftest import Browser, House
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

PHONE = "+381601234567"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0)


def reader(house: House, browser: Browser) -> Reader:
    cookie = browser.client.get_cookie("zanat_session")
    assert cookie is not None
    return token_verifier(house.service).verify(cookie.value)


def account_of(person_id: str) -> str:
    return derived("applicant", person_id)


def person_of(registration_id: str) -> str:
    return derived("person", registration_id)


def told(answer: Any) -> str:
    """What a page says, without what is another one each time."""
    return re.sub(r'(value|content)="[^"]*"|[0-9a-f]{20,}', "", answer.text)


def refused(answer: Any) -> bool:
    return answer.status_code == 409 and "This code is not right or too old" in answer.text


# Signing in


@pytest.mark.parametrize(
    "spelling",
    ["0601234567", "060/123-45-67", "+381 60 1234567", "00381601234567", "(060) 123 45 67"],
)
def test_a_code_opens_a_session_however_the_number_is_written(house: House, spelling: str) -> None:
    mira = registers(house, phone="060 123 4567")
    browser = signed_in(house, spelling)
    found = reader(house, browser)
    assert found.name == "Mira Primer"
    assert found.registrations == {mira}
    assert [(one.role, one.programme) for one in found.roles] == [(Role.applicant, "RS-2011")]
    ((event, code, address),) = codes(house)
    assert (event.channel, address) == ("sms", PHONE)
    assert re.fullmatch(r"\d{8}", code)


def test_an_address_is_told_by_mail(house: House) -> None:
    registers(house, email="Mira@Example.org")
    signed_in(house, " mira@example.ORG ")
    ((event, _, address),) = codes(house)
    assert (event.channel, address) == ("mail", "Mira@Example.org")


def test_a_code_goes_to_the_registered_address_and_to_no_likeness_of_it(house: House) -> None:
    registers(house, email="mira@straße.example")
    assert asks(house, "mira@strasse.example")[1] == ""
    assert asks(house, "mira@xn--strae-oqa.example")[1]
    assert [address for _, _, address in codes(house)] == ["mira@straße.example"]


def test_a_number_of_bosnia_is_found_by_its_registration(house: House) -> None:
    registers(house, phone="061 123 456", country="BA")
    browser, code = asks(house, "061 123 456")
    assert types_code(browser, code).status_code == 303
    assert codes(house)[0][2] == "+38761123456"


def test_the_same_account_is_opened_again(house: House) -> None:
    mira = registers(house, phone=PHONE)
    first = reader(house, signed_in(house, PHONE))
    second = reader(house, signed_in(house, PHONE))
    assert first.account_id == second.account_id == account_of(person_of(mira))
    assert first.session_id != second.session_id


# What strangers learn


def test_a_number_that_nobody_has_is_answered_alike(house: House) -> None:
    registers(house, phone=PHONE)
    pages = []
    for contact in (PHONE, "+381609999999", "nobody@example.org"):
        browser = house.browser()
        answer = browser.submit(APPLICANT, APPLICANT, contact=contact)
        code_page = browser.get(answer.location)
        wrong = types_code(browser, "00000000")
        pages.append((answer.status_code, answer.location, told(code_page), told(wrong)))
    assert pages[0] == pages[1] == pages[2]
    assert len(codes(house)) == 1


def test_no_answer_comes_sooner_than_another(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0.2)
    registers(house, phone=PHONE)
    browser = house.browser()
    browser.get(APPLICANT)
    for contact in (PHONE, "+381609999999"):
        began = time.monotonic()
        browser.submit(APPLICANT, APPLICANT, contact=contact)
        assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("contact", ["", "nonsense", "12345", "a@b@", "@", "+" * 300])
def test_what_is_no_number_is_asked_for_again(house: House, contact: str) -> None:
    answer = house.browser().submit(APPLICANT, APPLICANT, contact=contact)
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.text


def test_the_code_stands_nowhere_in_plain(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    registers(house, phone=PHONE)
    _, code = asks(house, PHONE)
    said = "".join(capfd.readouterr())
    assert PHONE not in said and "Mira" not in said
    # Eight digits stand by chance in any identifier of a log; the database is asked by its columns.
    tables = [
        table for data in house.service.definition.view_metadata() for table in data.sorted_tables
    ]
    with house.service.database.reading() as connection:
        rows = [row for table in tables for row in connection.execute(table.select())]
        kept = [raw for _, raw in house.service.store.whole_log(connection)]
    values = [str(value) for row in rows for value in row]
    assert code not in values and PHONE not in values
    assert not [raw for raw in kept if f'"{code}"'.encode() in raw or PHONE.encode() in raw]


# Codes


def test_a_code_works_once(house: House) -> None:
    registers(house, phone=PHONE)
    browser, code = asks(house, PHONE)
    token = browser.client.get_cookie("zanat_applicant")
    assert types_code(browser, code).status_code == 303
    again = house.browser()
    assert token is not None
    again.client.set_cookie("zanat_applicant", token.value)
    assert refused(types_code(again, code))


def test_a_code_is_of_the_browser_that_asked(house: House) -> None:
    registers(house, phone=PHONE)
    _, code = asks(house, PHONE)
    other, nothing = asks(house, "+381609999999")
    assert nothing == ""
    assert refused(types_code(other, code))


def test_a_code_is_typed_in_groups_as_it_is_read(house: House) -> None:
    registers(house, phone=PHONE)
    browser, code = asks(house, PHONE)
    assert types_code(browser, f"{code[:4]} {code[4:]}").status_code == 303


def test_a_stranger_who_asks_undoes_no_waiting_code(house: House) -> None:
    registers(house, phone=PHONE)
    mira, code = asks(house, PHONE)
    stranger, other = asks(house, PHONE)
    assert other
    assert refused(types_code(stranger, code))
    assert types_code(mira, code).status_code == 303


def test_a_strangers_wrong_codes_keep_nobody_out(house: House) -> None:
    registers(house, phone=PHONE)
    stranger, _ = asks(house, PHONE)
    stranger.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    for _ in range(6):
        types_code(stranger, "00000000")
    assert types_code(stranger, "00000000").status_code == 429
    mira, code = asks(house, PHONE)
    assert types_code(mira, code).status_code == 303


def test_one_network_does_not_use_up_the_codes_of_a_number(house: House) -> None:
    registers(house, phone=PHONE)
    for _ in range(5):
        asks(house, PHONE)
    mira = house.browser()
    mira.client.environ_base["REMOTE_ADDR"] = "198.51.100.8"
    before = len(codes(house))
    mira.submit(APPLICANT, APPLICANT, contact=PHONE)
    assert len(codes(house)) == before + 1
    assert types_code(mira, codes(house)[-1][1]).status_code == 303


def test_what_was_sent_to_nobody_opens_nothing(house: House) -> None:
    registers(house, phone=PHONE)
    for _ in range(3):
        asks(house, PHONE)
    browser, sent = asks(house, PHONE)
    assert sent == ""
    token = hashlib.sha256(browser.cookie("zanat_applicant").encode()).hexdigest()
    with house.service.database.reading() as connection:
        row = connection.execute(CODES.select().where(CODES.c.token_hash == token)).one()
    assert row.code_hash == NO_CODE
    assert refused(types_code(browser, "00000000"))


def test_a_number_keeps_a_bounded_number_of_codes(house: House) -> None:
    keyring, now = house.service.keyring, house.clock.now()
    for _ in range(CODES_MAX + 3):
        with house.service.database.writing() as connection:
            begin(connection, keyring, "a number", now, sent=True)
            begin(connection, keyring, "a number", now, sent=False)
    with house.service.database.reading() as connection:
        rows = connection.execute(CODES.select()).all()
    assert len([row for row in rows if row.code_hash != NO_CODE]) == CODES_MAX
    assert len([row for row in rows if row.code_hash == NO_CODE]) == CODES_MAX + 3


def test_a_large_network_guesses_no_more_than_a_house(house: House) -> None:
    tried = 0
    for number in range(20):
        browser = house.browser()
        browser.client.environ_base["REMOTE_ADDR"] = f"2001:db8:aaaa:{number:x}::1"
        browser.submit(APPLICANT, APPLICANT, contact=f"+3816012{number:05}")
        tried += sum(refused(types_code(browser, "00000000")) for _ in range(5))
    assert tried <= RATES["applicant-code/address"].at_once


def test_many_wrong_codes_slow_everybody_down_and_the_operator_hears_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setitem(RATES, "applicant-code/everybody", Rate(3, timedelta(minutes=1)))
    registers(house, phone=PHONE)
    stranger, _ = asks(house, "+381609999999")
    before = sign_in_codes_slowed._value.get()
    for _ in range(3):
        types_code(stranger, "00000000")
    assert applicants.SLOWED_SECONDS not in slept
    mira, code = asks(house, PHONE)
    with capture_logs() as said:
        assert refused(types_code(mira, "00000000"))
        assert types_code(mira, code).status_code == 303
    assert slept.count(applicants.SLOWED_SECONDS) == 2
    assert sign_in_codes_slowed._value.get() == before + 2
    warned = [one for one in said if one["event"] == "many wrong sign-in codes"]
    assert len(warned) == 1
    assert set(warned[0]) == {"event", "log_level", "slowed_seconds"}


def test_a_code_is_over_after_ten_minutes(house: House) -> None:
    registers(house, phone=PHONE)
    browser, code = asks(house, PHONE)
    house.clock.advance(timedelta(minutes=10))
    assert refused(types_code(browser, code))


def test_after_five_wrong_codes_the_right_one_does_not_help(house: House) -> None:
    registers(house, phone=PHONE)
    browser, code = asks(house, PHONE)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        assert refused(types_code(browser, wrong))
    house.clock.advance(timedelta(minutes=4))
    assert refused(types_code(browser, code))


@pytest.mark.parametrize("contact", [PHONE, "+381609999999"])
def test_trying_codes_is_slowed_whether_or_not_anybody_has_the_number(
    house: House, contact: str
) -> None:
    registers(house, phone=PHONE)
    browser, _ = asks(house, contact)
    answers = [types_code(browser, "00000001") for _ in range(6)]
    assert [one.status_code for one in answers] == [409] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_number_gets_few_codes_and_the_answer_does_not_tell(house: House) -> None:
    registers(house, phone=PHONE)
    made = [asks(house, PHONE)[1] for _ in range(5)]
    assert [bool(code) for code in made] == [True] * 3 + [False] * 2
    house.clock.advance(timedelta(minutes=20))
    assert asks(house, PHONE)[1]


def test_one_network_cannot_try_number_after_number(house: House) -> None:
    browser = house.browser()
    answers = [
        browser.submit(APPLICANT, APPLICANT, contact=f"+38160{n:07}").status_code for n in range(21)
    ]
    assert answers == [303] * 20 + [429]


# Several people, one phone


def test_a_shared_phone_asks_for_the_birth_date_after_the_code(house: House) -> None:
    mira = registers(house, phone=PHONE, born=MIRA_BORN)
    ana = registers(house, "Ana Primer", phone="060 1234567", born=ANA_BORN)
    browser, code = asks(house, PHONE)
    answer = types_code(browser, code)
    assert answer.location == f"{APPLICANT}/birth-date"
    assert browser.client.get_cookie("zanat_session") is None
    assert tells_birth_date(browser, "1970-01-01").status_code == 409
    assert tells_birth_date(browser, "1970-13-01").status_code == 422
    assert tells_birth_date(browser, ANA_BORN).status_code == 303
    found = reader(house, browser)
    assert (found.name, set(found.registrations)) == ("Ana Primer", {ana})
    assert mira not in found.registrations


def test_the_birth_date_is_no_way_around_the_code(house: House) -> None:
    registers(house, phone=PHONE, born=MIRA_BORN)
    registers(house, "Ana Primer", phone=PHONE, born=ANA_BORN)
    browser, _ = asks(house, PHONE)
    assert browser.get(f"{APPLICANT}/birth-date").status_code == 303
    year, month, day = ANA_BORN.split("-")
    parts = {"birth_date-day": day, "birth_date-month": month, "birth_date-year": year}
    answer = browser.submit(f"{APPLICANT}/birth-date", f"{APPLICANT}/code", **parts)
    assert refused(answer)


def test_birth_dates_cannot_be_tried_one_after_another(house: House) -> None:
    registers(house, phone=PHONE, born=MIRA_BORN)
    registers(house, "Ana Primer", phone=PHONE, born=ANA_BORN)
    browser, code = asks(house, PHONE)
    types_code(browser, code)
    answers = [tells_birth_date(browser, f"1970-01-{day:02}") for day in range(1, 5)]
    assert {one.status_code for one in answers} == {409}
    assert tells_birth_date(browser, ANA_BORN).status_code == 409


def test_two_who_share_phone_and_birth_date_are_told_to_call(house: House) -> None:
    registers(house, phone=PHONE, born=MIRA_BORN)
    registers(house, "Ana Primer", phone=PHONE, born=MIRA_BORN)
    browser, code = asks(house, PHONE)
    types_code(browser, code)
    answer = tells_birth_date(browser, MIRA_BORN)
    assert answer.status_code == 409 and "call us" in answer.text
    assert browser.client.get_cookie("zanat_session") is None


def test_one_person_with_two_registrations_shares_with_nobody(house: House) -> None:
    first = registers(house, phone=PHONE)
    second = registers(house, phone=PHONE, programme="BA-2011", person=person_of(first))
    found = reader(house, signed_in(house, PHONE))
    assert found.registrations == {first, second}
    assert {one.programme for one in found.roles} == {"RS-2011", "BA-2011"}


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


def decide(house: House, account_id: str, command: Any, **given: Any) -> None:
    context = house.service.system_context(INSTALLATION_WIDE, cause="test")
    by = house.person("administrator").account_id
    house.service.transact(
        replace(context, actor=by),
        lambda work: work.decide(
            ACCOUNT, account_id, command(by=by, now=work.now, account_id=account_id, **given)
        ),
    )


# Spelling


def test_numbers_have_one_spelling() -> None:
    assert phone("+381 (0)60 123-45-67", "RS") == PHONE
    assert phone("٠٦٠١٢٣٤٥٦٧", "RS") is None
    assert phone("060 123 4567", "DE") is None
    assert phone("+4915112345678", "RS") == "+4915112345678"
    assert [one.value for one in typed("060 1234567", ("BA", "RS"))] == [
        "+387601234567",
        "+381601234567",
    ]

"""Applicants sign in by a one-time code; whoever has no phone of ours learns nothing."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.accounts.applicants import signing_in as applicants
from services.accounts.applicants.codes import CODES, CODES_MAX, NO_CODE, begin
from services.accounts.applicants.contact import typed
from services.accounts.throttling.tries import RATES
from shared.access.roles import Role
from shared.access.tries import Rate
from shared.metrics import sign_in_codes_slowed
from shared.phone_number import phone
from tests.http.accounts.applicant import PHONE, account_of, person_of, reader, refused, told
from tests.http.accounts.conftest import House
from tests.http.accounts.registered import (
    ANA_BORN,
    APPLICANT,
    MIRA_BORN,
    asks,
    codes,
    registers,
    signed_in,
    tells_birth_date,
    types_code,
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0)


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

"""Closing accounts, links that administrators send, sessions of others, changed addresses."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from services.accounts.sessions.uses import USES, device_of, purge_uses
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_events import ResetRequested
from services.accounts.staff.views import SESSION_LENGTH

from .conftest import API, PASSWORD, PROGRAMME, hidden

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def staff(person):
    return f"/accounts/staff/{person.account_id}"


def post(program, person, act, body=None):
    address = f"/staff/{person.account_id}"
    return program.post(address + act, body, If_Match=program.get(address).headers["ETag"])


def bearer(house, token):
    """What another process says to this token."""
    return house.another_process().get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})


def test_a_closed_account_is_over_everywhere_and_its_address_is_free(house):
    person, browser = house.person("trainer"), house.signed_in("administrator")
    session = house.signed_in("trainer").client.get_cookie("zanat_session").value
    page = browser.get(f"{staff(person)}/close").text
    assert "This cannot be undone." in page and "The 1 role that it holds is gone." in page
    version = hidden(page, "version")
    done = browser.submit(f"{staff(person)}/close", f"{staff(person)}/close", version=version)
    assert (done.status_code, done.location) == (303, staff(person))
    assert "Closed" in browser.get(staff(person)).text
    assert bearer(house, session).status_code == 401
    assert house.browser().sign_in(person.email, person.password).status_code == 401
    program = house.program("administrator")
    assert program.get(f"/staff/{person.account_id}").json["roles"] == []
    again = program.post("/staff", {"display_name": "Nova Osoba", "email": person.email})
    assert again.status_code == 201


def test_nobody_closes_their_own_account_or_one_that_changed_meanwhile(house):
    program, own = house.program("administrator"), house.person("administrator")
    assert post(program, own, "/close").status_code == 403
    person = house.person("trainer")
    assert program.post(f"/staff/{person.account_id}/close", If_Match='"1"').status_code == 412
    trainer = house.program("trainer")
    refused = trainer.post(f"/staff/{person.account_id}/close", If_Match='"1"')
    assert refused.status_code == 403


def test_an_administrator_sends_a_link_that_only_its_owner_sees(house):
    program, person = house.program("administrator"), house.person("trainer")
    made = program.post(f"/staff/{person.account_id}/reset", {})
    assert made.status_code == 200
    assert (made.json["mailed"], made.json["address"]) == (True, None)
    with house.service.database.reading() as connection:
        history = house.service.store.history(connection, ACCOUNT.stream(person.account_id))
    asked = [one for one in history if isinstance(one.event, ResetRequested)]
    assert [one.actor for one in asked] == [house.person("administrator").account_id]


def test_who_cannot_read_mail_is_given_a_link_on_paper_and_nothing_is_mailed(house):
    program, person = house.program("administrator"), house.person("trainer")
    shown = program.post(f"/staff/{person.account_id}/reset", {"shown": True}).json
    assert shown["mailed"] is False
    with house.service.database.reading() as connection:
        history = house.service.store.history(connection, ACCOUNT.stream(person.account_id))
    asked = [one.event for one in history if isinstance(one.event, ResetRequested)]
    assert [one.link for one in asked] == [None]
    path = shown["address"].removeprefix("http://localhost:8000")
    done = house.browser().submit(path, path, password=PASSWORD, password_again=PASSWORD)
    assert done.status_code == 303
    assert house.browser().sign_in(person.email, PASSWORD).status_code == 303


def test_the_page_shows_a_link_to_print_once(house):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    shown = browser.submit(f"{staff(person)}/reset", staff(person), shown="yes")
    assert shown.status_code == 200
    assert re.search(r"http://localhost:8000/accounts/reset/[\w-]{43}", shown.text)
    assert "reset/" not in browser.get(staff(person)).text.replace('/reset"', "")


def test_nobody_makes_a_link_for_themself_or_without_a_fresh_second_factor(house):
    own, person = house.person("administrator"), house.person("trainer")
    program = house.program("administrator")
    assert program.post(f"/staff/{own.account_id}/reset", {}).status_code == 403
    stale = house.program("administrator", fresh=False).post(f"/staff/{person.account_id}/reset")
    assert (stale.status_code, stale.json["type"]) == (403, "/problems/step-up-needed")


def test_sessions_are_listed_by_their_browser_and_ended_one_by_one(house):
    person = house.person("trainer")
    browser = house.browser()
    browser.headers["User-Agent"] = FIREFOX
    browser.sign_in(person.email, person.password)
    token = browser.client.get_cookie("zanat_session").value
    own = browser.get("/accounts/me").text
    assert "Firefox on Linux" in own and "Gecko" not in own
    program = house.program("administrator")
    listed = program.get(f"/staff/{person.account_id}/sessions").json
    assert [one["device"] for one in listed] == ["firefox/linux"]
    administrator = house.signed_in("administrator")
    page = administrator.get(staff(person)).text
    assert "Firefox on Linux" in html.unescape(page)
    end = re.search(rf'{staff(person)}/sessions/[^"]+/end', page)
    assert end is not None
    assert administrator.submit(end[0], staff(person)).status_code == 303
    assert bearer(house, token).json["type"] == "/problems/session-ended"
    assert program.get(f"/staff/{person.account_id}/sessions").json == []


def test_own_sessions_are_listed_and_ended_over_the_interface(house):
    program = house.program("trainer")
    other = house.signed_in("trainer").client.get_cookie("zanat_session").value
    listed = program.get("/me/sessions").json
    assert len(listed) == 2 and {one["device"] for one in listed} >= {"program/"}
    mine = program.get("/me").json["session_id"]
    ended = next(one["id"] for one in listed if one["id"] != mine)
    assert program.post(f"/me/sessions/{ended}/end").status_code == 200
    assert bearer(house, other).status_code == 401
    assert [one["id"] for one in program.get("/me/sessions").json] == [mine]


def test_a_session_of_somebody_else_is_not_ended_as_one_s_own(house):
    other = house.program("auditor")
    session = other.get("/me").json["session_id"]
    house.program("trainer").post(f"/me/sessions/{session}/end")
    assert bearer(house, other.token).status_code == 200


def test_what_a_browser_calls_itself_is_kept_nowhere(house):
    person, browser = house.person("trainer"), house.browser()
    browser.headers["User-Agent"] = "Secret-Browser/9.9 (Firefox)"
    browser.sign_in(person.email, person.password)
    with house.service.database.reading() as connection:
        dump = "".join(
            str(connection.exec_driver_sql(f"SELECT * FROM {row[0]}").all())  # noqa: S608
            for row in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).all()
        )
    assert "firefox/" in dump and "Secret-Browser" not in dump
    house.clock.advance(SESSION_LENGTH)
    purge_uses(house.service, b"2026-03-08")
    with house.service.database.reading() as connection:
        assert connection.execute(select(USES)).all() == []


@pytest.mark.parametrize(
    ("said", "device"),
    [
        (FIREFOX, "firefox/linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "safari/iphone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari Edg/140.0", "edge/windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile Safari", "chrome/android"),
        ("", "/"),
        ("x" * 100_000, "/"),
    ],
)
def test_two_words_are_made_of_what_a_browser_calls_itself(said, device):
    assert device_of(said) == device


def test_an_address_belongs_to_one_account_whichever_way_it_comes(house):
    program = house.program("administrator")
    one, other = house.person("finance_officer"), house.person("finance_controller")
    spelt = f" {one.email.upper()} "
    invited = program.post("/staff", {"display_name": "Druga Osoba", "email": spelt})
    assert (invited.status_code, invited.json["type"]) == (409, "/problems/email-taken")
    changed = post(program, other, "/details", {"display_name": other.name, "email": spelt})
    assert (changed.status_code, changed.json["type"]) == (409, "/problems/email-taken")
    kept = post(program, one, "/details", {"display_name": "Mirsad D.", "email": spelt})
    assert kept.status_code == 200


def test_an_address_that_was_given_up_is_free_and_one_that_was_taken_is_not(house):
    program = house.program("administrator")
    one, other = house.person("finance_officer"), house.person("finance_controller")
    moved = {"display_name": one.name, "email": "new@example.org"}
    assert post(program, one, "/details", moved).status_code == 200
    taken = {"display_name": other.name, "email": "NEW@example.org"}
    assert post(program, other, "/details", taken).json["type"] == "/problems/email-taken"
    freed = {"display_name": other.name, "email": one.email}
    assert post(program, other, "/details", freed).status_code == 200
    back = {"display_name": one.name, "email": one.email}
    assert post(program, one, "/details", back).json["type"] == "/problems/email-taken"


def test_two_accounts_of_one_address_never_hold_two_duties_that_exclude_each_other(house):
    """The second account with the address of the first cannot be, so it can hold no duty."""
    program, person = house.program("administrator"), house.person("finance_officer")
    made = program.post("/staff", {"display_name": "Neko Drugi", "email": "other@example.org"})
    second = made.json["id"]
    role = {"role": "finance_controller", "programme": PROGRAMME}
    tag = program.get(f"/staff/{second}").headers["ETag"]
    assert program.post(f"/staff/{second}/roles", role, If_Match=tag).status_code == 200
    tag = program.get(f"/staff/{second}").headers["ETag"]
    same = {"display_name": "Neko Drugi", "email": person.email}
    refused = program.post(f"/staff/{second}/details", same, If_Match=tag)
    assert refused.json["type"] == "/problems/email-taken"
    own = post(program, person, "/roles", role)
    assert own.json["type"] == "/problems/roles-exclude"


def test_a_wrong_address_is_refused_on_the_page_and_what_was_typed_stays(house):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    page = f"{staff(person)}/details"
    version = hidden(browser.get(page).text, "version")
    form = {"version": version, "display_name": "Marija N.", "email": "no address"}
    refused = browser.submit(page, page, **form)
    assert refused.status_code == 422 and 'value="Marija N."' in refused.text
    done = browser.submit(page, page, **{**form, "email": "marija@example.org"})
    assert (done.status_code, done.location) == (303, staff(person))
    assert "marija@example.org" in browser.get(staff(person)).text


def test_the_page_of_an_account_leads_to_all_of_it(house):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    page = browser.get(staff(person)).text
    for act in ("/close", "/details", "/reset"):
        assert f"{staff(person)}{act}" in page
    sent = browser.submit(f"{staff(person)}/reset", staff(person))
    assert sent.status_code == 303
    assert "on its way to the person" in browser.get(staff(person)).text
    own = browser.get(staff(house.person("administrator"))).text
    assert "/close" not in own and "/reset" not in own


@pytest.mark.parametrize("name", ["Марија Николић", "  marija   NIKOLIC ", "Marija Nikolić"])
def test_whoever_invites_somebody_of_the_same_name_is_warned(house, name):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    form = {"display_name": name, "email": "another@example.org", "kind": "staff"}
    invited = browser.submit("/accounts/staff/invite", "/accounts/staff/invite", **form)
    assert invited.status_code == 200
    for page in (invited.text, browser.get(staff(person)).text):
        assert "There is another account with this name." in page
    assert staff(person) in invited.text


def test_who_is_alone_of_their_name_brings_no_warning(house):
    browser = house.signed_in("administrator")
    page = browser.get(staff(house.person("trainer"))).text
    assert "another account with this name" not in page

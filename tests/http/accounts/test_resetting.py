"""A lost password: one answer for everybody, a link that works once, the usual way in after."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.accounts.resetting.asking import ASKED_KIND, link_for
from services.accounts.resetting.links import (
    LINK_LENGTH,
    LINKS,
    LINKS_MAX,
    REQUESTS,
    new_link,
    purge,
)
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_events import PasswordChanged, ResetRequested
from services.accounts.throttling.tries import RATES
from shared.due.worker import run_due_once
from shared.errors import Missing
from shared.events.tables import DUE, EVENTS
from shared.privacy.sealing import open_text

from .conftest import API, PASSWORD

FORGOTTEN = "/accounts/forgotten"
SIGN_IN = "/accounts/sign-in"


def ask(house, account, browser=None):
    browser = browser or house.browser()
    return browser.submit(FORGOTTEN, FORGOTTEN, account=account)


def requested(house, person):
    """What the account's stream says of links, oldest first."""
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, ACCOUNT.stream(person.account_id))
    return [one for one in events if isinstance(one, ResetRequested)]


def mailed(house, person):
    """The path of the link that goes out by mail."""
    run_due_once(house.service, house.clock.now())
    address = open_text(house.service.keyring, requested(house, person)[-1].link)
    assert address is not None
    return address.removeprefix("http://localhost:8000")


def choose(house, path, password=PASSWORD, again=None, browser=None):
    browser = browser or house.browser()
    return browser.submit(path, path, password=password, password_again=again or password)


def test_a_link_comes_by_mail_and_lets_its_owner_choose_a_password(house):
    person, elsewhere = house.person("trainer"), house.signed_in("trainer")
    answer = ask(house, person.email)
    assert (answer.status_code, answer.location) == (303, f"{FORGOTTEN}/sent")
    path = mailed(house, person)
    page = house.browser().get(path)
    assert page.status_code == 200 and person.email in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    done = choose(house, path)
    assert (done.status_code, done.location) == (303, SIGN_IN)
    token = elsewhere.client.get_cookie("zanat_session").value
    ended = house.another_process().get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert ended.json["type"] == "/problems/session-ended"
    assert house.browser().sign_in(person.email, person.password).status_code == 401
    assert house.browser().sign_in(person.email, PASSWORD).status_code == 303


def test_choosing_a_password_opens_no_session(house):
    person, browser = house.person("trainer"), house.browser()
    ask(house, person.email)
    choose(house, mailed(house, person), browser=browser)
    assert browser.get("/accounts/me").status_code == 302
    assert "Sign in with the new one." in browser.get(SIGN_IN).text


def test_a_link_works_once_and_for_an_hour(house):
    person = house.person("trainer")
    ask(house, person.email)
    path = mailed(house, person)
    page = house.browser()
    token = page.get(path)
    assert token.status_code == 200
    assert choose(house, path).status_code == 303
    assert house.browser().get(path).status_code == 404
    ask(house, person.email)
    later = mailed(house, person)
    house.clock.advance(LINK_LENGTH)
    assert house.browser().get(later).status_code == 404


def test_a_stranger_who_asks_again_voids_no_link_and_the_first_used_ends_all(house):
    person = house.person("trainer")
    ask(house, person.email)
    first = mailed(house, person)
    ask(house, person.email)
    second = mailed(house, person)
    assert house.browser().get(first).status_code == 200
    assert house.browser().get(second).status_code == 200
    assert choose(house, first).status_code == 303
    assert house.browser().get(second).status_code == 404


def test_an_account_has_a_bounded_number_of_links(house):
    person = house.person("trainer")
    with house.service.database.writing() as connection:
        ends = [house.clock.now() + timedelta(minutes=n) for n in range(1, LINKS_MAX + 3)]
        paths = [new_link(connection, person.account_id, end) for end in ends]
        found = connection.execute(select(LINKS.c.expires_at)).scalars().all()
    assert len(paths) == LINKS_MAX + 2
    assert sorted(found) == ends[2:]


def test_a_weak_password_is_refused_and_the_link_still_works(house):
    person = house.person("trainer")
    ask(house, person.email)
    path = mailed(house, person)
    for password, again in ((person.email, None), ("short", None), (PASSWORD, "something else")):
        answer = choose(house, path, password, again)
        assert answer.status_code == 422
        assert 'class="govuk-error-summary"' in answer.text
    assert choose(house, path).status_code == 303


def test_the_answer_is_the_same_whether_the_account_exists(house):
    answers = [ask(house, account) for account in (house.person("trainer").email, "no@one.example")]
    assert {(one.status_code, one.location, one.data) for one in answers} == {
        (303, f"{FORGOTTEN}/sent", answers[0].data)
    }


def test_what_is_done_before_the_answer_is_the_same_whether_the_account_exists(house, statements):
    done = []
    for account in (house.person("trainer").email, "no@one.example", "Nobody At All"):
        with statements() as said:
            ask(house, account)
        done.append(said)
    assert done[0] == done[1] == done[2]
    assert any("reset_requests" in one for one in done[0])


def test_who_asks_stands_nowhere_and_a_link_only_sealed(house):
    person = house.person("trainer")
    ask(house, person.email)
    ask(house, "stranger@elsewhere.example")
    path = mailed(house, person)
    token = path.rsplit("/", 1)[1]
    with house.service.database.reading() as connection:
        log = str(connection.execute(select(EVENTS)).all())
        due = connection.execute(select(DUE).where(DUE.c.kind == ASKED_KIND)).all()
        assert connection.execute(select(REQUESTS)).all() == []
        assert len(connection.execute(select(LINKS)).all()) == 1
    assert len(due) == 2
    assert token not in log and "stranger" not in log
    assert "stranger" not in str(due) and person.email not in str(due)


def test_an_account_gets_a_few_mails_an_hour_and_the_answer_does_not_change(house):
    person = house.person("trainer")
    for _ in range(RATES["reset/account"].at_once + 2):
        assert ask(house, person.email).location == f"{FORGOTTEN}/sent"
        run_due_once(house.service, house.clock.now())
    assert len(requested(house, person)) == RATES["reset/account"].at_once
    house.clock.advance(RATES["reset/account"].refill)
    ask(house, person.email)
    run_due_once(house.service, house.clock.now())
    assert len(requested(house, person)) == RATES["reset/account"].at_once + 1


def test_an_address_that_asks_too_often_is_told_how_long_to_wait(house):
    for number in range(RATES["reset/address"].at_once):
        assert ask(house, f"a{number}@example.org").status_code == 303
    refused = ask(house, house.person("trainer").email)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == RATES["reset/address"].refill.total_seconds()
    assert "Too many tries." in refused.text and 'name="account"' in refused.text


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_an_account_that_is_not_active_gets_no_link(house, state):
    person, program = house.person("trainer"), house.program("administrator")
    ask(house, person.email)
    path = mailed(house, person)
    address = f"/staff/{person.account_id}"
    tag = program.get(address).headers["ETag"]
    act = "/suspend" if state == "suspended" else "/close"
    assert program.post(address + act, {"reason": "left"}, If_Match=tag).status_code == 200
    before = len(requested(house, person))
    ask(house, person.email)
    run_due_once(house.service, house.clock.now())
    assert len(requested(house, person)) == before
    form = {"password": PASSWORD, "password_again": PASSWORD}
    opened = house.browser()
    shown = opened.get(path)
    if state == "suspended":
        assert shown.status_code == 200
        assert opened.submit(path, path, **form).status_code == 404
    else:
        # A closed account's links are gone with its other secrets.
        assert shown.status_code == 404


def test_what_was_locked_by_a_stranger_opens_again_after_a_reset(house):
    person = house.person("trainer")
    for _ in range(5):
        house.browser().sign_in(person.email, "wrong")
    ask(house, person.email)
    choose(house, mailed(house, person))
    assert house.browser().sign_in(person.email, PASSWORD).status_code == 303


def test_nobody_is_asked_for_nothing(house):
    answer = ask(house, "  ")
    assert answer.status_code == 422
    assert "Type your e-mail address or account name." in answer.text
    page = house.browser().get(f"{FORGOTTEN}/sent").text
    assert "If there is such an account" in html.unescape(page)


def test_the_sign_in_page_leads_there(house):
    assert f'href="{FORGOTTEN}"' in house.browser().get(SIGN_IN).text


def test_old_links_and_requests_are_forgotten_each_day(house):
    person = house.person("trainer")
    ask(house, person.email)
    mailed(house, person)
    house.clock.advance(timedelta(days=1))
    purge(house.service, b"2026-03-02")
    with house.service.database.reading() as connection:
        assert connection.execute(select(LINKS)).all() == []


def test_that_it_was_by_a_link_stands_on_record(house):
    person = house.person("trainer")
    ask(house, person.email)
    choose(house, mailed(house, person))
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, ACCOUNT.stream(person.account_id))
    assert [one.reset for one in events if isinstance(one, PasswordChanged)] == [True]


def test_no_link_is_guessed(house):
    for token in ("x", "a" * 43, "%C3%A4" * 43, "a" * 500):
        assert house.browser().get(f"/accounts/reset/{token}").status_code == 404
    assert not re.search(r"reset/[A-Za-z0-9_-]{43}", house.browser().get(FORGOTTEN).text)


@pytest.mark.parametrize("by", ["email", "name", "account_id"])
def test_whoever_has_the_machine_gets_a_link_for_the_last_administrator(house, by):
    person = house.person("administrator")
    context = replace(house.service.system_context("-", cause="c"), actor="operator/somebody")
    made = link_for(house.service, getattr(person, by), context)
    assert made.address is not None
    assert choose(house, made.address.removeprefix("http://localhost:8000")).status_code == 303
    assert house.browser().sign_in(person.email, PASSWORD).status_code == 303
    assert [one.link for one in requested(house, person)] == [None]


def test_there_is_no_link_for_nobody(house):
    context = house.service.system_context("-", cause="c")
    with pytest.raises(Missing, match="no-account"):
        link_for(house.service, "nobody@example.org", context)

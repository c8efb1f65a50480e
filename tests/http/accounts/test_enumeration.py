"""Nobody learns from an answer, from its time or from its work whether there is an account."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from statistics import median

import pytest

from services.accounts.sessions.signing_in import REFUSED_AFTER_SECONDS
from services.accounts.staff.account import FAILURES_BEFORE_LOCK
from shared.access import passwords

from .conftest import API, PASSWORD, link_in

SAMPLES = 5


@pytest.fixture
def verified(monkeypatch):
    """How many passwords were compared with a hash, which is what costs time."""
    counted: list[str] = []

    class Counting:
        def __init__(self, hasher):
            self._hasher = hasher

        def verify(self, kept, password):
            counted.append(kept)
            return self._hasher.verify(kept, password)

        def __getattr__(self, name):
            return getattr(self._hasher, name)

    monkeypatch.setattr(passwords, "_HASHER", Counting(passwords._HASHER))
    return counted


def accounts_of_every_kind(house):
    """What is typed → why it opens nothing."""
    administrator = house.program("administrator")
    suspended, closed, locked = (house.person(role) for role in ("auditor", "donor", "trainer"))
    for person, act in ((suspended, "suspend"), (closed, "close")):
        address = f"/staff/{person.account_id}"
        tag = administrator.get(address).headers["ETag"]
        done = administrator.post(f"{address}/{act}", {"reason": "left"}, If_Match=tag)
        assert done.status_code == 200
    waiting = {"display_name": "Nova Osoba", "email": "waiting@example.org"}
    assert administrator.post("/staff", waiting).status_code == 201
    for _ in range(FAILURES_BEFORE_LOCK):
        house.browser().sign_in(locked.email, "wrong")
    return {
        "nobody@example.org": "unknown",
        "Nobody At All": "unknown name",
        house.person("field_officer").email: "wrong password",
        house.person("field_officer").name: "wrong password, by name",
        locked.email: "locked",
        suspended.email: "suspended",
        closed.email: "closed",
        "waiting@example.org": "not activated",
    }


def without(text, given):
    """A page without what was typed and the secret of its form."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text).replace(f'value="{given}"', "")


def test_a_sign_in_that_is_refused_says_and_does_the_same_for_every_reason(house, verified):
    answers, work = {}, {}
    for given, reason in accounts_of_every_kind(house).items():
        browser = house.browser()
        verified.clear()
        answer = browser.sign_in(given, "wrong")
        headers = sorted(answer.headers.keys())
        answers[reason] = (answer.status_code, without(answer.text, given), headers)
        work[reason] = len(verified)
    assert len(set(work.values())) == 1 and set(work.values()) == {1}, work
    first = answers["unknown"]
    assert first[0] == 401
    assert {reason for reason, answer in answers.items() if answer != first} == set()


def test_the_interface_refuses_a_sign_in_alike_for_every_reason(house, verified):
    answers, work = {}, {}
    for given, reason in accounts_of_every_kind(house).items():
        verified.clear()
        body = {"account": given, "password": "wrong"}
        answer = house.app.test_client().post(f"{API}/tokens", json=body)
        told = {name: fact for name, fact in answer.json.items() if name != "instance"}
        answers[reason] = (answer.status_code, tuple(sorted(told.items())))
        work[reason] = len(verified)
    assert len(set(answers.values())) == 1, answers
    assert set(work.values()) == {1}, work


def test_no_refusal_of_a_sign_in_comes_sooner_than_another(house):
    """By the clock, in turns on the same machine: what differs is drowned by a least time."""
    person = house.person("field_officer")
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(SAMPLES):
        for which, given in (("known", person.email), ("unknown", f"n{number}@example.org")):
            page = house.browser()
            page.get("/accounts/sign-in")
            began = time.monotonic()
            assert page.sign_in(given, "wrong").status_code == 401
            took[which].append(time.monotonic() - began)
            house.clock.advance(timedelta(minutes=20))
    assert min(took["known"] + took["unknown"]) >= REFUSED_AFTER_SECONDS
    ratio = median(took["known"]) / median(took["unknown"])
    assert 0.5 < ratio < 2, took


def test_links_that_do_not_work_say_the_same_whatever_the_reason(house):
    browser = house.signed_in("administrator")
    paths = {"made up": "/accounts/activate/" + "x" * 43}
    for email in ("used@example.org", "old@example.org"):
        form = {"display_name": "Nova Osoba", "email": email, "kind": "staff"}
        page = browser.submit("/accounts/staff/invite", "/accounts/staff/invite", **form)
        paths[email] = link_in(page.text)
    used = paths["used@example.org"]
    form = {"password": PASSWORD, "password_again": PASSWORD}
    assert house.browser().submit(used, used, **form).status_code == 303
    house.clock.advance(timedelta(days=8))
    answers = {why: house.browser().get(path) for why, path in paths.items()}
    assert {one.status_code for one in answers.values()} == {404}
    texts = {
        re.sub(r"[0-9a-f-]{36}", "", one.text.replace(paths[why], ""))
        for why, one in answers.items()
    }
    assert len(texts) == 1


def test_only_who_manages_accounts_learns_that_an_address_is_taken(house):
    person = house.person("trainer")
    body = {"display_name": "Nova Osoba", "email": person.email}
    answers = [
        house.program(role).post("/staff", {**body, "email": email})
        for role in ("programme_officer", "auditor", "trainer")
        for email in (person.email, "free@example.org")
    ]
    told = {(one.status_code, one.json["type"]) for one in answers}
    assert told == {(403, "/problems/not-permitted")}
    taken = house.program("administrator").post("/staff", body)
    assert taken.json["type"] == "/problems/email-taken"

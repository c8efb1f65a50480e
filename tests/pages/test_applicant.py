"""An applicant signs in by a code on a small phone and sees what is theirs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.pages.visiting import Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
NUMBER = "+381605550123"
WAIT_SECONDS = 30


def texts(outbox: Path) -> list[str]:
    """What was sent to the number, in no order."""
    messages = (json.loads(file.read_text()) for file in outbox.glob("*.sms"))
    return [one["text"] for one in messages if one["to"] == NUMBER]


def code_sent(outbox: Path) -> str:
    """The code that arrives within a while."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := texts(outbox):
            code = re.search(r"\d{4} \d{4}", found[0])
            assert code is not None
            return code[0]
        time.sleep(0.2)
    raise AssertionError("no code was sent")


def officer_writes_down_a_number(jelena: Visitor) -> tuple[str, str]:
    """Of somebody who applied; their name and the address of their record."""
    jelena.open("/grants/applications")
    first = next(one for one in jelena.links("main table") if "/applications/" in one)
    jelena.open(first)
    person = next(one for one in jelena.links("main") if one.startswith("/trainings/people/"))
    jelena.open(person)
    name = jelena.title
    jelena.open(f"{person}/contact")
    jelena.fill("Phone", "060 555 0123")
    jelena.fill("E-mail", "")
    jelena.press("Save")
    jelena.open(person)
    jelena.check()
    assert "060 555 0123" in jelena.text()
    return name, person


def second_officer_confirms_it(other: Visitor, person: str) -> None:
    """A number that one officer alone wrote down opens nothing for three days."""
    other.open(person)
    other.press("Confirm how to reach them")
    other.check()
    other.page.get_by_label("Passport").check()
    other.press("Confirm")
    other.check()


def test_an_applicant_signs_in_by_a_code_and_sees_their_own(
    visit: Callable[[str], Visitor], browser: Browser, home: Path, address: str, screen: Screen
) -> None:
    name, person = officer_writes_down_a_number(visit("Jelena Stanković"))
    second_officer_confirms_it(visit("Amir Hodžić"), person)
    outbox = home.parent / f"home-{urlsplit(address).port}" / "outbox"

    with Visitor(browser, address, screen) as mira:
        mira.open("/accounts/sign-in?next=/grants/mine")
        mira.press("Sign in with my phone")
        assert mira.title == "What is your phone number or e-mail address?"
        mira.check()
        mira.press("Send me a code")
        assert "Type your phone number or e-mail address." in mira.text()
        mira.check()
        mira.fill("What is your phone number or e-mail address?", "060/555-0123")
        mira.press("Send me a code")
        assert mira.title == "Which code came to you?"
        mira.check()
        mira.fill("Which code came to you?", "12")
        mira.press("Go on")
        mira.check()
        mira.fill("Which code came to you?", code_sent(outbox))
        mira.press("Go on")

        # Where they wanted to go before they signed in.
        assert mira.path == "/grants/mine"
        mira.check()
        mira.page.get_by_role("link", name="See more about it").first.click()
        assert "What you asked for" in mira.text()
        mira.check()

        mira.press("My page")
        assert mira.title == "What do you want to see?"
        mira.check()
        mira.press("My training and certificates")
        mira.check()
        mira.press("What we wrote down about you")
        assert name in mira.text() and "060 555 0123" in mira.text()
        mira.check()
        mira.press("See and take along all that we hold about you")
        mira.check()
        mira.press("Registration, trainings, certificates")
        assert name in mira.text()
        mira.check()
        mira.open("/notifications/")
        mira.check()
        mira.open("/audit/mine")
        # The officer opened the record a moment ago.
        assert "Jelena Stanković" in mira.text() and "Programme officer" in mira.text()
        mira.check()
        mira.press("Sign out")
        mira.open("/grants/mine")
        assert mira.path.startswith("/accounts/sign-in")

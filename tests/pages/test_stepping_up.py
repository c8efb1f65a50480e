"""A form that needs a second factor arrives whole after it, and an app is set up, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
REASON = "Left the “partner” & went <elsewhere>"


def test_what_was_typed_goes_on_by_itself_after_the_proof(visit: Callable[[str], Visitor]) -> None:
    vesna = visit("Vesna Ilić")
    vesna.open("/accounts/staff")
    vesna.press("Ingrid Solheim")
    vesna.page.locator("summary", has_text=re.compile("^Suspend$")).click()
    vesna.fill("Why", REASON)
    vesna.press("Suspend")
    assert vesna.title == "Prove that it is you"
    vesna.check()
    assert "Nothing was done yet." in vesna.text()
    vesna.press("It is me")
    assert vesna.title == "Ingrid Solheim", vesna.text()
    assert "The account is suspended." in vesna.text() and REASON in vesna.text()
    vesna.check()
    # For ten minutes nothing more is asked.
    vesna.press("Let it work again")
    assert "The account works again." in vesna.text()


def test_an_app_is_set_up_and_removed_again(visit: Callable[[str], Visitor]) -> None:
    emina = visit("Emina Kovačević")
    emina.open("/accounts/me/factors")
    emina.check()
    emina.press("Set up an app")
    # An invented person has a button in place of a password.
    emina.press("It is me")
    assert emina.title == "Set up an app for codes"
    emina.check()
    assert emina.page.get_by_role("img", name="Picture for the app").evaluate(
        "picture => picture.complete && picture.naturalWidth > 100"
    )
    emina.page.locator("summary", has_text="I cannot read the picture").click()
    emina.check()
    secret = emina.page.locator("details code").inner_text().replace(" ", "")
    emina.fill("Code that the app shows now", "000000")
    emina.press("Set up the app")
    assert "not the code that the app shows now" in emina.text()
    emina.check()
    emina.fill("Code that the app shows now", pyotp.TOTP(secret).now())
    emina.press("Set up the app")
    assert emina.title == "Your recovery codes"
    emina.check()
    codes = emina.page.locator("main ol code").all_inner_texts()
    assert len(set(codes)) == 10
    emina.press("I have kept them")
    assert "You have 10 codes left." in emina.text()
    emina.check()
    emina.press("Remove the app")
    assert emina.title == "Remove your app for codes?"
    emina.check()
    emina.press("Remove the app")
    assert "The app is removed." in emina.text()

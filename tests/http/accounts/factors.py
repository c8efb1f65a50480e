"""Somebody with an app for codes: what tests of second factors share.

person = enrolled(house, "administrator")
send_code(person.asked(), person.next_code())
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp

from services.accounts.personas import Persona

from .conftest import Browser, House

FACTORS = "/accounts/me/factors"
APP = f"{FACTORS}/app"
CODE = "/accounts/sign-in/code"


@dataclass
class Holder:
    """A persona with an app, in the browser in which it was set up."""

    house: House
    persona: Persona
    browser: Browser
    secret: str
    recovery: list[str]

    def code(self, *, later: int = 0) -> str:
        """What the app shows now, or ``later`` steps from now."""
        moment = self.house.clock.now() + timedelta(seconds=30 * later)
        return pyotp.TOTP(self.secret).at(moment)

    def next_code(self) -> str:
        """What the app shows half a minute from now, when it is that."""
        self.house.clock.advance(timedelta(seconds=30))
        return self.code()

    def asked(self) -> Browser:
        """A new browser after the right password."""
        browser = self.house.browser()
        answer = browser.sign_in(self.persona.email, self.persona.password)
        assert (answer.status_code, answer.location) == (303, f"{CODE}?next=/accounts/")
        return browser


def begin(browser: Browser) -> str:
    """The secret of a new app, as the page says it."""
    assert browser.submit(f"{APP}/new", FACTORS).location == APP
    found = re.search(r'<code class="zanat-code">([A-Z2-7 ]+)</code>', browser.get(APP).text)
    assert found is not None
    return found[1].replace(" ", "")


def recovery_codes(page: str) -> list[str]:
    """The codes that a page shows."""
    return re.findall(r'<code class="zanat-code">([0-9a-z]{5}-[0-9a-z]{5})</code>', page)


def enrolled(house: House, role: str, number: int = 1) -> Holder:
    """Set an app up through the pages."""
    browser, persona = house.signed_in(role, number), house.person(role, number)
    secret = begin(browser)
    code = pyotp.TOTP(secret).at(house.clock.now())
    done = browser.submit(APP, APP, code=code, password_now=persona.password)
    assert done.status_code == 200, done.text
    return Holder(house, persona, browser, secret, recovery_codes(done.text))


def send_code(browser: Browser, code: str, address: str = CODE) -> Any:
    """Type a code on the page that asks for it at sign-in."""
    return browser.submit(address, address, code=code)


def hidden_fields(page: str) -> dict[str, str]:
    """Every hidden field of the page's first form with kept fields."""
    form = page.split('name="step_up"', 1)[0].rsplit("<form", 1)[1]
    form += 'name="step_up"' + page.split('name="step_up"', 1)[1].split("</form>", 1)[0]
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in pairs}

"""Somebody who was shown a certificate checks it: typed, pasted, scanned, by keyboard, on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.pages.visiting import Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
CHECK = "/trainings/check"


@dataclass(frozen=True)
class Paper:
    """What is printed on somebody's certificate."""

    number: str
    code: str
    name: str


@pytest.fixture
def paper(visit: Callable[[str], Visitor]) -> Paper:
    """A certificate that an officer looks at."""
    officer = visit("Jelena Stanković")
    officer.open("/trainings/certificates")
    officer.page.get_by_role("table").get_by_role("link").first.click()
    facts = officer.facts()
    return Paper(facts["Number"], facts["Verification code"], facts["Name"])


@pytest.fixture
def anybody(browser: Browser, address: str, screen: Screen) -> Iterator[Visitor]:
    """Somebody without an account."""
    with Visitor(browser, address, screen) as visitor:
        yield visitor


def test_it_is_found_from_the_sign_in_page_and_checked_with_a_name(
    anybody: Visitor, paper: Paper
) -> None:
    anybody.open("/accounts/sign-in")
    anybody.press("Check it by its number and code")
    assert (anybody.title, anybody.path) == ("Check a certificate", CHECK)
    anybody.check()
    anybody.press("Check")
    assert anybody.page.locator(".govuk-error-summary").is_visible()
    anybody.check()
    anybody.fill("Number", paper.number)
    anybody.fill("Code", "0000-0000-0000")
    anybody.press("Check")
    assert "There is no certificate with this number and this code" in anybody.text()
    assert anybody.page.get_by_label("Number", exact=True).input_value() == paper.number
    anybody.check()
    anybody.fill("Code", paper.code)
    anybody.press("Check")
    assert anybody.title == "This certificate is valid"
    assert anybody.facts()["Number"] == paper.number
    assert paper.name not in anybody.text()
    anybody.check()
    anybody.fill("Whose certificate should it be?", paper.name.upper())
    anybody.press("Check the name")
    assert "This is the name on the certificate." in anybody.text()
    anybody.check()
    anybody.fill("Whose certificate should it be?", "Somebody Else")
    anybody.press("Check the name")
    assert "This is not the name on the certificate." in anybody.text()


def test_the_address_of_the_qr_code_answers_by_itself_and_keeps_no_secret(
    anybody: Visitor, paper: Paper
) -> None:
    asked: list[str] = []
    anybody.page.on("request", lambda request: asked.append(request.url))
    anybody.page.on("request", lambda request: asked.append(request.headers.get("referer", "")))
    code = paper.code.replace("-", "")
    anybody.open(f"{CHECK}/{paper.number}#{code}")
    anybody.page.get_by_role("heading", name="This certificate is valid").wait_for()
    assert code not in anybody.page.url
    assert not any(code in one for one in asked)
    anybody.check()


def test_it_works_by_keyboard_and_without_scripts(
    browser: Browser, address: str, paper: Paper
) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{CHECK}/{paper.number}#{paper.code}")
    number = page.get_by_label("Number", exact=True)
    assert number.input_value() == paper.number
    number.focus()
    page.keyboard.press("Tab")
    page.keyboard.type(paper.code)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This certificate is valid").wait_for()
    context.close()


def test_all_that_is_printed_is_pasted_and_the_answer_is_printed(
    anybody: Visitor, paper: Paper
) -> None:
    anybody.open(CHECK)
    anybody.page.get_by_text("Paste the whole text instead").click()
    anybody.fill("Text of the certificate", f"CERTIFICATE\n{paper.number}\nCode {paper.code}\n")
    anybody.check()
    anybody.press("Check")
    assert anybody.title == "This certificate is valid"
    anybody.page.emulate_media(media="print")
    assert not anybody.page.get_by_role("button", name="Check the name").is_visible()
    assert "Checked" in anybody.facts()
    assert anybody.page.get_by_text(paper.number).first.is_visible()


def test_it_speaks_the_languages_of_the_region(anybody: Visitor) -> None:
    anybody.open("/check")
    for language, code in (("Српски (ћирилица)", "sr-Cyrl"), ("Romani čhib", "rom")):
        anybody.press(language)
        assert (anybody.path, anybody.language()) == (CHECK, code)
        anybody.check()

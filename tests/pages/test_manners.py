"""What every page does: the keyboard reaches all, a language stays chosen, signing out ends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.pages.visiting import Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
STEPS_MAX = 80
LATIN = "Srpski (latinica)"


def test_keyboard_skips_to_the_main_part_and_reaches_the_main_action(
    visit: Callable[[str], Visitor],
) -> None:
    visitor = visit("Amir Hodžić")
    visitor.open("/trainings/cohorts")
    keyboard = visitor.page.keyboard
    keyboard.press("Tab")
    assert visitor.focused() == "Skip to main content"
    assert visitor.page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
    tab_to(visitor, "Plan a cohort")
    with visitor.page.expect_navigation():
        keyboard.press("Enter")
    assert visitor.title == "Plan a cohort"
    # A form sent by the key comes back with what is wrong, and begins there.
    tab_to(visitor, "Plan the cohort")
    with visitor.page.expect_navigation():
        keyboard.press("Enter")
    assert visitor.page.locator(".govuk-error-summary").evaluate(
        "summary => summary === document.activeElement"
    )
    visitor.check()


def tab_to(visitor: Visitor, text: str) -> None:
    """Go from field to field until this one has the focus; it can be seen there."""
    for _ in range(STEPS_MAX):
        visitor.page.keyboard.press("Tab")
        if visitor.focused() == text:
            break
    assert visitor.focused() == text
    outlined = visitor.page.evaluate(
        "(style => style.outlineStyle !== 'none' || style.boxShadow !== 'none')"
        "(getComputedStyle(document.activeElement))"
    )
    assert outlined, f"One does not see that {text!r} has the focus."


def test_language_that_is_chosen_is_remembered(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("Jelena Stanković")
    visitor.open("/trainings/people")
    visitor.press(LATIN)
    assert visitor.path == "/trainings/people"
    assert visitor.language() == "sr-Latn"
    visitor.check()
    visitor.open("/grants/calls")
    assert visitor.language() == "sr-Latn"
    visitor.page.context.clear_cookies(name="zanat_session")
    visitor.open("/accounts/sign-in")
    assert visitor.language() == "sr-Latn"
    visitor.press("English")
    assert visitor.language() == "en"


def test_who_signs_out_is_out_and_the_way_back_leads_nowhere(
    visit: Callable[[str], Visitor],
) -> None:
    visitor = visit("Branka Todorović")
    visitor.open("/audit/")
    visitor.press("Sign out")
    visitor.check()
    visitor.open("/audit/")
    assert visitor.path.startswith("/accounts/sign-in")
    visitor.page.go_back()
    visitor.page.reload()
    assert "Branka Todorović" not in visitor.page.locator("header").inner_text()


def test_sign_in_page_is_fit_and_brings_one_where_one_wanted_to_go(
    browser: Browser, address: str, screen: Screen
) -> None:
    with Visitor(browser, address, screen) as visitor:
        visitor.open("/grants/visits")
        assert visitor.title == "Sign in"
        visitor.check()
        visitor.press("Sign in as Zoran Jovanović")
        assert visitor.path == "/grants/visits"

"""A trainer enters attendance and tests by keyboard alone, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.grids import TRAINER, begin_cohort, cell, ready, recorded, wait_saved
from tests.pages.visiting import PHONE, Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


@pytest.fixture
def trainer(browser: Browser, address: str, screen: Screen) -> Iterator[Visitor]:
    """The trainer on the screen that is looked at."""
    with Visitor(browser, address, screen) as found:
        found.sign_in(TRAINER)
        yield found


def press(page: Page, *keys: str) -> None:
    """Press keys one after another, as somebody without a mouse does."""
    for key in keys:
        page.keyboard.press(key)


def test_attendance_is_entered_by_keyboard_alone(trainer: Visitor, screen: Screen) -> None:
    path = begin_cohort(trainer, f"KEY-{screen.name}")
    trainer.open(path)
    ready(trainer.page)
    assert trainer.title == "Attendance: entries missing up to today: 6"
    trainer.check()
    cell(trainer.page, 0, "1").focus()
    press(trainer.page, "3", "0", "0", "Enter", "p", "ArrowDown", "a")
    # The dialog begins on the reason and gives the focus back.
    press(trainer.page, "e")
    dialog = trainer.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Session 1")
    trainer.check()
    press(trainer.page, "ArrowDown", "Tab")
    trainer.page.keyboard.type("A child was ill")
    press(trainer.page, "Tab")
    trainer.page.keyboard.type("60")
    press(trainer.page, "Enter")
    expect(dialog).to_be_hidden()
    expect(cell(trainer.page, 2, "1")).to_be_focused()
    wait_saved(trainer.page)
    assert recorded(trainer, path) == {(0, "1"): 300, (1, "1"): 360, (2, "1"): 60}
    assert trainer.title == "Attendance: entries missing up to today: 3"
    # What is impossible is said, and what was recorded stays.
    cell(trainer.page, 0, "1").focus()
    press(trainer.page, "9", "9", "9", "Tab")
    expect(trainer.page.get_by_role("alert")).to_contain_text("from 0 to 360")
    expect(cell(trainer.page, 0, "1")).to_have_attribute("aria-invalid", "true")
    trainer.check()
    cell(trainer.page, 0, "1").focus()
    press(trainer.page, "Escape")
    expect(cell(trainer.page, 0, "1")).to_have_value("300")
    trainer.check()
    trainer.open(path.replace("attendance", "sessions/1"))
    assert "Family" in trainer.page.locator("select option:checked").all_inner_texts()
    trainer.check()


def test_everybody_is_present_but_for_exceptions(trainer: Visitor, screen: Screen) -> None:
    path = begin_cohort(trainer, f"ALL-{screen.name}", people=4)
    trainer.open(path)
    ready(trainer.page)
    if screen is PHONE:
        # One session at a time, with targets that a thumb hits.
        assert cell(trainer.page, 0, "2").is_hidden()
        for button in trainer.page.locator(".zanat-grid__quick button").all()[:3]:
            box = button.bounding_box()
            assert box is not None and box["height"] >= 44 and box["width"] >= 44
        trainer.page.get_by_role("button", name=re.compile("was absent")).nth(1).click()
        trainer.page.get_by_role("button", name="Everybody else was there").click()
    else:
        cell(trainer.page, 1, "1").press("a")
        trainer.page.get_by_role("button", name="All others were there in session 1").click()
    wait_saved(trainer.page)
    trainer.check()
    expected = {(0, "1"): 360, (1, "1"): 0, (2, "1"): 360, (3, "1"): 360}
    assert recorded(trainer, path) == expected
    if screen is PHONE:
        trainer.page.get_by_label("Session", exact=True).select_option("2")
        trainer.page.get_by_role("button", name=re.compile("whole session")).nth(3).click()
        wait_saved(trainer.page)
        assert recorded(trainer, path) == {**expected, (3, "2"): 300}
        trainer.check()


def test_tests_are_entered_in_per_cent_and_points_and_the_improvement_is_shown(
    trainer: Visitor, screen: Screen
) -> None:
    path = begin_cohort(trainer, f"TEST-{screen.name}")
    trainer.open(f"{path}/tests")
    ready(trainer.page)
    trainer.check()
    cell(trainer.page, 0, "pre").focus()
    press(trainer.page, "4", "0", "Tab")
    trainer.page.keyboard.type("17/24")
    press(trainer.page, "Enter")
    trainer.page.get_by_label("Points of").nth(1).fill("20")
    cell(trainer.page, 1, "post").fill("9")
    cell(trainer.page, 1, "post").press("Enter")
    wait_saved(trainer.page)
    expect(trainer.page.locator("[data-gain]").first).to_have_text("+30")
    expect(cell(trainer.page, 1, "post")).to_have_value("9/20")
    assert trainer.title == "The final test of 1 of 3 is missing"
    trainer.page.reload()
    ready(trainer.page)
    assert trainer.page.locator("[data-gain]").all_inner_texts() == ["+30", "", ""]
    trainer.check()
    trainer.open(path.replace("/attendance", ""))
    assert "45%" in trainer.text() and "70%" in trainer.text()


def test_the_sign_in_sheet_prints_a_page_for_each_session(trainer: Visitor, screen: Screen) -> None:
    path = begin_cohort(trainer, f"SHEET-{screen.name}")
    trainer.open(path)
    trainer.press("Sign-in sheet to print")
    assert trainer.title == "Sign-in sheets to print: 3"
    trainer.check()
    trainer.press("Session 2")
    assert trainer.title == "Sign-in sheet of session 2"
    rows = trainer.page.locator("tbody tr")
    assert rows.count() == 3 + 5
    assert rows.first.inner_text().split("\t")[1] == "Nada Primerčić"
    trainer.check()
    trainer.page.emulate_media(media="print")
    assert trainer.page.get_by_role("heading", level=1).is_hidden()
    heading = trainer.page.get_by_role("heading", level=2)
    assert "session 2" in heading.inner_text()

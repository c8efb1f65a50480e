"""Somebody takes a sheet out in a browser, on a desktop and on a phone, and it reads back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.sheets.reading import open_sheet
from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


def test_an_officer_takes_people_out_by_keyboard(visit: Callable[[str], Visitor]) -> None:
    amir = visit("Amir Hodžić")
    amir.open("/trainings/exports")
    amir.check()
    amir.press("People", within=amir.page.locator("main"))
    assert amir.title == "Prove that it is you"
    amir.press("It is me")
    assert amir.title == "Take out: People"
    amir.check()
    # An officer of every programme says of which one.
    amir.page.get_by_label("Programme", exact=True).select_option("demo")
    amir.page.get_by_label("State", exact=True).focus()
    amir.page.keyboard.press("Tab")
    assert amir.page.evaluate("document.activeElement.name") == "form"
    with amir.page.expect_download() as download:
        amir.page.get_by_role("button", name="Take out", exact=True).press("Enter")
    assert download.value.suggested_filename.startswith("people-demo-")
    path = Path(download.value.path())
    with open_sheet(path, "people.xlsx") as sheet:
        assert sheet.headers[:2] == ("Reference", "Full name") and sheet.count > 0
    assert amir.title == "Take out: People"
    for kind in ("cohorts", "attendance", "certificates", "outcomes", "households", "referrals"):
        amir.open(f"/trainings/exports/{kind}")
        amir.check()


def test_a_search_leads_to_the_people_it_found(visit: Callable[[str], Visitor]) -> None:
    amir = visit("Amir Hodžić")
    amir.open("/trainings/people")
    name = next(row[0] for row in amir.rows("People") if row[-1] == "demo").split()[0]
    with amir.page.expect_navigation():
        search = amir.page.get_by_role("search")
        search.get_by_role("searchbox").fill(name)
        search.get_by_role("button", name="Search").click()
    amir.check()
    amir.press("Take these people out as a sheet")
    amir.press("It is me")
    assert "Only the people whom your search finds." in amir.text()
    assert "?" not in amir.path
    amir.check()
    amir.page.get_by_label("Programme", exact=True).select_option("demo")
    amir.page.get_by_label("Programme", exact=True).select_option("demo")
    with amir.page.expect_download() as download:
        amir.page.get_by_role("button", name="Take out", exact=True).click()
    with open_sheet(Path(download.value.path()), "people.xlsx") as sheet:
        names = [str(row.cell(1)) for row in sheet.rows()]
    assert names and any(name in one for one in names)

"""A trainer plans a cohort, puts it on days, lets people in, and sees who waits and who left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


def fill_day(visitor: Visitor, day: date) -> None:
    """Type a day into the page's three fields."""
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        visitor.fill(label, str(part))


def plan(visitor: Visitor, reference: str) -> None:
    """Plan a cohort with one place, and put three sessions on days."""
    visitor.open("/trainings/cohorts/new")
    visitor.check()
    offered = visitor.page.locator("#course_id option", has_text="Starting a business")
    value = offered.first.get_attribute("value")
    visitor.page.get_by_label("Course", exact=True).select_option(value)
    visitor.fill("Reference", reference)
    visitor.page.get_by_label("Country", exact=True).select_option("RS")
    visitor.fill("Place", "Topola")
    visitor.fill("Places", "1")
    visitor.press("Plan the cohort")
    assert visitor.title == "Nobody is enrolled yet", visitor.text()
    visitor.check()
    visitor.press("Add sessions")
    visitor.check()
    fill_day(visitor, datetime.now(UTC).date() + timedelta(days=7))
    for weekday in ("Monday", "Thursday"):
        visitor.page.get_by_label(weekday, exact=True).check()
    visitor.fill("How many sessions", "3")
    visitor.fill("Length in minutes", "240")
    visitor.press("Show the days")
    assert visitor.title == "3 sessions on these days?"
    visitor.check()
    visitor.press("Add the sessions")


def enrol_two(visitor: Visitor, reference: str) -> None:
    """Find people, choose two, and see that one of them will wait."""
    visitor.press("Enrol people")
    assert "1 place is free." in visitor.text()
    visitor.check()
    visitor.fill("Name or reference", "Primer")
    visitor.press("Search")
    visitor.check()
    table = visitor.page.get_by_role("table", name="People found", exact=True)
    boxes = table.get_by_role("checkbox")
    for number in range(2):
        boxes.nth(number).check()
    visitor.press("Choose them")
    assert visitor.title == f"Enrol 2 people in {reference}?"
    visitor.check()
    visitor.press("Enrol them")


def test_trainer_fills_a_cohort_and_lets_who_waits_take_a_place(
    visit: Callable[[str], Visitor],
) -> None:
    marija = visit("Marija Nikolić")
    plan(marija, "NP-1")
    assert len(marija.rows("Sessions")) == 3
    enrol_two(marija, "NP-1")
    assert "1 person waits for a place" in marija.text()
    marija.check()

    (there,) = marija.rows("Participants")
    assert "Will qualify by coming to each of the 3 sessions to come" in there[5]
    marija.press(f"More about {there[0]}")
    assert marija.title == f"{there[0]} in NP-1"
    marija.check()
    marija.page.get_by_label("No way to get there", exact=True).check()
    marija.press("They dropped out")
    assert "1 person left" in marija.text()
    marija.check()
    marija.press("Give the place to who waits longest")
    assert "1 person who waited takes part now." in marija.page.locator("body").inner_text()
    marija.press(there[0], within=marija.page.get_by_role("table", name="Who left", exact=True))
    assert marija.title == f"{there[0]} dropped out"
    marija.check()
    marija.press("NP-1")
    marija.press("Change place, places and details")
    marija.check()


def test_officer_reads_and_retires_courses_and_enrols_somebody(
    visit: Callable[[str], Visitor],
) -> None:
    jelena = visit("Jelena Stanković")
    jelena.open("/trainings/courses")
    jelena.check()
    first = jelena.rows("Courses")[0][0]
    jelena.press(first)
    assert jelena.title == first
    jelena.check()
    jelena.press("Publish a new version")
    jelena.check()
    jelena.page.go_back()
    jelena.press("Retire the course")
    jelena.check()
    jelena.open("/trainings/people")
    jelena.press(jelena.rows("People")[0][0])
    jelena.press("Enrol in a cohort")
    jelena.check()

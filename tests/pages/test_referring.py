"""An officer refers somebody to a school, records what was done with schools, and reads figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pages.visiting import Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


def refer(visitor: Visitor) -> None:
    """Send the first person of the list to a school, and hear that they are accepted."""
    visitor.open("/trainings/people")
    visitor.open(str(visitor.page.locator("table a").first.get_attribute("href")))
    visitor.press("Refer to an institution")
    visitor.check()
    visitor.press("Record it")
    assert "Something needs correcting" in visitor.text()
    visitor.check()
    visitor.fill("Institution", "Škola za odrasle Primer")
    visitor.page.get_by_label("Primary school completed", exact=True).check()
    visitor.fill("Note", "Ask at the counter")
    visitor.press("Record it")
    assert visitor.title == "Škola za odrasle Primer: Sent"
    visitor.check()
    visitor.page.get_by_label("Accepted", exact=True).check()
    visitor.press("Record it")
    assert visitor.title == "Škola za odrasle Primer: Accepted", visitor.text()
    visitor.check()
    visitor.press("Ask on another day")
    visitor.check()
    visitor.open("/trainings/referrals")
    assert "Škola za odrasle Primer" in visitor.text()
    visitor.check()


def reach_out(visitor: Visitor, title: str) -> None:
    """Record an activity with a school and what came of it."""
    visitor.open("/trainings/outreach/new")
    visitor.check()
    programme = visitor.page.get_by_label("Programme", exact=True)
    if programme.count():
        programme.select_option(index=0)
    visitor.page.get_by_label("Advocacy", exact=True).check()
    visitor.fill("What it was", title)
    visitor.page.get_by_label("Country", exact=True).select_option("RS")
    visitor.fill("Municipality", "Topola")
    visitor.fill("Institution 1", "Škola Primer")
    visitor.page.get_by_label("Kind of institution 1", exact=True).select_option("school")
    visitor.fill("Women", "7")
    visitor.press("Record it")
    assert visitor.title == title, visitor.text()
    visitor.check()
    visitor.fill("What came of it", "The school opens a class")
    visitor.press("Record it")
    assert "The school opens a class" in visitor.text()
    visitor.press("Correct it")
    visitor.check()
    visitor.open("/trainings/outreach")
    assert title in visitor.text()
    visitor.check()


def test_an_officer_refers_reaches_out_and_reads_figures(
    visit: Callable[[str], Visitor], screen: Screen
) -> None:
    visitor = visit("Jelena Stanković")
    refer(visitor)
    reach_out(visitor, f"Round table, {screen.name}")
    visitor.open("/trainings/figures")
    assert "are certified" in visitor.title
    visitor.check()
    visitor.page.get_by_text("The same as a table").first.click()
    visitor.check()

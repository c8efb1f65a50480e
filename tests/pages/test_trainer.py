"""A trainer sees who can be certified and what others lack, and issues certificates."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]


def test_trainer_issues_certificates_to_those_chosen_and_opens_one(
    visit: Callable[[str], Visitor],
) -> None:
    marija = visit("Marija Nikolić")
    marija.press("Cohorts")
    marija.press("TO-2026-2")
    assert marija.title == "9 of 10 can be certified"
    marija.check()
    # Everybody who qualifies is chosen; of everybody else it is said what is missing.
    rows = marija.rows("Participants")
    lacking = [row for row in rows if row[6] != "Can be certified"]
    assert len(rows) == 10 and len(lacking) == 1
    assert "50%" in lacking[0][3] and "80" in lacking[0][6]
    left_out = next(row[1] for row in rows if row[6] == "Can be certified")
    marija.page.get_by_label(f"Certify {left_out}", exact=True).uncheck()
    marija.press("Issue certificates")

    assert marija.title == "Issue 8 certificates?"
    marija.check()
    numbered = {row[1]: row[4] for row in marija.rows("Who gets one")}
    assert numbered.pop(left_out) == "" and all(numbered.values())
    assert "1 more qualifies and is left out." in marija.text()
    assert [row[0] for row in marija.rows("Who gets none, and why")] == [lacking[0][1]]
    marija.page.get_by_label("Српски (ћирилица)", exact=True).check()
    marija.fill("Issued by", "Otvorena vrata")
    marija.press("Show how they will look")
    marija.check()
    drawn = marija.page.get_by_role("img", name="Preview of the certificate of")
    assert drawn.evaluate("image => image.complete && image.naturalWidth") == 1286
    marija.press("Issue 8 certificates")

    assert marija.title == "8 certificates are issued"
    marija.check()
    given = marija.rows("Numbers given")
    numbers = [int(row[0].rpartition("-")[2]) for row in given]
    assert numbers == list(range(numbers[0], numbers[0] + 8))
    first, name = given[0][:2]
    assert re.fullmatch(r"RS-\d{4}-\d{6}", first)
    marija.press(first)
    assert marija.title == f"{first} is valid"
    marija.check()
    facts = marija.facts()
    assert facts["Name"] == name and facts["Trainer"] == "Marija Nikolić"
    assert facts["Issued by"] == "Otvorena vrata"

    documents_are_made_while_one_looks(marija, first)
    marija.open("/trainings/cohorts")
    marija.press("TO-2026-2")
    assert marija.title == "1 of 10 can be certified"


def documents_are_made_while_one_looks(marija: Visitor, number: str) -> None:
    """The page of a cohort's documents says how many are ready, and each can be saved."""
    marija.page.go_back()
    marija.press("Print the certificates")
    marija.page.get_by_text(re.compile(r"All \d+ documents are ready\.")).wait_for()
    marija.page.reload()
    assert re.fullmatch(r"All \d+ documents are ready", marija.title)
    marija.check()
    for link, ending in ((number, ".pdf"), ("Print them all (PDF)", ".pdf")):
        with marija.page.expect_download() as saved:
            marija.page.get_by_role("link", name=link, exact=True).click()
        assert saved.value.suggested_filename.endswith(ending)

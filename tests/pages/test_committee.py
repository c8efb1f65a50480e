"""The committee scores, meets, votes and decides: two members and the chair, each on their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
CRITERIA = ("Plan", "Means of living", "Experience")
DECIDED = "3 approved, 3 on the waiting list, 0 rejected"


def declare_no_conflict(member: Visitor, number: str) -> None:
    """Open an application and say that nothing connects the member with it."""
    member.open("/grants/reviews")
    member.press(number)
    assert member.title.startswith("Do you have a conflict with ")
    member.page.get_by_label("I have no conflict", exact=True).check()
    member.press("Put my declaration on record")
    assert member.title == f"Score {number}"


def fill_sheet(member: Visitor, points: Sequence[int | str]) -> None:
    """Type points for the three criteria and ask to go on."""
    for criterion, given in zip(CRITERIA, points, strict=True):
        member.fill(criterion, str(given))
    member.press("Check and go on")


def test_member_mends_a_sheet_and_hands_it_in_and_the_chair_leads_to_a_decision(
    visit: Callable[[str], Visitor],
) -> None:
    nermina = visit("Nermina Begić")
    nermina.press("Declare conflicts and score")
    assert nermina.title == "6 applications wait for your declaration"
    nermina.check()
    numbers = [row[0] for row in nermina.rows("Your applications") if row[4] == "To declare"]
    mend_a_sheet(nermina, numbers[0])
    step_aside(nermina, numbers[1])

    dragana = visit("Dragana Pavlović")
    convene(dragana, present=("Nermina Begić", "Saša Đorđević", "Ljiljana Kostić"))
    meeting = dragana.path
    rank(dragana)
    vote(visit("Saša Đorđević"), meeting, numbers)
    vote(nermina, meeting, [number for number in numbers if number != numbers[1]])
    decide(dragana, meeting, recused=numbers[1])
    # What was decided is known to the members too.
    nermina.open(meeting)
    assert nermina.title == DECIDED
    nermina.check()


def mend_a_sheet(nermina: Visitor, number: str) -> None:
    """A sheet with an error comes back as it was typed; the summary leads to the field."""
    nermina.open("/grants/reviews")
    nermina.press(number)
    nermina.check()
    declare_no_conflict(nermina, number)
    nermina.check()
    assert "The application as submitted" in nermina.text() and nermina.facts()["Business"]
    nermina.fill("Comment (optional)", "The plan counts its costs.")
    fill_sheet(nermina, (44, 31, "12"))
    assert nermina.title == f"Score {number}"
    nermina.check()
    field = nermina.page.get_by_label("Means of living", exact=True)
    assert field.input_value() == "31" and field.get_attribute("aria-invalid") == "true"
    assert nermina.page.get_by_label("Plan", exact=True).input_value() == "44"
    comment = nermina.page.get_by_label("Comment (optional)", exact=True)
    assert comment.input_value().strip() == "The plan counts its costs."
    nermina.page.locator(".govuk-error-summary a").click()
    assert nermina.page.evaluate("document.activeElement.id") == field.get_attribute("id")
    nermina.page.keyboard.press("ControlOrMeta+a")
    nermina.page.keyboard.type("28")
    nermina.press("Check and go on")
    assert nermina.title == f"84 of 100 points for {number}?"
    nermina.check()
    nermina.press("Hand in and seal")
    nermina.open("/grants/reviews")
    mine = next(row for row in nermina.rows("Your applications") if row[0] == number)
    assert mine[4:] == ["Handed in", "84"]


def step_aside(nermina: Visitor, number: str) -> None:
    """Whoever declares a conflict does not read the application any more."""
    nermina.open("/grants/reviews")
    nermina.press(number)
    nermina.page.get_by_label("I have a conflict", exact=True).check()
    nermina.fill("What connects you, in a few words", "Cousins")
    nermina.check()
    nermina.press("Put my declaration on record")
    nermina.open("/grants/reviews")
    nermina.press(number)
    nermina.check()
    assert "Business" not in nermina.facts() and "Cousins" not in nermina.text()


def convene(dragana: Visitor, present: Sequence[str]) -> None:
    """The chair convenes the committee for today and notes who is there."""
    dragana.press("Lead the committee")
    dragana.check()
    dragana.press("Convene the committee")
    call = dragana.page.get_by_label("Closed call that the committee decides about", exact=True)
    call.select_option("KG-26-2 – Summer round 2026")
    today = dragana.page.evaluate(
        "[new Date().getDate(), new Date().getMonth() + 1, new Date().getFullYear()]"
    )
    for label, number in zip(("Day", "Month", "Year"), today, strict=True):
        dragana.fill(label, str(number))
    dragana.check()
    dragana.press("Convene")
    assert dragana.title.endswith("score sheets are in")
    for name in present:
        dragana.page.get_by_label(name, exact=True).check()
    dragana.press("Record who is present")
    assert "3 of 4" in dragana.text()
    dragana.check()


def rank(dragana: Visitor) -> None:
    """The chair closes scoring and records the ranking."""
    dragana.press("Close scoring")
    assert dragana.title == "Close scoring of KG-26-2?"
    dragana.check()
    dragana.press("Close scoring")
    assert dragana.title == "Scoring is closed; 6 applications are to be ranked"
    dragana.check()
    dragana.press("Record the ranking")
    assert dragana.title == "The money lasts for 3 of 6 applications"
    dragana.check()


def vote(member: Visitor, meeting: str, numbers: Sequence[str]) -> None:
    """A member votes for what they may vote on."""
    member.open(meeting)
    member.press("Vote")
    assert member.page.locator("main select").count() == len(numbers)
    for number in numbers:
        member.page.get_by_label(f"Your vote on {number}", exact=True).select_option("for")
    member.check()
    member.press("Put my votes on record")


def decide(dragana: Visitor, meeting: str, *, recused: str) -> None:
    """The chair sees what follows, confirms, and reads the receipt."""
    dragana.open(meeting)
    votes = {row[1]: row[6] for row in dragana.rows("Ranking, best first") if len(row) > 1}
    assert votes.pop(recused) == "1 for, 0 against, 0 abstained"
    assert set(votes.values()) == {"2 for, 0 against, 0 abstained"}
    dragana.press("Decide")
    assert dragana.title == "Approve 3 applications, RSD 765,000.00?"
    assert "The money is reserved at once" in dragana.text()
    dragana.check()
    # One member stepped aside, so that fewer than a quorum voted here on that application.
    dragana.page.get_by_label("Votes were taken in the room", exact=True).check()
    dragana.press("Decide")
    assert dragana.title == f"Minutes: {DECIDED}"
    assert "765,000.00 approved" in dragana.text()
    assert dragana.facts()["Chair"] == "Dragana Pavlović"
    dragana.check()

"""An officer registers people by the keyboard alone: question by question, and many in a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pages.visiting import Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
OFFICER = "Amir Hodžić"
STEPS_MAX = 60


def typed(visitor: Visitor, *texts: str) -> None:
    """Type into one field after the other, from the first field of the page on."""
    visitor.page.locator("main form").last.locator("input:visible, select:visible").first.focus()
    for place, text in enumerate(texts):
        if place:
            visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.type(text)


def chosen(visitor: Visitor, *downs: int) -> None:
    """Choose a radio button by the keyboard: the first one, or some further down."""
    visitor.page.locator("main input[type=radio]").first.focus()
    visitor.page.keyboard.press("Space")
    for _ in range(sum(downs)):
        visitor.page.keyboard.press("ArrowDown")


def sent(visitor: Visitor) -> None:
    """Send the form from its last field."""
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_officer_answers_one_question_a_page_stops_and_goes_on(
    visit: Callable[[str], Visitor],
) -> None:
    amir = visit(OFFICER)
    amir.open("/trainings/people")
    amir.press("Register somebody")
    amir.check()
    if amir.page.get_by_label("Programme", exact=True).count():
        amir.page.get_by_label("Programme", exact=True).select_option(index=1)
    amir.press("Begin")
    assert amir.title == "What name is on the document?"
    amir.check()
    # Nothing typed: the page says so and begins there.
    sent_empty = amir.page.get_by_role("button", name="Go on", exact=True)
    with amir.page.expect_navigation():
        sent_empty.press("Enter")
    assert amir.page.locator(".govuk-error-summary").is_visible()
    amir.check()
    typed(amir, "Mira Izmišljena")
    sent(amir)
    typed(amir, "1", "1", "1990")
    sent(amir)
    assert amir.title == "What sex is written in the document?"
    amir.check()
    # Stop here: signed out, the registration waits.
    amir.press("Sign out")
    amir.sign_in(OFFICER)
    amir.open("/trainings/people/guided")
    assert amir.title == "1 registration is not finished"
    amir.check()
    with amir.page.expect_navigation():
        amir.page.get_by_role("link", name="Go on Mira Izmišljena").press("Enter")
    answer_the_rest(amir)
    assert amir.title in ("Is everything right?", "Somebody like this is registered already")
    assert amir.facts()["Which papers are missing?"].startswith("Identity card")
    amir.check()
    amir.press("Register")
    assert amir.title == "Mira Izmišljena"
    assert "Missing: Identity card" in amir.facts()["Papers"]
    amir.check()


def answer_the_rest(amir: Visitor) -> None:
    """From the sex to the last question, of somebody without papers who agrees to nothing."""
    chosen(amir)
    sent(amir)
    assert amir.title == "Has the person a national number?"
    amir.check()
    chosen(amir, 1)
    sent(amir)
    amir.page.get_by_label("Identity card", exact=True).press("Space")
    amir.check()
    sent(amir)
    chosen(amir, 2)
    sent(amir)
    amir.check()
    amir.press("Go on")
    typed(amir, "Topola")
    amir.check()
    sent(amir)
    amir.check()
    amir.press("Go on")
    assert amir.title == "May the programme hold these data?"
    amir.check()
    chosen(amir, 1)
    sent(amir)


def test_officer_fills_a_table_by_keys_and_from_a_spreadsheet(
    visit: Callable[[str], Visitor],
) -> None:
    amir = visit(OFFICER)
    amir.open("/trainings/people/table")
    amir.check()
    if amir.page.get_by_label("Programme", exact=True).count():
        amir.page.get_by_label("Programme", exact=True).select_option(index=1)
    keyboard = amir.page.keyboard
    amir.page.get_by_label("Full name, row 1", exact=True).focus()
    keyboard.type("Prva Osoba")
    keyboard.press("Tab")
    keyboard.type("2.3.1991")
    keyboard.press("Tab")
    keyboard.type("F")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type("Topola")
    # Enter goes to the next person, and beyond the last one a row is made.
    keyboard.press("Enter")
    assert focus_of(amir) == "rows-2-full_name"
    for _ in range(4):
        keyboard.press("Enter")
    assert focus_of(amir) == "rows-6-full_name"
    amir.check()
    amir.page.get_by_label("Full name, row 2", exact=True).focus()
    copied = "Druga Osoba\t3.4.1992\tF\nTreća Osoba\t31.2.1993\tM"
    amir.page.evaluate(
        "text => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " document.activeElement.dispatchEvent(new ClipboardEvent('paste',"
        " { clipboardData: data, bubbles: true, cancelable: true })); }",
        copied,
    )
    assert amir.page.get_by_label("Full name, row 3", exact=True).input_value() == "Treća Osoba"
    # A row that was typed is still there after the page was lost.
    amir.page.reload()
    assert amir.page.get_by_label("Full name, row 3", exact=True).input_value() == "Treća Osoba"
    amir.page.get_by_role("button", name="Register these people", exact=True).focus()
    with amir.page.expect_navigation():
        keyboard.press("Enter")
    assert amir.title == "1 row waits for you, the others are registered"
    assert [row[0] for row in amir.rows("Registered")] == ["Prva Osoba", "Druga Osoba"]
    assert amir.page.get_by_label("Birth date, row 1", exact=True).input_value() == "31.2.1993"
    amir.check()
    amir.fill("Birth date, row 1", "1.2.1993")
    amir.press("Register these people")
    assert amir.title == "1 person is registered"
    amir.check()


def typing(visit: Callable[[str], Visitor], name: str) -> Visitor:
    """An officer who typed somebody with a national number into the table and sent nothing yet."""
    amir = visit(OFFICER)
    amir.open("/trainings/people/table")
    amir.page.locator("[name=rows-1-full_name]").fill(name)
    amir.page.locator("[name=rows-1-jmbg]").fill("0101990715000")
    return amir


def focus_of(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("document.activeElement.id"))


def test_what_one_officer_typed_is_not_there_for_the_next_one_in_the_tab(
    visit: Callable[[str], Visitor],
) -> None:
    amir = typing(visit, "Tajna Osoba")
    assert "Tajna Osoba" in tab_storage(amir)
    assert "0101990715000" not in tab_storage(amir)
    # The session runs out, and somebody else sits down: the tab stays.
    amir.page.context.clear_cookies()
    amir.sign_in("Jelena Stanković")
    assert "Tajna Osoba" not in tab_storage(amir)
    amir.open("/trainings/people/table")
    assert "Tajna Osoba" not in amir.page.evaluate(
        "[...document.querySelectorAll('tr[data-row] input')].map(one => one.value).join()"
    )


def test_who_signs_in_again_finds_what_they_typed_but_for_the_national_number(
    visit: Callable[[str], Visitor],
) -> None:
    amir = typing(visit, "Opet Ista")
    amir.page.context.clear_cookies()
    amir.sign_in(OFFICER)
    amir.open("/trainings/people/table")
    assert amir.page.locator("[name=rows-1-full_name]").input_value() == "Opet Ista"
    assert amir.page.locator("[name=rows-1-jmbg]").input_value() == ""


def tab_storage(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("JSON.stringify(Object.entries(sessionStorage))"))

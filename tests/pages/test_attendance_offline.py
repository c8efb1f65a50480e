"""The network is cut half-way, the page is closed, the server restarts: nothing entered is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.grids import TRAINER, begin_cohort, cell, kept, ready, recorded, wait_saved
from tests.pages.serving import Server
from tests.pages.visiting import DESKTOP, PHONE, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]

SAVED = "[data-grid-saved]"


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """The trainer, signed in, in a browser of her own."""
    server.start()
    with ExitStack() as opened:

        def begin(screen: Any = DESKTOP) -> Visitor:
            visitor = opened.enter_context(Visitor(browser, server.address, screen))
            visitor.sign_in(TRAINER)
            return visitor

        yield begin


def offline(page: Page, off: bool) -> None:
    """Cut the network, or give it back."""
    page.context.set_offline(off)


def waits(page: Page, count: int) -> None:
    """The page says how many entries are not sent yet."""
    expect(page.locator(SAVED)).to_have_text(f"Waiting for the connection. Not sent yet: {count}")


def faults(visitor: Visitor) -> list[str]:
    """What is wrong, but for what the browser itself notes of a network that is cut."""
    return [one for one in visitor.faults() if "Failed to load resource: net::" not in one]


def test_what_is_entered_while_the_network_is_cut_arrives_when_it_is_back(
    visit: Callable[..., Visitor],
) -> None:
    marija = visit()
    path = begin_cohort(marija, "OFF-1", people=4)
    marija.open(path)
    ready(marija.page)
    cell(marija.page, 0, "1").fill("300")
    cell(marija.page, 0, "1").press("Enter")
    wait_saved(marija.page)

    offline(marija.page, True)
    for row, key in ((1, "p"), (2, "a")):
        cell(marija.page, row, "1").press(key)
    cell(marija.page, 3, "1").fill("120")
    cell(marija.page, 3, "1").press("Tab")
    waits(marija.page, 3)
    assert {one["value"] for one in kept(marija.page)} == {360, 0, 120}
    # Ids and numbers, no names.
    names = marija.page.locator("tbody th").all_inner_texts()
    assert not [name for name in names if name in str(kept(marija.page))]

    offline(marija.page, False)
    wait_saved(marija.page)
    assert recorded(marija, path) == {(0, "1"): 300, (1, "1"): 360, (2, "1"): 0, (3, "1"): 120}
    assert kept(marija.page) == []
    assert faults(marija) == []


def test_the_page_opens_again_without_a_network_and_still_holds_everything(
    visit: Callable[..., Visitor],
) -> None:
    marija = visit(PHONE)
    path = begin_cohort(marija, "OFF-2")
    marija.open(path)
    ready(marija.page)
    cell(marija.page, 0, "1").fill("300")
    cell(marija.page, 0, "1").press("Enter")
    wait_saved(marija.page)
    marija.page.wait_for_selector("[data-grid][data-kept=yes]")

    offline(marija.page, True)
    quick = marija.page.get_by_role("button", name=re.compile("was there the whole session"))
    quick.nth(1).click()
    waits(marija.page, 1)
    marija.page.reload()
    ready(marija.page)
    # What had arrived after the page was kept is there too, and what had not.
    assert [cell(marija.page, row, "1").input_value() for row in range(3)] == ["300", "360", ""]
    marija.page.get_by_role("button", name=re.compile("was absent")).nth(2).click()
    waits(marija.page, 2)

    # The tab is closed, in a new one everything is still there, and it is sent with the network.
    context = marija.page.context
    tab = context.new_page()
    marija.page.close()
    tab.goto(path)
    ready(tab)
    assert [cell(tab, row, "1").input_value() for row in range(3)] == ["300", "360", "0"]
    offline(tab, False)
    wait_saved(tab)
    marija.page = tab
    assert recorded(marija, path) == {(0, "1"): 300, (1, "1"): 360, (2, "1"): 0}
    assert faults(marija) == []


def test_a_number_half_typed_when_the_tab_is_closed_is_there_again(
    visit: Callable[..., Visitor],
) -> None:
    marija = visit()
    path = begin_cohort(marija, "OFF-3")
    marija.open(path)
    ready(marija.page)
    offline(marija.page, True)
    cell(marija.page, 0, "1").click()
    marija.page.keyboard.type("25")
    expect(marija.page.locator("td[data-state~=waiting]")).to_have_count(1)
    marija.page.wait_for_function(_KEPT_ONE)
    context = marija.page.context
    tab = context.new_page()
    marija.page.close()
    offline(tab, False)
    tab.goto(path)
    ready(tab)
    wait_saved(tab)
    marija.page = tab
    assert recorded(marija, path) == {(0, "1"): 25}


def test_a_restarted_server_and_a_lost_answer_record_once(
    visit: Callable[..., Visitor], server: Server
) -> None:
    marija = visit()
    path = begin_cohort(marija, "OFF-4")
    marija.open(path)
    ready(marija.page)
    # The server records it, and the answer never arrives.
    marija.page.route("**/entries", lambda route: route.abort())
    marija.page.route("**/entries", _answers_are_lost, times=1)
    cell(marija.page, 0, "1").press("p")
    waits(marija.page, 1)
    server.stop()
    marija.page.unroute("**/entries")
    cell(marija.page, 1, "1").press("p")
    waits(marija.page, 2)
    marija.page.reload()
    ready(marija.page)
    assert cell(marija.page, 1, "1").input_value() == "360"
    cell(marija.page, 2, "1").press("a")
    waits(marija.page, 3)
    server.start()
    wait_saved(marija.page)
    assert recorded(marija, path) == {(0, "1"): 360, (1, "1"): 360, (2, "1"): 0}
    marija.open(f"{path}/earlier")
    assert marija.title == "Nothing was corrected"
    marija.open(f"{path}/differences")
    assert marija.title == "Nothing is to be decided"


def test_entries_survive_the_end_of_the_session_and_are_sent_by_the_same_person(
    visit: Callable[..., Visitor],
) -> None:
    marija = visit()
    path = begin_cohort(marija, "OFF-5")
    marija.open(path)
    ready(marija.page)
    marija.page.context.clear_cookies()
    cell(marija.page, 0, "1").press("p")
    expect(marija.page.locator(SAVED)).to_contain_text("You are signed out. Not sent yet: 1")
    # Somebody else at this computer sends nothing of hers.
    marija.sign_in("Amir Hodžić")
    marija.open("/trainings/cohorts")
    assert [one["value"] for one in kept(marija.page)] == [360]
    assert not marija.page.evaluate("async () => (await caches.keys()).includes('zanat-grid')")
    marija.page.context.clear_cookies()
    marija.sign_in(TRAINER)
    marija.press("Entries of yours wait in this browser. Open them, so that they are sent.")
    ready(marija.page)
    wait_saved(marija.page)
    assert recorded(marija, path) == {(0, "1"): 360}


def test_signing_out_sends_first_and_leaves_nothing_behind(visit: Callable[..., Visitor]) -> None:
    marija = visit()
    path = begin_cohort(marija, "OFF-6")
    marija.open(path)
    ready(marija.page)
    marija.page.route("**/entries", lambda route: route.abort())
    cell(marija.page, 0, "1").press("p")
    waits(marija.page, 1)
    marija.page.get_by_role("button", name="Sign out").click()
    alert = marija.page.get_by_role("alert")
    expect(alert).to_contain_text("Signing out would lose what is not sent yet: 1")
    marija.page.unroute("**/entries")
    # On another page, signing out leads back to what waits.
    marija.open("/trainings/cohorts")
    marija.press("Sign out")
    assert marija.path == path
    ready(marija.page)
    wait_saved(marija.page)
    with marija.page.expect_navigation(url="**/accounts/sign-in"):
        marija.page.get_by_role("button", name="Sign out").click()
    assert marija.page.evaluate("async () => await caches.keys()") == []
    assert kept(marija.page) == []
    marija.sign_in(TRAINER)
    marija.open(path)
    ready(marija.page)
    assert recorded(marija, path) == {(0, "1"): 360}


def _answers_are_lost(route: Any) -> None:
    route.fetch()
    route.abort()


_KEPT_ONE = """() => new Promise(resolve => {
    const asked = indexedDB.open("zanat-entries");
    asked.onsuccess = () => {
        const all = asked.result.transaction("of").objectStore("of").getAll();
        all.onsuccess = () => {
            asked.result.close();
            resolve(all.result.length === 1 && all.result[0].value === 25);
        };
    };
})"""

"""Two trainers at once, a slow connection, a browser without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.grids import TRAINER, begin_cohort, cell, ready, recorded, wait_saved
from tests.pages.serving import Server
from tests.pages.visiting import DESKTOP, PHONE, Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]

THIRD_GENERATION = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 400 * 1024 / 8,
    "uploadThroughput": 200 * 1024 / 8,
}
"""A connection of some 400 kbit/s down and 200 up, 300 ms away."""

PAGE_BYTES_MAX = 45_000
"""The page itself for fifteen people in ten sessions; what it is made of is fetched once a year."""

FILES_BYTES_MAX = 260_000


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[[Screen], Visitor]]:
    """The trainer in a browser of her own, on any screen."""
    server.start()
    with ExitStack() as opened:

        def begin(screen: Screen) -> Visitor:
            visitor = opened.enter_context(Visitor(browser, server.address, screen))
            visitor.sign_in(TRAINER)
            return visitor

        yield begin


def test_two_at_once_see_each_other_and_overwrite_nothing(
    visit: Callable[[Screen], Visitor],
) -> None:
    one, other = visit(DESKTOP), visit(DESKTOP)
    path = begin_cohort(one, "TWO-1")
    for who in (one, other):
        who.open(path)
        ready(who.page)
    cell(one.page, 0, "1").press("p")
    wait_saved(one.page)
    expect(cell(other.page, 0, "1")).to_have_value("360", timeout=20_000)
    # Both have no connection and enter different things.
    other.page.context.set_offline(True)
    cell(other.page, 1, "1").fill("100")
    cell(other.page, 1, "1").press("Enter")
    cell(one.page, 1, "1").fill("200")
    cell(one.page, 1, "1").press("Enter")
    wait_saved(one.page)
    other.page.context.set_offline(False)
    words = "Two people recorded different things. To be decided: 1"
    expect(other.page.get_by_role("link", name=words)).to_be_visible(timeout=20_000)
    expect(cell(other.page, 1, "1")).to_have_value("200")
    expect(one.page.get_by_role("link", name=words)).to_be_visible(timeout=20_000)
    one.check()
    one.press(words)
    assert one.title == words
    assert "200" in one.text() and "100" in one.text() and one.text().count(TRAINER) == 2
    one.check()
    one.press("Take 100")
    assert one.title == "Nothing is to be decided"
    one.open(f"{path}/earlier")
    assert one.title == "Entries that were corrected: 1"
    assert [
        row.split(" · ")[0] for row in one.rows("Entries that were corrected")[0][2].split("\n")
    ] == ["200", "100"]
    one.check()
    expect(cell(other.page, 1, "1")).to_have_value("100", timeout=20_000)
    expect(other.page.get_by_role("link", name=words)).to_be_hidden()


def test_a_phone_with_3g_gets_a_small_page_and_saves(visit: Callable[[Screen], Visitor]) -> None:
    marija = visit(PHONE)
    path = begin_cohort(marija, "3G-1", people=10, sessions=10)
    weights: dict[str, int] = {}
    session = marija.page.context.new_cdp_session(marija.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", THIRD_GENERATION)
    names: dict[str, str] = {}
    session.on(
        "Network.responseReceived",
        lambda event: names.__setitem__(event["requestId"], event["response"]["url"]),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: weights.__setitem__(
            names.get(event["requestId"], ""), int(event["encodedDataLength"])
        ),
    )
    marija.page.set_default_timeout(60_000)
    marija.open(path)
    ready(marija.page)
    page = next(size for url, size in weights.items() if url.endswith(path))
    files = sum(size for url, size in weights.items() if "/assets/" in url)
    print(f"page {page} bytes, files {files} bytes")
    assert page < PAGE_BYTES_MAX
    assert files < FILES_BYTES_MAX
    marija.page.get_by_role("button", name="Everybody else was there").click()
    expect(marija.page.locator("[data-grid-saved]")).to_contain_text("All saved", timeout=60_000)
    wait_saved(marija.page)
    assert len(recorded(marija, path)) == 10


def test_without_a_script_the_heads_lead_to_forms(browser: Browser, server: Server) -> None:
    with Visitor(browser, server.address, DESKTOP) as marija:
        marija.sign_in(TRAINER)
        path = begin_cohort(marija, "NOJS-1")
        state = marija.page.context.storage_state()
    context = browser.new_context(
        base_url=server.address, java_script_enabled=False, storage_state=state, locale="en-GB"
    )
    page = context.new_page()
    page.goto(path)
    expect(page.locator("noscript p")).to_be_visible()
    page.get_by_role("link", name="Session 1").click()
    page.get_by_label("Minutes of Nada Primerčić").fill("300")
    page.get_by_role("button", name="Record attendance").click()
    page.goto(path)
    assert page.locator("tbody td").first.inner_text() == "300"
    context.close()

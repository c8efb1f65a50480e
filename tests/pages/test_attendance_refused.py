"""What is not taken now is sent again by itself; what never will be is told, and sent if asked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.pages.grids import TRAINER, begin_cohort, cell, kept, ready, recorded, wait_saved
from tests.pages.serving import Server
from tests.pages.visiting import DESKTOP, WAIT_MILLISECONDS, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]

ENTRIES: Final = "**/entries"
PROXY: Final = {"content_type": "text/html", "body": "<h1>Request Entity Too Large</h1>"}
AT_ONCE: Final = "Somebody changed this at the same moment. Look again and repeat."


def problem(code: str, detail: str) -> dict[str, str]:
    """A refusal as ours are."""
    document = {"type": f"/problems/{code}", "detail": detail}
    return {"content_type": "application/problem+json", "body": json.dumps(document)}


@pytest.fixture
def marija(browser: Browser, server: Server) -> Iterator[Visitor]:
    """The trainer, signed in."""
    server.start()
    with ExitStack() as opened:
        visitor = opened.enter_context(Visitor(browser, server.address, DESKTOP))
        visitor.sign_in(TRAINER)
        yield visitor


def refuse(page: Page, refused: Callable[[list[Any]], dict[str, Any] | None]) -> list[list[Any]]:
    """Answer batches with what ``refused`` says, let the others through; what was sent."""
    sent: list[list[Any]] = []

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        entries = json.loads(route.request.post_data or "{}")["entries"]
        sent.append([one["value"] for one in entries])
        given = refused(entries)
        route.fulfill(**given) if given else route.continue_()

    page.route(ENTRIES, answer)
    return sent


def try_now(page: Page) -> None:
    """What the browser does when it has a connection again: no test waits for the pause."""
    page.evaluate("() => window.dispatchEvent(new Event('online'))")


def sent_so_often(page: Page, sent: list[list[Any]], count: int) -> None:
    """Wait until so many batches were sent."""
    deadline = time.monotonic() + WAIT_MILLISECONDS / 1000
    while len(sent) < count:
        assert time.monotonic() < deadline, "nothing is sent any more"
        page.wait_for_timeout(50)


def test_a_refusal_in_passing_loses_nothing_and_is_not_told_as_final(marija: Visitor) -> None:
    path, page = begin_cohort(marija, "REF-1"), marija.page
    marija.open(path)
    ready(page)
    answers: list[dict[str, Any]] = [
        {"status": 409, **problem("changed-meanwhile", AT_ONCE)},
        {"status": 403, **problem("forbidden", "You may not do this.")},
        {"status": 408, **PROXY},
        {"status": 413, **PROXY},
        {"status": 429, **problem("too-many", "Wait a little.")},
        {"status": 503, **PROXY},
        {"status": 200, **PROXY},
    ]
    sent = refuse(
        page, lambda entries: answers[len(sent) - 1] if len(sent) <= len(answers) else None
    )
    cell(page, 0, "1").press("p")
    expect(page.locator("[data-grid-saved]")).to_contain_text(
        f"Not saved yet: 1. It is tried again by itself. {AT_ONCE}"
    )
    for n in range(len(answers)):
        sent_so_often(page, sent, n + 1)
        assert [one["value"] for one in kept(page)] == [360], f"lost after answer {n}"
        assert not page.locator("[data-grid-refused]").is_visible()
        try_now(page)
    wait_saved(page)
    assert recorded(marija, path) == {(0, "1"): 360}
    assert kept(page) == []


def test_one_entry_that_is_never_taken_keeps_back_no_other(marija: Visitor) -> None:
    path, page = begin_cohort(marija, "REF-2"), marija.page
    marija.open(path)
    ready(page)
    erased = {"status": 409, **problem("data-erased", "The data of this person were erased.")}
    bad = [True]
    page.route(ENTRIES, lambda route: route.abort())
    for row, minutes in ((0, "10"), (1, "20"), (2, "30")):
        cell(page, row, "1").fill(minutes)
        cell(page, row, "1").press("Tab")
    expect(page.locator("[data-grid-saved]")).to_contain_text("Not sent yet: 3")
    page.unroute(ENTRIES)
    sent = refuse(
        page,
        lambda entries: erased if bad[0] and any(one["value"] == 20 for one in entries) else None,
    )
    try_now(page)
    told = page.locator("[data-grid-refused] li")
    expect(told).to_contain_text("The data of this person were erased.")
    expect(told).to_have_count(1)
    wait_saved_but(page, 1)
    assert sent == [[10, 20, 30], [10], [20], [30]]
    assert recorded(marija, path) == {(0, "1"): 10, (2, "1"): 30}
    # Whoever knows that it is over sends it once more.
    bad[0] = False
    page.get_by_role("button", name="Send it again").click()
    wait_saved(page)
    expect(told).to_have_count(0)
    assert recorded(marija, path) == {(0, "1"): 10, (1, "1"): 20, (2, "1"): 30}


def wait_saved_but(page: Page, count: int) -> None:
    """Wait until only so many cells hold what was not accepted."""
    expect(page.locator("td[data-state~=waiting]")).to_have_count(0)
    expect(page.locator("td[data-state~=refused]")).to_have_count(count)

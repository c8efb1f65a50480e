"""A cohort under way for the grids of attendance and tests, and what a trainer sees in them.

path = begin_cohort(marija, "GR-1", people=3, sessions=2)     # today's sessions, nothing recorded
marija.open(path)
cell(marija.page, 0, "1").fill("300")
wait_saved(marija.page)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.pages.visiting import WAIT_MILLISECONDS, Visitor

API = "/trainings/api/v1"
TRAINER = "Marija Nikolić"
MINUTES = (360, 300, 240)
SOURCE = "TO-2026-2"
"""A cohort of the demonstration whose people take part in ours too."""


def ask(visitor: Visitor, path: str, body: Any = None, **headers: str) -> Any:
    """Ask the JSON interface as the page itself would; the answer with status and ETag."""
    return visitor.page.evaluate(
        """async ([path, body, headers]) => {
            const options = body === null ? {} : {
                method: "POST",
                headers: {"Content-Type": "application/json", ...headers},
                body: JSON.stringify(body),
            };
            const answer = await fetch(path, options);
            const text = await answer.text();
            return {
                status: answer.status,
                etag: answer.headers.get("ETag"),
                json: text ? JSON.parse(text) : null,
            };
        }""",
        [path, body, headers],
    )


def begin_cohort(
    visitor: Visitor, reference: str, *, people: int = 3, sessions: int = 2, later: int = 1
) -> str:
    """A cohort with sessions today (and ``later`` ones tomorrow); the path of its grid."""
    found = ask(visitor, f"{API}/cohorts")["json"]["items"]
    source = next(one for one in found if one["reference"] == SOURCE)
    new = {
        "reference": reference,
        "course_id": source["course_id"],
        "country": "RS",
        "place": "Topola",
        "trainers": source["trainers"],
    }
    made = ask(visitor, f"{API}/cohorts", new)
    assert made["status"] == 201, made
    cohort = f"{API}/cohorts/{made['json']['id']}"
    tag = made["etag"]
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Belgrade")).date()
    days = [today] * sessions + [today + timedelta(days=1)] * later
    for n, on in enumerate(days):
        session = {"on": on.isoformat(), "minutes": MINUTES[n % len(MINUTES)]}
        added = ask(visitor, f"{cohort}/sessions", session, **{"If-Match": tag})
        assert added["status"] == 201, added
        tag = added["etag"]
    enrolled = ask(visitor, f"{API}/cohorts/{source['cohort_id']}/participants")["json"]["items"]
    for one in enrolled[:people]:
        reference_of = {"reference": one["reference"]}
        added = ask(visitor, f"{cohort}/participants", reference_of, **{"If-Match": tag})
        assert added["status"] == 201, added
        tag = added["etag"]
    return f"/trainings/cohorts/{made['json']['id']}/attendance"


def recorded(visitor: Visitor, path: str) -> dict[tuple[int, str], Any]:
    """What stands on the server, by row of the grid and place; asked in a page of its own."""
    cohort = path.split("/")[3]
    told = ask(visitor, f"{API}/cohorts/{cohort}/entries")["json"]
    rows = visitor.page.locator("tr[data-person]").evaluate_all(
        "rows => rows.map(row => row.dataset.person)"
    )
    return {
        (rows.index(one["registration_id"]), one["place"]): one["value"] for one in told["entries"]
    }


def ready(page: Page) -> None:
    """Wait until the script has made fields of the cells and kept the page."""
    page.wait_for_selector("[data-grid][data-ready=yes]")


def cell(page: Page, row: int, place: str) -> Locator:
    """The field of a cell."""
    column = page.locator("thead th").evaluate_all(
        "(heads, place) => heads.findIndex(head => head.dataset.place === place)", place
    )
    return page.locator("tr[data-person]").nth(row).locator("td").nth(column - 1).locator("input")


def wait_saved(page: Page) -> None:
    """Wait until the page says that all is saved."""
    saved = page.locator("[data-grid-saved]")
    expect(saved).to_contain_text("All saved", timeout=WAIT_MILLISECONDS)
    expect(page.locator("td[data-state~=waiting]")).to_have_count(0)


def kept(page: Page) -> list[dict[str, Any]]:
    """The entries that this browser holds and has not sent."""
    found: list[dict[str, Any]] = page.evaluate(
        """() => new Promise(resolve => {
            const asked = indexedDB.open("zanat-entries");
            // There is none, and looking must not make one.
            asked.onupgradeneeded = () => asked.transaction.abort();
            asked.onerror = () => resolve([]);
            asked.onsuccess = () => {
                const all = asked.result.transaction("of").objectStore("of").getAll();
                all.onsuccess = () => { asked.result.close(); resolve(all.result); };
            };
        })"""
    )
    return found

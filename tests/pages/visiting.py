"""Somebody who uses the pages in a browser of their own, and what they notice on the way.

with Visitor(browser, address, PHONE) as marija:
    marija.sign_in("Marija Nikolić")
    marija.press("Issue certificates")
    assert marija.title == "Issue 9 certificates?"
    marija.check()              # nothing wrong on this page
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Playwright, Response

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WAIT_MILLISECONDS = 20_000


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What somebody looks at: size in CSS pixels, dots for each of them, a dark system or not."""

    name: str
    width: int
    height: int
    dark: bool = False
    touch: bool = False
    sharpness: int = 1


DESKTOP = Screen(name="desktop", width=1280, height=900)
PHONE = Screen(name="phone", width=360, height=740, dark=True, touch=True)


def chromium() -> str:
    """The system's browser; empty when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


def launch(playwright: Playwright) -> Browser:
    """The system's browser, without a window. As root it cannot make a sandbox."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    return playwright.chromium.launch(executable_path=chromium(), args=sandbox)


class Visitor:
    """A browser context: cookies of its own, one page, and everything that went wrong in it."""

    def __init__(self, browser: Browser, address: str, screen: Screen) -> None:
        self.address = address
        self.wrong: list[str] = []
        self._context = browser.new_context(
            base_url=address,
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.dark else "light",
            has_touch=screen.touch,
            device_scale_factor=screen.sharpness,
            locale="en-GB",
            timezone_id="Europe/Belgrade",
            accept_downloads=True,
        )
        self._context.set_default_timeout(WAIT_MILLISECONDS)
        self.page = self._context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._context.close()

    # What somebody does

    def open(self, path: str) -> None:
        """Go to an address of this installation."""
        self.page.goto(path)

    def sign_in(self, name: str) -> None:
        """Choose an invented person on the sign-in page."""
        self.open("/accounts/sign-in")
        self.press(f"Sign in as {name}")

    def press(self, text: str, *, within: Locator | None = None) -> None:
        """Press the button or follow the link with exactly this text, and wait for the page."""
        where = self.page if within is None else within
        button = where.get_by_role("button", name=text, exact=True)
        link = where.get_by_role("link", name=text, exact=True)
        with self.page.expect_navigation():
            button.or_(link).first.click()

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label, exact=True).fill(text)

    # What somebody sees

    @property
    def title(self) -> str:
        """The page's only heading of the first level."""
        return " ".join(self.page.get_by_role("heading", level=1).inner_text().split())

    @property
    def path(self) -> str:
        """The address without the server."""
        return self.page.url.removeprefix(self.address)

    def rows(self, caption: str) -> list[list[str]]:
        """The cells of a table's body, as they are read."""
        table = self.page.get_by_role("table", name=caption, exact=True)
        found: list[list[str]] = table.evaluate(
            "table => [...table.tBodies[0].rows].map(row =>"
            " [...row.cells].map(cell => cell.innerText.trim()))"
        )
        return found

    def facts(self) -> dict[str, str]:
        """The page's summary lists: words and what stands beside them."""
        found: dict[str, str] = self.page.eval_on_selector_all(
            ".govuk-summary-list__row",
            "rows => Object.fromEntries(rows.map(row => ['dt', 'dd'].map(name =>"
            " row.querySelector(name).innerText.trim())))",
        )
        return found

    def focused(self) -> str:
        """The words of what the keyboard stands on."""
        return " ".join(str(self.page.evaluate("document.activeElement.innerText || ''")).split())

    def language(self) -> str:
        """The language that the page says it is in."""
        return str(self.page.evaluate("document.documentElement.lang"))

    def text(self) -> str:
        """What the page's main part says."""
        return " ".join(self.page.locator("main").inner_text().split())

    def links(self, selector: str) -> list[str]:
        """Addresses of the links within, in order, each once."""
        found: list[str] = self.page.eval_on_selector_all(
            f"{selector} a[href]", "links => links.map(link => link.getAttribute('href'))"
        )
        return list(dict.fromkeys(found))

    def check(self) -> None:
        """Nothing is wrong here: no error, nothing beyond the screen, nothing that axe finds."""
        found = self.faults()
        assert not found, "\n".join([self.path, *found])

    def faults(self) -> list[str]:
        """What is wrong on this page and was on the way here, in sentences."""
        found, self.wrong = self.wrong, []
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"The page is {wide} px wider than the screen: {self._widest()}")
        if self.page.get_by_role("heading", level=1).count() != 1:
            found.append("The page has not exactly one heading of the first level.")
        options = {"runOnly": list(LEVELS), "resultTypes": ["violations"]}
        answer: dict[str, Any] = Axe().run(self.page, options=options).response
        for one in answer["violations"]:
            places = [f"{node['target']}: {node['failureSummary']}" for node in one["nodes"][:3]]
            found.append(f"axe: {one['id']}, {one['help']}: " + "; ".join(places))
        return found

    def picture(self, path: Path) -> None:
        """Keep what is seen as a file."""
        self.page.screenshot(path=path)

    def _widest(self) -> str:
        """The first element that reaches beyond the screen."""
        return str(
            self.page.evaluate(
                "([...document.body.querySelectorAll('*')].find(one =>"
                " one.getBoundingClientRect().right > window.innerWidth"
                " && !one.closest('.zanat-table')) || document.body).outerHTML.slice(0, 200)"
            )
        )

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 4xx, which the browser notes in its console.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.method == "GET"):
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")

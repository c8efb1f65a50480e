"""Writes the pictures that the README shows: ``python -m tests.pages.screenshots``.

    docs/screenshots/{trainer,committee,finance,phone}.png

They are of an invented programme, and a file stays under 250 KB.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright

from tests.pages.serving import ROOT, make_home, serving
from tests.pages.visiting import DESKTOP, Screen, Visitor, launch

FOLDER: Final = ROOT / "docs" / "screenshots"
SIZE_MAX: Final = 250_000
HAND: Final = Screen(name="hand", width=360, height=740, touch=True, sharpness=2)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A file's name, who looks, at what, and how they get to the page that is shown."""

    name: str
    person: str
    screen: Screen
    go: Callable[[Visitor], None]


def _cohort(visitor: Visitor) -> None:
    visitor.press("Cohorts")
    visitor.press("TO-2026-2")


def _ranking(visitor: Visitor) -> None:
    """A meeting is convened and ranked: the room with the line where the money ends."""
    visitor.press("Lead the committee")
    visitor.press("Convene the committee")
    call = visitor.page.get_by_label("Closed call that the committee decides about", exact=True)
    call.select_option("KG-26-2 – Summer round 2026")
    today = datetime.now(ZoneInfo("Europe/Belgrade"))
    for label, number in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        visitor.fill(label, str(number))
    visitor.press("Convene")
    for name in ("Nermina Begić", "Saša Đorđević", "Ljiljana Kostić"):
        visitor.page.get_by_label(name, exact=True).check()
    visitor.press("Record who is present")
    visitor.press("Close scoring")
    visitor.press("Close scoring")
    visitor.press("Record the ranking")
    # The notice of what was just done belongs to that moment only.
    visitor.open(visitor.path)


def _ledger(visitor: Visitor) -> None:
    visitor.press("Ledger")
    visitor.page.get_by_label("Programme", exact=True).select_option("demo")
    visitor.press("Show")


def _reviews(visitor: Visitor) -> None:
    visitor.press("Declare conflicts and score")


PICTURES: Final = (
    Picture(name="trainer", person="Marija Nikolić", screen=DESKTOP, go=_cohort),
    Picture(name="finance", person="Mirsad Delić", screen=DESKTOP, go=_ledger),
    Picture(name="phone", person="Nermina Begić", screen=HAND, go=_reviews),
    Picture(name="committee", person="Dragana Pavlović", screen=DESKTOP, go=_ranking),
)


def main() -> int:
    """Make all of them; 1 when one is too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder))
        with serving(home) as address, sync_playwright() as playwright:
            browser = launch(playwright)
            sizes = [take(browser, address, picture) for picture in PICTURES]
            browser.close()
    return int(max(sizes) > SIZE_MAX)


def take(browser: Browser, address: str, picture: Picture) -> int:
    """Take one picture; its size in bytes."""
    with Visitor(browser, address, picture.screen) as visitor:
        visitor.sign_in(picture.person)
        picture.go(visitor)
        path = FOLDER / f"{picture.name}.png"
        visitor.picture(path)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size:,} bytes", file=sys.stderr)
    return size


if __name__ == "__main__":
    sys.exit(main())

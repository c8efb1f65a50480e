"""The filter of the audit's list, as it stands in the address, for the page and the file alike.

    found = filter_of(request.args)
    found.search      ->  Search(source="grants", access="exports", …)
    found.values()    ->  {"source": "grants", "access": "exports"}

What was typed is kept with its errors, so that the page can show both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.audit.entries.views import ACCESSES, Search
from shared.language.marking import N_
from shared.web.language import say

LENGTH_MAX: Final = 120
FIELDS: Final = (
    *("source", "kind", "access", "programme", "stream", "actor"),
    *("since", "until", "correlation", "type", "after"),
)
ACCESS_WORDS: Final = {
    "reads": N_("What was looked at"),
    "exports": N_("What was exported"),
    "refusals": N_("What was refused"),
}


@dataclass(frozen=True)
class Filter:
    """What was typed, what is wrong with it, and the search that the rest of it makes."""

    typed: dict[str, str]
    errors: dict[str, str]
    search: Search

    def values(self) -> dict[str, str]:
        """What an address carries on."""
        return {name: text for name, text in self.typed.items() if text}


def filter_of(given: Mapping[str, str]) -> Filter:
    """The filter in an address."""
    typed = {name: given.get(name, "")[:LENGTH_MAX].strip() for name in FIELDS}
    errors: dict[str, str] = {}
    days = {name: _day(name, typed[name], errors) for name in ("since", "until")}
    if typed["access"] not in ACCESSES:
        typed["access"] = ""
    search = Search(
        source=typed["source"],
        actor=typed["actor"],
        stream=typed["stream"],
        kind=typed["kind"],
        type=typed["type"],
        correlation=typed["correlation"],
        programme=typed["programme"],
        access=typed["access"],
        since=days["since"],
        until=days["until"],
        after=_moment(typed),
    )
    return Filter(typed, errors, search)


def _day(name: str, text: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not 1900 <= day.year <= 2200:
            raise ValueError(name)
    except ValueError:
        errors[name] = say(N_("Write the day like 2026-03-31."))
        return None
    return day


def _moment(typed: dict[str, str]) -> datetime | None:
    """The moment after which; no person types it, so one that is none is left out."""
    try:
        moment = datetime.fromisoformat(typed["after"])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 2200:
        typed["after"] = ""
        return None
    return moment

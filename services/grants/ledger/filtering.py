"""The filter of the ledger's pages, as it stands in the address.

>>> given = {"since": "2011-01-01", "until": "soon", "account": "bank"}
>>> found = filter_of(given)
>>> found.since, sorted(found.errors), found.values()
(datetime.date(2011, 1, 1), ['until'], {'account': 'bank', 'since': '2011-01-01'})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.grants.ledger.exporting import Period
from services.grants.ledger.postings import CHART_OF_ACCOUNTS
from services.grants.ledger.queries import Search
from shared.language.marking import N_
from shared.money import CURRENCIES
from shared.web.language import say

FILTERS: Final = ("call", "account", "currency", "since", "until")
LENGTH_MAX: Final = 40
_YEARS: Final = range(1900, 2201)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What was typed, what of it holds, and what is wrong with the rest (by field)."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    since: date | None
    until: date | None

    @property
    def filtered(self) -> bool:
        """Whether anything was asked for."""
        return any(self.typed.values())

    @property
    def days(self) -> bool:
        """Whether only some days were asked for."""
        return bool(self.since or self.until)

    def values(self) -> dict[str, str]:
        """What addresses carry on; nothing that is wrong or empty."""
        return {name: text for name, text in self.typed.items() if text and name not in self.errors}

    def search(self, programme: str) -> Search:
        """As postings are searched."""
        held = self.values()
        return Search(
            programme=programme,
            call_id=held.get("call", ""),
            account=held.get("account", ""),
            currency=held.get("currency", ""),
            since=self.since,
            until=self.until,
        )

    def period(self) -> Period:
        """As disbursements are exported: these have no account."""
        held = self.values()
        return Period(
            call_id=held.get("call", ""),
            currency=held.get("currency", ""),
            since=self.since,
            until=self.until,
        )


def filter_of(given: Mapping[str, str]) -> Filter:
    """Read the filter; what cannot be read is an error of its field and filters nothing."""
    typed = {name: given.get(name, "")[:LENGTH_MAX].strip() for name in FILTERS}
    errors: dict[str, str] = {}
    since, until = (_day(typed, name, errors) for name in ("since", "until"))
    if since and until and until < since:
        errors["until"] = say(N_("The last day lies before the first."))
        until = None
    for name, known in (("account", CHART_OF_ACCOUNTS), ("currency", CURRENCIES)):
        if typed[name] and typed[name] not in known:
            errors[name] = say(N_("This is not in the list."))
    return Filter(typed=typed, errors=errors, since=since, until=until)


def _day(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    if not typed[name]:
        return None
    try:
        day = date.fromisoformat(typed[name])
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        errors[name] = say(N_("Write the day like 2026-03-31."))
        return None
    return day

"""A history for the API and the page alike: which records, which entries, told in words.

    found = history_of("payment", "0192…", page, newest_first=False)
    found.entries[0].what   ->  "The payment was scheduled."

Raises Missing where there is no such record, or none of which the reader may see an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.audit.entries.facts import read
from services.audit.entries.telling import Told, told
from services.audit.entries.views import Scope, contents
from services.audit.histories import views
from services.audit.histories.chains import Chain, chain
from shared.errors import Missing
from shared.language.marking import N_
from shared.web.access import signed_in
from shared.web.commands import service
from shared.web.pagination import PageRequest

IDENTIFIER_LENGTH_MAX: Final = 120
_NUMBERS: Final = ("application_no", "end_to_end_id", "number", "code", "reference")
"""Fields that hold what people call the record by, none of them a name of a person."""


@dataclass(frozen=True, kw_only=True)
class History:
    """A page of a history. ``number``: what people call the record by; ``next``: a cursor.

    records: streams of the chain of which the reader may see an entry, in order.
    """

    records: list[str]
    entries: list[Told]
    counts: dict[str, int]
    number: str
    next: str | None


def history_of(kind: str, identifier: str, page: PageRequest, *, newest_first: bool) -> History:
    """A page of the history of a record, with all that belongs to it."""
    if len(kind) + len(identifier) >= IDENTIFIER_LENGTH_MAX or "\x00" in kind + identifier:
        raise missing()
    scope, after = Scope.of(signed_in()), page.after(datetime, str, int)
    with service().database.reading() as connection:
        found = chain(connection, kind, identifier)
        counts = views.counts(connection, scope, found)
        if not counts:
            raise missing()
        rows = views.history(
            connection,
            scope,
            found,
            limit=page.limit + 1,
            after=(after[0], after[1], after[2]) if after else None,
            newest_first=newest_first,
        )
        answer = page.answer(rows, lambda row: (row.at.isoformat(), row.source, row.position))
        return History(
            records=views.visible(connection, scope, found.records),
            entries=told(connection, answer["items"]),
            counts=counts,
            number=_number(connection, f"{kind}/{identifier}", scope),
            next=answer["next"],
        )


def _number(connection: Any, stream: str, scope: Scope) -> str:
    """What the record is called by, from the first of its entries that says it."""
    first = Chain(records=frozenset({stream}))
    rows = views.history(connection, scope, first, limit=3)
    raw = contents(connection, [(row.source, row.position) for row in rows])
    for content in raw.values():
        data = read(content)
        for field in _NUMBERS:
            if isinstance(data.get(field), str):
                return str(data[field])
    return ""


def missing() -> Missing:
    """No such record, or none that this reader may see."""
    return Missing("history-missing", N_("There is no such record in the logs."))

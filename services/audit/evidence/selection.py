"""Which entries a bundle is of: a search, a record's whole history, or positions of logs.

    Selection(search=Search(programme="RS-2011")).pages(connection, scope)   # rows, in batches
    Selection(positions=positions_of("grants:3-17 trainings:5"))
    Selection(history=history_of("person/0192…"))

No more than 50,000 entries go into one bundle: a longer time is asked for in periods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from services.audit.entries.views import Scope, Search
from services.audit.histories.chains import chain
from services.audit.histories.views import Place, history
from services.audit.tables import ACTORS, ENTRIES
from shared.errors import Invalid
from shared.language.marking import N_

ENTRIES_MAX: Final = 50_000
RANGES_MAX: Final = 200
_BATCH: Final = 500
_POSITIONS: Final = re.compile(
    r"(?P<log>[a-z][a-z0-9_]{0,39}):(?P<first>\d{1,15})(?:-(?P<last>\d{1,15}))?"
)

Range = tuple[str, int, int]
"""A log, its first and its last position."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is asked for; of several kinds all must hold, but a history is alone."""

    search: Search = field(default_factory=Search)
    positions: tuple[Range, ...] = ()
    history: tuple[str, str] | None = None

    def pages(self, connection: Connection, scope: Scope) -> Iterator[Sequence[Row[Any]]]:
        """Rows that the reader may see, in batches: by log and position, a history by time."""
        if self.history is not None:
            yield from self._history(connection, scope, *self.history)
            return
        after: tuple[str, int] | None = None
        while True:
            rows = connection.execute(self._query(scope, after)).all()
            if rows:
                yield rows
            if len(rows) < _BATCH:
                return
            after = (rows[-1].source, rows[-1].position)

    def words(self) -> str:
        """The selection as the bundle's manifest has it."""
        if self.history is not None:
            return f"history={'/'.join(self.history)}"
        given = {
            name: str(value)
            for name in Search.__dataclass_fields__
            if (value := getattr(self.search, name))
        }
        if self.positions:
            given["positions"] = positions_text(self.positions)
        return "&".join(f"{name}={text}" for name, text in given.items()) or "everything"

    def _query(self, scope: Scope, after: tuple[str, int] | None) -> Any:
        conditions: list[ColumnElement[bool]] = [scope.clause(), *self.search.clauses()]
        if self.positions:
            conditions.append(
                or_(
                    *(
                        and_(ENTRIES.c.source == log, ENTRIES.c.position.between(first, last))
                        for log, first, last in self.positions
                    )
                )
            )
        if after is not None:
            log, position = after
            conditions.append(
                or_(
                    ENTRIES.c.source > log,
                    and_(ENTRIES.c.source == log, ENTRIES.c.position > position),
                )
            )
        return (
            select(ENTRIES, ACTORS.c.display_name)
            .select_from(ENTRIES.outerjoin(ACTORS, ACTORS.c.account_id == ENTRIES.c.actor))
            .where(*conditions)
            .order_by(ENTRIES.c.source, ENTRIES.c.position)
            .limit(_BATCH)
        )

    @staticmethod
    def _history(
        connection: Connection, scope: Scope, kind: str, identifier: str
    ) -> Iterator[Sequence[Row[Any]]]:
        found = chain(connection, kind, identifier)
        after: Place | None = None
        while True:
            rows = history(connection, scope, found, limit=_BATCH, after=after)
            if rows:
                yield rows
            if len(rows) < _BATCH:
                return
            after = (rows[-1].at, rows[-1].source, rows[-1].position)


def positions_of(text: str) -> tuple[Range, ...]:
    """``grants:3-17 trainings:5`` as ranges. Raises Invalid."""
    found: list[Range] = []
    for part in text.replace(",", " ").split():
        read = _POSITIONS.fullmatch(part)
        if read is None or len(found) == RANGES_MAX:
            raise _not_positions()
        first = int(read["first"])
        last = int(read["last"] or first)
        if last < first:
            raise _not_positions()
        found.append((read["log"], first, last))
    return tuple(found)


def positions_text(ranges: Sequence[Range]) -> str:
    """Ranges as they are written."""
    return " ".join(
        f"{log}:{first}" if first == last else f"{log}:{first}-{last}"
        for log, first, last in ranges
    )


def history_of(text: str) -> tuple[str, str] | None:
    """``person/0192…`` as kind and identifier; None when it is empty. Raises Invalid."""
    if not text:
        return None
    kind, _, identifier = text.partition("/")
    if not kind or not identifier or len(text) > 120 or "\x00" in text:
        raise Invalid(
            "evidence-record",
            N_("Write the record like person/ and its identifier, as it stands in the log."),
            field="history",
        )
    return kind, identifier


def _not_positions() -> Invalid:
    return Invalid(
        "evidence-positions",
        N_("Write positions like grants:3-17 trainings:5, at most {ranges_max} of them."),
        ranges_max=RANGES_MAX,
        field="positions",
    )

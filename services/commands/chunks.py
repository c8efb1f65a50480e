"""Rows in chunks: each chunk one transaction with its effects and a record of every row in it.

    rows = Rows(service, programme="demo", operator="import/register")
    rows.load("participants", register.participants, lambda work, part: ...)

The record is an idempotency record under the row's key, holding a keyed hash of what the row said.
So a chunk that was committed is never done twice, an interrupted load goes on where it stopped,
and a row that says something else than it did is reported and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select

from services.commands.terminal import Progress
from services.register.rows import Row, canonical_row
from shared.events.append import Context, RequestRecord
from shared.events.tables import RECORDS
from shared.events.work import Work
from shared.service import Service

CHUNK = 200
ACTOR = "import"

R = TypeVar("R", bound=Row)


@dataclass
class Outcome:
    """What a load did: rows written, rows already there, rows that say something else now."""

    written: int = 0
    known: int = 0
    changed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        """The outcome in words."""
        yield from self.warnings
        for where in self.changed:
            yield f"{where}: says something else than when it was loaded; nothing was changed"
        yield f"{self.written} rows loaded, {self.known} were there already"


class Rows:
    """Loads rows into one service, for one programme."""

    def __init__(
        self, service: Service, *, programme: str, outcome: Outcome, chunk: int = CHUNK
    ) -> None:
        self.service = service
        self.programme = programme
        self._outcome = outcome
        self._chunk = chunk
        self._known = self._records()

    def context(self) -> Context:
        """History is imported by the operator; each run is one correlation."""
        return Context(
            actor=f"{ACTOR}/operator",
            programme=self.programme,
            correlation=self.service.store.identifiers.new(),
            causation="import",
        )

    def load(
        self,
        label: str,
        rows: Sequence[R],
        handle: Callable[[Work, Sequence[R]], None],
        *,
        chunk: int | None = None,
    ) -> None:
        """Hand what is new to ``handle``, chunk by chunk, in the order given."""
        new = self._new(rows)
        size = chunk or self._chunk
        with Progress(label, len(new)) as progress:
            for start in range(0, len(new), size):
                part = new[start : start + size]
                self._commit(part, handle)
                progress.advance(len(part))

    def once(self, handle: Callable[[Work], None]) -> None:
        """Commands without rows of their own, which repeat harmlessly."""
        self.service.transact(self.context(), handle)

    def _commit(
        self, part: Sequence[tuple[R, str]], handle: Callable[[Work, Sequence[R]], None]
    ) -> None:
        def handler(work: Work) -> None:
            handle(work, [row for row, _ in part])
            for row, digest in part:
                work.record(
                    RequestRecord(ACTOR, self.programme, row.key, digest.encode(), 200, b"")
                )

        self.service.transact(self.context(), handler)
        self._known.update({row.key: digest.encode() for row, digest in part})
        self._outcome.written += len(part)

    def _new(self, rows: Sequence[R]) -> list[tuple[R, str]]:
        new: dict[str, tuple[R, str]] = {}
        for row in rows:
            digest = self.service.keyring.blind_index("register row", canonical_row(row).decode())
            known = self._known.get(row.key)
            if known is None:
                new.setdefault(row.key, (row, digest))
            elif known == digest.encode():
                self._outcome.known += 1
            else:
                self._outcome.changed.append(f"{row.table}.csv row {row.row}")
        return list(new.values())

    def _records(self) -> dict[str, bytes]:
        with self.service.database.reading() as connection:
            rows = connection.execute(
                select(RECORDS.c.key, RECORDS.c.request_hash).where(
                    RECORDS.c.actor == ACTOR, RECORDS.c.route == self.programme
                )
            )
            return {row.key: row.request_hash for row in rows}

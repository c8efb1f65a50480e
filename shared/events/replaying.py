"""Reads the events that some projections handle, in the order of a log, in batches.

    replay = Replay(service, projections)
    for batch in ahead(replay.batches(connection, "", after=-1, goal=9_999)):
        for name, recorded in replay.decoded(batch): ...

A source is a service whose events lie in the inbox; "" is the service's own log. Types that nobody
handles stay in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from sqlalchemy import Connection

from shared.events.envelope import Envelope, decode
from shared.events.event import Event
from shared.events.projection import Projection, Recorded
from shared.events.types import source_of
from shared.service import Service

BATCH: Final = 2_000
OWN: Final = ""
ENDLESS: Final = 2**62

Entry: TypeAlias = tuple[int, str, bytes]
"""Position, stored name of the type, exact bytes of the envelope."""

B = TypeVar("B")


class Replay:
    """What some projections handle of the logs that a service has, and how it is read."""

    def __init__(self, service: Service, projections: Iterable[Projection]) -> None:
        chosen = tuple(projections)
        self._service = service
        self._handled = dict.fromkeys(cls for one in chosen for cls in one.events)
        self._decoders = {cls.event_type: _decoder(cls) for cls in self._handled}
        for old in service.definition.upcasters:
            # What it becomes is known when it was lifted.
            self._decoders[old] = None
        follows = any(one.follow is not None for one in chosen)
        self._followed = frozenset(service.definition.follows) if follows else frozenset()

    def names(self, source: str) -> list[str]:
        """The stored names of types of a source that are handled."""
        service = source or self._service.name
        return [name for name in self._decoders if source_of(name) == service]

    def concerns(self, source: str) -> bool:
        """Whether anything of a source is of interest."""
        return source in self._followed or bool(self.names(source))

    def batches(
        self, connection: Connection, source: str, *, after: int, goal: int = ENDLESS
    ) -> Iterator[Sequence[Entry]]:
        """What is handled of a source, of one it follows everything, in the order of its log.

        In the connection's transaction: on PostgreSQL through a cursor of the server's, in binary
        form; on SQLite page by page.
        """
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            query = f"{self._query(source, 'main', '?')} limit {BATCH}"
            while rows := driver.execute(query, self._parameters(source, after, goal)).fetchall():
                yield rows
                after = rows[-1][0]
            return
        with driver.cursor("replay", binary=True) as cursor:
            cursor.execute(
                self._query(source, "public", "%s"), self._parameters(source, after, goal)
            )
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def _query(self, source: str, schema: str, mark: str) -> str:
        names = self.names(source)
        types = (
            "" if source in self._followed else f" and type in ({', '.join([mark] * len(names))})"
        )
        if source == OWN:
            return (
                "select l.position, e.type, e.envelope"  # noqa: S608 (our names)
                f" from {schema}.log l join {schema}.events e on e.event_id = l.event_id"
                f" where l.position > {mark} and l.position <= {mark}{types} order by l.position"
            )
        return (
            f"select position, type, envelope from {schema}.inbox"  # noqa: S608 (our names)
            f" where position > {mark} and position <= {mark}{types} and source = {mark}"
            " order by position"
        )

    def _parameters(self, source: str, after: int, goal: int) -> tuple[Any, ...]:
        names = () if source in self._followed else self.names(source)
        return (after, goal, *names, *([source] if source else []))

    def decoded(self, entries: Iterable[Entry]) -> Iterator[tuple[str, Recorded]]:
        """The events that are handled, with the names of the types that they are now of."""
        types = self._service.store.types
        for _, name, raw in entries:
            decoder = self._decoders.get(name)
            if decoder is not None:
                typed = decoder.decode(raw)
                yield name, Recorded(typed.data, typed, raw)
            elif name in self._decoders:
                envelope = decode(raw)
                event = types.event(name, envelope.data)
                if type(event) in self._handled:
                    yield event.event_type, Recorded(event, envelope, raw)


def ahead(batches: Iterator[B]) -> Iterator[B]:
    """The same, while the next one is read beside the work on the one before."""
    with ThreadPoolExecutor(1) as reading:
        coming = reading.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reading.submit(next, batches, None)
            yield batch


def _decoder(cls: type[Event]) -> msgspec.json.Decoder[Any] | None:
    """Decodes envelopes with their data in one pass."""
    whole = msgspec.defstruct(
        f"EnvelopeOf{cls.__name__}", [("data", cls)], bases=(Envelope,), frozen=True, kw_only=True
    )
    return msgspec.json.Decoder(whole)

"""Appends in few words, and many threads at once, for the tests of the store.

boats.store.commit(append(painted("boat/one", 0, "red"), claims=(Claim(...),)))
assert together(8, lambda n: sail(boats, f"boat-{n}")) == []
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from shared.events.append import Append, Claim, Context, StreamWrite
from shared.events.tables import EVENTS
from shared.service import Service
from tests.store.domain import Painted, context

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITERS = 8


def stored(service: Service, stream: str) -> list[int]:
    """The versions of a stream's events."""
    with service.database.reading() as connection:
        found = sa.select(EVENTS.c.version).where(EVENTS.c.stream == stream)
        return list(connection.execute(found.order_by(EVENTS.c.version)).scalars())


def append(
    *writes: StreamWrite, at: Context | None = None, claims: tuple[Claim, ...] = (), **more: Any
) -> Append:
    return Append(context=at or context(), now=NOON, writes=writes, claims=claims, **more)


def painted(stream: str, expected: int, *colours: str) -> StreamWrite:
    return StreamWrite(stream, expected, tuple(Painted(colour=c) for c in colours or ("red",)))


def together(
    count: int, run: Callable[[int], object], *, seconds: float = 60
) -> list[BaseException]:
    """Run in as many threads at once; what they raised."""
    wrong: list[BaseException] = []
    gate = threading.Barrier(count)

    def one(index: int) -> None:
        gate.wait()
        try:
            run(index)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads)
    return wrong

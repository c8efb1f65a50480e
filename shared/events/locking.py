"""Locks on streams until a transaction ends (PostgreSQL; SQLite has one writer at a time).

    numbers, alone = lock_numbers(writes={"award/a1"}, guards={"call/c1"})

``append_events`` in the database takes them before it looks at versions (core_0004).

Whoever appends to a stream holds it alone, whoever only rests on it shares it: so nothing is
appended to a guarded stream between the check of its version and the commit, and what follows has a
later place in the log. All of one append are taken in the order of their numbers, hence without
deadlock. An append to very many streams takes one lock that keeps guards out instead, since the
server has room for some thousands of locks only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

STREAMS_MAX: Final = 64
MANY: Final = -(2**63)
"""Stands before the number of every stream."""


def stream_number(stream: str) -> int:
    """The number of a stream's lock: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], signed=True)


def lock_alone(connection: Connection, stream: str) -> None:
    """Wait until nobody else appends to the stream or rests on it."""
    connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": stream_number(stream)})


def lock_numbers(writes: Collection[str], guards: Collection[str]) -> tuple[list[int], list[bool]]:
    """The numbers of the locks that an append needs, in their order, and which it holds alone."""
    alone = {MANY} if len(writes) > STREAMS_MAX else {stream_number(name) for name in writes}
    shared = {stream_number(name) for name in guards} | ({MANY} if guards else set())
    numbers = sorted(alone | shared)
    return numbers, [number in alone for number in numbers]

"""A log of a million entries at rest, verified; and proofs out of its database.

    settings = make_log(folder, 1_000_000)
    verify_ours(settings, 1_000_000), proofs_ours(settings, 300)    # entries/s, proofs/s
    hash_loop(settings)                                             # entries/s, hashing alone

Some thousand events of applications are made as the product makes them and written again and
again as others: other identifiers, other streams, as many bytes.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from shared.database import sqlite_path
from shared.events.verifying import trust_in, verify_at_rest
from shared.log.checkpoints import latest_signed, make_checkpoint, prove
from shared.log.hashes import grow_in_batches
from shared.log.leaf import leaf_hash
from shared.settings import Settings
from tests.load.rebuilt import opened, prepare

LOG: Final = "grants"
SEED_EVENTS: Final = 3_000
ENTRIES_SQL: Final = (
    "select e.envelope from log l join events e on e.event_id = l.event_id order by l.position"
)
_BATCH: Final = 20_000
Row = tuple[str, str, int, str, bytes]


def make_log(folder: Path, entries: int) -> Settings:
    """An installation on SQLite whose log of grants has so many entries, grown and signed."""
    home = prepare(folder, "", events=SEED_EVENTS, installation="bench")
    settings = home.service.settings
    with closing(sqlite3.connect(sqlite_path(settings, LOG), isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        seed = connection.execute(
            "select e.event_id, e.stream, e.version, e.type, e.envelope from log l "
            "join events e on e.event_id = l.event_id order by l.position"
        ).fetchall()
        position = len(seed)
        others = _others(seed)
        while position < entries:
            rows = [next(others) for _ in range(min(_BATCH, entries - position))]
            connection.execute("begin")
            connection.executemany("insert into events values (?, ?, ?, ?, ?)", rows)
            connection.executemany(
                "insert into log values (?, ?, ?)",
                [(position + n, row[0], leaf_hash(row[4])) for n, row in enumerate(rows)],
            )
            connection.execute("commit")
            position += len(rows)
    grow_in_batches(home.service.database, LOG, own=True)
    make_checkpoint(home.service)
    home.service.close()
    return settings


def verify_ours(settings: Settings, entries: int) -> float:
    """Entries a second, verified at rest with everything that `audit verify` checks of a log."""
    begun = time.perf_counter()
    verdict = verify_at_rest(str(sqlite_path(settings, LOG)), LOG, trust_in(settings, LOG))
    seconds = time.perf_counter() - begun
    assert (verdict.findings, verdict.entries, verdict.signed) == ([], entries, entries)
    return entries / seconds


def hash_loop(settings: Settings) -> float:
    """Entries a second of a bare loop over the same bytes, whose reading is not timed."""
    seconds, entries, sha256 = 0.0, 0, hashlib.sha256
    with closing(sqlite3.connect(sqlite_path(settings, LOG))) as connection:
        cursor = connection.execute(ENTRIES_SQL)
        while rows := cursor.fetchmany(_BATCH):
            begun = time.perf_counter()
            for (raw,) in rows:
                sha256(raw).digest()
            seconds += time.perf_counter() - begun
            entries += len(rows)
    return entries / seconds


def proofs_ours(settings: Settings, count: int, *, seed: int = 1) -> float:
    """Inclusion proofs a second, each read from the database on a connection of its own."""
    service, chosen, seconds = opened(settings), random.Random(seed), 0.0
    try:
        for _ in range(count):
            with service.database.reading() as connection:
                signed = latest_signed(connection, LOG)
                assert signed is not None
                begun = time.perf_counter()
                prove(connection, LOG, True, chosen.randrange(signed.size), signed.size)
                seconds += time.perf_counter() - begun
    finally:
        service.close()
    return count / seconds


def _others(seed: list[Row]) -> Iterator[Row]:
    """The same events of other applications, again and again."""
    number = 0
    while True:
        number += 1
        for event_id, stream, version, kind, raw in seed:
            fresh = _other(event_id, number)
            known, other = stream.partition("/")[2], _other(stream.partition("/")[2], number)
            changed = raw.replace(event_id.encode(), fresh.encode())
            changed = changed.replace(known.encode(), other.encode())
            yield fresh, stream.replace(known, other), version, kind, changed


def _other(identifier: str, number: int) -> str:
    """Another identifier of the same time and length."""
    digest: Any = hashlib.sha256(f"{identifier} {number}".encode()).hexdigest()
    return f"{identifier[:24]}{digest[:12]}"

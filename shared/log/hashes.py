"""The stored hashes of a log's tree: one row for every complete subtree of 256, 65,536, … leaves.

    grow_in_batches(database, "grants", own=True)
    with database.reading() as connection:
        proof = inclusion_proof(StoredHashes(connection, "grants", own=True), index, size)

Of a service's own log the leaves are in ``log``; of one that it follows they are rows of level 0.
Growing is no part of an append: it reads what is committed, hashes, and adds what is complete.
It may be done again, by several at once, and after any crash; a log from before there were hashes
is caught up in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql

from shared.database import Database
from shared.events.tables import LOG, LOG_HASHES
from shared.log.leaf import HASH_BYTES
from shared.log.tree import TILE_WIDTH, MissingHashes, fold

TILES_A_TURN = 64
"""Rows added in one transaction: so many are hashed in about a hundredth of a second."""


class OtherHash(RuntimeError):
    """A stored hash is not what its own subtree gives: somebody changed what lies below."""


class StoredHashes:
    """The kept levels of one log, as ``shared.log.tree`` reads them."""

    def __init__(self, connection: Connection, log: str, own: bool) -> None:
        self._connection = connection
        self._log = log
        self._own = own

    def read(self, level: int, start: int, end: int) -> Sequence[bytes]:
        """Hashes ``start`` to ``end - 1``; fewer when fewer are. Raises MissingHashes."""
        if level == 0 and self._own:
            query = (
                select(LOG.c.leaf_hash)
                .where(LOG.c.position >= start, LOG.c.position < end)
                .order_by(LOG.c.position)
            )
        else:
            query = (
                select(LOG_HASHES.c.hash)
                .where(
                    LOG_HASHES.c.log == self._log,
                    LOG_HASHES.c.level == level,
                    LOG_HASHES.c.position >= start,
                    LOG_HASHES.c.position < end,
                )
                .order_by(LOG_HASHES.c.position)
            )
        found = self._connection.execute(query).scalars().all()
        # SQLite keeps whatever somebody put into a column of bytes.
        if not all(isinstance(one, bytes) and len(one) == HASH_BYTES for one in found):
            raise MissingHashes(f"level {level}: not all of {start} to {end - 1} are hashes")
        return found

    def count(self, level: int) -> int:
        """How many hashes the level has."""
        if level == 0 and self._own:
            query = select(func.max(LOG.c.position))
        else:
            query = select(func.max(LOG_HASHES.c.position)).where(
                LOG_HASHES.c.log == self._log, LOG_HASHES.c.level == level
            )
        found = self._connection.execute(query).scalar()
        return 0 if found is None else int(found) + 1


def grow(connection: Connection, log: str, own: bool, *, tiles_max: int | None = None) -> int:
    """Add the hashes of complete subtrees, in the caller's write transaction; how many it added.

    tiles_max: stop after about so many; the rest is added the next time.
    Raises MissingHashes where a leaf is not there, OtherHash where another stands in its place.
    """
    added = 0
    limit = TILES_A_TURN if tiles_max is None else min(tiles_max, TILES_A_TURN)
    while rows := _due(connection, log, own, limit=limit):
        added += keep(connection, rows)
        if tiles_max is not None and added >= tiles_max:
            break
    return added


def grow_in_batches(database: Database, log: str, own: bool) -> int:
    """Add the hashes of all that is complete; each batch is a short transaction. How many."""
    added = 0
    while True:
        # Hashed before the transaction, so that on SQLite no writer waits for it.
        with database.reading() as connection:
            rows = _due(connection, log, own, limit=TILES_A_TURN)
        if not rows:
            return added
        with database.writing() as connection:
            added += keep(connection, rows)


def keep(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Add rows of one log and level whose positions follow each other; how many were new.

    Raises OtherHash when one is there already and is another.
    """
    first = rows[0]
    stored = select(LOG_HASHES.c.position, LOG_HASHES.c.hash).where(
        LOG_HASHES.c.log == first["log"],
        LOG_HASHES.c.level == first["level"],
        LOG_HASHES.c.position >= first["position"],
        LOG_HASHES.c.position <= rows[-1]["position"],
    )
    before = {row.position: row.hash for row in connection.execute(stored)}
    new = [row for row in rows if row["position"] not in before]
    if new and connection.dialect.name == "postgresql":
        # Another process may add the same at this moment; what it adds is looked at afterwards.
        statement = postgresql.insert(LOG_HASHES).on_conflict_do_nothing()
        connection.execute(statement, new)
    elif new:
        connection.execute(LOG_HASHES.insert(), new)
    after = {row.position: row.hash for row in connection.execute(stored)}
    for row in rows:
        if after.get(row["position"]) != row["hash"]:
            raise OtherHash(f"{row['log']}: level {row['level']}, position {row['position']}")
    return len(new)


def _due(connection: Connection, log: str, own: bool, *, limit: int) -> list[dict[str, Any]]:
    """Rows of the lowest level that lacks some, at most ``limit``, in order."""
    hashes = StoredHashes(connection, log, own)
    below, level = hashes.count(0), 1
    while complete := below // TILE_WIDTH:
        done = hashes.count(level)
        if done < complete:
            end = min(complete, done + limit)
            return _rows(hashes, log, level, range(done, end))
        below, level = done, level + 1
    return []


def _rows(hashes: StoredHashes, log: str, level: int, tiles: range) -> list[dict[str, Any]]:
    start, end = tiles.start * TILE_WIDTH, tiles.stop * TILE_WIDTH
    read = hashes.read(level - 1, start, end)
    if len(read) != end - start:
        raise MissingHashes(f"level {level - 1}: not all of {start} to {end - 1}")
    return [
        {
            "log": log,
            "level": level,
            "position": tile,
            "hash": fold(read[(tile - tiles.start) * TILE_WIDTH :][:TILE_WIDTH]),
        }
        for tile in tiles
    ]

"""The copy of a followed log: the hash of each entry that arrived, from the bytes that arrived.

    keep_leaves(connection, "grants", start=17, leaves=[leaf_hash(raw)])   # with the inbox's rows
    root(copy_of(connection, "grants"), 18)
    differing(connection, "grants", {5: leaf_hash(raw)})                    # [Difference(5, ...)]

Level 0 of ``log_hashes`` under the source's name. Rows are never changed: what arrives otherwise a
second time is told, and the first copy stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select, union_all
from sqlalchemy.dialects import postgresql

from shared.events.tables import CURSORS, DEAD_LETTERS, INBOX, LOG_HASHES
from shared.log.hashes import StoredHashes, grow_in_batches
from shared.log.leaf import leaf_hash
from shared.service import Service

BACKFILL_BATCH: Final = 2_000
HASHES_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Difference:
    """An entry that came again with another hash. ``elsewhere``: where that hash was kept."""

    position: int
    expected: bytes
    found: bytes
    elsewhere: int | None


def keep_leaves(
    connection: Connection, source: str, *, start: int, leaves: Sequence[bytes]
) -> None:
    """Keep the hashes of entries from ``start`` on, in the transaction of what they do here."""
    if not leaves:
        return
    # Kept ones are left alone: were they others, the log's next checkpoint would tell.
    kept = leaves_between(connection, source, start, start + len(leaves))
    rows = [
        {"log": source, "level": 0, "position": position, "hash": leaf}
        for position, leaf in enumerate(leaves, start)
        if position not in kept
    ]
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # A backfill may keep the same at this moment.
        connection.execute(postgresql.insert(LOG_HASHES).on_conflict_do_nothing(), rows)
    else:
        connection.execute(LOG_HASHES.insert(), rows)


def copy_of(connection: Connection, source: str) -> StoredHashes:
    """The copy's hashes, to make roots and proofs of."""
    return StoredHashes(connection, source, own=False)


def copy_size(connection: Connection, source: str) -> int:
    """How many entries of the log the copy has, unless rows are gone from it."""
    found = connection.execute(
        select(func.max(LOG_HASHES.c.position)).where(
            LOG_HASHES.c.log == source, LOG_HASHES.c.level == 0
        )
    ).scalar()
    return 0 if found is None else int(found) + 1


def applied(connection: Connection, source: str) -> int:
    """The last position of the source that this service applied; -1 before the first."""
    found = connection.execute(
        select(CURSORS.c.position).where(CURSORS.c.source == source)
    ).scalar()
    return -1 if found is None else int(found)


def rows_between(
    connection: Connection, source: str, level: int, start: int, end: int
) -> dict[int, bytes]:
    """Position → hash at a level, for ``start`` to ``end - 1`` as far as they are kept."""
    rows = connection.execute(
        select(LOG_HASHES.c.position, LOG_HASHES.c.hash).where(
            LOG_HASHES.c.log == source,
            LOG_HASHES.c.level == level,
            LOG_HASHES.c.position >= start,
            LOG_HASHES.c.position < end,
        )
    )
    return {row.position: row.hash for row in rows}


def leaves_between(connection: Connection, source: str, start: int, end: int) -> dict[int, bytes]:
    """Position → hash of an entry, for ``start`` to ``end - 1`` as far as they are kept."""
    return rows_between(connection, source, 0, start, end)


def is_whole(connection: Connection, source: str, positions: Collection[int]) -> bool:
    """Whether the copy has all of these, which were applied."""
    if not positions:
        return True
    kept = leaves_between(connection, source, min(positions), max(positions) + 1)
    return kept.keys() >= set(positions)


def differing(connection: Connection, source: str, again: Mapping[int, bytes]) -> list[Difference]:
    """Which of these hashes, by position, are not those that are kept; the first position first."""
    if not again:
        return []
    kept = leaves_between(connection, source, min(again), max(again) + 1)
    others = [
        (position, found)
        for position, found in sorted(again.items())
        if position in kept and kept[position] != found
    ]
    elsewhere = _positions_of(connection, source, [found for _, found in others])
    return [
        Difference(position, kept[position], found, elsewhere.get(found))
        for position, found in others
    ]


def _positions_of(connection: Connection, source: str, leaves: Sequence[bytes]) -> dict[bytes, int]:
    """Where the copy has these hashes first. Reads all of it: only when something is wrong."""
    found: dict[bytes, int] = {}
    for start in range(0, len(leaves), HASHES_AT_ONCE):
        rows = connection.execute(
            select(LOG_HASHES.c.hash, func.min(LOG_HASHES.c.position).label("position"))
            .where(
                LOG_HASHES.c.log == source,
                LOG_HASHES.c.level == 0,
                LOG_HASHES.c.hash.in_(leaves[start : start + HASHES_AT_ONCE]),
            )
            .group_by(LOG_HASHES.c.hash)
        )
        found |= {row.hash: row.position for row in rows}
    return found


def backfill(service: Service, source: str) -> int:
    """Hash what arrived before copies had hashes; returns how many there were.

    Everything that was ever applied is in the inbox or, where it could not be, with the dead
    letters. Safe beside a consumer, which only adds what comes after.
    """
    done = 0
    while True:
        with service.database.writing() as connection:
            start = copy_size(connection, source)
            cursor = applied(connection, source)
            if start > cursor:
                break
            end = min(start + BACKFILL_BATCH, cursor + 1)
            leaves = _arrived(connection, source, start, end)
            if not leaves:
                break
            keep_leaves(connection, source, start=start, leaves=leaves)
            done += len(leaves)
    grow_copy(service, source)
    return done


def grow_copy(service: Service, source: str) -> None:
    """Hash the copy's complete tiles."""
    grow_in_batches(service.database, source, own=False)


def arrived(connection: Connection, source: str, start: int, end: int) -> dict[int, bytes]:
    """Position → hash of what is in the inbox or, where it could not be, with the dead letters."""
    both = union_all(
        *(
            select(table.c.position, table.c.envelope).where(
                table.c.source == source, table.c.position >= start, table.c.position < end
            )
            for table in (INBOX, DEAD_LETTERS)
        )
    )
    return {row.position: leaf_hash(_bytes(row.envelope)) for row in connection.execute(both)}


def _arrived(connection: Connection, source: str, start: int, end: int) -> list[bytes]:
    """The hashes from ``start`` on as far as there is no gap."""
    found = arrived(connection, source, start, end)
    leaves = []
    for position in range(start, end):
        if position not in found:
            break
        leaves.append(found[position])
    return leaves


def _bytes(value: bytes | str) -> bytes:
    # SQLite lets whoever edits the file put text where bytes were.
    return value.encode() if isinstance(value, str) else value

"""Makes the copy of a followed log whole again where rows are gone, and says that they were.

    mend(service, "grants")     ->  Damage(first=4, lacking=1, expected=…, found=…), None if whole

No row of a copy goes by itself, so that one is gone is an alarm, whatever becomes of it. What lacks
is hashed from the inbox, which has what arrived, and kept only when the tree with it gives the root
of the checkpoint that was witnessed last. Else the copy stays as it is and nothing is cosigned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql

from shared.events.tables import LOG_HASHES
from shared.log.leaf import HASH_BYTES
from shared.log.tree import TILE_WIDTH, MissingHashes, fold, root
from shared.log.watching.alarms import Finding, Kind, raise_alarm, raised
from shared.log.watching.copies import applied, arrived, copy_size, rows_between
from shared.log.watching.deciding import Seen
from shared.log.watching.witnessing import last_witnessed
from shared.service import Service

BATCH = 2_000


@dataclass(frozen=True)
class Damage:
    """What lacks. ``first``: a position at level 0; ``lacking``: how many rows of all levels.

    None and 0: every row is there, and one of them is no hash.

    expected: the root witnessed last. found: the root with what the inbox has; None where it lacks
    there too, or where what is left of the copy contradicts it.
    """

    first: int | None
    lacking: int
    expected: bytes
    found: bytes | None

    @property
    def mendable(self) -> bool:
        return self.found == self.expected


def mend(service: Service, source: str, *, broken: bool = False) -> Damage | None:
    """Look for rows that are gone, raise the alarm, add what is proved; None when it is whole.

    broken: no tree could be made of it: where no row is gone, what stands in one is no hash.
    It reads the keys of the whole copy. One that was never made, as older versions made none, is
    no damage: ``backfill`` makes it.
    """
    with service.database.reading() as connection:
        seen = last_witnessed(connection, source)
        patched = _Patched(connection, source)
        lacking = _lacking(connection, source, seen)
        if not lacking and not broken:
            return None
        found = _refilled(patched, lacking, seen) if lacking else None
    gone = [position * TILE_WIDTH**level for level, at in lacking.items() for position in at]
    damage = Damage(min(gone, default=None), len(gone), seen.root, found)
    _tell(service, source, seen, damage)
    if damage.mendable:
        for level, hashes in patched.added.items():
            _keep(service, source, level, hashes)
    return damage


@dataclass
class _Patched:
    """The copy's hashes with those that lack, as ``shared.log.tree`` reads them."""

    connection: Connection
    source: str
    added: dict[int, dict[int, bytes]] = field(default_factory=dict)

    def read(self, level: int, start: int, end: int) -> Sequence[bytes]:
        kept = rows_between(self.connection, self.source, level, start, end)
        both = kept | dict(self._added(level, start, end))
        found = [both[position] for position in range(start, end) if position in both]
        if not all(isinstance(one, bytes) and len(one) == HASH_BYTES for one in found):
            raise MissingHashes(f"level {level}: not all of {start} to {end - 1} are hashes")
        return found

    def tile(self, level: int, position: int) -> bytes:
        """What the subtree below gives. Raises MissingHashes."""
        below = self.read(level - 1, position * TILE_WIDTH, (position + 1) * TILE_WIDTH)
        if len(below) != TILE_WIDTH:
            raise MissingHashes(f"level {level}, position {position}")
        return fold(below)

    def _added(self, level: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        added = self.added.get(level, {})
        return ((position, added[position]) for position in range(start, end) if position in added)


def _lacking(connection: Connection, source: str, seen: Seen) -> dict[int, list[int]]:
    """Level → positions that have no row and should."""
    size = copy_size(connection, source)
    if seen.size:
        # What was witnessed had a copy, and it grows with the cursor.
        size = max(size, applied(connection, source) + 1)
    found: dict[int, list[int]] = {}
    level, end = 0, size
    while end:
        if gone := _gone(connection, source, level, end):
            found[level] = gone
        level += 1
        # Tiles that were not made yet lack at a level's end.
        end = min(size // TILE_WIDTH**level, _rows(connection, source, level, last=True))
    return found


def _gone(connection: Connection, source: str, level: int, end: int) -> list[int]:
    if _rows(connection, source, level) == end:
        return []
    gone: list[int] = []
    for start in range(0, end, BATCH):
        until = min(start + BATCH, end)
        kept = rows_between(connection, source, level, start, until)
        gone += [position for position in range(start, until) if position not in kept]
    return gone


def _rows(connection: Connection, source: str, level: int, *, last: bool = False) -> int:
    """How many rows a level has; ``last``: how many it would have without a gap."""
    counted = func.max(LOG_HASHES.c.position) + 1 if last else func.count()
    query = select(counted).where(LOG_HASHES.c.log == source, LOG_HASHES.c.level == level)
    return int(connection.execute(query.where(LOG_HASHES.c.position >= 0)).scalar() or 0)


def _refilled(patched: _Patched, lacking: dict[int, list[int]], seen: Seen) -> bytes | None:
    """The root with what the inbox has, noting what is to be added."""
    connection, source = patched.connection, patched.source
    leaves: dict[int, bytes] = {}
    gone = lacking.get(0, [])
    for first in range(0, len(gone), BATCH):
        part = gone[first : first + BATCH]
        there = arrived(connection, source, part[0], part[-1] + 1)
        if not there.keys() >= set(part):
            return None
        leaves |= {position: there[position] for position in part}
    patched.added[0] = leaves
    size = copy_size(connection, source)
    size = max(size, max(leaves, default=-1) + 1)
    changed, level = set(leaves), 1
    try:
        while complete := size // TILE_WIDTH**level:
            touched = {position // TILE_WIDTH for position in changed} | set(lacking.get(level, ()))
            changed = set()
            for position in sorted(one for one in touched if one < complete):
                made = patched.tile(level, position)
                kept = rows_between(connection, source, level, position, position + 1)
                if kept.get(position, made) != made:
                    return None
                if not kept:
                    patched.added.setdefault(level, {})[position] = made
                changed.add(position)
            level += 1
        return root(patched, seen.size)
    except MissingHashes:
        return None


def _tell(service: Service, source: str, seen: Seen, damage: Damage) -> None:
    """Each loss is a matter of its own: one that lasts is told once."""
    matter = f"{damage.first}/{damage.lacking}"
    whole_again = sum(
        row.position == damage.first and row.found == row.expected
        for row in raised(service, source, Kind.damaged)
    )
    raise_alarm(
        service,
        Finding(
            source=source,
            kind=Kind.damaged,
            matter=f"{matter}/{whole_again}",
            position=damage.first,
            size=seen.size,
            expected=damage.expected.hex(),
            found="" if damage.found is None else damage.found.hex(),
        ),
    )


def _keep(service: Service, source: str, level: int, hashes: dict[int, bytes]) -> None:
    rows: list[dict[str, Any]] = [
        {"log": source, "level": level, "position": position, "hash": one}
        for position, one in sorted(hashes.items())
    ]
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        with service.database.writing() as connection:
            if not service.database.is_sqlite:
                connection.execute(postgresql.insert(LOG_HASHES).on_conflict_do_nothing(), part)
                continue
            end = part[-1]["position"] + 1
            kept = rows_between(connection, source, level, part[0]["position"], end)
            if new := [row for row in part if row["position"] not in kept]:
                connection.execute(LOG_HASHES.insert(), new)

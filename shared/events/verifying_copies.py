"""Verifies what a follower keeps of a log against the log itself, and against its own cursor.

    copy_ends(copies, "grants")                          # (412, 412)
    compare_copies(rows, copies, "grants", "audit")      # "position 17: the copy that audit …"
    compare_signed(rows, copies, "grants", "audit", key) # "the checkpoint of size 12 that audit …"

``rows`` are of the log's own database, ``copies`` of the follower's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from shared.events.verifying_rows import Row, Rows
from shared.events.verifying_signed import Claim, printable
from shared.log.leaf import leaf_hash

_BATCH: Final = 2_000
_NAMED_MAX: Final = 20
_CLAIMS_MAX: Final = 100


def copy_ends(copies: Rows, log: str) -> tuple[int, int]:
    """(entries that were kept of a log, entries that were applied), of one moment."""
    last = (
        "(select position from {table} where source = ? and not {odd} "
        "order by position desc limit 1)"
    )
    odd = copies.uncounted("position")
    cursor, kept, waiting = copies.query(
        "select (select position from cursors where source = ?), "  # noqa: S608 (our names)
        f"{last.format(table='inbox', odd=odd)}, {last.format(table='dead_letters', odd=odd)}",
        log,
        log,
        log,
    )[0]
    ends = [one + 1 if isinstance(one, int) else 0 for one in (cursor, kept, waiting)]
    return max(ends[1:]), ends[0]


def known_elsewhere(copies: Rows, log: str, words: str) -> tuple[Claim, ...]:
    """The newest checkpoints of a log that whoever follows it has kept."""
    found = copies.query(
        "select size, root from checkpoints "  # noqa: S608 (our names)
        f"where log = ? and not {copies.uncounted('size')} order by size desc limit {_CLAIMS_MAX}",
        log,
    )
    return tuple(
        Claim(size, root, f"the checkpoint of size {size} that {words} keeps")
        for size, root in found
        if isinstance(root, bytes)
    )


def compare_copies(rows: Rows, copies: Rows, log: str, keeper: str) -> Iterator[str]:
    """Where what ``keeper`` has in its inbox of a log is other than the log itself."""
    yield from islice(_other_entries(rows, copies, log, keeper), _BATCH)


def compare_signed(rows: Rows, copies: Rows, log: str, keeper: str, key_name: str) -> Iterator[str]:
    """Which checkpoints the log has no more, and which cosignatures either has no more.

    key_name: of the keys with which ``keeper`` cosigns.
    """
    yield from islice(_checkpoints_gone(rows, copies, log, keeper), _NAMED_MAX)
    yield from islice(_cosignatures_gone(rows, copies, log, keeper, key_name), _NAMED_MAX)


def _other_entries(rows: Rows, copies: Rows, log: str, keeper: str) -> Iterator[str]:
    for inbox in _batches(
        copies, "position, envelope from inbox where source = ?", "position", log
    ):
        leaves: dict[Any, Any] = dict(
            rows.query(
                "select position, leaf_hash from log where position >= ? and position <= ?",
                inbox[0][0],
                inbox[-1][0],
            )
        )
        for position, raw in inbox:
            found = leaf_hash(raw) if isinstance(raw, bytes) else None
            if position not in leaves:
                yield f"position {position}: {keeper} has it, and the log has it no more"
            elif found != leaves[position]:
                yield f"position {position}: the copy that {keeper} keeps is another"


def _checkpoints_gone(rows: Rows, copies: Rows, log: str, keeper: str) -> Iterator[str]:
    # A log keeps its checkpoints before it tells them: what is told is there.
    for kept in _batches(copies, "size, root from checkpoints where log = ?", "size", log):
        own: dict[Any, Any] = dict(
            rows.query(
                "select size, root from checkpoints where log = ? and size >= ? and size <= ?",
                log,
                kept[0][0],
                kept[-1][0],
            )
        )
        for size, root in kept:
            if own.get(size) != root:
                words = "is another here" if size in own else "is gone here"
                yield f"the checkpoint of size {size} that {keeper} keeps {words}"


def _cosignatures_gone(rows: Rows, copies: Rows, log: str, keeper: str, name: str) -> Iterator[str]:
    # Whoever cosigns keeps the line before it sends it. Some may have been lost on their way.
    which = "size, line from cosignatures where log = ? and key_name = ?"
    any_here = False
    for here in _batches(rows, which, "size", log, name):
        any_here = True
        there: dict[Any, Any] = dict(
            copies.query(
                f"select {which} and size >= ? and size <= ?",
                log,
                name,
                here[0][0],
                here[-1][0],
            )
        )
        for size, line in here:
            if there.get(size) != line:
                words = "another" if size in there else "no more"
                yield f"the cosignature of size {size} by {printable(name)}: {keeper} has {words}"
    if not any_here:
        found = copies.query(
            "select count(*) from cosignatures where log = ? and key_name = ?", log, name
        )[0][0]
        if found > 1:
            yield f"none of the {found} cosignatures by {printable(name)} is here"


def _batches(rows: Rows, which: str, by: str, *values: Any) -> Iterator[list[Row]]:
    """Rows whose first column counts from 0, by it."""
    after = -1
    while found := rows.query(
        f"select {which} and {by} > ? and not {rows.uncounted(by)} order by {by} limit {_BATCH}",
        *values,
        after,
    ):
        yield found
        after = found[-1][0]

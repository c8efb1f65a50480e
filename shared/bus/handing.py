"""Entries on their way from the sequencer to the relay of the same process, within a bound.

    handed.put([(17, "grants.call.opened.v1", b"...")])    # the sequencer's thread, has_room()
    while handed.first() is not None: handed.take()        # the relay's thread

What is not handed over is read from the database, so there may be few of them at any time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from shared.log.sequencer import Entry

ENTRIES_MAX: Final = 2_000
BYTES_MAX: Final = 8 * 1024 * 1024
"""Beyond one of the two it takes no more."""


class Handed:
    """One thread puts, another takes; each counts by itself."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: deque[Entry] = deque()
        self._bytes_in = 0
        self._bytes_out = 0
        self.put(entries)

    def has_room(self) -> bool:
        return len(self._entries) < ENTRIES_MAX and self._bytes_in - self._bytes_out < BYTES_MAX

    def put(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._bytes_in += len(entry[2])
            self._entries.append(entry)

    def first(self) -> int | None:
        """The position of the entry that is taken next; None when there is none."""
        return self._entries[0][0] if self._entries else None

    def take(self) -> Entry:
        entry = self._entries.popleft()
        self._bytes_out += len(entry[2])
        return entry

    def clear(self) -> None:
        while self._entries:
            self.take()

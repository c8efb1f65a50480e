"""Which row of a sheet said something first, for sheets of any length.

>>> seen = Seen()
>>> seen.first("reference", b"P1", 2), seen.first("reference", b"P1", 9)
(2, 2)

It lies in a file that has no name and is gone with it, so that memory does not grow with the rows;
what is personal comes as a keyed hash.
"""

from __future__ import annotations

import sqlite3
from typing import Final

_TABLE: Final = (
    "create table seen (kind text, mark blob, row integer, primary key (kind, mark)) without rowid"
)
_KEEP: Final = "insert or ignore into seen values (?, ?, ?)"
_FIND: Final = "select row from seen where kind = ? and mark = ?"


class Seen:
    """For one judge, in one thread."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("pragma cache_size = -2000")
        self._file.execute("pragma journal_mode = off")
        self._file.execute(_TABLE)

    def first(self, kind: str, mark: bytes, row: int) -> int:
        """The row that said it first; this one when none did."""
        if self._file.execute(_KEEP, (kind, mark, row)).rowcount:
            return row
        return int(self._file.execute(_FIND, (kind, mark)).fetchone()[0])

    def close(self) -> None:
        """Forget all of it."""
        self._file.close()

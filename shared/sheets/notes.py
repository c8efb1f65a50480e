"""What is told to the person about how a sheet was read, besides its rows.

    Note("encoding", N_("Read as {encoding}."), {"encoding": "windows-1250"})

A note is for people: its sentence is translated where it is shown, with its facts in their places.
Facts hold names of columns, counts and numbers of rows, never what stands in a cell.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Note(msgspec.Struct, frozen=True):
    """One remark. code: stable, kebab-case. sentence: a msgid with ``{fact}`` placeholders."""

    code: str
    sentence: str
    facts: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.sentence.format_map(self.facts)


class Told(msgspec.Struct):
    """What the process that opened a file says of it. ``code`` is empty when all went well.

    headers: of every column from the first. header_at: the number of the (last) row of headers.
    """

    code: str = ""
    sentence: str = ""
    facts: dict[str, Any] = {}
    kind: str = ""
    parts: tuple[str, ...] = ()
    part: str = ""
    header_rows: int = 1
    header_at: int = 0
    headers: tuple[str, ...] = ()
    rows: int = 0
    notes: tuple[Note, ...] = ()
    top: tuple[msgspec.Raw, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    from_1904: bool = False

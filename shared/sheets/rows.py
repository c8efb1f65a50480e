"""Rows and cells of a sheet, and how they are kept while they are worked through.

>>> unpacked(packed(Row(7, ("Mira", date(1990, 12, 31), Failed("#N/A"))))).cells
('Mira', datetime.date(1990, 12, 31), Failed(said='#N/A'))

A row is one line of JSON: its number and its cells. What JSON has no word for (days, spans of time,
cells that cannot be read) is a pair of a sign and a text. Trailing empty cells are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec


@dataclass(frozen=True)
class Failed:
    """A cell that tells nothing.

    said: the program's own error (``#N/A``), ``MERGED`` or ``NEVER_COMPUTED``.
    """

    said: str


MERGED: Final = "merged"
"""A cell merged with its neighbours: nobody can say whose value it is."""

NEVER_COMPUTED: Final = "formula"
"""A formula whose value no program has computed yet."""

Cell = str | int | float | bool | date | datetime | timedelta | Failed | None


@dataclass(frozen=True)
class Row:
    """One row. ``number``: as the spreadsheet program counts, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0; None where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else None


_Pair = tuple[str, str]
_DAY: Final = "d"
_MOMENT: Final = "t"
_SPAN: Final = "s"
_FAILED: Final = "f"
_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(
    tuple[int, tuple[str | int | float | bool | _Pair | None, ...]]
)


def packed(row: Row) -> bytes:
    """The row as one line without its end."""
    cells = list(map(_packed, row.cells))
    while cells and cells[-1] is None:
        cells.pop()
    return _encoder.encode((row.number, cells))


def unpacked(line: bytes) -> Row:
    """The row that was packed. Raises msgspec.MsgspecError or ValueError for anything else."""
    number, cells = _decoder.decode(line)
    return Row(number, tuple(map(_unpacked, cells)))


def column_letters(column: int) -> str:
    """A column counted from 0 as spreadsheet programs name it.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _packed(cell: Cell) -> str | int | float | bool | _Pair | None:
    match cell:
        case datetime():
            return (_MOMENT, cell.isoformat())
        case date():
            return (_DAY, cell.isoformat())
        case timedelta():
            return (_SPAN, str(round(cell.total_seconds())))
        case Failed():
            return (_FAILED, cell.said)
    return cell


def _unpacked(cell: str | int | float | bool | _Pair | None) -> Cell:
    if not isinstance(cell, tuple):
        return cell
    kind, text = cell
    if kind == _MOMENT:
        return datetime.fromisoformat(text)
    if kind == _DAY:
        return date.fromisoformat(text)
    if kind == _SPAN:
        return timedelta(seconds=int(text))
    if kind == _FAILED:
        return Failed(text)
    raise ValueError("unknown kind of cell")

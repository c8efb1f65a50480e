"""Merged cells among the rows: filled downwards, and named where nobody can say whose they are.

    merged = Merged([((1, 2), (3, 2))], after=1)     # C2:C4, counted from 0; rows after number 1
    list(merged.filled(rows)), merged.notes()

A cell merged down over several rows (one address for a family) is each row's. A cell merged across
columns belongs to none of them for certain: every one of its cells is marked, and importing asks.
A row that is one cell across the sheet is a caption between the rows, and left out, with a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shared.language.marking import N_
from shared.sheets.notes import Note
from shared.sheets.rows import MERGED, Cell, Failed, column_letters

NAMED_MAX: Final = 10

Place = tuple[int, int]
Numbered = tuple[int, list[Cell]]


class Merged:
    """Merges of one sheet, of which those that begin after row number ``after`` count."""

    def __init__(self, merges: Sequence[tuple[Place, Place]], *, after: int) -> None:
        self._starting: dict[int, list[tuple[Place, Place]]] = {}
        for one in merges:
            if one[0][0] + 1 > after and one[0] != one[1]:
                self._starting.setdefault(one[0][0] + 1, []).append(one)
        self._down: dict[int, tuple[int, Cell]] = {}
        self._marked: dict[int, tuple[int, int]] = {}
        self._filled_columns: set[int] = set()
        self._unclear: list[int] = []
        self._captions: list[int] = []

    def filled(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        """The rows with merged cells filled or marked; captions left out."""
        before = 0
        for number, cells in rows:
            # A merge may begin in a row that holds nothing else.
            for empty in range(before + 1, number) if self._starting else ():
                self._begin(empty, [])
            before = number
            starting = self._starting.get(number, [])
            if _is_caption(cells, starting):
                self._captions.append(number)
                continue
            self._begin(number, cells)
            yield number, self._apply(number, cells)

    def _begin(self, number: int, cells: list[Cell]) -> None:
        for (_, left), (bottom, right) in self._starting.pop(number, []):
            value = cells[left] if left < len(cells) else None
            if left == right:
                self._down[left] = (bottom + 1, value)
            elif value is not None:
                for column in range(left, right + 1):
                    self._marked[column] = (number, bottom + 1)

    def _apply(self, number: int, cells: list[Cell]) -> list[Cell]:
        for column, (last, value) in list(self._down.items()):
            if number > last:
                del self._down[column]
            elif value is not None:
                cells = _with(cells, column, value)
                self._filled_columns.add(column)
        for column, (_, last) in list(self._marked.items()):
            if number > last:
                del self._marked[column]
                continue
            cells = _with(cells, column, Failed(MERGED))
            if self._unclear[-1:] != [number]:
                self._unclear.append(number)
        return cells

    def notes(self) -> list[Note]:
        """What was filled, marked and left out."""
        notes = []
        if self._filled_columns:
            columns = [column_letters(one) for one in sorted(self._filled_columns)]
            notes.append(
                Note(
                    "merged-filled",
                    N_("Merged cells were filled in every row of theirs, in columns: {columns}."),
                    {"columns": _named(columns)},
                )
            )
        if self._unclear:
            notes.append(
                Note(
                    "merged-unclear",
                    N_("Cells are merged across columns in these rows: {rows}. Split them."),
                    {"rows": _named(list(map(str, self._unclear)))},
                )
            )
        if self._captions:
            notes.append(
                Note(
                    "captions",
                    N_("These rows are one merged cell each, and were not read: {rows}."),
                    {"rows": _named(list(map(str, self._captions)))},
                )
            )
        return notes


def _is_caption(cells: list[Cell], starting: Sequence[tuple[Place, Place]]) -> bool:
    """Whether all that stands in a row is one cell merged across columns."""
    filled = [at for at, cell in enumerate(cells) if cell is not None]
    if len(filled) != 1:
        return False
    return any(
        left == filled[0] and right > left and top == bottom
        for (top, left), (bottom, right) in starting
    )


def _with(cells: list[Cell], column: int, value: Cell) -> list[Cell]:
    if column >= len(cells):
        cells = [*cells, *[None] * (column + 1 - len(cells))]
    cells[column] = value
    return cells


def _named(names: list[str]) -> str:
    more = " …" if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more

"""Rows of an XLSX file: values by calamine, and what only its markup tells by a second look.

    book = Workbook(content, part=None)
    book.parts, book.part            ->  ("Učesnici", "Grupe"), "Učesnici"
    for number, cells in book.rows(): ...
    book.merges                      ->  [((4, 0), (6, 0))]   rows and columns counted from 0

Runs where ``parsing.py`` runs. What it may hold is judged first (``shared.files.sheets``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import python_calamine

from shared.errors import Invalid
from shared.files import sheets as packed_sheets
from shared.language.marking import N_
from shared.sheets.kinds import locked, unreadable
from shared.sheets.limits import (
    ALL_BYTES_MAX,
    COLUMNS_MAX,
    ENTRY_BYTES_MAX,
    ROWS_MAX,
    too_many_columns,
    too_many_rows,
)
from shared.sheets.markup import Markup, Parts
from shared.sheets.notes import Note
from shared.sheets.rows import Cell, Failed

Place = tuple[int, int]
_NO_DAYS: Final = (date(1899, 12, 30), date(1899, 12, 31))


class Workbook:
    """A workbook of which one tab is read. Raises Invalid for what is none."""

    def __init__(self, content: bytes, *, part: str | None) -> None:
        packed_sheets.check(content, entry_bytes_max=ENTRY_BYTES_MAX, all_bytes_max=ALL_BYTES_MAX)
        self.notes: list[Note] = []
        described = Parts(content)
        self.from_1904 = described.from_1904
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            metadata = [
                one
                for one in book.sheets_metadata
                if one.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
            if not metadata:
                raise Invalid("sheet-no-tabs", N_("This workbook has no tab with rows."))
            self.parts = tuple(one.name for one in metadata)
            hidden = [
                one.name
                for one in metadata
                if one.visible != python_calamine.SheetVisibleEnum.Visible
            ]
            self.part = self._chosen(described, part, hidden)
            self.markup = Markup(described, self.part)
            self._check_size()
            self._sheet = book.get_sheet_by_name(self.part)
        except python_calamine.PasswordError as error:
            raise locked() from error
        except (python_calamine.CalamineError, OSError, ValueError, KeyError) as error:
            raise unreadable() from error
        self.merges: list[tuple[Place, Place]] = list(self._sheet.merged_cell_ranges or ())
        self._tell_hidden(hidden)

    def _chosen(self, described: Parts, part: str | None, hidden: list[str]) -> str:
        if part is not None:
            if part not in self.parts:
                raise Invalid("sheet-part-unknown", N_("There is no such tab in this workbook."))
            return part
        shown = [name for name in self.parts if name not in hidden] or list(self.parts)
        for name in shown:
            if described.holds_something(name):
                return name
        return shown[0]

    def _check_size(self) -> None:
        if self.markup.last_row > ROWS_MAX:
            raise too_many_rows()
        if self.markup.last_column > COLUMNS_MAX:
            raise too_many_columns()

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """(number, cells) of every row that is not empty."""
        start = self._sheet.start
        if start is None:
            return
        before: list[Cell] = [None] * start[1]
        odd = self.markup.odd_cells
        percent = self.markup.percent_cells
        for number, values in enumerate(self._sheet.iter_rows(), 1):
            cells = before + [_cell(value) for value in values]
            for column, said in odd.get(number, {}).items():
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = Failed(said)
            for column in percent.get(number, ()):
                if column < len(cells):
                    cells[column] = _percent(cells[column])
            if any(cell is not None for cell in cells):
                yield number, cells

    def _tell_hidden(self, hidden: list[str]) -> None:
        others = [name for name in self.parts if name != self.part]
        if others:
            self.notes.append(
                Note(
                    "other-tabs",
                    N_("Only the tab “{part}” was read, of {count}."),
                    {"part": self.part, "count": len(self.parts)},
                )
            )
        if self.part in hidden:
            self.notes.append(Note("hidden-tab", N_("The tab that was read is hidden.")))
        self.notes += self.markup.notes()


def _cell(value: Any) -> Cell:
    match value:
        case "":
            return None
        case str():
            return value.strip() or None
        case float() if value == int(value) and abs(value) < 2**53:
            return int(value)
        case time():
            return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        case datetime() if value.date() in _NO_DAYS:
            return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        case datetime() if value.time() == time():
            return value.date()
    return value  # type: ignore[no-any-return]


def _percent(cell: Cell) -> Cell:
    """A number shown as per cent, as it is shown: 0.85 is ``85%``."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return f"{round(cell * 100, 6):.10g}%"

"""Sheets as people's programs write them, made for one test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from shared.sheets import reading
from shared.sheets.parsing import Asked, parse
from shared.sheets.reading import Sheet, open_sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(*, fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    """An XLSX file whose only tab ``fill(book, sheet)`` fills."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, options)
    # The same rows give the same bytes, whenever a test makes them.
    book.set_properties({"created": datetime(2026, 1, 1)})
    fill(book, book.add_worksheet("List"))
    book.close()
    return made.getvalue()


def rows_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX file with these rows from A1; None leaves a cell empty."""

    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)

    return workbook(fill=fill)


def with_entries(content: bytes, entries: dict[str, bytes | None]) -> bytes:
    """The packed file with entries replaced, added, or (None) left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for name in old.namelist():
            if name not in entries:
                new.writestr(name, old.read(name))
        for name, one in entries.items():
            if one is not None:
                new.writestr(name, one)
    return made.getvalue()


def entry(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name)


def read_here(content: bytes, asked: dict[str, Any], kept: Any) -> Any:
    """What the other process does, in this one: it starts a third of a second sooner."""
    told = parse(content, Asked(**asked), kept)
    kept.flush()
    return told


def read(content: bytes, name: str = "list.xlsx", **options: Any) -> Sheet:
    return open_sheet(content, name, **options)


def cells(sheet: Sheet) -> list[tuple[Any, ...]]:
    return [row.cells for row in sheet.rows()]


def codes(sheet: Sheet) -> set[str]:
    return {note.code for note in sheet.notes}


ELSEWHERE = reading._elsewhere

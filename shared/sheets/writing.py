"""Writes sheets that spreadsheet programs open as they are meant: XLSX and CSV, row by row.

    write_xlsx(file, "People", ("Ime", "Rođena"), [("Mira", date(1990, 12, 31)), ...])
    write_csv(file, ("Ime", "Rođena"), rows)

Text is text and never a formula, days are days, numbers are numbers. Memory does not grow with the
rows. What is written reads back as what it was (``shared.sheets.reading``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Final

import xlsxwriter

from shared.sheets.guarding import guarded

Written = str | int | float | bool | Decimal | date | datetime | timedelta | None

ROWS_MAX: Final = 1_048_575
TITLE_LENGTH_MAX: Final = 31
CELL_LENGTH_MAX: Final = 32_767
WHOLE_DIGITS_MAX: Final = 15
BOM: Final = "\ufeff"
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it programs count days differently, since one of them had a 29 February 1900."""

_WIDTH_MIN: Final = 8
_WIDTH_MAX: Final = 50
_DAY_FORMAT: Final = "dd.mm.yyyy"
_MOMENT_FORMAT: Final = "dd.mm.yyyy hh:mm"
_SPAN_FORMAT: Final = "[h]:mm"


def write_xlsx(
    file: IO[bytes],
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Written]],
    *,
    widths: Sequence[int] = (),
) -> int:
    """Write one tab with a frozen row of headers. How many rows were written.

    title: of the tab; cut and cleaned as such names must be. widths: in characters, a column each.
    """
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    try:
        return _filled(book, title, headers, rows, widths)
    finally:
        book.close()


def write_csv(
    file: IO[bytes],
    headers: Sequence[str],
    rows: Iterable[Sequence[Written]],
    *,
    delimiter: str = ";",
) -> int:
    """Write CSV in UTF-8 with a mark at its beginning, which spreadsheet programs ask for."""
    pieces = csv_pieces(headers, rows, delimiter=delimiter)
    file.write(next(pieces))
    return sum(bool(file.write(piece)) for piece in pieces)


def csv_pieces(
    headers: Sequence[str], rows: Iterable[Sequence[Written]], *, delimiter: str = ";"
) -> Iterator[bytes]:
    """The bytes of a CSV file, row by row; the first piece is the headers'."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    out.write(BOM)
    writer.writerow([guarded(one) for one in headers])
    yield _taken(out)
    for row in rows:
        writer.writerow([_as_text(one, delimiter) for one in row])
        yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    written = out.getvalue().encode("utf-8")
    out.seek(0)
    out.truncate()
    return written


def _as_text(value: Written, delimiter: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case str():
            return guarded(value)
        case datetime():
            return value.strftime("%d.%m.%Y %H:%M")
        case date():
            return value.strftime("%d.%m.%Y")
        case timedelta():
            minutes = round(value.total_seconds()) // 60
            return f"{minutes // 60}:{minutes % 60:02d}"
        case Decimal() | float():
            text = format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")
            return text if delimiter == "," else text.replace(".", ",")
    return str(value)


def _filled(
    book: xlsxwriter.Workbook,
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Written]],
    widths: Sequence[int],
) -> int:
    sheet = book.add_worksheet(tab_name(title))
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for column, header in enumerate(headers):
        wanted = widths[column] if column < len(widths) else len(header) + 2
        sheet.set_column(column, column, max(_WIDTH_MIN, min(wanted, _WIDTH_MAX)))
    # Before the rows: with constant memory a row is gone once the next begins.
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header[:CELL_LENGTH_MAX], head)
    forms = {
        "day": book.add_format({"num_format": _DAY_FORMAT}),
        "moment": book.add_format({"num_format": _MOMENT_FORMAT}),
        "span": book.add_format({"num_format": _SPAN_FORMAT}),
        "text": book.add_format({"num_format": "@"}),
        "guarded": book.add_format({"num_format": "@", "quote_prefix": True}),
    }
    count = 0
    for count, row in enumerate(rows, 1):
        if count > ROWS_MAX:
            raise ValueError("more rows than a sheet has")
        for column, value in enumerate(row):
            _write(sheet, forms, count, column, value)
    if headers:
        sheet.autofilter(0, 0, count, len(headers) - 1)
    return count


def _write(sheet: object, forms: dict[str, object], row: int, column: int, value: Written) -> None:
    to: xlsxwriter.worksheet.Worksheet = sheet
    match value:
        case None | "":
            return
        case bool():
            to.write_boolean(row, column, value)
        case str():
            form = forms["guarded" if guarded(value) != value else "text"]
            to.write_string(row, column, value[:CELL_LENGTH_MAX], form)
        case date() if _as_day(value) < _FIRST_DAY:
            to.write_string(row, column, value.strftime("%d.%m.%Y"), forms["text"])
        case datetime():
            to.write_datetime(row, column, value.replace(tzinfo=None), forms["moment"])
        case date():
            to.write_datetime(row, column, value, forms["day"])
        case timedelta():
            to.write_number(row, column, value.total_seconds() / 86400, forms["span"])
        case int() if len(str(abs(value))) > WHOLE_DIGITS_MAX:
            to.write_string(row, column, str(value), forms["text"])
        case _:
            to.write_number(row, column, value)


def _as_day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def tab_name(title: str) -> str:
    """A name that a tab may have: up to 31 characters, none of ``[]:*?/\\``, no outer quotes."""
    kept = "".join(" " if one in "[]:*?/\\" or not one.isprintable() else one for one in title)
    kept = " ".join(kept.split())[:TITLE_LENGTH_MAX].strip("' ")
    return "Sheet" if kept.casefold() in ("", "history") else kept

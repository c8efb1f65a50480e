"""Writes sheets that spreadsheet programs open as they are meant: XLSX and CSV, row by row.

    write_xlsx(file, "People", ("Ime", "Rođena"), [("Mira", date(1990, 12, 31)), ...])
    write_csv(file, ("Ime", "Rođena"), rows)
    Response(csv_pieces(("Ime", "Rođena"), rows))

Text is text and never a formula, days are days, numbers are numbers. Memory does not grow with the
rows, and nothing is laid down beside the file. What is written reads back as what it was
(``shared.sheets.reading``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Final

from shared.sheets.guarding import guarded
from shared.sheets.packing import tab_name, xlsx_pieces
from shared.sheets.values import Written

__all__ = ["Written", "csv_pieces", "tab_name", "write_csv", "write_xlsx", "xlsx_pieces"]

BOM: Final = "\ufeff"
"""Without it spreadsheet programs take UTF-8 for an encoding of their own."""


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
    counted = _Counted(rows)
    for piece in xlsx_pieces(title, headers, counted, widths=widths):
        file.write(piece)
    return counted.count


def write_csv(
    file: IO[bytes],
    headers: Sequence[str],
    rows: Iterable[Sequence[Written]],
    *,
    delimiter: str = ";",
) -> int:
    """Write CSV in UTF-8. How many rows were written."""
    counted = _Counted(rows)
    for piece in csv_pieces(headers, counted, delimiter=delimiter):
        file.write(piece)
    return counted.count


def csv_pieces(
    headers: Sequence[str], rows: Iterable[Sequence[Written]], *, delimiter: str = ";"
) -> Iterator[bytes]:
    """The bytes of a CSV file, row by row; the first piece is the headers'.

    A semicolon is what spreadsheet programs expect where decimals have a comma.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    out.write(BOM)
    writer.writerow([guarded(one) for one in headers])
    yield _taken(out)
    for row in rows:
        writer.writerow([_as_text(one, delimiter) for one in row])
        yield _taken(out)


class _Counted:
    """Rows that are counted as they go by."""

    def __init__(self, rows: Iterable[Sequence[Written]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Written]]:
        for row in self._rows:
            self.count += 1
            yield row


def _taken(out: io.StringIO) -> bytes:
    written = out.getvalue().encode("utf-8", "replace")
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

"""Makes the file of a sheet: which columns its reader is given, its words, its bytes, on record.

    file = made(service(), wanted)       # raises Refused when it would be too large
    file.name, file.count                ->  "people-RS-2011-2026-03-01.xlsx", 403

The file is made before its first byte leaves: so it is of one moment, whole, and on record. Until
it has left it lies in a file without a name, which is gone with this process.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Final

from sqlalchemy import Connection

from services.trainings.exports.asked import Asked
from services.trainings.exports.heading import choice_words, headings
from services.trainings.exports.kind import Column, Kind
from services.trainings.exports.rows import rows
from shared.errors import Refused
from shared.language.marking import N_
from shared.sheets.writing import Written, write_csv, write_xlsx

CSV: Final = "csv"
XLSX: Final = "xlsx"
FORMS: Final = (XLSX, CSV)
CONTENT_TYPES: Final = {
    CSV: "text/csv; charset=utf-8; header=present",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_MAX: Final = 100_000
"""What can be read back at once (``shared.sheets.limits``)."""

_PIECE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file that was made. ``size`` in bytes; ``pieces`` gives it once and closes it."""

    name: str
    content_type: str
    count: int
    size: int
    file: IO[bytes]

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, from the first."""
        with self.file as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece


def made(
    connection: Connection,
    kind: Kind,
    asked: Asked,
    *,
    form: str,
    without: Sequence[str],
    say: Callable[[str], str],
    day: date,
) -> Made:
    """The sheet as it is now. without: names of columns that this reader is not given."""
    columns = [one for one in kind.columns if one.name not in without]
    heads = headings(kind, columns, say)
    file = tempfile.TemporaryFile()  # noqa: SIM115  (whoever gives it away closes it)
    try:
        # A question that is broken off ends before its connection is given back.
        with closing(rows(kind.name, connection, asked)) as found:
            cells = _cells(columns, found, say)
            if form == CSV:
                count = write_csv(file, heads, cells)
            else:
                widths = [one.width for one in columns]
                count = write_xlsx(file, say(kind.label), heads, cells, widths=widths)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Made(
        name=file_name(kind.name, asked.programme, day, form),
        content_type=CONTENT_TYPES[form],
        count=count,
        size=size,
        file=file,
    )


def file_name(kind: str, programme: str, day: date, form: str) -> str:
    """Plain ASCII without spaces; names no person.

    >>> file_name("people", "RS 2011", date(2026, 3, 1), "csv")
    'people-RS-2011-2026-03-01.csv'
    """
    parts = [kind, re.sub(r"[^A-Za-z0-9_-]+", "-", programme).strip("-"), day.isoformat()]
    return "-".join(part for part in parts if part) + f".{form}"


def _cells(
    columns: Sequence[Column],
    found: Iterable[Mapping[str, Any]],
    say: Callable[[str], str],
) -> Iterator[list[Written]]:
    words = {one.name: choice_words(one, say) for one in columns}
    for count, row in enumerate(found, 1):
        if count > ROWS_MAX:
            raise Refused(
                "export-too-large",
                N_("One file holds at most {rows_max} rows. Choose a state or a cohort."),
                rows_max=ROWS_MAX,
            )
        yield [_cell(row.get(one.name), words.get(one.name)) for one in columns]


def _cell(value: Any, words: Mapping[str, str] | None) -> Written:
    if words and isinstance(value, str):
        return words.get(value, value)
    written: Written = value
    return written

"""Reads one sheet in a process of its own, writes its rows to a file without name, and ends.

    python -m shared.sheets.parsing 5 '{"kind": "csv", …}' < sheet    # 5: where the rows go

On its output stands one JSON document, ``notes.Told``. It has no settings and no secrets, little
memory and little time; nothing that is in the file stops anything but this process.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from shared.errors import Invalid
from shared.language.marking import N_
from shared.sheets.encodings import ENCODINGS
from shared.sheets.heading import SAMPLE_ROWS, Heading, called, heading, no_rows
from shared.sheets.kinds import BYTES_MAX, XLSX, holds_too_much, too_large, unreadable
from shared.sheets.limits import (
    COLUMNS_MAX,
    KEPT_BYTES_MAX,
    ROWS_MAX,
    too_many_columns,
    too_many_rows,
)
from shared.sheets.merging import Merged
from shared.sheets.notes import Note, Told
from shared.sheets.rows import Cell, Row, packed
from shared.sheets.separated import DELIMITERS, Separated

MEMORY_BYTES_MAX: Final = 768 * 1024 * 1024
CPU_SECONDS_MAX: Final = 50
TOP_ROWS: Final = 20

Numbered = tuple[int, list[Cell]]


class Asked(msgspec.Struct):
    """What ``open_sheet`` was asked for."""

    kind: str
    part: str | None = None
    header_rows: int | None = None
    header_at: int | None = None
    encoding: str | None = None
    delimiter: str | None = None


def parse(content: bytes, asked: Asked, kept: IO[bytes]) -> Told:
    """Write the rows below the headers, and say what the sheet is. Raises Invalid."""
    told = Told(kind=asked.kind)
    merges = []
    if asked.kind == XLSX:
        from shared.sheets.workbook import Workbook

        book = Workbook(content, part=asked.part)
        told.parts, told.part, told.from_1904 = book.parts, book.part, book.from_1904
        rows, notes, merges = book.rows(), book.notes, book.merges
    else:
        _check_asked(asked)
        text = Separated(content, encoding=asked.encoding, delimiter=asked.delimiter)
        told.encoding, told.delimiter = text.encoding, text.delimiter
        rows, notes = text.rows(), text.notes
    sample = list(itertools.islice(rows, SAMPLE_ROWS + (asked.header_at or 0)))
    if not sample:
        raise no_rows()
    found = heading(sample, merges, header_rows=asked.header_rows, header_at=asked.header_at)
    told.header_rows, told.header_at = found.rows, found.last
    told.top = tuple(msgspec.Raw(packed(Row(n, tuple(cells)))) for n, cells in sample[:TOP_ROWS])
    if any(number < found.first for number, _ in sample):
        notes.append(
            Note("headers-at", N_("The headers were found in row {row}."), {"row": found.first})
        )
    merged = Merged(merges, after=found.last)
    width = _keep(merged.filled(_below(itertools.chain(sample, rows), found)), kept, told)
    width = max(width, _used(found.names))
    if width > COLUMNS_MAX:
        raise too_many_columns()
    told.headers, about_headers = called(found.names, width)
    told.notes = (*notes, *about_headers, *merged.notes())
    if told.rows == 0:
        raise no_rows()
    return told


def _check_asked(asked: Asked) -> None:
    if asked.encoding is not None and asked.encoding not in ENCODINGS:
        raise Invalid("sheet-encoding-unknown", N_("There is no such encoding."))
    if asked.delimiter is not None and asked.delimiter not in DELIMITERS:
        raise Invalid("sheet-delimiter-unknown", N_("There is no such delimiter."))


def _below(rows: Iterator[Numbered], found: Heading) -> Iterator[Numbered]:
    for number, cells in rows:
        if number > found.last:
            yield number, cells


def _keep(rows: Iterator[Numbered], kept: IO[bytes], told: Told) -> int:
    """Write the rows; the number of columns that any of them uses."""
    width = 0
    for number, cells in rows:
        told.rows += 1
        if told.rows > ROWS_MAX:
            raise too_many_rows()
        width = max(width, _used(cells))
        if width > COLUMNS_MAX:
            raise too_many_columns()
        kept.write(packed(Row(number, tuple(cells))) + b"\n")
    kept.flush()
    return width


def _used(cells: list[Cell] | tuple[str, ...]) -> int:
    return max((at for at, cell in enumerate(cells, 1) if cell not in (None, "")), default=0)


def main(arguments: list[str]) -> int:
    """Read a sheet, say what it is, and end. Raises nothing that is in the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Where the machine's memory runs out in spite of that, this process ends and no other.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_FSIZE, (KEPT_BYTES_MAX, KEPT_BYTES_MAX))
    asked = msgspec.json.decode(arguments[1], type=Asked)
    content = sys.stdin.buffer.read(BYTES_MAX + 1)
    try:
        if len(content) > BYTES_MAX:
            raise too_large()
        with os.fdopen(int(arguments[0]), "wb") as kept:
            told = parse(content, asked, kept)
    except Invalid as refused:
        told = Told(refused.code, refused.sentence, refused.facts)
    except (MemoryError, RecursionError, OSError) as error:
        full = isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.EFBIG
        broken = holds_too_much() if full else unreadable()
        told = Told(broken.code, broken.sentence)
    sys.stdout.buffer.write(msgspec.json.encode(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

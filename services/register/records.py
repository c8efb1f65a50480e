"""A CSV file as numbered records of cells, streamed, with every defect of the file named.

Cells that are not UTF-8 keep their bytes as lone surrogates, so that the reader of cells can name
the column too.

    for number, cells in records(Path("tests.csv")): ...
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from shared.language.marking import N_

ROWS_MAX: Final = 1_000_000
LINE_BYTES_MAX: Final = 4 * 1024 * 1024
BLANK_ROWS_MAX: Final = 10_000
_BOM: Final = b"\xef\xbb\xbf"


class FileDefect(Exception):
    """After this nothing in the file can be trusted. ``row`` is None for the whole file."""

    def __init__(self, row: int | None, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(code)
        self.row = row
        self.code = code
        self.sentence = sentence
        self.facts = facts


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(row as a spreadsheet counts, cells) of every record that is not blank; or FileDefect."""
    number = 0
    try:
        with path.open("rb") as stream:
            for cells in csv.reader(_lines(stream), strict=True):
                number += 1
                if number > ROWS_MAX + BLANK_ROWS_MAX:
                    raise FileDefect(
                        number,
                        "too-many-rows",
                        N_("There are more than {rows_max} rows."),
                        rows_max=ROWS_MAX,
                    )
                if any(cell.strip() for cell in cells):
                    yield number, [_cleaned(cell) for cell in cells]
    except FileNotFoundError:
        raise FileDefect(None, "missing-file", N_("The file is missing.")) from None
    except OSError:
        raise FileDefect(None, "unreadable", N_("The file cannot be opened.")) from None
    except _LongLineError:
        raise FileDefect(number + 1, "long-line", N_("The line is too long.")) from None
    except csv.Error:
        raise FileDefect(
            number + 1,
            "not-csv",
            N_("From here on the quotes or line ends are not those of a CSV file."),
        ) from None


class _LongLineError(Exception):
    """A line that no register has."""


def _lines(stream: BinaryIO) -> Iterator[str]:
    first = True
    while line := stream.readline(LINE_BYTES_MAX + 1):
        if len(line) > LINE_BYTES_MAX:
            raise _LongLineError
        if first:
            line = line.removeprefix(_BOM)
            first = False
        yield line.decode("utf-8", errors="surrogateescape")


def _cleaned(cell: str) -> str:
    """Without space around it, accents composed: how a cell looks is how it is compared."""
    return unicodedata.normalize("NFC", cell.strip())

"""Opens a sheet (CSV or XLSX), whatever program wrote it, and gives its rows one by one.

    with open_sheet(content, "učesnici.xlsx") as sheet:
        sheet.headers                 ->  ("Ime", "Prezime", "Datum rođenja")
        [str(note) for note in sheet.notes]
        for row in sheet.rows():
            row.number, row.cells     ->  2, ("Mira", "Primer", datetime.date(1990, 12, 31))

The file is read in a process of its own, as ``shared.files.cleaning`` does: without secrets, with
limits on memory and time. It leaves the rows in a file that has no name and is gone with the last
one who holds it, so that this process holds one row at a time and nothing lies around afterwards.
What was guessed (encoding, delimiter, where the headers stand) is told and can be said instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

import msgspec

from shared.errors import Busy, Invalid
from shared.language.marking import N_
from shared.sheets.kinds import BYTES_MAX, holds_too_much, kind_of, too_large, unreadable
from shared.sheets.notes import Note, Told
from shared.sheets.rows import Cell, Row, unpacked

__all__ = ["Cell", "Note", "Row", "Sheet", "open_sheet"]

SECONDS_MAX: Final = 60.0
AT_ONCE_MAX: Final = 1
_WAIT_SECONDS: Final = 30.0
_PIECE_BYTES: Final = 256 * 1024
_ROOT: Final = Path(__file__).resolve().parents[2]
_turns: Final = threading.BoundedSemaphore(AT_ONCE_MAX)


class Sheet:
    """A sheet that was opened. Close it, or use it with ``with``; its rows are gone then.

    parts:       names of the tabs; empty for CSV.     part: the one that was read.
    header_rows: 1 or 2.                               header_at: number of the last of them.
    headers:     of every column; unique, never empty. top: rows from the first, to choose from.
    count:       rows below the headers.               notes: what the person should know.
    encoding, delimiter: of CSV.  from_1904: numbers that are days count from 1904.
    """

    def __init__(self, told: Told, kept: IO[bytes]) -> None:
        self._kept = kept
        self.kind = told.kind
        self.parts = told.parts
        self.part = told.part
        self.header_rows = told.header_rows
        self.header_at = told.header_at
        self.headers = told.headers
        self.count = told.rows
        self.notes = told.notes
        self.encoding = told.encoding
        self.delimiter = told.delimiter
        self.from_1904 = told.from_1904
        self.top = tuple(unpacked(bytes(one)) for one in told.top)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.headers)

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """Rows below the headers whose number is above ``after``. May be asked for again.

        Every row has as many cells as there are columns.
        """
        missing: tuple[Cell, ...] = (None,) * self.columns
        for line in self._lines():
            row = unpacked(line)
            if row.number > after:
                yield Row(row.number, (row.cells + missing)[: self.columns])

    def _lines(self) -> Iterator[bytes]:
        at, rest = 0, b""
        while piece := os.pread(self._kept.fileno(), _PIECE_BYTES, at):
            at += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines

    def close(self) -> None:
        """Forget the rows."""
        self._kept.close()

    def __enter__(self) -> Sheet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_sheet(
    content: bytes | Path,
    name: str,
    *,
    part: str | None = None,
    header_rows: int | None = None,
    header_at: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """The sheet in a file. Raises Invalid in words for what cannot be read, Busy when many read.

    name:        how the sender called the file; only its ending is looked at, for the answer.
    part:        the tab of an XLSX; without it the first that is shown and holds something.
    header_rows: 1 or 2 rows of headers; header_at: number of the first of them.
    encoding, delimiter: of a CSV whose guess was wrong.
    """
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > BYTES_MAX:
        raise too_large()
    whole = content.read_bytes() if isinstance(content, Path) else content
    asked: dict[str, Any] = {
        "kind": kind_of(whole, name),
        "part": part,
        "header_rows": header_rows,
        "header_at": header_at,
        "encoding": encoding,
        "delimiter": delimiter,
    }
    if not _turns.acquire(timeout=_WAIT_SECONDS):
        raise Busy("sheets-waiting", N_("Many sheets are being read. Try again shortly."))
    try:
        return _opened(whole, asked)
    finally:
        _turns.release()


def _opened(content: bytes, asked: dict[str, Any]) -> Sheet:
    # It has no name from the start, so that it is gone even when this process ends at once.
    kept = tempfile.TemporaryFile()  # noqa: SIM115  (the sheet closes it)
    try:
        told = _elsewhere(content, asked, kept)
        if told.code:
            raise Invalid(told.code, told.sentence, **told.facts)
        return Sheet(told, kept)
    except BaseException:
        kept.close()
        raise


def _elsewhere(content: bytes, asked: dict[str, Any], kept: IO[bytes]) -> Told:
    number = kept.fileno()
    command = [sys.executable, "-X", "utf8", "-m", "shared.sheets.parsing", str(number)]
    try:
        done = subprocess.run(
            [*command, msgspec.json.encode(asked).decode()],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            pass_fds=(number,),
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise holds_too_much() from None
    if done.returncode < 0:
        # It ran out of memory or time.
        raise holds_too_much()
    try:
        return msgspec.json.decode(done.stdout, type=Told)
    except msgspec.MsgspecError:
        raise unreadable() from None

"""Rows of a CSV file, with whatever delimiter, counted as a spreadsheet program counts them.

    text = Separated(content, encoding=None, delimiter=None)
    text.encoding, text.delimiter     ->  "windows-1250", ";"
    list(text.rows())                 ->  [(1, ["Ime", "Prezime"]), (2, ["Mira", "Primer"])]

A line ``sep=;`` at the beginning is an instruction and no row. A line break within quotes belongs
to its cell. Rows may be shorter or longer than others. Source: RFC 4180, and what programs do.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_
from shared.sheets import encodings
from shared.sheets.guarding import unguarded
from shared.sheets.kinds import unknown, unreadable
from shared.sheets.limits import CELL_LENGTH_MAX, cell_too_long
from shared.sheets.notes import Note
from shared.sheets.rows import Cell

DELIMITERS: Final = (";", ",", "\t", "|")
CELL_LINES_MAX: Final = 200
_SAMPLE_LENGTH: Final = 64 * 1024
_SAMPLE_ROWS: Final = 60
_STRANGE_SHARE_MAX: Final = 0.002
_SAYS: Final = re.compile(r"\A\ufeff?\"?sep=([^\r\n])\"?[;,\t|]*(?:\r\n|\n|\r|\Z)", re.IGNORECASE)
_STRANGE: Final = re.compile("[\x01-\x08\x0e-\x1f\x7f]")


class Separated:
    """A CSV file, its encoding and delimiter known or guessed. Raises Invalid for no text."""

    def __init__(self, content: bytes, *, encoding: str | None, delimiter: str | None) -> None:
        self._content = content
        self.notes: list[Note] = []
        self.encoding = encoding or self._guess_encoding()
        with self._text() as text:
            beginning = text.read(_SAMPLE_LENGTH)
        self._check(beginning)
        if "\x00" in beginning or (b"\x00" in content and "16" not in self.encoding):
            self.notes.append(
                Note("signs-left-out", N_("Signs that cannot be shown were left out."))
            )
        beginning = beginning.replace("\x00", "")
        said = _SAYS.match(beginning)
        self._skips = 1 if said else 0
        found = said[1] if said else guessed_delimiter(beginning)
        self.delimiter = delimiter or found

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """(number, cells) of every row that is not empty; cells are text or None."""
        since: list[str] = []
        last: list[str] = []
        with self._text() as text:
            lines = self._kept_lines(text, since)
            for _ in range(self._skips):
                next(lines, "")
            since.clear()
            reader = csv.reader(lines, delimiter=self.delimiter)
            number = 0
            try:
                for number, record in enumerate(reader, 1):
                    cells = [unguarded(one.strip()) or None for one in record]
                    if any(one is not None and _overflows(one) for one in cells):
                        raise _too_much(number, since)
                    if any(cells):
                        yield number, list(cells)
                    last = since.copy()
                    since.clear()
            except csv.Error:
                raise _too_much(number + 1, since) from None
        self._check_end(number, last)

    def _check_end(self, number: int, lines: list[str]) -> None:
        """Whether the last row ends within quotes, and so may have swallowed others."""
        if not any('"' in line for line in lines):
            return
        try:
            list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise _quote_open(number) from None

    def _kept_lines(self, text: io.TextIOWrapper, since: list[str]) -> Iterator[str]:
        for line in text:
            if "\x00" in line:
                line = line.replace("\x00", "")
            since.append(line)
            yield line

    def _text(self) -> io.TextIOWrapper:
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        return io.TextIOWrapper(
            io.BytesIO(self._content), encoding=encoding, errors="replace", newline=""
        )

    def _guess_encoding(self) -> str:
        guess = encodings.guessed(self._content)
        name = guess.encoding.removesuffix("-sig")
        if guess.broken:
            self.notes.append(
                Note("letters-broken", N_("Some letters are damaged. Look for the sign “�”."))
            )
        elif not guess.certain:
            self.notes.append(
                Note(
                    "encoding",
                    N_("Read as {encoding}. When letters look wrong, choose another encoding."),
                    {"encoding": name},
                )
            )
        return name

    def _check(self, beginning: str) -> None:
        """No text has this many signs that nobody writes."""
        strange = len(_STRANGE.findall(beginning)) + beginning.count("\x00")
        if strange > max(2, len(beginning) * _STRANGE_SHARE_MAX) and strange > beginning.count(
            "\x00"
        ):
            raise unknown()
        if beginning.count("\x00") > max(8, len(beginning) * 0.2):
            raise unreadable()


def guessed_delimiter(beginning: str) -> str:
    """The delimiter by which the first rows have the same number of cells, more than one.

    >>> guessed_delimiter("Ime;Iznos\\nMira;7,5\\nZoran;8,5\\n")
    ';'
    """
    lines = beginning.splitlines(keepends=True)
    if len(beginning) >= _SAMPLE_LENGTH and len(lines) > 1:
        lines = lines[:-1]
    best, best_worth = DELIMITERS[1], (0.0, 0)
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for _, record in zip(range(_SAMPLE_ROWS), csv.reader(lines, delimiter=delimiter)):  # noqa: B905
                if any(record):
                    widths[len(record)] += 1
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        width, _ = max(wide.items(), key=lambda one: (one[1], one[0]))
        share = sum(wide.values()) / sum(widths.values())
        steady = wide[width] / sum(widths.values())
        worth = (round(share + steady, 2), width)
        if worth > best_worth:
            best, best_worth = delimiter, worth
    return best


def _overflows(text: str) -> bool:
    return len(text) > CELL_LENGTH_MAX or text.count("\n") > CELL_LINES_MAX


def _too_much(number: int, lines: list[str]) -> Invalid:
    """Why a row's cell holds more than any cell does. ``lines``: what the row was read from.

    Within quotes that are never closed it goes on over line breaks; alone in its line it is long.
    """
    return _quote_open(number) if len(lines) > 1 else cell_too_long(number)


def _quote_open(number: int) -> Invalid:
    return Invalid(
        "sheet-quote-open",
        N_("A quotation mark is opened in row {row} and never closed."),
        row=number,
    )

"""Where the headers of a sheet stand, one row or two, and what every column is called.

>>> rows = [(1, ["Spisak polaznika"]), (3, ["Ime", "Prezime", "Rođen"]), (4, ["Mira", "P", 33238])]
>>> heading(rows, [])
Heading(first=3, rows=1, names=('Ime', 'Prezime', 'Rođen'))

Above the headers stand titles; a title fills one cell, headers fill most of the columns with words.
Over them may stand a row of groups, merged across the columns that they hold together: then a
column is called "Group – Sub".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_
from shared.sheets.cells import plain
from shared.sheets.notes import Note
from shared.sheets.rows import Cell, Failed, column_letters

SAMPLE_ROWS: Final = 40
NAME_LENGTH_MAX: Final = 200
_FILLED_SHARE_MIN: Final = 0.6

Numbered = tuple[int, Sequence[Cell]]
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Heading:
    """first: number of the first row of headers. rows: 1 or 2. names: of the columns."""

    first: int
    rows: int
    names: tuple[str, ...]

    @property
    def last(self) -> int:
        """Number of the last row of headers."""
        return self.first + self.rows - 1


def heading(
    sample: Sequence[Numbered],
    merges: Sequence[Merge],
    *,
    header_rows: int | None = None,
    header_at: int | None = None,
) -> Heading:
    """The headers among the first rows that hold something. Raises Invalid without any.

    header_rows, header_at: what a person said instead of the guess.
    """
    if not sample:
        raise no_rows()
    by_number = dict(sample)
    first = header_at if header_at is not None else _first(sample, merges)
    if first not in by_number:
        raise Invalid("sheet-no-headers", N_("There are no headers in row {row}."), row=first)
    rows = header_rows
    if rows is None:
        rows = 2 if _is_double(by_number, first, merges) else 1
    if header_at is None and header_rows == 2 and not _is_double(by_number, first, merges):
        # The guess found the lower row, and the person says that there are two.
        first = first - 1 if first - 1 in by_number else first
    names = _names(by_number, first, rows, merges)
    if not any(names):
        raise Invalid("sheet-no-headers", N_("There are no headers in row {row}."), row=first)
    return Heading(first, rows, tuple(names))


def no_rows() -> Invalid:
    """Nothing stands in the sheet, or nothing below its headers."""
    return Invalid("sheet-no-rows", N_("There are no rows in this sheet."))


def called(names: Sequence[str], width: int) -> tuple[tuple[str, ...], list[Note]]:
    """A name of its own for each of ``width`` columns, and what had to be said about them.

    >>> called(("Ime", "", "Ime"), 3)[0]
    ('Ime', '(B)', 'Ime (C)')
    """
    notes: list[Note] = []
    given = [*names[:width], *[""] * (width - len(names))]
    counts: dict[str, int] = {}
    for name in given:
        counts[name.casefold()] = counts.get(name.casefold(), 0) + 1
    seen: set[str] = set()
    found: list[str] = []
    empty: list[str] = []
    twice: dict[str, list[str]] = {}
    for column, name in enumerate(given):
        place = column_letters(column)
        if not name:
            empty.append(place)
            name = f"({place})"
        elif counts[name.casefold()] > 1:
            twice.setdefault(name.casefold(), []).append(place)
            if name.casefold() in seen:
                name = f"{name} ({place})"
        while name.casefold() in seen:
            name += "'"
        seen.add(name.casefold())
        found.append(name)
    if empty:
        notes.append(
            Note(
                "headers-empty",
                N_("There is no header over these columns: {columns}."),
                {"columns": ", ".join(empty[:20])},
            )
        )
    notes += [
        Note(
            "headers-twice",
            N_("These columns have the same header: {columns}. Choose which one is meant."),
            {"columns": ", ".join(letters[:20])},
        )
        for letters in twice.values()
    ]
    return tuple(found), notes


def _first(sample: Sequence[Numbered], merges: Sequence[Merge]) -> int:
    width = _usual_width(sample)
    by_number = dict(sample)
    for number, cells in sample:
        if width > 1 and _filled(cells) < 2:
            continue
        if not all(_is_word(cell) for cell in cells if cell is not None):
            continue
        if _filled(cells) >= width * _FILLED_SHARE_MIN:
            if _is_double(by_number, number - 1, merges):
                return number - 1
            return number
        if _is_double(by_number, number, merges):
            return number
    for number, cells in sample:
        if sum(isinstance(cell, str) for cell in cells) >= max(1, width * _FILLED_SHARE_MIN):
            return number
    raise Invalid(
        "sheet-no-headers-at-all",
        N_("There are no headers: no row in the beginning has words in most columns."),
    )


def _usual_width(sample: Sequence[Numbered]) -> int:
    """How many cells most rows fill: one longer row makes no wider sheet."""
    counts = sorted(_filled(cells) for _, cells in sample)
    several = [count for count in counts if count > 1] or counts
    return several[int(0.75 * (len(several) - 1))]


def _is_double(rows: dict[int, Sequence[Cell]], first: int, merges: Sequence[Merge]) -> bool:
    """Whether this row holds groups over the next one's headers."""
    above, below = rows.get(first), rows.get(first + 1)
    if above is None or below is None:
        return False
    if not all(_is_word(cell) for row in (above, below) for cell in row if cell is not None):
        return False
    across = [one for one in merges if one[0][0] == one[1][0] == first - 1]
    down = [one for one in merges if one[0][0] == first - 1 and one[1][0] == first]
    width = max(len(above), len(below))
    if across or down:
        grouped = {column for (_, a), (_, b) in across for column in range(a, b + 1)}
        whole = len(across) == 1 and len(grouped) >= width and _filled(above) == 1
        if not across or whole or _filled(below) < 2:
            return False
        return all(_at(below, column) is not None for column in grouped)
    if any(first - 1 in range(a[0], b[0] + 1) or first in range(a[0], b[0] + 1) for a, b in merges):
        return False
    return _fits_below(above, below, rows.get(first + 2))


def _fits_below(above: Sequence[Cell], below: Sequence[Cell], third: Sequence[Cell] | None) -> bool:
    """Without merges: each row has gaps that the other fills, and the next row fills both."""
    if third is None or _filled(above) < 2 or _filled(below) < 2:
        return False
    width = max(len(above), len(below))
    gaps_above = [at for at in range(width) if _at(above, at) is None]
    gaps_below = [at for at in range(width) if _at(below, at) is None]
    if not gaps_above or (gaps_below and set(gaps_above) & set(gaps_below)):
        return False
    words = [cell for cell in below if isinstance(cell, str)]
    repeats = len({word.casefold() for word in words}) < len(words)
    numbers = any(not isinstance(cell, str) for cell in third if cell is not None)
    digits = any(isinstance(cell, str) and cell[:1].isdigit() for cell in third)
    plain_words = not any(any(one.isdigit() for one in word) for word in words)
    return plain_words and (repeats or bool(gaps_below)) and (numbers or digits)


def _names(
    rows: dict[int, Sequence[Cell]], first: int, count: int, merges: Sequence[Merge]
) -> list[str]:
    above = [_name(cell) for cell in rows.get(first, ())]
    if count == 1:
        return _spread(above, first, merges)
    below = [_name(cell) for cell in rows.get(first + 1, ())]
    width = max(len(above), len(below))
    above += [""] * (width - len(above))
    below += [""] * (width - len(below))
    merged = any(one[0][0] == one[1][0] == first - 1 for one in merges)
    groups = _spread(above, first, merges) if merged else _carried(above, below)
    names = []
    for group, sub in zip(groups, below, strict=True):
        both = group and sub and group != sub
        names.append(f"{group} – {sub}"[:NAME_LENGTH_MAX] if both else group or sub)
    return names


def _spread(names: list[str], number: int, merges: Sequence[Merge]) -> list[str]:
    """Names of groups over every column that they are merged across."""
    spread = list(names)
    for (top, left), (bottom, right) in merges:
        if top == bottom == number - 1 and left < len(names):
            spread.extend([""] * (right + 1 - len(spread)))
            for column in range(left, right + 1):
                spread[column] = names[left]
    return spread


def _carried(above: list[str], below: list[str]) -> list[str]:
    carried, group = [], ""
    for name, sub in zip(above, below, strict=True):
        group = name or (group if sub else "")
        carried.append(group)
    return carried


def _name(cell: Cell) -> str:
    match cell:
        case None | Failed() | timedelta():
            return ""
        case bool():
            return "1" if cell else "0"
        case date():
            return cell.strftime("%d.%m.%Y")
        case int() | float():
            return plain(cell)
    return " ".join(str(cell).split())[:NAME_LENGTH_MAX]


def _is_word(cell: Cell) -> bool:
    """Whether a cell may be a header: words, or the day of a session; no number."""
    if isinstance(cell, str):
        return not cell.replace(".", "").replace(",", "").isdigit()
    return isinstance(cell, date)


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in cells)


def _at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if column < len(cells) else None

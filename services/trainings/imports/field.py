"""What a field of a sheet is: its words, what stands above its column, how its cells are read.

Field("sex", N_("Sex"), ("pol", "spol"), read=choice(SEX), required=True)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from shared.language.folding import fold
from shared.sheets.cells import BadCell, as_choice, as_hours_in_minutes, as_text, as_whole
from shared.sheets.days import as_day
from shared.sheets.national_numbers import as_national_number
from shared.sheets.rows import Cell

_NUMERIC: Final = re.compile(r"\s*([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4})\.?\s*")

DayOrder: TypeAlias = Literal["dmy", "mdy"]


@dataclass(frozen=True)
class Reading:
    """How the cells of an import are to be read, as the person said.

    day_order: what stands first where 3.4.2012 may be two days.
    from_1904: the sheet counts days from 1904.
    words:     field → folded word → code, beyond the words that are known anyway.
    """

    day_order: DayOrder = "dmy"
    from_1904: bool = False
    words: Mapping[str, Mapping[str, str]] | None = None


Read: TypeAlias = Callable[[Cell, Reading, str], Any]
"""(cell, how it is to be read, the field's name) → value, None when empty; raises BadCell."""


@dataclass(frozen=True)
class Choice:
    """One of the values of a field, and what people write for it, the plainest first."""

    code: str
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column that a kind of sheets may have.

    synonyms: what stands above it, in English, Serbian and Bosnian. personal: covered in a preview.
    choices:  where only some words may stand.
    """

    name: str
    label: str
    synonyms: tuple[str, ...]
    read: Read
    required: bool = False
    covered: bool = False
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of sheets. ``either``: sets of fields of which one must be there whole."""

    name: str
    label: str
    hint: str
    fields: tuple[Field, ...]
    either: tuple[tuple[tuple[str, ...], ...], ...] = ()

    def field(self, name: str) -> Field:
        """One of its fields. Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    def missing(self, names: Sequence[str]) -> list[Field]:
        """The required fields that are not among these; of alternatives the first set's."""
        found = [one for one in self.fields if one.required and one.name not in names]
        for sets in self.either:
            if not any(set(one) <= set(names) for one in sets):
                found += [self.field(name) for name in sets[0] if name not in names]
        return found


def text(length_max: int) -> Read:
    """Words."""

    def read(cell: Cell, how: Reading, name: str) -> str | None:  # noqa: ARG001
        return as_text(cell, length_max=length_max)

    return read


def whole(least: int, most: int) -> Read:
    """A whole number."""

    def read(cell: Cell, how: Reading, name: str) -> int | None:  # noqa: ARG001
        return as_whole(cell, least=least, most=most)

    return read


def percent(cell: Cell, how: Reading, name: str) -> int | None:  # noqa: ARG001
    """Whole per cent from 0 to 100; 85 % and 85 are the same."""
    if isinstance(cell, str):
        cell = cell.strip().removesuffix("%").strip()
    return as_whole(cell, least=0, most=100)


def minutes(most: int) -> Read:
    """Hours as people write them, in minutes."""

    def read(cell: Cell, how: Reading, name: str) -> int | None:  # noqa: ARG001
        return as_hours_in_minutes(cell, most=most)

    return read


def day(cell: Cell, how: Reading, name: str) -> date | None:  # noqa: ARG001
    """A day of the calendar; where the person says so, the month stands before it."""
    if how.day_order == "mdy" and isinstance(cell, str) and (found := _NUMERIC.fullmatch(cell)):
        cell = f"{found[2]}.{found[1]}.{found[3]}"
    return as_day(cell, from_1904=how.from_1904)


def choice(*choices: Choice) -> Read:
    """One of the codes, by the words that people write for it."""
    known: dict[str, str] = {}
    for one in choices:
        for word in (one.code, *one.words):
            known.setdefault(word.casefold(), one.code)
            known.setdefault(fold(word), one.code)
    spoken = {one.code: one.words for one in choices}

    def read(cell: Cell, how: Reading, name: str) -> str | None:
        if isinstance(cell, str) and (found := known.get(cell.strip().casefold())):
            return found
        # What is filled as it is asked for is empty at first, and yet says something.
        said = None if how.words is None else how.words.get(name)
        if said is not None and (found := said.get(word_of(cell))):
            return found
        return as_choice(cell, spoken)

    return read


def day_or_yes(cell: Cell, how: Reading, name: str) -> date | bool | None:
    """A day, or only yes or no: people write either above *consent*."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, str):
        said = fold(cell)
        if said in ("", "da", "yes", "d", "y"):
            return True if said else None
        if said in ("ne", "no", "n"):
            return False
    return day(cell, how, name)


def digits(cell: Cell, how: Reading, name: str) -> str | None:  # noqa: ARG001
    """A national number; a zero that the program dropped is put back.

    Other numbers are taken as they are written: a warning, never a refusal, says what is odd.
    """
    try:
        found = as_national_number(cell)
    except BadCell as error:
        if error.code == "number-shortened" or not isinstance(cell, str | int | float):
            raise
        return as_text(cell, length_max=_NUMBER_TEXT_MAX)
    return None if found is None else found.text


def word_of(cell: Cell) -> str:
    """What a cell says, folded, to compare it with words that a person gave a meaning."""
    if isinstance(cell, date | datetime) or cell is None:
        return ""
    said = str(cell).strip()
    return fold(said) or said.casefold()


_NUMBER_TEXT_MAX: Final = 32

"""What is wrong with a register, and where: file, row and column, one sentence each.

>>> str(CellError("tests.csv", 7, "post_test", "not-a-number", "This is not a whole number."))
'tests.csv, row 7, column post_test: This is not a whole number.'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ERRORS_MAX: Final = 1000
"""More errors than this help nobody; the rest is only counted."""

FOUND_LENGTH_MAX: Final = 60


@dataclass(frozen=True)
class CellError:
    """One cell, row or file that cannot be taken as it is (or, among warnings, that is odd).

    row:      as a spreadsheet shows it, the header is 1; None when it concerns the whole file.
    column:   the header's word; None when it concerns the whole row.
    sentence: English msgid with ``{fact}`` placeholders.
    found:    what stands in the cell, only where the column holds nothing personal.
    """

    file: str
    row: int | None
    column: str | None
    code: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    found: str | None = None

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        found = "" if self.found is None else f" Found: {self.found}"
        return f"{', '.join(place)}: {self.sentence.format_map(self.facts)}{found}"


class RegisterErrors(Exception):
    """The register cannot be taken: ``errors`` by files and rows, ``more`` are left out.

    Nothing was written: reading ends before anything else begins.
    """

    def __init__(self, errors: tuple[CellError, ...], more: int = 0) -> None:
        super().__init__(f"{len(errors) + more} errors in the register")
        self.errors = errors
        self.more = more

    def __str__(self) -> str:
        lines = [str(error) for error in self.errors]
        if self.more:
            lines.append(f"and {self.more} more")
        return "\n".join(lines)


class CellProblem(Exception):
    """A cell's text has no meaning in its column; the reader of the file adds the place."""

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.facts = facts


class Findings:
    """Collects errors up to a limit, and warnings."""

    def __init__(self) -> None:
        self.errors: list[CellError] = []
        self.warnings: list[CellError] = []
        self.more = 0

    @property
    def count(self) -> int:
        """How many errors there are, those over the limit too."""
        return len(self.errors) + self.more

    def add(self, error: CellError) -> None:
        if len(self.errors) < ERRORS_MAX:
            self.errors.append(error)
        else:
            self.more += 1

    def warn(self, warning: CellError) -> None:
        if len(self.warnings) < ERRORS_MAX:
            self.warnings.append(warning)

    def raise_any(self) -> None:
        if self.errors:
            raise RegisterErrors(tuple(self.errors), self.more)


def shown(text: str) -> str:
    """The cell's text for a message: short, on one line, nothing invisible."""
    cut = text if len(text) <= FOUND_LENGTH_MAX else text[:FOUND_LENGTH_MAX] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)

"""How large a sheet may be that is read here.

if count > ROWS_MAX:
    raise too_many_rows()
"""

from __future__ import annotations

from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_

ROWS_MAX: Final = 100_000
COLUMNS_MAX: Final = 200
CELL_LENGTH_MAX: Final = 32_767
"""What a cell of a spreadsheet program holds."""

ENTRY_BYTES_MAX: Final = 192 * 1024 * 1024
ALL_BYTES_MAX: Final = 256 * 1024 * 1024
"""What an XLSX file may unpack to: 100,000 rows of 20 columns of words, and somewhat more."""

KEPT_BYTES_MAX: Final = 256 * 1024 * 1024
"""What the rows take while they are worked through."""


def too_many_rows() -> Invalid:
    """More rows than are read at once."""
    return Invalid(
        "sheet-too-many-rows",
        N_("There are more than {most} rows. Split the sheet, then send its parts."),
        most=ROWS_MAX,
    )


def too_many_columns() -> Invalid:
    """More columns than are read."""
    return Invalid(
        "sheet-too-many-columns",
        N_("There are more than {most} columns. Remove those that are not needed."),
        most=COLUMNS_MAX,
    )


def cell_too_long(row: int) -> Invalid:
    """A cell that holds more than any spreadsheet program lets it."""
    return Invalid(
        "sheet-cell-too-long",
        N_("A cell in row {row} holds more than {most} characters. Shorten it."),
        row=row,
        most=CELL_LENGTH_MAX,
    )

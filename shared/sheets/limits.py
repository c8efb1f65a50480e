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

"""One file's rows as read so far, with what later checks need to know about their keys.

>>> from services.register.tables import TABLES
>>> Loaded(TABLES["cohorts"]).knows("RS-BT-01")
True
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.register.rows import Row
from services.register.tables import Table


@dataclass
class Loaded:
    """``index`` has every key that could be read; None where the rest of its row could not.

    complete:   the file was read to its end.
    whole:      and nothing in it was wrong.
    keys_sound: no row was lost whose key is unknown, so that a key not found is not there.
    """

    table: Table
    rows: list[Row] = field(default_factory=list)
    index: dict[tuple[Any, ...], Row | None] = field(default_factory=dict)
    first_row: dict[tuple[Any, ...], int] = field(default_factory=dict)
    complete: bool = False
    whole: bool = False
    keys_sound: bool = True

    def knows(self, *key: Any) -> bool:
        """Whether the key is there, or might be in what could not be read."""
        return key in self.index or not (self.complete and self.keys_sound)

    def get(self, *key: Any) -> Any:
        """The row of the key; None when there is none or it could not be read."""
        return self.index.get(key)

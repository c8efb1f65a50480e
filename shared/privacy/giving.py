"""How much of what is held about a person one asker is given: the person all, others their part.

    EVERYTHING                                          # the person themself, in most services
    Giving(masked=True, special=False, row=…, event=…)  # an officer who takes it out for them

A service says it (``held_pages(giving=…)``) by the rules of its own pages: what a page would not
show to the one who asks is in no file for them either. Source: domain, *Who may see which data*.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Column

from shared.access.masking import masked_account, masked_number
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.privacy.erasing import kind_of

Row: TypeAlias = Mapping[str, Any]
SPECIAL: Final = "special"
_NUMBERS: Final = ("jmbg",)
_ACCOUNTS: Final = ("account", "account_number")


@dataclass(frozen=True, kw_only=True)
class Giving:
    """What one asker is given; everything as it stands.

    records: ids of the person's own records (an award, a payment), by which entries name them.
    special: whether what is sealed as special is given.
    masked:  whether numbers and accounts are covered but for their end.
    row:     (table, row) → what is given of it; None when nothing is.
    event:   whether an entry is given at all.
    field:   (event, name of a field) → whether it is given.
    """

    records: Collection[str] = ()
    special: bool = True
    masked: bool = False
    row: Callable[[str, Row], Row | None] = lambda _, row: row
    event: Callable[[Recorded], bool] = lambda _: True
    field: Callable[[Event, str], bool] = lambda _, __: True

    def of_column(self, column: Column[Any], value: Any) -> Any:
        """A value of a read model as it is given; None where it is withheld."""
        kind = kind_of(column)
        if kind is not None and kind.data_class == SPECIAL and not self.special:
            return None
        return self._covered(str(column.name), value)

    def of_field(self, event: Event, name: str) -> bool:
        """Whether a field of an event is given."""
        personal = event.personal_fields.get(name)
        if personal is not None and personal.name == SPECIAL and not self.special:
            return False
        return self.field(event, name)

    def text(self, name: str, text: str | None) -> str | None:
        """An opened field's text as it is given."""
        covered: str | None = self._covered(name, text)
        return covered

    def _covered(self, name: str, value: Any) -> Any:
        if not self.masked or not isinstance(value, str):
            return value
        if name in _NUMBERS:
            return masked_number(value)
        return masked_account(value) if name in _ACCOUNTS else value


EVERYTHING: Final = Giving()

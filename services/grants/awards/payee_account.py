"""What the rules need to know about the account a grantee is paid to. Never its number.

Every change gives the account a new version; a payment is bound to the version it was requested
for. A changed account waits ``hold_hours`` and is confirmed by calling the grantee back, which
somebody other than its changer does.

>>> PayeeAccount(version=1).changed
False
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOLD_HOURS_DEFAULT: Final = 72
"""How long a changed account holds payments. Source: domain rules on money, segregation."""


@dataclass(frozen=True, kw_only=True)
class PayeeAccount:
    """The account's version and, once it was changed, by whom, when and who called back.

    entered_by: who typed the account of the agreement; None when it is from before.
    """

    version: int
    entered_by: str | None = None
    changed_by: str | None = None
    changed_at: datetime | None = None
    called_back_by: str | None = None

    @property
    def changed(self) -> bool:
        """Whether this is another account than the one in the agreement."""
        return self.changed_by is not None

    @property
    def typed_by(self) -> frozenset[str]:
        """Who typed it as it is now: they neither authorise nor release a payment to it."""
        who = self.changed_by or self.entered_by
        return frozenset({who} if who else ())

    def held_until(self, hold_hours: int = HOLD_HOURS_DEFAULT) -> datetime | None:
        """The moment (UTC) before which nothing is released to it; None when never changed."""
        return self.changed_at and self.changed_at + timedelta(hours=hold_hours)

"""The trial balance by currency, for the API and the page alike.

sheets = balance_sheets(views.trial_balance(connection, "demo"))
[(sheet.currency, sheet.balanced) for sheet in sheets]   ->  [("BAM", True), ("RSD", True)]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from shared.money import Money, total


@dataclass(frozen=True, kw_only=True)
class AccountSum:
    """What one account came to in one currency."""

    account: str
    postings: int
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """Debits minus credits."""
        return self.debit - self.credit


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All accounts of one currency."""

    currency: str
    accounts: tuple[AccountSum, ...]

    @property
    def debit(self) -> Money:
        """Sum of debits."""
        return total((one.debit for one in self.accounts), currency=self.currency)

    @property
    def credit(self) -> Money:
        """Sum of credits."""
        return total((one.credit for one in self.accounts), currency=self.currency)

    @property
    def postings(self) -> int:
        """How many there are."""
        return sum(one.postings for one in self.accounts)

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits. Of one account alone they need not."""
        return self.debit == self.credit


def balance_sheets(rows: Iterable[Row[Any]]) -> tuple[Sheet, ...]:
    """The rows of ``views.trial_balance`` by currency."""
    by_currency: dict[str, list[AccountSum]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(
            AccountSum(
                account=row.account,
                postings=row.entries,
                debit=Money(int(row.debit_minor), row.currency),
                credit=Money(int(row.credit_minor), row.currency),
            )
        )
    return tuple(
        Sheet(currency=currency, accounts=tuple(accounts))
        for currency, accounts in sorted(by_currency.items())
    )

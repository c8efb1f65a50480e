"""Amounts of money: whole minor units and a currency code, never a float.

>>> Money(minor=12661200, currency="RSD").share(60, 100)
Money(minor=7596720, currency='RSD')
>>> [part.minor for part in split(Money(minor=101, currency="BAM"), (60, 40))]
[61, 40]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

CURRENCIES: Final[dict[str, int]] = {"RSD": 2, "BAM": 2, "EUR": 2, "NOK": 2}
"""ISO 4217 code to number of decimals. Source: ISO 4217 list one."""

MINOR_MAX: Final = 10**15
"""Largest amount in minor units; below 2**53, so that every JSON reader keeps it exact."""


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount of ``minor`` units (para, fening, cent) of ``currency`` (ISO 4217)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise ValueError(f"unknown currency {self.currency!r}")
        if not -MINOR_MAX <= self.minor <= MINOR_MAX:
            raise ValueError("amount out of range")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def share(self, numerator: int, denominator: int) -> Money:
        """numerator/denominator of the amount, rounded half to even."""
        return Money(divide_half_even(self.minor * numerator, denominator), self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.minor


def zero(currency: str) -> Money:
    """Nothing, in ``currency``."""
    return Money(0, currency)


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """Sum of amounts that all have ``currency``."""
    return sum(amounts, zero(currency))


def divide_half_even(numerator: int, denominator: int) -> int:
    """Numerator / denominator (> 0) to the nearest whole number, ties to the even one."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient


def split(amount: Money, percents: Sequence[int]) -> tuple[Money, ...]:
    """``amount`` in parts of ``percents`` (summing to 100); the remainder goes to the last part.

    Source: domain rules on money, "never lose a unit: remainders go to the last tranche".
    """
    if sum(percents) != 100:
        raise ValueError("percents must sum to 100")
    parts = [amount.share(percent, 100) for percent in percents[:-1]]
    return (*parts, amount - total(parts, currency=amount.currency))

"""Amounts as people type them into forms, and as the JSON interface carries them.

>>> read_amount("120.000,50", "RSD"), read_amount("120 000", "RSD")
(Money(minor=12000050, currency='RSD'), Money(minor=12000000, currency='RSD'))
>>> typed_amount(Money(minor=12000050, currency="RSD"))
'120000,50'
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from services.grants.awards.schemas import MoneySchema
from services.grants.awards.schemas import money_out as to_json
from shared.errors import Invalid
from shared.language.marking import N_
from shared.money import CURRENCIES, MINOR_MAX, Money

__all__ = ["MoneySchema", "read_amount", "to_json", "typed_amount"]

AMOUNT_LENGTH_MAX: Final = 30
_DECIMAL: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{1,2})?")
_GROUPED: Final = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})*")
_SPACES: Final = re.compile(r"[\s']")


def read_amount(text: str, currency: str) -> Money:
    """The amount that somebody typed, with spaces, full stops or commas. Raises Invalid.

    A full stop or comma before exactly three digits groups thousands, before one or two it is the
    decimal sign.
    """
    plain = _SPACES.sub("", text)
    if len(plain) > AMOUNT_LENGTH_MAX:
        raise _unreadable()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", "")
    else:
        whole, sign, decimals = _parted(plain)
        if sign and _GROUPED.fullmatch(whole) and sign not in whole:
            whole = whole.replace(".", "").replace(",", "")
        plain = f"{whole}.{decimals}" if sign else whole
    if not (plain.isascii() and _DECIMAL.fullmatch(plain)):
        raise _unreadable()
    minor = int(Decimal(plain).scaleb(CURRENCIES[currency]))
    if minor > MINOR_MAX:
        raise Invalid("amount-too-large", N_("This amount is too large."))
    return Money(minor, currency)


def typed_amount(amount: Money) -> str:
    """The amount as ``read_amount`` reads it, for a form that is shown again."""
    digits = CURRENCIES[amount.currency]
    return f"{Decimal(amount.minor).scaleb(-digits):.{digits}f}".replace(".", ",")


def _parted(text: str) -> tuple[str, str, str]:
    """(before, sign, after) of the last full stop or comma."""
    place = max(text.rfind("."), text.rfind(","))
    return (text, "", "") if place < 0 else (text[:place], text[place], text[place + 1 :])


def _unreadable() -> Invalid:
    return Invalid("amount-unreadable", N_("Write the amount in digits, such as 120000,00."))

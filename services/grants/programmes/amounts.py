"""Money as it comes in and goes out over HTTP, and as people type it into a form.

>>> decimal_text(Money(123450, "RSD"))
'1234.50'
>>> typed_amount("1.234,5")
'1234.5'

In JSON an amount is ``{"amount": "1234.50", "currency": "RSD"}``: text, so that no reader makes a
binary fraction of it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema, fields, post_load, pre_dump, validate

from shared.language.marking import N_
from shared.money import CURRENCIES, Money

AMOUNT: Final = re.compile(r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?(?![\s\S])")
"""Up to 13 digits before the point, so that the minor units stay below ``MINOR_MAX``."""

_GROUPED: Final = re.compile(r"[0-9]{1,3}((?P<mark>[.,])[0-9]{3})((?P=mark)[0-9]{3})*\Z")


class DecimalAmountSchema(Schema):
    """An amount that is not negative. Loads as ``Money``, dumps ``Money``."""

    amount = fields.String(
        required=True,
        validate=validate.Regexp(
            AMOUNT, error=N_("Write the amount in digits, with a point before two decimals.")
        ),
        metadata={"example": "1234.50"},
    )
    currency = fields.String(required=True, validate=validate.OneOf(tuple(CURRENCIES)))

    @post_load
    def money(self, data: dict[str, Any], **_: Any) -> Money:
        """As the domain has it."""
        digits = CURRENCIES[data["currency"]]
        return Money(int(Decimal(data["amount"]).scaleb(digits)), data["currency"])

    @pre_dump
    def decimal(self, money: Money, **_: Any) -> dict[str, str]:
        """As JSON has it."""
        return {"amount": decimal_text(money), "currency": money.currency}


def decimal_text(money: Money) -> str:
    """The amount with its currency's decimals and a point."""
    return f"{Decimal(money.minor).scaleb(-CURRENCIES[money.currency]):f}"


def typed_amount(text: str) -> str:
    """What somebody typed, as JSON would have it; text that is no amount comes back as it is.

    A comma or a point before one or two digits begins the decimals; three digits after either are a
    group of thousands, as people here write both.
    """
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    found = re.fullmatch(r"(?P<whole>[0-9.,]*[0-9])[.,](?P<part>[0-9]{1,2})", plain)
    whole, part = (found["whole"], found["part"]) if found else (plain, "")
    if _GROUPED.match(whole):
        whole = whole.replace(".", "").replace(",", "")
    if not whole.isascii() or not whole.isdigit():
        return text
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole

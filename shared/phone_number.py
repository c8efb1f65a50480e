"""A phone number in its one spelling, as ITU-T E.164 writes it.

>>> phone("060 123-45-67", "RS"), phone("+387 61 123 456", "RS"), phone("00381601234567", "BA")
('+381601234567', '+38761123456', '+381601234567')
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CALLING_CODES: Final = {
    "RS": "381",
    "BA": "387",
    "ME": "382",
    "HR": "385",
    "MK": "389",
    "SI": "386",
    "XK": "383",
}
"""Country → what stands before a number of it."""

DIGITS_MIN: Final = 8
DIGITS_MAX: Final = 15

_BETWEEN: Final = re.compile(r"[\s()./\-\u2010-\u2015]+")


def phone(text: str | None, country: str) -> str | None:
    """A number as E.164 writes it; None for what is none. ``country``: of one without its own."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text or ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    code = CALLING_CODES.get(country)
    if digits.startswith("0"):
        if code is None:
            return None
        digits = f"+{code}{digits[1:]}"
    elif digits.startswith(tuple(CALLING_CODES.values())):
        digits = "+" + digits
    number = digits[1:]
    if not (digits.startswith("+") and number.isascii() and number.isdigit()):
        return None
    # Some write a nought between the country and the rest, which nobody dials.
    for code in CALLING_CODES.values():
        if number.startswith(f"{code}0"):
            number = code + number[len(code) + 1 :]
    return f"+{number}" if DIGITS_MIN <= len(number) <= DIGITS_MAX else None

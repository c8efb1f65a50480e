"""How often certificates may be checked: per asker's address, per number, and by everybody.

    with allowed(service, client_address(), "RS-2026-000123"):      # TooMany: 429, Retry-After
        found = standing(connection, number=…, code=…)              # None: raise, the try is spent

An address whose tries are spent is refused whatever it asks. Where those of a number, or of
everybody, are spent, only wrong answers are refused: otherwise whoever knows a number could keep
its holder from showing it. A code has 48 bits: a hundred thousand addresses at their rate, day and
night for a year, meet one certificate's with a chance of one in two and a half thousand. Whoever is
right gets the try back: an employer may check a hundred certificates in an hour. A number is
counted whether or not anybody has it, so that a refusal tells nothing either.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from services.trainings.tables import METADATA
from shared.access.tries import Rate, Tries, too_many, tries_table
from shared.errors import Missing
from shared.service import Service

PURGE_KIND: Final = "trainings.verification.purge"
TRIES: Final = tries_table(METADATA)
EVERYBODY: Final = "everybody"

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)

RATES: Final[dict[str, Rate]] = {
    # Wrong numbers and codes from one address; an office types many, and errs seldom.
    "check/address": Rate(20, 30 * _SECOND),
    # Wrong codes for one number, wherever they come from.
    "check/number": Rate(30, 20 * _SECOND),
    # Wrong ones of all askers together.
    "check/everybody": Rate(1_000, 0.1 * _SECOND),
    # Names that were not the one on the certificate, by whoever holds its number and code.
    "name/certificate": Rate(5, 10 * _MINUTE),
}
"""Kind → its rate. The part after the stroke says what the key is."""

COUNTED: Final = Tries(TRIES, RATES)
purge = COUNTED.purge


@contextmanager
def allowed(service: Service, address: str, number: str) -> Iterator[None]:
    """Count a check, and give it back when what is looked up within is found.

    Raises TooMany: at once where the address has no tries left, and in place of Missing where the
    number or everybody has none.
    """
    with COUNTED.tried(service, "check/address", address):
        waits = [
            COUNTED.take(service, kind, key)
            for kind, key in (("check/number", number), ("check/everybody", EVERYBODY))
        ]
        try:
            yield
        except Missing:
            longest = max((wait for wait in waits if wait is not None), default=None)
            if longest is None:
                raise
            raise too_many(longest) from None
        for wait, kind, key in zip(
            waits, ("check/number", "check/everybody"), (number, EVERYBODY), strict=True
        ):
            if wait is None:
                COUNTED.forgive(service, kind, key)

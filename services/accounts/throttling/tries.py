"""How often secrets, addresses and links may be tried here; ``shared.access.tries`` counts.

throttle(service, "sign-in/address", client_address())   # raises TooMany: 429, Retry-After
...                                                      # check the secret
forgive(service, "sign-in/address", client_address())    # it was right: the try is given back
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.accounts.tables import METADATA
from shared.access.tries import Rate, Tries, tries_table

PURGE_KIND: Final = "accounts.throttling.purge"

TRIES: Final = tries_table(METADATA)

_MINUTE: Final = timedelta(minutes=1)

RATES: Final[dict[str, Rate]] = {
    # Wrong passwords from one address, whoever's they are: the pages and the API.
    "sign-in/address": Rate(30, timedelta(seconds=20)),
    # Wrong passwords in a browser that the account was signed in by before.
    "sign-in/device": Rate(5, 3 * _MINUTE),
    # Six digits have a million values: some five hundred a day are a chance of one in two thousand.
    "code/account": Rate(5, 3 * _MINUTE),
    "code/address": Rate(30, timedelta(seconds=20)),
    "recovery/account": Rate(5, 10 * _MINUTE),
    "passkey/address": Rate(30, timedelta(seconds=20)),
    # Each sends a mail to somebody who perhaps never asked for one.
    "reset/account": Rate(3, 20 * _MINUTE),
    "reset/address": Rate(10, 6 * _MINUTE),
    "key/address": Rate(30, timedelta(seconds=20)),
    # Messages with a code to one applicant: as one network asks, and whoever asks. No more of them
    # are good at the same time than are kept, so that nobody's waiting code falls out, and one
    # network does not use up what the applicant may ask for elsewhere.
    "applicant/network": Rate(3, 20 * _MINUTE),
    "applicant/person": Rate(10, 5 * _MINUTE),
    "applicant/address": Rate(20, 3 * _MINUTE),
    # Codes that are tried, in one browser; those of one person and of all only slow answers down.
    "applicant-code/browser": Rate(5, 3 * _MINUTE),
    "applicant-code/person": Rate(10, 3 * _MINUTE),
    "applicant-code/everybody": Rate(200, timedelta(seconds=10)),
    "applicant-code/address": Rate(30, timedelta(seconds=20)),
    "applicant-code/warning": Rate(1, 10 * _MINUTE),
}
"""Kind → its rate. The part after the stroke says what the key is."""

_COUNTED: Final = Tries(TRIES, RATES)
throttle = _COUNTED.throttle
take = _COUNTED.take
forgive = _COUNTED.forgive
tried = _COUNTED.tried
purge = _COUNTED.purge

"""How national numbers and bank accounts are shown to whoever may not see them whole.

>>> masked_number("0101990710006")
'••••••••••006'
>>> masked_account("840000000000012345")
'••••2345'

One place, so that pages, JSON, files and histories cannot differ. Who may see a payee's account
whole is a permission that the matrix backs; a national number is shown whole to nobody.
"""

from __future__ import annotations

from typing import Final

DOT: Final = "•"
NUMBER_SHOWN: Final = 3
ACCOUNT_SHOWN: Final = 4


def masked_number(number: str) -> str:
    """The last three digits behind a dot for each other; dots alone where that hides too little."""
    shown = NUMBER_SHOWN if len(number) >= 2 * NUMBER_SHOWN else 0
    hidden = len(number) - shown
    return DOT * hidden + number[hidden:]


def masked_account(account: str) -> str:
    """The last four digits behind four dots; of a text too short to hide anything, dots alone."""
    kept = "".join(character for character in account if character.isalnum())
    shown = kept[-ACCOUNT_SHOWN:] if len(kept) >= 2 * ACCOUNT_SHOWN else ""
    return DOT * 4 + shown

"""Which time zone decides what day it is in a country.

>>> zone_of("RS")
'Europe/Belgrade'
"""

from __future__ import annotations

from typing import Final

_ZONES: Final = {"RS": "Europe/Belgrade", "BA": "Europe/Sarajevo"}


def zone_of(country: str) -> str:
    """The IANA zone of a country; UTC where none is known."""
    return _ZONES.get(country, "UTC")

"""In which language a certificate is written: chosen when it is issued, else that of the country.

>>> language_of("BA"), language_of("RS"), language_of("NO")
('bs', 'sr_Latn', 'en')
"""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("sr_Latn", "sr_Cyrl", "bs", "rom", "en")
"""Codes as in ``shared.language.languages``, which deciders do not import; a test compares."""

_OF_COUNTRY: Final = {"RS": "sr_Latn", "BA": "bs"}


def language_of(country: str) -> str:
    """The language in which certificates of a country are written when nobody chose one."""
    return _OF_COUNTRY.get(country, "en")

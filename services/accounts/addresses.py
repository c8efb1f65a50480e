"""Where a page may send the browser next: an address of this installation, never another site's.

>>> local_address("/grants/calls?open=yes")
'/grants/calls?open=yes'
>>> local_address("//elsewhere.example/"), local_address("https://elsewhere.example/")
('/accounts/', '/accounts/')
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

HOME: Final = "/accounts/"
LENGTH_MAX: Final = 2000


def local_address(wanted: str | None, *, otherwise: str = HOME) -> str:
    """``wanted`` when it is a path of this installation, else ``otherwise``.

    Browsers read ``//host``, ``/\\host`` and addresses with control characters in them as another
    site's, so each of these is refused rather than repaired.
    """
    if not wanted or len(wanted) > LENGTH_MAX or not wanted.startswith("/"):
        return otherwise
    if wanted.startswith("//") or "\\" in wanted:
        return otherwise
    if any(not "!" <= letter <= "~" for letter in wanted):
        return otherwise
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else otherwise

"""Where a certificate is checked: what its QR code says, and what the page reads back.

>>> verification_address("https://zanat.example", "RS-2026-000123", "a1b2c3d4e5f6")
'https://zanat.example/trainings/check/RS-2026-000123#a1b2c3d4e5f6'

The code stands behind ``#``: a browser sends that part to nobody (RFC 3986, 3.5), so it gets into
no access log, no proxy and no referrer. The page reads it there and asks with it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

CHECK: Final = "/trainings/check"
"""The page where number and code are typed."""

SHORT: Final = "/check"
"""The same, short enough to be typed from paper."""


def verification_address(public_url: str, number: str, code: str) -> str:
    """What a certificate's QR code says. ``public_url``: of the installation, without a path."""
    return f"{public_url.rstrip('/')}{CHECK}/{quote(number)}#{quote(code)}"


def typing_address(public_url: str) -> str:
    """What is printed for those who type it: ``https://zanat.example/check``."""
    return f"{public_url.rstrip('/')}{SHORT}"

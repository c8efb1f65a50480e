"""Codes of an app (TOTP, RFC 6238) and recovery codes, as pure functions.

>>> from datetime import UTC, datetime
>>> then = datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)
>>> matching_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", then, None)
1
>>> normal("ABCDE-fgh23 ")
'abcdefgh23'

A code is of a step of thirty seconds. One step to either side is taken too, since clocks of phones
differ; a step that was used, or any before it, is not (RFC 6238, section 5.2).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno

STEP_SECONDS: Final = 30
STEPS_AROUND: Final = 1
DIGITS: Final = 6
SECRET_LETTERS: Final = 32
"""Base32: 160 bits, the length of SHA-1's output (RFC 4226, section 4)."""

RECOVERY_CODES: Final = 10
RECOVERY_LETTERS: Final = 10
TYPED_MAX: Final = 40
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters that are taken for others: 31 of them, some 49 bits a code."""


def new_secret() -> str:
    """A secret for an app, in base32."""
    return pyotp.random_base32(SECRET_LETTERS)


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The step whose code this is, later than ``last_step``; None when it is of none."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    middle = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(max(0, middle - STEPS_AROUND), middle + STEPS_AROUND + 1):
        right = hmac.compare_digest(app.generate_otp(step), code)
        if right and found is None and (last_step is None or step > last_step):
            found = step
    return found


def address_of(secret: str, *, account: str, installation: str) -> str:
    """The ``otpauth://`` address that apps read from a QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=account, issuer_name=installation
    )


def picture_of(address: str) -> str:
    """The address as a QR code: an SVG in a ``data:`` address, black on white in any theme."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")


def in_groups(secret: str) -> str:
    """A secret as it is typed from paper: groups of four."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes as they are shown once: two groups of five letters."""
    half = RECOVERY_LETTERS // 2
    made = []
    for _ in range(RECOVERY_CODES):
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(RECOVERY_LETTERS))
        made.append(f"{letters[:half]}-{letters[half:]}")
    return made


def normal(typed: str) -> str:
    """A code as it is compared: without spaces and strokes, in small letters."""
    return "".join(typed[:TYPED_MAX].split()).replace("-", "").casefold()


def is_of_app(code: str) -> bool:
    """Whether a normal code has the form of an app's, not of a recovery code."""
    return len(code) == DIGITS

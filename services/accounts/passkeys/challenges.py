"""Challenges that a passkey signs: they prove themselves, so that asking for one costs no row.

    challenge = make_challenge(secret, purpose="sign-in", bound_to="", now=now)
    expires_at = check_challenge(secret, challenge, purpose="sign-in", bound_to="", now=later)

Eight bytes of the end, sixteen random ones and a keyed hash over both, the purpose and what it is
bound to (an account, the browser's forms). That each is answered once is kept in a table.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

LIFETIME: Final = timedelta(minutes=5)
_END_BYTES: Final = 8
_RANDOM_BYTES: Final = 16
_HASH_BYTES: Final = 32
CHALLENGE_BYTES: Final = _END_BYTES + _RANDOM_BYTES + _HASH_BYTES


def make_challenge(secret: bytes, *, purpose: str, bound_to: str, now: datetime) -> bytes:
    """A fresh challenge that may be answered within ``LIFETIME``."""
    end = int((now + LIFETIME).timestamp()).to_bytes(_END_BYTES, "big")
    head = end + secrets.token_bytes(_RANDOM_BYTES)
    return head + _hash(secret, head, purpose, bound_to)


def check_challenge(
    secret: bytes, challenge: bytes, *, purpose: str, bound_to: str, now: datetime
) -> datetime | None:
    """When it ends; None when it is not ours, for something else, or too old."""
    if len(challenge) != CHALLENGE_BYTES:
        return None
    head, given = challenge[:-_HASH_BYTES], challenge[-_HASH_BYTES:]
    if not hmac.compare_digest(given, _hash(secret, head, purpose, bound_to)):
        return None
    # Only what is ours is read as a moment: any eight bytes would overflow the calendar.
    end = datetime.fromtimestamp(int.from_bytes(head[:_END_BYTES], "big"), UTC)
    return end if now < end else None


def challenge_hash(challenge: bytes) -> bytes:
    """What is kept of a challenge that was answered."""
    return hashlib.sha256(challenge).digest()


def _hash(secret: bytes, head: bytes, purpose: str, bound_to: str) -> bytes:
    message = b"\0".join((b"passkey", purpose.encode(), bound_to.encode(), head))
    return hmac.digest(secret, message, "sha256")

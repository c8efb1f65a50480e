"""Browsers that an account was signed in by before: a stranger's wrong passwords do not lock them.

    known = known_device(secret, request.cookies.get(name), account_id)      # its key, or None
    cookie = with_device(secret, request.cookies.get(name), account_id)      # to be kept there

An address is no secret, so anybody can fail to sign in by it and keep its lock up. A browser that
was in once carries a proof of that and has tries of its own (the kind ``sign-in/device``): whoever
owns the account gets in from there whatever strangers do elsewhere (OWASP, *Slow down online
guessing attacks with device cookies*). The proof is an HMAC over the account and a random text. It
names nobody, opens nothing, and whoever steals it has no more than those few tries.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

LENGTH: Final = timedelta(days=180)
ACCOUNTS_MAX: Final = 5
"""Accounts that one browser remembers; an office's computer has a few owners."""

_NONCE_LETTERS: Final = 16
_PROOF_LETTERS: Final = 32


def cookie_name(*, secure: bool) -> str:
    """The cookie that holds the proofs; ``__Host-`` binds it to this very host."""
    return "__Host-zanat_devices" if secure else "zanat_devices"


def known_device(secret: bytes, cookie: str | None, account_id: str) -> str | None:
    """The key of this browser's tries for the account, when it was signed in here before."""
    for nonce, proof in _entries(cookie):
        if hmac.compare_digest(proof, _proof(secret, account_id, nonce)):
            return f"{account_id}/{nonce}"
    return None


def with_device(secret: bytes, cookie: str | None, account_id: str) -> str:
    """The cookie with a proof for the account: the newest first, at most ACCOUNTS_MAX."""
    nonce = secrets.token_hex(_NONCE_LETTERS // 2)
    entries = [(nonce, _proof(secret, account_id, nonce)), *_entries(cookie)]
    return "~".join(f"{one}.{proof}" for one, proof in entries[:ACCOUNTS_MAX])


def _entries(cookie: str | None) -> list[tuple[str, str]]:
    pairs = (one.partition(".") for one in (cookie or "").split("~", ACCOUNTS_MAX)[:ACCOUNTS_MAX])
    return [
        (nonce, proof)
        for nonce, _, proof in pairs
        if len(nonce) == _NONCE_LETTERS and len(proof) == _PROOF_LETTERS and proof.isascii()
    ]


def _proof(secret: bytes, account_id: str, nonce: str) -> str:
    message = f"known device\0{account_id}\0{nonce}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:_PROOF_LETTERS]

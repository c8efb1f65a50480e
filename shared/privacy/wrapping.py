"""Wrapping: a key becomes a box that only the master key opens.

    box = wrap(master, b"key " + ..., key, nonce=os.urandom(12))
    unwrap(masters, master_id, key_id.encode(), box)    # -> the key

What a box is of is authenticated with it, so that no row opens under another's name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.privacy.master_key import MasterKey, Masters

NONCE_BYTES: Final = 12
WRONG_KEY: Final = "the master key does not open this keyring"


class WrongMasterKey(RuntimeError):
    """None of the master keys that are known here opens the keyring."""

    def __init__(self) -> None:
        super().__init__(WRONG_KEY)


def wrap(master: MasterKey, of: bytes, secret: bytes, *, nonce: bytes) -> bytes:
    """``nonce`` and the box; ``of`` says what is in it."""
    return nonce + _cipher(master).encrypt(nonce, secret, of)


def unwrap(masters: Masters, master_id: str | None, of: bytes, box: bytes) -> bytes:
    """What is in a box. ``master_id``: what its row names; None in rows from before ids.

    Raises WrongMasterKey when no key that is known here opens it.
    """
    if master_id is None:
        tried = masters.known()
    else:
        found = masters.find(master_id)
        tried = (found,) if found else ()
    for master in tried:
        try:
            return _cipher(master).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], of)
        except InvalidTag:
            continue
    raise WrongMasterKey


def root_label(name: str) -> bytes:
    """What a root secret's box is authenticated with."""
    return b"root " + name.encode()


@lru_cache(maxsize=8)
def _cipher(master: MasterKey) -> AESGCM:
    return AESGCM(master.derived(b"wrap"))

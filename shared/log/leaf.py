"""Leaf hashes of the log, after RFC 6962: SHA-256 over a zero byte and the envelope's bytes.

>>> leaf_hash(b"").hex()[:16]
'6e340b9cffb37a98'
"""

from __future__ import annotations

import hashlib


def leaf_hash(entry: bytes) -> bytes:
    """32 bytes. Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\0" + entry).digest()

"""Hashes of the log's tree, after RFC 6962: a leaf's, a node's, and the empty tree's.

>>> leaf_hash(b"").hex()[:16]
'6e340b9cffb37a98'
>>> EMPTY_ROOT.hex()[:16]
'e3b0c44298fc1c14'
"""

from __future__ import annotations

import hashlib

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves. Source: RFC 6962, section 2.1."""


def leaf_hash(entry: bytes) -> bytes:
    """32 bytes: SHA-256 over a zero byte and the entry. Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """32 bytes: SHA-256 over a one byte and both children. Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\1" + left + right).digest()

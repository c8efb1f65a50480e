"""Data Integrity proofs of the suite ``eddsa-rdfc-2022``: Ed25519 over canonical RDF.

    signed = with_proof(document, seed, method="did:web:zanat.example#z6Mk…", created=moment)
    signed["proof"]["proofValue"]        # "z3Fh…"

The document and the proof's own options are each brought into RDF, canonicalised (RDFC-1.0, which
pyld calls by its older name) and hashed; both hashes are signed. The same document, key and moment
give the same bytes. Source: W3C *Data Integrity EdDSA Cryptosuites v1.0*, 3.2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld

from services.trainings.credentials.contexts import load

SUITE: Final = "eddsa-rdfc-2022"
ED25519_PUBLIC: Final = bytes([0xED, 0x01])
"""What comes before the bytes of a public key in a Multikey (multicodec ``ed25519-pub``)."""

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")


class Unsignable(ValueError):
    """A document that another program could canonicalise otherwise."""


def multikey(public: bytes) -> str:
    """A public Ed25519 key as ``publicKeyMultibase`` (W3C *Controlled Identifiers*, Multikey).

    >>> multikey(bytes(32))[:8]
    'z6MkeTG3'
    """
    return "z" + base58(ED25519_PUBLIC + public)


def with_proof(
    document: Mapping[str, Any], seed: bytes, *, method: str, created: datetime
) -> dict[str, Any]:
    """The document with its proof. seed: of the private key; method: address of the public one."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    hashed = _hash({"@context": document["@context"], **options}) + _hash(document)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(hashed)
    return {**document, "proof": {**options, "proofValue": "z" + base58(signature)}}


def canonical(document: Mapping[str, Any]) -> str:
    """The canonical N-Quads of a document. Raises Unsignable for control characters in it."""
    _check(document)
    found: str = jsonld.normalize(
        dict(document),
        {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load},
    )
    return found


def base58(raw: bytes) -> str:
    """Bitcoin's base 58, as Multibase's ``z`` has it.

    >>> base58(b"hello"), base58(bytes([0, 0, 1]))
    ('Cn8eVZg', '112')
    """
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, len(_BASE58))
        letters = _BASE58[rest] + letters
    return _BASE58[0] * (len(raw) - len(raw.lstrip(b"\0"))) + letters


def _hash(document: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(canonical(document).encode()).digest()


def _check(part: Any) -> None:
    """RDFC-1.0 escapes control characters where the older algorithm did not: we have none."""
    if isinstance(part, str) and _CONTROLS.search(part):
        raise Unsignable("a text has a control character")
    if isinstance(part, float):
        raise Unsignable("a number is no whole one")
    if isinstance(part, Mapping):
        for one in part.values():
            _check(one)
    elif isinstance(part, list | tuple):
        for one in part:
            _check(one)

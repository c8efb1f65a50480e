"""A device that makes passkeys in software, to send what no browser would.

device = SoftDevice("localhost", "http://localhost:8000")
answer = device.make(options)                       # JSON, as the script of the page sends it
answer = device.sign(options, origin="https://elsewhere.example")
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
ATTESTED: Final = 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftDevice:
    """One key pair for one place."""

    host: str
    origin: str
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    signed: int = 0
    handle: bytes = b""

    def make(self, options: dict[str, Any], *, flags: int = PRESENT | VERIFIED) -> str:
        """The answer to what a page asks for a new passkey by."""
        self.handle = data(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = (
            bytes(16)
            + len(self.credential_id).to_bytes(2, "big")
            + self.credential_id
            + encode_cbor(cose)
        )
        made = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._authenticator(self.host, flags | ATTESTED) + attested,
        }
        client = self._client("webauthn.create", options["challenge"], self.origin)
        return self._answer(
            {
                "clientDataJSON": text(client),
                "attestationObject": text(encode_cbor(made)),
                "transports": ["internal"],
            }
        )

    def sign(
        self,
        options: dict[str, Any],
        *,
        flags: int = PRESENT | VERIFIED,
        host: str = "",
        origin: str = "",
        handle: bytes | None = None,
    ) -> str:
        """The answer to what a page asks for a signature by, bent as asked."""
        self.signed += 1
        authenticator = self._authenticator(host or self.host, flags)
        client = self._client("webauthn.get", options["challenge"], origin or self.origin)
        signature = self.key.sign(
            authenticator + hashlib.sha256(client).digest(), ec.ECDSA(SHA256())
        )
        return self._answer(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(authenticator),
                "signature": text(signature),
                "userHandle": text(self.handle if handle is None else handle),
            }
        )

    def _authenticator(self, host: str, flags: int) -> bytes:
        return (
            hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.signed.to_bytes(4, "big")
        )

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": text(self.credential_id),
                "rawId": text(self.credential_id),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )

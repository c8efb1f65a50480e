"""Who issues: each programme by a ``did:web`` of the installation's address, and its document.

>>> did("https://zanat.example", "RS-2011")
'did:web:zanat.example:trainings:issuers:RS-2011'
>>> did("http://127.0.0.1:8000", "RS-2011")
'did:web:127.0.0.1%3A8000:trainings:issuers:RS-2011'
>>> document_address("https://zanat.example", "RS-2011")
'https://zanat.example/trainings/issuers/RS-2011/did.json'

The document has the keys with which the programme's credentials were ever signed, each a Multikey,
so that what an earlier key signed still verifies. Source: W3C CCG *did:web Method Specification*;
W3C *Controlled Identifiers v1.0*.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlsplit

from services.trainings.credentials.proving import multikey

CONTEXT: Final = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
_PLACE: Final = ("trainings", "issuers")


def did(public_url: str, programme: str) -> str:
    """The identifier of a programme of the installation."""
    host = quote(urlsplit(public_url).netloc, safe="")
    return ":".join(("did:web", host, *_PLACE, quote(programme, safe="")))


def document_address(public_url: str, programme: str) -> str:
    """Where whoever knows the identifier finds the document."""
    return f"{public_url}/{'/'.join(_PLACE)}/{quote(programme, safe='')}/did.json"


def method(issuer: str, public: bytes) -> str:
    """The address of one public key of an issuer."""
    return f"{issuer}#{multikey(public)}"


def document(public_url: str, programme: str, keys: tuple[bytes, ...]) -> dict[str, Any]:
    """The programme's document. keys: 32 bytes each, the one in use first."""
    issuer = did(public_url, programme)
    return {
        "@context": list(CONTEXT),
        "id": issuer,
        "verificationMethod": [
            {
                "id": method(issuer, public),
                "type": "Multikey",
                "controller": issuer,
                "publicKeyMultibase": multikey(public),
            }
            for public in keys
        ],
        "assertionMethod": [method(issuer, public) for public in keys],
    }

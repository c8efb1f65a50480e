"""Status lists: which certificates' versions are revoked or replaced, as signed credentials.

    found = status_list(service, "RS-2011", "RS-2026-1-1")      # None: there is no such list
    found.body, found.etag

A bit is set for every version of a revoked certificate, and for every version that a later one
replaced: for whoever holds it, both mean that it counts no more. The list is made from the rows at
the moment when it is asked for, so a revocation is in it as soon as it is written; what was made
and signed is kept in memory while nothing of it changed.

Source: W3C *Bitstring Status List v1.0*.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from services.trainings.credentials.contexts import CREDENTIALS
from services.trainings.credentials.credential import list_address
from services.trainings.credentials.issuers import did, method
from services.trainings.credentials.keys import signing_key
from services.trainings.credentials.places import LIST_BITS, VERSIONS, Range, place_of, range_of
from services.trainings.credentials.proving import with_proof
from services.trainings.tables import CERTIFICATES
from shared.log.notes import Signer
from shared.privacy.keyring import Keyring
from shared.service import Service

PLACES_PURPOSE: Final = "credential-places"
GOOD_FOR: Final = timedelta(hours=24)
"""How long a verifier without a network may go on with a list that it has."""

FRESH_SECONDS: Final = 5
"""How long whoever has a list asks nobody whether there is a newer one."""

_KEPT: Final = 32


@dataclass(frozen=True)
class StatusList:
    """The signed list as JSON, and its hash."""

    body: bytes
    etag: str


def places_key(keyring: Keyring, programme: str) -> bytes:
    """What shuffles the places in a programme's lists."""
    return bytes.fromhex(keyring.blind_index(PLACES_PURPOSE, programme))


def status_list(service: Service, programme: str, name: str) -> StatusList | None:
    """The list of this name; None where no certificate of the programme is in it."""
    about = range_of(name)
    if about is None:
        return None
    with service.database.reading() as connection:
        if not _has_any(connection, programme, about):
            return None
        void = tuple(_void(connection, programme, about))
    bits = _bits(places_key(service.keyring, programme), name, void)
    public_url, settings = service.settings.public_url, service.settings
    hour = service.clock.now().replace(minute=0, second=0, microsecond=0)
    return _signed(public_url, programme, name, bits, hour, signing_key(settings))


def encoded(places: Iterable[int]) -> str:
    """A list with these bits set, the first one from the left: GZIP in base64url, Multibase."""
    bits = bytearray(LIST_BITS // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _has_any(connection: Connection, programme: str, about: Range) -> bool:
    query = select(CERTIFICATES.c.number).where(
        CERTIFICATES.c.programme == programme,
        CERTIFICATES.c.number.between(about.first, about.last),
        CERTIFICATES.c.certificate_version >= about.version,
    )
    return connection.execute(query.limit(1)).first() is not None


def _void(connection: Connection, programme: str, about: Range) -> Iterable[tuple[str, int]]:
    """(number, version) of what counts no more, among those that the list is about."""
    columns = CERTIFICATES.c
    query = select(columns.number, columns.certificate_version, columns.state).where(
        columns.programme == programme,
        columns.number.between(about.first, about.last),
        or_(columns.state == "revoked", columns.certificate_version > 1),
    )
    for row in connection.execute(query):
        newest = row.certificate_version + (1 if row.state == "revoked" else 0)
        for version in range(about.version, min(newest, about.version + VERSIONS)):
            yield row.number, version


@lru_cache(maxsize=_KEPT)
def _bits(key: bytes, name: str, void: tuple[tuple[str, int], ...]) -> str:
    places = (place_of(key, number, version) for number, version in void)
    return encoded(place.index for place in places if place.list == name)


@lru_cache(maxsize=_KEPT)
def _signed(
    public_url: str, programme: str, name: str, bits: str, since: datetime, key: Signer
) -> StatusList:
    issuer, address = did(public_url, programme), list_address(public_url, programme, name)
    document: dict[str, Any] = {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _moment(since),
        "validUntil": _moment(since + GOOD_FOR),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": bits,
        },
    }
    signed = with_proof(document, key.seed, method=method(issuer, key.public), created=since)
    body = json.dumps(signed, ensure_ascii=False, separators=(",", ":")).encode()
    return StatusList(body, hashlib.sha256(body).hexdigest()[:32])


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")

"""The envelope: one CloudEvents 1.0 object in canonical form, written once and carried unchanged.

    raw = encode(Envelope(id=..., source="grants", subject="application/0192…", ...))
    decode(raw).type  ->  "org.zanat.grants.application.submitted.v1"

Canonical is RFC 8785: keys are ASCII and sorted (msgspec's ``order="sorted"``), no floats, integers
below 2**53, UTF-8 without escapes that are not needed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from shared.errors import Invalid
from shared.language.marking import N_

ENVELOPE_BYTES_MAX: Final = 60 * 1024


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What travels: CloudEvents attributes, our extensions, and ``data`` as bytes.

    streamversion: the event's place in its stream, from 1.
    actor:         account id, or ``system/<service>``; onbehalfof when somebody acted for another.
    causationid:   id of the event or request that led to this one.
    """

    specversion: str = "1.0"
    id: str
    source: str
    subject: str
    type: str
    time: datetime
    datacontenttype: str = "application/json"
    streamversion: int
    installation: str
    programme: str
    actor: str
    onbehalfof: str | None = None
    correlationid: str
    causationid: str
    data: msgspec.Raw


class _Data(msgspec.Struct, frozen=True, gc=False):
    """What a fold needs of an envelope."""

    data: msgspec.Raw


class _Kind(msgspec.Struct, frozen=True, gc=False):
    """What a replay needs of an envelope."""

    type: str
    data: msgspec.Raw


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Envelope)
_DATA_DECODER: Final = msgspec.json.Decoder(_Data)
_KIND_DECODER: Final = msgspec.json.Decoder(_Kind)


def encode(envelope: Envelope) -> bytes:
    """Canonical bytes. Raises Invalid when they exceed 60 KiB."""
    raw = _ENCODER.encode(envelope)
    if len(raw) > ENVELOPE_BYTES_MAX:
        raise Invalid("event-too-large", N_("This is too large to be recorded in one piece."))
    return raw


def decode(raw: bytes) -> Envelope:
    """The envelope in raw bytes. Raises msgspec.ValidationError."""
    return _DECODER.decode(raw)


def data_of(raw: bytes) -> msgspec.Raw:
    """The data alone of an envelope's bytes, the rest skipped. Raises msgspec.ValidationError."""
    return _DATA_DECODER.decode(raw).data


def kind_and_data(raw: bytes) -> tuple[str, msgspec.Raw]:
    """Type and data alone of an envelope's bytes. Raises msgspec.ValidationError."""
    found = _KIND_DECODER.decode(raw)
    return found.type, found.data


def encode_data(event: Any) -> msgspec.Raw:
    """An event's canonical data."""
    return msgspec.Raw(_ENCODER.encode(event))

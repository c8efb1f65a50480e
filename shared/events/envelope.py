"""The envelope: one CloudEvents 1.0 object in canonical form, written once and carried unchanged.

    raw = encode(Envelope(id=..., source="grants", subject="application/0192…", ...))
    decode(raw).type  ->  "org.zanat.grants.application.submitted.v1"

Canonical is RFC 8785: keys are ASCII and sorted (msgspec's ``order="sorted"``), no floats, integers
below 2**53, UTF-8 without escapes that are not needed.
"""

from __future__ import annotations

from collections.abc import Callable
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


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Envelope)


def encode(envelope: Envelope) -> bytes:
    """Canonical bytes. Raises Invalid when they exceed 60 KiB."""
    raw = _ENCODER.encode(envelope)
    if len(raw) > ENVELOPE_BYTES_MAX:
        raise Invalid("event-too-large", N_("This is too large to be recorded in one piece."))
    return raw


def decode(raw: bytes) -> Envelope:
    """The envelope in raw bytes. Raises msgspec.ValidationError."""
    return _DECODER.decode(raw)


def data_decoder(cls: Any) -> Callable[[bytes], Any]:
    """Reads the data alone of an envelope's bytes as an object of a class, the rest skipped.

    What it returns raises msgspec.ValidationError.
    """
    envelope: Any = msgspec.defstruct(f"DataOf{cls.__name__}", [("data", cls)], gc=False)
    decode_envelope = msgspec.json.Decoder(envelope).decode
    return lambda raw: decode_envelope(raw).data


def encode_data(event: Any) -> msgspec.Raw:
    """An event's canonical data."""
    return msgspec.Raw(_ENCODER.encode(event))

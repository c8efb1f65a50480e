"""Invents one event of every type, always the same, and the canonical envelope around it.

    event = invent(ApplicationSubmitted)
    raw = enveloped(event)           # bytes, as a store of the service would have written them

Values follow from field names and types, so that each field of an event has another one. Words of
a closed list are those of the golden file where there is one: a list may grow at any place.
"""

from __future__ import annotations

import base64
import types
import typing
import uuid
import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, Union

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.all_in_one import definitions
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX, DataClass, Event, Sealed
from shared.events.types import EventTypes, source_of
from shared.money import Money

MOMENT: Final = datetime(2026, 3, 1, 10, 20, 30, 405060, tzinfo=UTC)
DAY: Final = date(2026, 3, 1)
KEY_ID: Final = "0195514a-7c00-7000-8000-000000000001"
KEY: Final = bytes(range(32))
MASTER_KEY: Final = bytes(range(100, 132))
FIXED_TEXTS: Final = {"currency": "RSD", "timezone": "Europe/Belgrade", "country": "RS"}


def all_types() -> dict[str, EventTypes]:
    """The types of every service by its name."""
    return {definition.name: definition.types() for definition in definitions()}


def own_classes() -> dict[str, type[Event]]:
    """Every event class by its stored type name."""
    return {cls.event_type: cls for known in all_types().values() for cls in known.own}


def read_by() -> dict[str, list[str]]:
    """Stored type names that other services read, and which services those are."""
    found: dict[str, list[str]] = {}
    for name, known in all_types().items():
        for cls in known.foreign:
            found.setdefault(cls.event_type, []).append(name)
    return found


def file_name(type_name: str) -> str:
    return f"{type_name.removeprefix(PREFIX)}.json"


def identifier(name: str) -> str:
    """An identifier that is always the same for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"golden/{name}"))


def invent(cls: type[msgspec.Struct], like: Any = None) -> Any:
    """One event, or a struct within one. ``like``: its golden data, for words of closed lists."""
    hints = typing.get_type_hints(cls, include_extras=True)
    given = like if isinstance(like, dict) else {}
    values = {
        field.name: _value(hints[field.name], field.name, given.get(field.encode_name))
        for field in msgspec.structs.fields(cls)
    }
    return cls(**values)


def enveloped(event: Event) -> bytes:
    """The canonical bytes of an envelope around an event."""
    kind = event.event_type.removeprefix(PREFIX).split(".")[1]
    return encode(
        Envelope(
            id=identifier(event.event_type),
            source=source_of(event.event_type),
            subject=f"{kind}/{identifier(kind)}",
            type=event.event_type,
            time=MOMENT,
            streamversion=7,
            installation="golden",
            programme="RS-2026",
            actor=identifier("actor"),
            onbehalfof=identifier("applicant"),
            correlationid=identifier("correlation"),
            causationid=identifier("causation"),
            data=encode_data(event),
        )
    )


def sealed_text(name: str) -> str:
    """What is sealed in a personal field of this name."""
    return f"invented {name}: Љубица Đorđević"


def seal(name: str) -> Sealed:
    """A box as the keyring's code makes it, under a key that everybody may know."""
    nonce = zlib.crc32(name.encode()).to_bytes(12)
    box = AESGCM(KEY).encrypt(nonce, sealed_text(name).encode(), KEY_ID.encode())
    return Sealed(KEY_ID, base64.b64encode(nonce + box).decode())


def _value(hint: Any, name: str, like: Any) -> Any:
    number = zlib.crc32(name.encode())
    origin = typing.get_origin(hint)
    if origin is Annotated:
        personal = any(isinstance(m, DataClass) for m in hint.__metadata__)
        return seal(name) if personal else _value(typing.get_args(hint)[0], name, like)
    if origin in (Union, types.UnionType):
        filled = [part for part in typing.get_args(hint) if part is not type(None)]
        return _value(filled[0], name, like)
    if origin is Literal:
        words = typing.get_args(hint)
        return words[0] if like is None else like
    if origin is tuple:
        return _tuple(typing.get_args(hint), name, like)
    if hint is Money:
        return Money(number % 10_000_000, "RSD")
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return invent(hint, like)
    return _plain(hint, name, number)


def _tuple(parts: tuple[Any, ...], name: str, like: Any) -> tuple[Any, ...]:
    """Two of a kind where there may be any number."""
    hints = (parts[0], parts[0]) if parts[-1] is ... else parts
    given = like if isinstance(like, list) else [None] * len(hints)
    return tuple(
        _value(hint, f"{name}-{index}" if hint is str else name, one)
        for index, (hint, one) in enumerate(zip(hints, given, strict=True))
    )


def _plain(hint: Any, name: str, number: int) -> Any:
    if hint is bool:
        return True
    if hint is int:
        return number % 9_000 + 1
    if hint is date:
        return DAY + timedelta(days=number % 300)
    if hint is datetime:
        return MOMENT + timedelta(minutes=number % 100_000)
    if hint is str:
        if name in FIXED_TEXTS:
            return FIXED_TEXTS[name]
        return identifier(name) if "_id" in name else f"invented {name} – čćžšđ ђћ \"'\\/"
    raise TypeError(f"{name}: nothing is invented for {hint}")

"""Sealing: personal fields of events become AES-256-GCM boxes before they become bytes.

    sealed = seal_events(keyring, events)
    open_text(keyring, sealed[0].full_name)  ->  the name, or None once its key is destroyed

The key's id is authenticated with the box, so that a box cannot be moved under another key.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag

from shared.errors import Refused
from shared.events.event import Event, Sealed
from shared.language.marking import N_
from shared.privacy.keyring import Key, KeyName, Keyring
from shared.privacy.wrapping import NONCE_BYTES

E = TypeVar("E", bound=Event)


class DataErased(Refused, ValueError):
    """The key was destroyed: nothing can be sealed under it any more."""

    def __init__(self) -> None:
        super().__init__(
            "data-erased",
            N_(
                "These data of the person were erased and their keys destroyed. Nothing of this"
                " kind can be written about them any more."
            ),
        )


def seal_events(keyring: Keyring, events: Sequence[Event]) -> list[Event]:
    """The events with their personal fields sealed; keys are durable when this returns."""
    names = {name for event in events for name in _names(event)}
    if not names:
        return list(events)
    keys = keyring.ensure(names)
    count = sum(len(event.personal_fields) for event in events)
    # Drawn at once: asking the system lets other threads in each time.
    drawn = keyring.random_bytes(NONCE_BYTES * count)
    nonces = iter([drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)])
    return [_seal(keys, nonces, event) for event in events]


def seal_text(keyring: Keyring, name: KeyName, text: str) -> Sealed:
    """One text under one key. Raises DataErased when that key was destroyed."""
    return _box(keyring.ensure({name})[name], keyring.random_bytes(NONCE_BYTES), text)


def open_text(keyring: Keyring, value: str | Sealed | None) -> str | None:
    """The text; None for None, for a destroyed key, and where this service may not look."""
    if value is None or isinstance(value, str):
        return value
    return open_with(keyring.open_key(value.key), value)


def open_with(key: Key | None, sealed: Sealed) -> str | None:
    """The text under its key, opened before; None without one and for a destroyed one."""
    cipher = None if key is None else key.cipher
    if cipher is None:
        return None
    raw = a2b_base64(sealed.box)
    try:
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], sealed.key.encode()).decode()
    except InvalidTag as error:
        raise RuntimeError("a sealed value does not fit its key") from error


def sealed_keys(events: Iterable[object]) -> list[str]:
    """The ids of all keys that these decoded events' fields are sealed with."""
    found = []
    for event in events:
        for name in getattr(event, "personal_fields", ()):
            value = getattr(event, name)
            if isinstance(value, Sealed):
                found.append(value.key)
    return found


def _names(event: Event) -> Iterable[KeyName]:
    owner = getattr(event, event.seals_for) if event.seals_for else ""
    for field, data_class in event.personal_fields.items():
        if isinstance(getattr(event, field), str):
            if not owner:
                raise ValueError(f"{type(event).__name__}.{field} would be sealed for nobody")
            yield KeyName(owner, data_class.name, data_class.group)


def _seal(keys: dict[KeyName, Key], nonces: Iterator[bytes], event: E) -> E:
    if not event.personal_fields:
        return event
    owner = getattr(event, event.seals_for)
    changed = {}
    for field, data_class in event.personal_fields.items():
        text = getattr(event, field)
        if isinstance(text, str):
            key = keys[KeyName(owner, data_class.name, data_class.group)]
            changed[field] = _box(key, next(nonces), text)
    return msgspec.structs.replace(event, **changed)


def _box(key: Key, nonce: bytes, text: str) -> Sealed:
    cipher = key.cipher
    if cipher is None:
        raise DataErased
    raw = nonce + cipher.encrypt(nonce, text.encode(), key.key_id.encode())
    return Sealed(key.key_id, b2a_base64(raw, newline=False).decode())

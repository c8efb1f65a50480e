"""Event types of a service: names to classes, upcasters, and what it reads of other services.

    types = EventTypes(own=(ApplicationSubmitted, ...), foreign=(CertificateIssued, ...))
    types.event("org.zanat.grants.application.submitted.v1", raw)

A foreign class declares only the fields that this service reads; unknown fields are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

import msgspec

from shared.events.envelope import data_decoder, decode
from shared.events.event import PREFIX, DataClass, Event, event_type


class Foreign(Event, frozen=True, kw_only=True):
    """Base of another service's event as this service reads it."""

    reads: ClassVar[bool] = True


F = TypeVar("F", bound=Foreign)
Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


def reads(name: str, *, seals_for: str = "") -> Callable[[type[F]], type[F]]:
    """Declare that a class reads fields of another service's event type."""
    return event_type(name, seals_for=seals_for)


class EventTypes:
    """Decoders by stored type name."""

    def __init__(
        self,
        *,
        own: Iterable[type[Event]] = (),
        foreign: Iterable[type[Foreign]] = (),
        upcasters: dict[str, Upcaster] | None = None,
    ) -> None:
        self.own = tuple(dict.fromkeys(own))
        self.foreign = tuple(dict.fromkeys(foreign))
        self._upcasters = upcasters or {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        self._in_envelopes: dict[str, Callable[[bytes], Any]] = {}
        for cls in (*self.own, *self.foreign):
            if cls.event_type in self._decoders:
                raise TypeError(f"{cls.event_type} is declared twice")
            self._decoders[cls.event_type] = msgspec.json.Decoder(cls)
            self._in_envelopes[cls.event_type] = data_decoder(cls)

    def knows(self, type_name: str) -> bool:
        """Whether this service decodes the type."""
        return type_name in self._decoders or type_name in self._upcasters

    def foreign_sources(self) -> frozenset[str]:
        """The services whose events are read."""
        return frozenset(source_of(cls.event_type) for cls in self.foreign)

    def event(self, type_name: str, data: bytes | msgspec.Raw) -> Event:
        """The event object; old versions are lifted by their upcasters. Raises KeyError."""
        if upcaster := self._upcasters.get(type_name):
            newer, fields = upcaster(msgspec.json.decode(data))
            return self.event(newer, msgspec.json.encode(fields))
        event: Event = self._decoders[type_name].decode(data)
        return event

    def recorded_event(self, type_name: str, raw: bytes) -> Event:
        """The event object in an envelope's bytes, in one pass over them. Raises KeyError."""
        if type_name in self._upcasters:
            return self.event(type_name, decode(raw).data)
        event: Event = self._in_envelopes[type_name](raw)
        return event


def source_of(type_name: str) -> str:
    """The service in a type name."""
    return type_name.removeprefix(PREFIX).split(".", 1)[0]


def fields_of(cls: type[Event]) -> dict[str, DataClass | None]:
    """Field names of an event class, with their data class when personal."""
    return {f.name: cls.personal_fields.get(f.name) for f in msgspec.structs.fields(cls)}

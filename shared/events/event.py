"""What an event is in code: a frozen struct with a type name, and which of its fields are personal.

    @event_type("trainings.registration.registered.v1", seals_for="registration_id")
    class Registered(Event):
        registration_id: str
        full_name: Personal.identity
        sex: str

The name is storage format: a new meaning is a new version with an upcaster, never an edit. Fields
are str, int, bool, date, aware datetime, Money, None, other frozen structs and tuples of these;
floats are refused when the class is declared, since bytes must be canonical (RFC 8785).
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, TypeAlias, TypeVar

import msgspec

PREFIX: Final = "org.zanat."
_NAME: Final = re.compile(r"[a-z]+(\.[a-z][a-z_]*){2}\.v[1-9][0-9]*")


class Sealed(msgspec.Struct, frozen=True):
    """A personal value as it is in bytes: the key's id and nonce + AES-256-GCM box in base64."""

    key: str
    box: str


class DataClass(msgspec.Struct, frozen=True):
    """Under which key a personal field is sealed: data class × retention group of its person."""

    name: str
    group: str = "programme"


PersonalText: TypeAlias = str | Sealed
"""Plain text before it is sealed, Sealed after it was read back. ``open_text`` gives the text."""


class Personal:
    """Types for personal fields. Values are text; a date or number is written as text.

    The ``agreement_*`` types seal a copy of their own under the agreement's retention group, which
    accounting law keeps longer than the rest.
    """

    identity: TypeAlias = Annotated[str | Sealed, DataClass("identity")]
    contact: TypeAlias = Annotated[str | Sealed, DataClass("contact")]
    special: TypeAlias = Annotated[str | Sealed, DataClass("special")]
    financial: TypeAlias = Annotated[str | Sealed, DataClass("financial")]
    agreement_identity: TypeAlias = Annotated[str | Sealed, DataClass("identity", "agreement")]
    agreement_financial: TypeAlias = Annotated[str | Sealed, DataClass("financial", "agreement")]


DATA_CLASSES: Final = ("identity", "contact", "special", "financial")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events. Past tense, values only."""

    event_type: ClassVar[str] = ""
    seals_for: ClassVar[str] = ""
    personal_fields: ClassVar[dict[str, DataClass]] = {}


E = TypeVar("E", bound=Event)


def event_type(name: str, *, seals_for: str = "") -> Callable[[type[E]], type[E]]:
    """Declare the stored name ``<service>.<stream kind>.<past tense>.v<n>`` of an event class.

    seals_for: the field that names the owner (a registration id) of the personal fields' keys.
    Raises TypeError when the class cannot be stored canonically.
    """
    if not _NAME.fullmatch(name):
        raise TypeError(f"{name!r} is not <service>.<stream kind>.<past tense>.v<n>")

    def declare(cls: type[E]) -> type[E]:
        hints = typing.get_type_hints(cls, include_extras=True)
        personal: dict[str, DataClass] = {}
        for field in msgspec.structs.fields(cls):
            hint = hints[field.name]
            if data_class := _data_class(hint):
                personal[field.name] = data_class
            else:
                _storable(cls, field.name, hint)
        if bool(personal) != bool(seals_for):
            raise TypeError(f"{cls.__name__}: personal fields and seals_for go together")
        cls.event_type = PREFIX + name
        cls.seals_for = seals_for
        cls.personal_fields = personal
        return cls

    return declare


def _data_class(hint: Any) -> DataClass | None:
    """The DataClass in an annotation; also of an optional one (``Personal.x | None``)."""
    if typing.get_origin(hint) is Annotated:
        return next((m for m in hint.__metadata__ if isinstance(m, DataClass)), None)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        found = [_data_class(part) for part in typing.get_args(hint)]
        return next((one for one in found if one), None)
    return None


def _storable(cls: type, name: str, hint: Any) -> None:
    origin = typing.get_origin(hint)
    if hint in (str, int, bool, date, datetime, type(None), ...):
        return
    if origin in (tuple, typing.Union, types.UnionType, typing.Literal, Annotated):
        if origin is not typing.Literal:
            for part in typing.get_args(hint)[: 1 if origin is Annotated else None]:
                _storable(cls, name, part)
        return
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        inner = typing.get_type_hints(hint, include_extras=True)
        for field in msgspec.structs.fields(hint):
            _storable(hint, field.name, inner[field.name])
        return
    raise TypeError(f"{cls.__name__}.{name}: {hint} cannot be stored canonically")

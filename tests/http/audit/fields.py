"""What the services' events hold: names of their fields, and the codes of those that have some."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import msgspec

from services.accounts.app import definition as accounts
from services.grants.app import definition as grants
from services.notifications.app import definition as notifications
from services.trainings.app import definition as trainings
from shared.money import Money

DEFINITIONS = (accounts, grants, notifications, trainings)


def fields_of_events() -> set[str]:
    """Every field, those of structs within too; identifiers and who acted are not facts."""
    return {name for name, _ in _fields() if not _names_somebody(name)}


def values_of_codes() -> dict[str, set[str]]:
    """Field → the codes that it may hold."""
    found: dict[str, set[str]] = {}
    for name, hint in _fields():
        found.setdefault(name, set()).update(_codes(hint))
    return found


def _names_somebody(name: str) -> bool:
    return name.endswith(("_id", "_ids", "_by")) and name not in ("end_to_end_id", "matched_by")


def _fields() -> Iterator[tuple[str, Any]]:
    for definition in DEFINITIONS:
        for cls in definition().types().own:
            if ".log." not in cls.event_type and ".alarm." not in cls.event_type:
                yield from _of_struct(cls)


def _of_struct(cls: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    personal = getattr(cls, "personal_fields", {})
    for field in msgspec.structs.fields(cls):
        yield field.name, None if field.name in personal else field.type
        if field.name not in personal:
            for inner in _structs(field.type):
                yield from _of_struct(inner)


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and hint is not Money:
        yield hint
    for part in typing.get_args(hint):
        if not isinstance(part, str):
            yield from _structs(part)


def _codes(hint: Any) -> Iterator[str]:
    if typing.get_origin(hint) is typing.Literal:
        yield from (code for code in typing.get_args(hint) if isinstance(code, str))
        return
    for part in typing.get_args(hint):
        yield from _codes(part)

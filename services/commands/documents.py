"""Writes the documents made from code: access, data held, events, ``docs/api/<service>.json``.

write(Path("docs"), check=True)  ->  the files that are out of date
"""

from __future__ import annotations

import tempfile
import typing
from pathlib import Path
from typing import Any

from services.all_in_one import APPS, definitions
from services.commands.access_document import access_text
from services.commands.held_document import held_text
from shared.events.event import PREFIX, Event
from shared.events.types import fields_of
from shared.migrations.migrating import migrate
from shared.service import Definition, Service
from shared.settings import Settings
from shared.web.api import document_bytes

HEADING = """# Events

Generated from the code by `python -m services docs`; a check keeps it up to date. Every event is a
CloudEvents 1.0 object in canonical JSON; what stands here is its `data`. A field marked with a data
class is sealed (AES-256-GCM) under a key of the person named by the field in the last column.

"""


def write(folder: Path, *, check: bool = False) -> list[Path]:
    """Write what differs (or only list it, when checking); returns those files."""
    stale = []
    for path, content in _documents(folder).items():
        if path.exists() and path.read_bytes() == content:
            continue
        stale.append(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return stale


def _documents(folder: Path) -> dict[Path, bytes]:
    made = {
        folder / "access.md": access_text().encode(),
        folder / "data-held.md": held_text(definitions()).encode(),
        folder / "events.md": events_text(definitions()).encode(),
    }
    for name, document in api_documents().items():
        made[folder / "api" / f"{name}.json"] = document
    return made


def api_documents() -> dict[str, bytes]:
    """Each service's OpenAPI document, from an empty installation made for it."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        migrate(settings, definitions())
        found = {}
        for definition in definitions():
            service = Service.open(definition, settings)
            app = APPS[definition.name].create(service)
            found[definition.name] = document_bytes(app.extensions["zanat.api"])
            service.close()
    return found


def events_text(made: tuple[Definition, ...]) -> str:
    """Every event type with its fields, who emits it and who reads which fields of it."""
    readers: dict[str, list[tuple[str, list[str]]]] = {}
    for definition in made:
        for cls in definition.types().foreign:
            readers.setdefault(cls.event_type, []).append((definition.name, list(fields_of(cls))))
    lines = [HEADING]
    for definition in made:
        lines.append(f"## {definition.name}\n\n")
        own = sorted(definition.types().own, key=lambda one: one.event_type)
        lines += [_event_text(cls, readers.get(cls.event_type, [])) for cls in own]
    return "".join(lines)


def _event_text(cls: type[Event], readers: list[tuple[str, list[str]]]) -> str:
    name = cls.event_type.removeprefix(PREFIX)
    about = " ".join((cls.__doc__ or "").split())
    lines = [f"### `{name}`\n\n"]
    if about and not about.startswith(f"{cls.__name__}("):
        lines.append(f"{about}\n\n")
    lines.append("| field | type | sealed as | for |\n| --- | --- | --- | --- |\n")
    hints = typing.get_type_hints(cls)
    for field, data_class in fields_of(cls).items():
        sealed = f"{data_class.name}, {data_class.group}" if data_class else ""
        owner = f"`{cls.seals_for}`" if data_class else ""
        kind = "text" if data_class else _type_text(hints[field])
        lines.append(f"| `{field}` | {kind} | {sealed} | {owner} |\n")
    for service, fields in readers:
        listed = ", ".join(f"`{one}`" for one in fields)
        lines.append(f"\nRead by {service}: {listed}.\n")
    lines.append("\n")
    return "".join(lines)


def _type_text(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return " \\| ".join(f"`{one}`" for one in typing.get_args(hint))
    if origin is tuple:
        items = [one for one in typing.get_args(hint) if one is not ...]
        return "list of " + ", ".join(_type_text(one) for one in items)
    if origin is not None:
        parts = typing.get_args(hint)
        return " \\| ".join(_type_text(one) for one in parts)
    return "null" if hint is type(None) else str(hint.__name__)

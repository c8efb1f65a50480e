"""Once a day the newest checkpoint of every log is written where it can be copied away from.

    Definition(..., due={DUE_KIND: keep_due}, daily=(DUE_KIND,))

The file ``<installation>-<day>.txt`` in ZANAT_CHECKPOINT_FOLDER holds the signed notes with their
cosignatures one after the other, an empty line between them (``shared/log/kept.py``); ``verify``
takes it. That it was kept is an event, which has the notes too and which notifications mails on.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Final

import structlog

from services.audit.witness.views import newest_notes
from shared.errors import Conflict
from shared.events.append import Append, StreamWrite
from shared.events.event import Event, event_type
from shared.log.kept import write
from shared.log.notes import Checkpoint
from shared.service import INSTALLATION_WIDE, Service

DUE_KIND: Final = "audit.checkpoints.keep"

_log = structlog.get_logger("watching")


@event_type("audit.checkpoints.kept.v1")
class Kept(Event, frozen=True, kw_only=True):
    """The checkpoints of a day were written to a file. ``notes``: what it holds."""

    day: date
    file: str
    logs: tuple[str, ...]
    notes: str


KEPT_EVENTS: Final = (Kept,)


def keep_due(service: Service, payload: bytes) -> None:
    """Keep the checkpoints of the day in the payload (ISO).

    What the event of the day holds is what the file holds: again is the same file again, though
    the logs have gone on meanwhile.
    """
    day = date.fromisoformat(payload.decode())
    kept = _recorded(service, day) or _record(service, day)
    if kept is None:
        return
    put(service.settings.checkpoint_path / kept.file, kept.notes.encode())
    _log.info("checkpoints kept", logs=len(kept.logs))


def _record(service: Service, day: date) -> Kept | None:
    """Record the newest checkpoints as the day's; None while no log has an entry."""
    with service.database.reading() as connection:
        notes = newest_notes(connection)
    if not any(Checkpoint.parse(note.text).size for note in notes):
        return None
    event = Kept(
        day=day,
        file=f"{service.settings.installation}-{day.isoformat()}.txt",
        logs=tuple(Checkpoint.parse(note.text).origin for note in notes),
        notes=write(notes).decode(),
    )
    context = service.system_context(INSTALLATION_WIDE, cause=_stream(day))
    write_it = StreamWrite(_stream(day), 0, (event,))
    try:
        service.store.commit(Append(context=context, now=service.clock.now(), writes=(write_it,)))
    except Conflict:
        # Somebody else was faster.
        return _recorded(service, day)
    return event


def _recorded(service: Service, day: date) -> Kept | None:
    with service.database.reading() as connection:
        events, _ = service.store.stream(connection, _stream(day))
    return next((event for event in events if isinstance(event, Kept)), None)


def _stream(day: date) -> str:
    return f"checkpoints/{day.isoformat()}"


def put(path: Path, raw: bytes) -> None:
    """The file appears whole and durable, or not at all; anybody may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

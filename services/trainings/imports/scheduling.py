"""When the work on an import is due, and how a piece of it says which import it is about.

schedule_work(work, import_id)          # now, in the append that makes it necessary
parsed(b"RS-2011\\n0192…")               ->  ("RS-2011", "0192…")
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.trainings.imports.importing import IMPORT
from shared.events.append import DueWork
from shared.events.work import Work

WORK: Final = "trainings.import.work"
FORGET: Final = "trainings.import.forget"
EXPIRE: Final = "trainings.import.expire"

KEPT: Final = timedelta(days=14)
"""How long a file waits to be entered; after that it is discarded and its key destroyed."""


def parsed(payload: bytes) -> tuple[str, str]:
    """(programme, import) of a piece of due work."""
    programme, _, import_id = payload.decode().partition("\n")
    return programme, import_id


def schedule_work(work: Work, import_id: str, *, after: timedelta = timedelta(0)) -> None:
    """Have the import gone on with; each version of its stream has a piece of its own."""
    version = work.version_after(IMPORT, import_id)
    mark = f"{version}" if not after else f"{version}-{work.new_id()}"
    _schedule(work, WORK, import_id, mark, after)


def schedule_forget(work: Work, import_id: str) -> None:
    """Have the file's key destroyed."""
    _schedule(work, FORGET, import_id, "", timedelta(0))


def schedule_expiry(work: Work, import_id: str) -> None:
    """Have the import discarded when nobody entered it in time."""
    _schedule(work, EXPIRE, import_id, "", KEPT)


def payload_of(programme: str, import_id: str) -> bytes:
    """What a piece of due work is about; ``parsed`` reads it."""
    return f"{programme}\n{import_id}".encode()


def _schedule(work: Work, kind: str, import_id: str, mark: str, after: timedelta) -> None:
    due_id = "/".join(part for part in (kind, import_id, mark) if part)
    payload = payload_of(work.context.programme, import_id)
    work.schedule(DueWork(due_id, kind, work.now + after, payload))

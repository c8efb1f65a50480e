"""The last checkpoint of each log as it was witnessed, and audit's own with its cosignatures.

standings(connection, settings)   ->  [Standing(source="grants", size=412, …), …]
newest_notes(connection)          ->  [Note(…), …]    what is kept elsewhere each day
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from services.audit.entries.following import FOLLOWED
from shared.events.tables import CHECKPOINTS, HEARD
from shared.log.checkpoints import latest
from shared.log.notes import Checkpoint, Note
from shared.log.watching.trust import elsewhere, name_elsewhere
from shared.log.watching.witnessing import witnessed_note
from shared.settings import Settings

OWN = "audit"


@dataclass(frozen=True)
class Standing:
    """How a log stands.

    source: a service's name, or the origin of a log elsewhere. cosigners: key names, the log's own
    left out. witnessed_at: when it was cosigned here; heard_at: when anything came from it.
    """

    source: str
    size: int | None
    root: bytes
    cosigners: tuple[str, ...]
    witnessed_at: datetime | None
    seen_at: datetime | None
    heard_at: datetime | None
    head: int | None
    note: str


def standings(connection: Connection, settings: Settings) -> list[Standing]:
    """One a log: those that are followed, audit's own, those of elsewhere."""
    others = dict.fromkeys(key.name for key in elsewhere(settings))
    return [
        *(_standing(connection, source, source) for source in FOLLOWED),
        _own(connection),
        *(_standing(connection, name_elsewhere(origin), origin) for origin in others),
    ]


def newest_notes(connection: Connection) -> list[Note]:
    """The newest checkpoint of every log of the installation, with its cosignatures."""
    return list(_notes(connection))


def _notes(connection: Connection) -> Iterator[Note]:
    for source in FOLLOWED:
        if (note := witnessed_note(connection, source)) is not None:
            yield note
    if (raw := latest(connection, OWN)) is not None:
        yield Note.parse(raw)


def _standing(connection: Connection, log: str, source: str) -> Standing:
    heard = connection.execute(select(HEARD).where(HEARD.c.source == log)).first()
    return _of(
        source,
        witnessed_note(connection, log),
        witnessed_at=_made_at(connection, log),
        seen_at=heard.checkpoint_at if heard else None,
        heard_at=heard.heard_at if heard else None,
        head=heard.head if heard else None,
    )


def _own(connection: Connection) -> Standing:
    raw = latest(connection, OWN)
    made_at = _made_at(connection, OWN)
    return _of(
        OWN,
        None if raw is None else Note.parse(raw),
        witnessed_at=made_at,
        seen_at=made_at,
        heard_at=None,
        head=None,
    )


def _of(
    source: str,
    note: Note | None,
    *,
    witnessed_at: datetime | None,
    seen_at: datetime | None,
    heard_at: datetime | None,
    head: int | None,
) -> Standing:
    checkpoint = None if note is None else Checkpoint.parse(note.text)
    names = () if note is None else dict.fromkeys(line.name for line in note.signatures)
    return Standing(
        source=source,
        size=checkpoint.size if checkpoint else None,
        root=checkpoint.root if checkpoint else b"",
        cosigners=tuple(name for name in names if checkpoint and name != checkpoint.origin),
        witnessed_at=witnessed_at,
        seen_at=seen_at or witnessed_at,
        heard_at=heard_at,
        head=head,
        note="" if note is None else bytes(note).decode(),
    )


def _made_at(connection: Connection, log: str) -> datetime | None:
    found: datetime | None = connection.execute(
        select(CHECKPOINTS.c.made_at)
        .where(CHECKPOINTS.c.log == log)
        .order_by(CHECKPOINTS.c.size.desc())
        .limit(1)
    ).scalar()
    if found is None:
        return None
    # SQLite forgets the offset.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

"""The source's side: which checkpoint is to be told to the watchers, and what they send back.

    post = CheckpointPost(service)
    post.due(monotonic())                              # (42, b"zanat/grants\\n42\\n…"), later None
    keep_cosignature_of(service, 42, b"— zanat/audit/witness …\\n")

A cosignature is kept as a row, once the key on record of a service that watches has proved it. It
is no event: two services that watch each other would otherwise cosign their cosignatures for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, func, select

from shared.bus.topology import CHECKPOINT_AGAIN_SECONDS
from shared.events.tables import CHECKPOINTS, COSIGNATURES
from shared.log.checkpoints import latest_signed, note_of, signed_of
from shared.log.notes import BadNote, Note, SignatureLine
from shared.log.watching.trust import inside_witnesses
from shared.log.watching.witnessing import keep_cosignature
from shared.service import Service
from shared.settings import Settings

LINE_BYTES_MAX = 1_000

_log = structlog.get_logger("watching")


class CheckpointPost:
    """Remembers what was told."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._told: tuple[int, float] | None = None

    def due(self, now: float) -> tuple[int, bytes] | None:
        """Size and note of the newest checkpoint when it is to be told; ``now`` is monotonic."""
        with self._service.database.reading() as connection:
            newest = latest_signed(connection, self._service.name)
            if newest is None:
                return None
            if self._told is not None:
                size, at = self._told
                if newest.size == size and now - at < CHECKPOINT_AGAIN_SECONDS:
                    return None
            note = note_of(connection, self._service.name, newest)
        self._told = (newest.size, now)
        return newest.size, note


def uncosigned_since(connection: Connection, settings: Settings, log: str) -> datetime | None:
    """When the first checkpoint was made of those that no service has cosigned; None when none."""
    names = {key.name for key in inside_witnesses(settings, log)}
    cosigned = (
        select(func.coalesce(func.max(COSIGNATURES.c.size), -1))
        .where(COSIGNATURES.c.log == log, COSIGNATURES.c.key_name.in_(names))
        .scalar_subquery()
    )
    found: datetime | None = connection.execute(
        select(CHECKPOINTS.c.made_at)
        .where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size > cosigned)
        .order_by(CHECKPOINTS.c.size)
        .limit(1)
    ).scalar()
    if found is None:
        return None
    # SQLite forgets the offset.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def keep_cosignature_of(service: Service, size: object, body: bytes | str) -> bool:
    """Keep a watcher's cosignature; whether it is new. What does not verify is said and dropped."""
    raw = body.encode() if isinstance(body, str) else body
    try:
        if not isinstance(size, int) or not 0 <= size < 2**62 or len(raw) > LINE_BYTES_MAX:
            raise BadNote("this is no cosignature")
        line = raw.decode()
        found = SignatureLine.parse(line)
        with service.database.reading() as connection:
            signed = signed_of(connection, service.name, size)
        if signed is None:
            raise BadNote("no checkpoint of this size was made here")
        text = Note.parse(bytes(signed.note)).text
        trusted = inside_witnesses(service.settings, service.name)
        verifier = next((key for key in trusted if key.made(found)), None)
        if verifier is None:
            raise BadNote("no watching service has this key")
        verifier.verify(text, found)
    except (BadNote, UnicodeDecodeError) as error:
        _log.error("cosignature dropped", source=service.name, reason=str(error))
        return False
    return keep_cosignature(
        service, service.name, size=size, key_name=verifier.name, line=str(found)
    )

"""Verifies a log at rest: positions without a gap, leaf hashes, streams without a gap.

    entries, wrong = verify_log(service)

Says what is wrong by position; repairs nothing.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select

from shared.events.envelope import decode
from shared.events.tables import EVENTS, LOG, PENDING
from shared.log.leaf import leaf_hash
from shared.service import Service

BATCH = 1_000
FINDINGS_MAX = 1_000


def verify_log(service: Service) -> tuple[int, list[str]]:
    """(entries, findings): every entry's place, bytes and leaf hash. No findings: all is well."""
    wrong: list[str] = []
    versions: dict[str, int] = {}
    expected = 0
    with service.database.reading() as connection:
        while len(wrong) < FINDINGS_MAX:
            rows = connection.execute(
                select(LOG.c.position, LOG.c.leaf_hash, EVENTS)
                .join(EVENTS, EVENTS.c.event_id == LOG.c.event_id, isouter=True)
                .where(LOG.c.position >= expected)
                .order_by(LOG.c.position)
                .limit(BATCH)
            ).all()
            if not rows:
                break
            for row in rows:
                if row.position != expected:
                    wrong.append(f"position {expected} is missing")
                expected = row.position + 1
                wrong += _entry(service, row, versions)
        unsequenced = connection.execute(select(func.count()).select_from(PENDING)).scalar_one()
        stored = connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()
    if not wrong and stored != expected + unsequenced:
        wrong.append(f"{stored} events stand beside {expected} positions")
    return expected, wrong


def _entry(service: Service, row: object, versions: dict[str, int]) -> list[str]:
    position: int = row.position  # type: ignore[attr-defined]
    raw: object = row.envelope  # type: ignore[attr-defined]
    if raw is None:
        return [f"position {position}: the event is gone"]
    found = []
    # SQLite keeps a text in a column of bytes; whoever changed a row may have left anything there.
    if not isinstance(raw, bytes):
        return [f"position {position}: these are no bytes"]
    if leaf_hash(raw) != row.leaf_hash:  # type: ignore[attr-defined]
        found.append(f"position {position}: the bytes do not fit their hash")
    try:
        envelope = decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [*found, f"position {position}: the bytes are no envelope"]
    expected = versions.get(envelope.subject, 0) + 1
    if envelope.streamversion != expected:
        found.append(f"position {position}: version {envelope.streamversion} of its stream")
    versions[envelope.subject] = envelope.streamversion
    if (envelope.id, envelope.subject, envelope.type) != (
        row.event_id,  # type: ignore[attr-defined]
        row.stream,  # type: ignore[attr-defined]
        row.type,  # type: ignore[attr-defined]
    ):
        found.append(f"position {position}: the row beside the bytes was changed")
    if envelope.source != service.name:
        found.append(f"position {position}: written by another service")
    return found

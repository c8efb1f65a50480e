"""Stored answers to idempotency keys go after a week, and each day's key with them.

purge_answers(service, service.clock.now())   # -> how many answers are gone

A record without an answer is a mark that something was done once (a loaded row) and stays.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.events.tables import RECORDS
from shared.privacy.keyring import KeyName
from shared.service import Service

KEPT: Final = timedelta(days=7)
_OWNERS: Final = "responses/"
_GROUP: Final = "responses"


def key_of_answers(service: str, at: datetime) -> KeyName:
    """The key that seals what a service answers on a day (UTC): destroying it closes them all."""
    return KeyName(f"{_OWNERS}{at.astimezone(UTC).date().isoformat()}", service, _GROUP)


def purge_answers(service: Service, now: datetime) -> int:
    """Delete the answers older than KEPT and destroy the keys of days that are wholly past it."""
    end = now.astimezone(UTC) - KEPT
    with service.database.writing() as connection:
        gone = connection.execute(
            RECORDS.delete().where(RECORDS.c.made_at < end, RECORDS.c.response != b"")
        )
    first_kept = key_of_answers(service.name, end)
    past = [
        name
        for name in service.keyring.names(owners=_OWNERS, data_class=service.name)
        if name < first_kept
    ]
    if past:
        service.keyring.destroy(past)
    return gone.rowcount

"""What a purge does beside emptying columns: stored answers, freed pages, logs beside a database.

overwrite(service, ["registrations"])          # after the commit
close_answers(service, connection, owners, key_ids)
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from shared.errors import Busy
from shared.events.event import Sealed
from shared.events.tables import RECORDS
from shared.language.marking import N_
from shared.privacy.sealing import open_text
from shared.service import Service

_TRIES: Final = 100
_TRY_SECONDS: Final = 0.05


def overwrite(service: Service, tables: Collection[str]) -> None:
    """Let no freed page and no log beside the database keep what was there.

    SQLite zeroes what is deleted (``secure_delete``), and its write-ahead log is emptied. On
    PostgreSQL old versions of rows are removed; the file system may keep what the pages held until
    they are used again. Raises Busy when readers did not let go in time: the work is repeated.
    """
    if not service.database.is_sqlite:
        connection = service.database.postgresql_connection()
        try:
            for name in sorted(set(tables)):
                connection.execute(f'vacuum "{name}"'.encode())
        finally:
            connection.close()
        return
    own = service.database.sqlite_connection()
    try:
        for _ in range(_TRIES):
            with service.database.write_lock:
                (busy, _, _) = own.execute("pragma wal_checkpoint(truncate)").fetchone()
            if not busy:
                return
            time.sleep(_TRY_SECONDS)
    finally:
        own.close()
    raise Busy("database-read", N_("The database is being read. It is tried again."))


def close_answers(
    service: Service, connection: Connection, owners: Collection[str], key_ids: list[str]
) -> int:
    """Put a box that nobody can open in place of stored answers that name these people.

    The mark that a request was done stays, so that it is not done anew when it arrives again.
    """
    if not key_ids:
        return 0
    closed = msgspec.json.encode(Sealed(key_ids[0], ""))
    asked = select(RECORDS).where(RECORDS.c.response != b"", RECORDS.c.response != closed)
    found = []
    for row in connection.execute(asked):
        text = open_text(service.keyring, msgspec.json.decode(row.response, type=Sealed)) or ""
        if any(owner in text for owner in owners):
            found.append(row)
    for row in found:
        connection.execute(
            RECORDS.update()
            .where(
                RECORDS.c.actor == row.actor,
                RECORDS.c.route == row.route,
                RECORDS.c.key == row.key,
            )
            .values(response=closed)
        )
    return len(found)

"""hashlib alone: SHA-256 of each entry's bytes in one loop on one core.

    peer.ask("hash_entries", path="…/grants.sqlite3", sql="select envelope from events")

Only the loop is timed, not the reading of the bytes.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time

from tests.load.peers.serving import serve

BATCH = 20_000


def hash_entries(*, path: str, sql: str) -> float:
    """Entries a second."""
    seconds, entries = 0.0, 0
    connection = sqlite3.connect(path)
    cursor = connection.execute(sql)
    sha256 = hashlib.sha256
    while rows := cursor.fetchmany(BATCH):
        begun = time.perf_counter()
        for (raw,) in rows:
            sha256(raw).digest()
        seconds += time.perf_counter() - begun
        entries += len(rows)
    connection.close()
    return entries / seconds


if __name__ == "__main__":
    serve(hash_entries=hash_entries)

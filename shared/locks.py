"""The numbers of PostgreSQL's advisory locks, all in one place so that no two things share one.

    connection.execute(text("select pg_advisory_lock(:k)"), {"k": MIGRATING})

Each holds within one database. Locks on streams are not among them: their numbers are hashes
(``shared.events.locking``).
"""

from __future__ import annotations

from typing import Final

_ZANAT: Final = 0x5A41_4E41_5400

SEQUENCING: Final = _ZANAT + 1
MIGRATING: Final = _ZANAT + 2
SIGNING: Final = _ZANAT + 3
ASIDE: Final = _ZANAT + 4
MASTER_CHANGING: Final = _ZANAT + 5

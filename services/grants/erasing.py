"""What grants has to erase beside its tables: the files that went to the bank.

    batches_of(connection, {"0192…"})  ->  {"batch/0193…"}

A batch's file names all its payees under a key of its own. An agreement is erased ten years after
its last payment, so every payment of the batch is as old then, and the file goes with the first.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from services.grants.payments.batch_views import BATCH_LINES
from services.grants.payments.views import PAYMENTS
from shared.privacy.erasures import Erasing

_AT_ONCE: Final = 500


def batches_of(connection: Connection, owners: frozenset[str]) -> frozenset[str]:
    """The owners of the keys of every batch in which one of these people was paid."""
    found: set[str] = set()
    ids = sorted(owners)
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            select(BATCH_LINES.c.batch_id)
            .join(PAYMENTS, PAYMENTS.c.payment_id == BATCH_LINES.c.payment_id)
            .where(PAYMENTS.c.registration_id.in_(ids[start : start + _AT_ONCE]))
        )
        found |= {f"batch/{batch_id}" for batch_id in connection.execute(query).scalars()}
    return frozenset(found)


ERASING: Final = Erasing("grants", further=batches_of, makes=("financial",))

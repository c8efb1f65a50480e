"""What notifications has to erase beside its tables: mail that lies in the outbox folder.

outbox_of(service, {"0192…"}, {Kind("contact")})  ->  2 files removed
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from services.notifications.tables import MESSAGES
from shared.privacy.erasing import Kind
from shared.privacy.erasures import Erasing, remove_files
from shared.service import Service

OUTBOX: Final = "outbox"
_AT_ONCE: Final = 500


def outbox_of(service: Service, owners: frozenset[str], kinds: frozenset[Kind]) -> int:
    """Remove what was written for these people where no mail server takes it."""
    folder = service.settings.home / OUTBOX
    if not {Kind("contact"), Kind("identity")} & kinds or not folder.is_dir():
        return 0
    removed = 0
    ids = sorted(owners)
    with service.database.reading() as connection:
        for start in range(0, len(ids), _AT_ONCE):
            query = select(MESSAGES.c.message_id).where(
                MESSAGES.c.owner_id.in_(ids[start : start + _AT_ONCE])
            )
            for message_id in connection.execute(query).scalars():
                removed += remove_files(folder.glob(f"{message_id}.*"))
    return removed


ERASING: Final = Erasing("notifications", beside=outbox_of)

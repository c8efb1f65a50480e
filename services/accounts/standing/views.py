"""An account's open sessions with what is known of their use.

sessions_of(connection, account_id, now)   ->  [{"session_id": …, "device": "firefox/linux", …}]
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.accounts.sessions.uses import last_uses
from services.accounts.staff.views import open_sessions


def sessions_of(connection: Connection, account_id: str, now: datetime) -> list[dict[str, Any]]:
    """The newest first; ``used_at`` and ``device`` are None where they are not known."""
    rows = open_sessions(connection, account_id, now)
    uses = last_uses(connection, [row.session_id for row in rows])
    found = []
    for row in rows:
        use = uses.get(row.session_id)
        found.append(
            {
                "session_id": row.session_id,
                "opened_at": row.opened_at,
                "expires_at": row.expires_at,
                "used_at": use.used_at if use else None,
                "device": use.device if use else None,
            }
        )
    return found

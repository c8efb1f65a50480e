"""An account's open sessions with what is known of their use, and other accounts of its name.

sessions_of(connection, account_id, now)   ->  [{"session_id": …, "device": "firefox/linux", …}]
same_name(connection, account)             ->  [Row(account_id=…), …]
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from services.accounts.sessions.uses import last_uses
from services.accounts.staff.views import ACCOUNTS, open_sessions

SAME_NAME_MAX: Final = 10


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


def same_name(connection: Connection, account: Row[Any]) -> Sequence[Row[Any]]:
    """Other accounts of people with the same name, whatever its script and marks; ten at most.

    One person with two accounts could hold two duties that exclude each other: whoever grants
    roles is told, and knows better than software whether it is one person.
    """
    if not account.sort_name or account.kind != "staff":
        return ()
    return connection.execute(
        select(ACCOUNTS)
        .where(
            ACCOUNTS.c.sort_name == account.sort_name,
            ACCOUNTS.c.account_id != account.account_id,
            ACCOUNTS.c.kind == "staff",
            ACCOUNTS.c.standing != "closed",
        )
        .order_by(ACCOUNTS.c.account_id)
        .limit(SAME_NAME_MAX)
    ).all()

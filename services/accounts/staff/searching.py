"""Accounts as they are listed and looked for: by name, standing, role and address.

with service.database.reading() as connection:
    list_accounts(connection, limit=51, role="trainer", name="mira")
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, false, or_, select

from services.accounts.staff.views import ACCOUNTS, ROLES


def list_accounts(
    connection: Connection,
    *,
    limit: int,
    after: str | None = None,
    standing: str = "",
    role: str = "",
    programmes: Collection[str] | None = None,
    name: str = "",
    email_index: str = "",
) -> Sequence[Row[Any]]:
    """Accounts but applicants', by name. ``programmes``: only with a role in one of them; or all.

    after: the id of the last account seen, since a name has no place in an address.
    name: part of a name, folded; email_index: of a whole address. One of them is enough.
    """
    wanted = select(ACCOUNTS).where(ACCOUNTS.c.kind != "applicant").limit(limit)
    wanted = wanted.order_by(ACCOUNTS.c.sort_name, ACCOUNTS.c.account_id)
    if after is not None:
        last = select(ACCOUNTS.c.sort_name).where(ACCOUNTS.c.account_id == after).scalar_subquery()
        wanted = wanted.where(
            or_(
                ACCOUNTS.c.sort_name > last,
                and_(ACCOUNTS.c.sort_name == last, ACCOUNTS.c.account_id > after),
            )
        )
    if standing:
        wanted = wanted.where(ACCOUNTS.c.standing == standing)
    if role:
        holders = select(ROLES.c.account_id).where(ROLES.c.role == role)
        wanted = wanted.where(ACCOUNTS.c.account_id.in_(holders))
    if programmes is not None:
        held = select(ROLES.c.account_id).where(ROLES.c.programme.in_(sorted(programmes)))
        wanted = wanted.where(ACCOUNTS.c.account_id.in_(held))
    if name or email_index:
        by_name = ACCOUNTS.c.sort_name.contains(name, autoescape=True) if name else false()
        wanted = wanted.where(or_(by_name, ACCOUNTS.c.email_index == email_index))
    return connection.execute(wanted).all()

"""Applicants' accounts for whoever manages accounts: name and standing, nothing else.

    list_applicants(connection, limit=51, name="mira")      # a part of a name, folded
    name_of(connection, account_id)                         # "Mira Primer", or None once erased

An administrator stops or closes an account whose phone was lost. What the person applied for, where
they live and how they are reached is none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, literal, null, or_, select

from services.accounts.applicants.people import APPLICANTS, PEOPLE
from services.accounts.staff.views import ACCOUNTS


def list_applicants(
    connection: Connection,
    *,
    limit: int,
    after: str | None = None,
    standing: str = "",
    name: str = "",
    contacts: Collection[str] = (),
) -> Sequence[Row[Any]]:
    """Applicants' accounts, in the order of their ids. after: the last one that was seen.

    name: a part of a name, folded; contacts: hashes of a whole number or address. One is enough.
    """
    wanted = (
        select(
            ACCOUNTS.c.account_id,
            ACCOUNTS.c.kind,
            ACCOUNTS.c.standing,
            func.max(PEOPLE.c.full_name).label("display_name"),
            null().label("email"),
            ACCOUNTS.c.last_sign_in_at,
            ACCOUNTS.c.version,
        )
        .join(APPLICANTS, APPLICANTS.c.account_id == ACCOUNTS.c.account_id)
        .outerjoin(PEOPLE, PEOPLE.c.person_id == APPLICANTS.c.person_id)
        .group_by(*(column for column in ACCOUNTS.c))
        .order_by(ACCOUNTS.c.account_id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(ACCOUNTS.c.account_id > after)
    if standing:
        wanted = wanted.where(ACCOUNTS.c.standing == standing)
    if name or contacts:
        by_name = PEOPLE.c.name_folded.contains(name, autoescape=True) if name else literal(False)
        reached = (PEOPLE.c.phone_index.in_(contacts), PEOPLE.c.email_index.in_(contacts))
        wanted = wanted.where(or_(by_name, *reached))
    return connection.execute(wanted).all()


def name_of(connection: Connection, account_id: str) -> str | None:
    """What the person of an applicant's account is called."""
    named = (
        select(func.max(PEOPLE.c.full_name))
        .join(APPLICANTS, APPLICANTS.c.person_id == PEOPLE.c.person_id)
        .where(APPLICANTS.c.account_id == account_id)
    )
    name: str | None = connection.execute(named).scalar()
    return name

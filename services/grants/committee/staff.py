"""What grants reads of accounts for the committee: what its members are called.

    names(connection, ["m1", "chair"])  ->  {"m1": "Ana Primer", "chair": "chair"}

Whoever has no account (members of before this system) is shown by the name that history gives.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Column, Connection, String, Table, Text, select

from services.grants.tables import VIEWS, put
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads

STAFF: Final = Table(
    "staff_names",
    VIEWS,
    Column("account_id", String(80), primary_key=True),
    Column("display_name", Text),
)


@reads("accounts.account.invited.v1", seals_for="account_id")
class Invited(Foreign, frozen=True, kw_only=True):
    """Somebody has an account."""

    account_id: str
    display_name: Personal.identity


@reads("accounts.account.details_changed.v1", seals_for="account_id")
class DetailsChanged(Foreign, frozen=True, kw_only=True):
    """They are called otherwise from now on."""

    account_id: str
    display_name: Personal.identity


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of accounts."""
    match recorded.event:
        case Invited() | DetailsChanged() as event:
            key = {"account_id": event.account_id}
            put(at.connection, STAFF, key, display_name=at.text(event.display_name))
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")


STAFF_NAMES: Final = Projection("staff_names", 1, (STAFF,), project, (Invited, DetailsChanged))


def names(connection: Connection, account_ids: Collection[str]) -> dict[str, str]:
    """What to call each of these accounts; its id where no name is known."""
    query = select(STAFF).where(STAFF.c.account_id.in_(sorted(set(account_ids))))
    known = {row.account_id: row.display_name for row in connection.execute(query)}
    return {one: known.get(one) or one for one in account_ids}

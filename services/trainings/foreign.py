"""What trainings reads of accounts: what staff are called, and who may train in a programme.

RoleGranted(account_id="a1", role="trainer", programme="P") -> "a1" can be named in a cohort of P
RoleGranted(account_id="a2", role="trainer", programme=None) -> "a2" in a cohort of any programme
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, PrimaryKeyConstraint, String, Table, Text

from services.trainings.tables import METADATA
from shared.access.revocations import RoleRevoked
from shared.access.roles import EVERY_PROGRAMME
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.privacy.erasing import personal

STAFF: Final = Table(
    "staff_names",
    METADATA,
    Column("account_id", String(80), primary_key=True),
    Column("display_name", Text, info=personal("identity")),
)

TRAINERS: Final = Table(
    "trainers",
    METADATA,
    Column("account_id", String(80), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("region", String(120), nullable=False),
    PrimaryKeyConstraint("account_id", "programme", "region"),
)
"""``*`` for every programme, empty for every region of it."""


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


@reads("accounts.account.role_granted.v1")
class RoleGranted(Foreign, frozen=True, kw_only=True):
    """They have a role."""

    account_id: str
    role: str
    programme: str | None
    region: str | None = None


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring names and trainers up to an event."""
    match recorded.event:
        case Invited() | DetailsChanged() as event:
            at.put(STAFF, {"account_id": event.account_id}, display_name=event.display_name)
        case RoleGranted(role="trainer") as event:
            at.put(TRAINERS, _place(event))
        case RoleRevoked(role="trainer") as event:
            at.remove(TRAINERS, _place(event))


def _place(event: RoleGranted | RoleRevoked) -> dict[str, str]:
    return {
        "account_id": event.account_id,
        "programme": EVERY_PROGRAMME if event.programme is None else event.programme,
        "region": event.region or "",
    }


STAFF_NAMES: Final = Projection(
    "staff_names",
    2,
    (STAFF, TRAINERS),
    project,
    (Invited, DetailsChanged, RoleGranted, RoleRevoked),
)

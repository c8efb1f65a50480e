"""The rows of households and of who lives or lived in them.

HouseholdFormed(…), MemberJoined(registration_id="r1", …)  ->  a row of each table
"""

from __future__ import annotations

from typing import Final, get_args

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from services.trainings.households.household import (
    AddressNoted,
    HeadChosen,
    HouseholdEvent,
    HouseholdFormed,
    MemberJoined,
    MemberLeft,
)
from services.trainings.tables import METADATA
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import personal

HOUSEHOLDS: Final = Table(
    "households",
    METADATA,
    Column("household_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("reference", String(60), nullable=False),
    Column("formed_on", Date, nullable=False),
    Column("head_id", String(36)),
    Column("version", Integer, nullable=False),
    Index("households_reference", "programme", "reference"),
)

HOUSEHOLD_MEMBERS: Final = Table(
    "household_members",
    METADATA,
    Column("household_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("joined_on", Date, nullable=False),
    Column("left_on", Date),
    Column("joined_because", Text, info=personal("identity")),
    Column("left_because", Text, info=personal("identity")),
    Column("address", Text, info=personal("contact")),
    PrimaryKeyConstraint("household_id", "registration_id"),
    Index("household_members_registration", "registration_id"),
)
"""One row a person who lives there, or lived there last; ``left_on``: empty while they do."""


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one household up to an event."""
    event = recorded.event
    home = {"household_id": recorded.identifier}
    match event:
        case HouseholdFormed():
            at.make(
                HOUSEHOLDS,
                {
                    **home,
                    "programme": recorded.programme,
                    "reference": event.reference,
                    "formed_on": event.formed_on,
                    "head_id": None,
                    "version": recorded.version,
                },
            )
            return
        case MemberJoined():
            at.put(
                HOUSEHOLD_MEMBERS,
                {**home, "registration_id": event.registration_id},
                joined_on=event.joined_on,
                left_on=None,
                joined_because=event.because,
                left_because=None,
                address=event.address,
            )
        case MemberLeft():
            at.change(
                HOUSEHOLD_MEMBERS,
                {**home, "registration_id": event.registration_id},
                left_on=event.left_on,
                left_because=event.because,
            )
        case AddressNoted():
            at.change(
                HOUSEHOLD_MEMBERS,
                {**home, "registration_id": event.registration_id},
                address=event.address,
            )
        case HeadChosen():
            at.change(HOUSEHOLDS, home, head_id=event.registration_id)
    at.change(HOUSEHOLDS, home, version=recorded.version)


HOUSEHOLD_RECORDS: Final = Projection(
    "households", 1, (HOUSEHOLDS, HOUSEHOLD_MEMBERS), project, get_args(HouseholdEvent)
)

"""Who can be reached how: people as trainings registered them, accounts, awards' grantees.

    person(connection, registration_id).phone
    address(connection, account_id) -> ("Mira …", "mira@…")
    watchers(connection)            -> ["a1", "a7"], who hear of changes to accounts

Each projection follows one service. An erased name or number is None.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from services.notifications.foreign import (
    AwardOffered,
    ConsentGiven,
    ConsentWithdrawn,
    ContactChanged,
    Corrected,
    DetailsChanged,
    Invited,
    Registered,
    RoleGranted,
)
from services.notifications.tables import ACCOUNTS, AWARDS, PEOPLE, WATCHERS
from shared.access.revocations import Closed, RoleRevoked
from shared.access.roles import EVERY_PROGRAMME
from shared.events.projection import Projecting, Projection, Recorded


def _project_person(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    match event:
        case Registered():
            at.put(
                PEOPLE,
                {"registration_id": event.registration_id},
                programme=recorded.programme,
                country=event.country,
                municipality=event.municipality,
                full_name=event.full_name,
                phone=event.phone,
                texts=False,
            )
        case ConsentGiven(purpose="contact_by_sms") | ConsentWithdrawn(purpose="contact_by_sms"):
            agreed = isinstance(event, ConsentGiven)
            _change_person(at, event.registration_id, texts=agreed)
        case Corrected():
            _change_person(at, event.registration_id, full_name=event.full_name)
        case ContactChanged():
            _change_person(
                at,
                event.registration_id,
                country=event.country,
                municipality=event.municipality,
                phone=event.phone,
            )


def _change_person(at: Projecting, registration_id: str, **values: Any) -> None:
    at.change(PEOPLE, {"registration_id": registration_id}, **values)


def _project_account(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, Invited | DetailsChanged):
        at.put(
            ACCOUNTS,
            {"account_id": event.account_id},
            display_name=event.display_name,
            email=event.email,
        )


def _project_watcher(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    match event:
        case RoleGranted(role="administrator" | "auditor"):
            at.put(WATCHERS, _watching(event))
        case RoleRevoked(role="administrator" | "auditor"):
            at.remove(WATCHERS, _watching(event))
        case Closed():
            at.remove(WATCHERS, {"account_id": event.account_id})


def _watching(event: RoleGranted | RoleRevoked) -> dict[str, str]:
    programme = event.programme or EVERY_PROGRAMME
    return {"account_id": event.account_id, "role": event.role, "programme": programme}


def _project_award(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, AwardOffered):
        at.put(
            AWARDS,
            {"award_id": event.award_id},
            registration_id=event.registration_id,
            application_no=event.application_no,
        )


CONTACTS = (
    Projection(
        "people_to_reach",
        2,
        (PEOPLE,),
        _project_person,
        (Registered, Corrected, ContactChanged, ConsentGiven, ConsentWithdrawn),
    ),
    Projection("accounts_to_reach", 1, (ACCOUNTS,), _project_account, (Invited, DetailsChanged)),
    Projection("watchers", 1, (WATCHERS,), _project_watcher, (RoleGranted, RoleRevoked, Closed)),
    Projection("awards_spoken_of", 1, (AWARDS,), _project_award, (AwardOffered,)),
)


def country_of(connection: Connection, registration_id: str) -> str | None:
    """Where the person lives."""
    return connection.execute(
        select(PEOPLE.c.country).where(PEOPLE.c.registration_id == registration_id)
    ).scalar()


def agrees_to_texts(connection: Connection, registration_id: str) -> bool:
    """Whether the person consents to texts that they did not ask for."""
    query = select(PEOPLE.c.texts).where(PEOPLE.c.registration_id == registration_id)
    return bool(connection.execute(query).scalar())


def address(connection: Connection, account_id: str) -> tuple[str | None, str | None]:
    """An account's name and e-mail address."""
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id)).first()
    return (row.display_name, row.email) if row else (None, None)


def watchers(connection: Connection) -> list[str]:
    """The accounts of administrators and auditors, in the order of their ids."""
    found = select(WATCHERS.c.account_id).distinct().order_by(WATCHERS.c.account_id)
    return list(connection.execute(found).scalars())


def award(connection: Connection, award_id: str) -> Row[Any] | None:
    """Whose award it is and under which number it was applied for."""
    return connection.execute(select(AWARDS).where(AWARDS.c.award_id == award_id)).first()

"""Who can be reached how: people as trainings registered them, accounts, awards' grantees.

    person(connection, registration_id).phone
    address(connection, account_id) -> ("Mira …", "mira@…")

Each projection follows one service. An erased name or number is None.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from services.notifications.foreign import (
    AwardOffered,
    ContactChanged,
    Corrected,
    DetailsChanged,
    Invited,
    Registered,
)
from services.notifications.tables import ACCOUNTS, AWARDS, PEOPLE
from shared.events.projection import Projecting, Projection, Recorded


def _put(connection: Connection, table: Table, **values: Any) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in key}
    connection.execute(
        insert(table).values(**values).on_conflict_do_update(index_elements=key, set_=rest)
    )


def _project_person(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    match event:
        case Registered():
            _put(
                at.connection,
                PEOPLE,
                registration_id=event.registration_id,
                programme=recorded.programme,
                country=event.country,
                municipality=event.municipality,
                full_name=at.text(event.full_name),
                phone=at.text(event.phone),
            )
        case Corrected():
            _change_person(at, event.registration_id, full_name=at.text(event.full_name))
        case ContactChanged():
            _change_person(
                at,
                event.registration_id,
                country=event.country,
                municipality=event.municipality,
                phone=at.text(event.phone),
            )


def _change_person(at: Projecting, registration_id: str, **values: Any) -> None:
    same = PEOPLE.c.registration_id == registration_id
    at.connection.execute(PEOPLE.update().where(same).values(**values))


def _project_account(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, Invited | DetailsChanged):
        _put(
            at.connection,
            ACCOUNTS,
            account_id=event.account_id,
            display_name=at.text(event.display_name),
            email=at.text(event.email),
        )


def _project_award(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, AwardOffered):
        _put(
            at.connection,
            AWARDS,
            award_id=event.award_id,
            registration_id=event.registration_id,
            application_no=event.application_no,
        )


CONTACTS = (
    Projection(
        "people_to_reach", 1, (PEOPLE,), _project_person, (Registered, Corrected, ContactChanged)
    ),
    Projection("accounts_to_reach", 1, (ACCOUNTS,), _project_account, (Invited, DetailsChanged)),
    Projection("awards_spoken_of", 1, (AWARDS,), _project_award, (AwardOffered,)),
)


def country_of(connection: Connection, registration_id: str) -> str | None:
    """Where the person lives."""
    return connection.execute(
        select(PEOPLE.c.country).where(PEOPLE.c.registration_id == registration_id)
    ).scalar()


def address(connection: Connection, account_id: str) -> tuple[str | None, str | None]:
    """An account's name and e-mail address."""
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id)).first()
    return (row.display_name, row.email) if row else (None, None)


def award(connection: Connection, award_id: str) -> Row[Any] | None:
    """Whose award it is and under which number it was applied for."""
    return connection.execute(select(AWARDS).where(AWARDS.c.award_id == award_id)).first()

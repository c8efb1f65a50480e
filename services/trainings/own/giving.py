"""How much of what trainings holds about a person one asker is given.

    giving(connection, {"0192…"}, reader)   ->  Giving(special=False, masked=True, …)

The person is given all of it. An officer is given what the record's page shows them: the national
number masked, what somebody says of their origin in own cases and while the consent to it stands,
and of vulnerability notes that there are some. What they say is read in the vault alone, with a
reason. Source: domain, *Who may see which data*.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from services.trainings.people.declaring import is_of_origin, is_of_origin_alone
from services.trainings.people.purposes import PURPOSES
from services.trainings.people.views import record
from services.trainings.tables import CERTIFICATES, OUTCOMES
from services.trainings.vulnerability.vault import NotesOpened, NoteWritten, SupportLineSet
from shared.access.matrix import Kind, sees_whole
from shared.access.reader import Reader
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.privacy.giving import Giving

_OF_ORIGIN: Final = ("declared_roma", "consent_on")
_IN_THE_VAULT: Final = (NoteWritten, SupportLineSet)


def giving(connection: Connection, registrations: Collection[str], reader: Reader | None) -> Giving:
    """How much is given of these registrations; reader: None is the person themself."""
    records = _records(connection, sorted(registrations))
    if reader is None:
        return Giving(records=records)
    rows = [one for key in registrations if (one := record(connection, key)) is not None]
    own = all(_is_own_case(one, reader) for one in rows)
    origin = own and all(one.consent_on is not None for one in rows)
    return _for_staff(records, own=own, origin=origin)


def _is_own_case(row: Row[Any], reader: Reader) -> bool:
    own = row.registered_by == reader.account_id
    return sees_whole(reader, Kind.ethnicity, row.programme, own=own)


def _records(connection: Connection, registrations: list[str]) -> frozenset[str]:
    """What is theirs beside the registrations: certificates and outcomes."""
    found: set[str] = set()
    for table, column in (
        (CERTIFICATES, CERTIFICATES.c.certificate_id),
        (OUTCOMES, OUTCOMES.c.outcome_id),
    ):
        query = select(column).where(table.c.registration_id.in_(registrations))
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def _for_staff(records: frozenset[str], *, own: bool, origin: bool) -> Giving:
    def row(table: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if origin:
            return values
        if table == "consents" and PURPOSES[values["purpose"]].special:
            return None
        if table != "registrations":
            return values
        return {name: value for name, value in values.items() if name not in _OF_ORIGIN}

    def event(recorded: Recorded) -> bool:
        if isinstance(recorded.event, NotesOpened):
            return False
        return origin or not is_of_origin_alone(recorded.event)

    def field(happened: Event, name: str) -> bool:
        if isinstance(happened, _IN_THE_VAULT) and name in happened.personal_fields:
            return False
        return origin or not is_of_origin(happened, name)

    return Giving(records=records, special=own, masked=True, row=row, event=event, field=field)

"""What audit holds about a person beside sealed copies: who looked at their data.

The person is given all of it, an officer what is of their own cases. Source: domain, *Who may see
which data*.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from flask import Blueprint
from sqlalchemy import Connection, select

from services.audit.entries.views import cases_of
from services.audit.mine.views import accesses
from services.audit.tables import ENTRIES
from services.held_words import TABLES, WORDS
from shared.access.reader import Reader
from shared.access.roles import Role
from shared.privacy.exporting import HeldRows
from shared.web.held import held_pages

ACCESSES_MAX: Final = 5_000


def pages() -> Blueprint:
    """Made per application."""
    return held_pages("audit", words=WORDS, programme_of=_programme, more=_accesses)


def _programme(connection: Connection, registration_id: str) -> str | None:
    stream = f"registration/{registration_id}"
    query = select(ENTRIES.c.programme).where(ENTRIES.c.stream == stream).limit(1)
    return connection.execute(query).scalar()


def _accesses(
    connection: Connection, registrations: Collection[str], reader: Reader
) -> Sequence[HeldRows]:
    applicant = Role.applicant in reader.roles_in(None)
    if not applicant and not _are_own_cases(connection, registrations, reader):
        return ()
    own = reader.account_id if applicant else ""
    rows = [
        {
            "at": one.at,
            "who": one.who,
            "roles": list(one.roles),
            "what": one.what,
            "exported": one.exported,
            "programme": one.programme,
        }
        for one in accesses(connection, registrations, but=own, limit=ACCESSES_MAX)
    ]
    return [HeldRows(table="accesses", words=TABLES["accesses"], rows=rows)] if rows else []


def _are_own_cases(connection: Connection, registrations: Collection[str], reader: Reader) -> bool:
    """Whether the reader acted on each of these registrations."""
    streams = [f"registration/{one}" for one in sorted(registrations)]
    acted = select(ENTRIES.c.stream).where(
        ENTRIES.c.stream.in_(streams), ENTRIES.c.stream.in_(cases_of(reader.account_id))
    )
    return set(connection.execute(acted).scalars()) == set(streams)

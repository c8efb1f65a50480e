"""What accounts holds about a person: for signing in, and the account made by it."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint
from sqlalchemy import Connection, select

from services.accounts.applicants.people import APPLICANTS, PEOPLE
from services.held_words import WORDS
from shared.web.held import held_pages


def pages() -> Blueprint:
    """Made per application."""
    return held_pages("accounts", words=WORDS, programme_of=_programme, further=_accounts)


def _programme(connection: Connection, registration_id: str) -> str | None:
    query = select(PEOPLE.c.programme).where(PEOPLE.c.registration_id == registration_id)
    return connection.execute(query).scalar()


def _accounts(connection: Connection, registrations: Collection[str]) -> Collection[str]:
    """The account of the person whose registrations these are."""
    person = select(PEOPLE.c.person_id).where(PEOPLE.c.registration_id.in_(sorted(registrations)))
    query = select(APPLICANTS.c.account_id).where(APPLICANTS.c.person_id.in_(person))
    return list(connection.execute(query).scalars())

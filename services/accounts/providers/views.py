"""Read model of who is whom at which provider, found by a keyed hash.

with service.database.reading() as connection:
    account_id = account_of(connection, service.keyring, issuer, subject)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, PrimaryKeyConstraint, Row, String, Table, select

from services.accounts.providers.provider_link import ProviderLinked, ProviderUnlinked
from services.accounts.staff.account_events import Closed
from services.accounts.tables import METADATA, Moment
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import personal
from shared.privacy.keyring import Keyring

LINKS: Final = Table(
    "provider_links",
    METADATA,
    Column("account_id", String(36), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("provider", String(40), nullable=False),
    # Not unique: a claim forbids two accounts of one person there, and while the log is read again
    # the account that gave it up may come after the one that took it.
    Column("subject_index", String(64), info=personal("contact")),
    Column("linked_at", Moment, nullable=False),
    PrimaryKeyConstraint("account_id", "issuer"),
    Index("provider_links_subject", "subject_index"),
)


def subject_index(keyring: Keyring, issuer: str, subject: str) -> str:
    """The keyed hash that somebody at a provider is found by."""
    return keyring.blind_index("provider subject", f"{issuer}\0{subject}")


def project_links(at: Projecting, recorded: Recorded) -> None:
    """Keep one row an account and provider."""
    event = recorded.event
    match event:
        case ProviderLinked():
            subject = at.text(event.subject)
            at.make(
                LINKS,
                {
                    "account_id": event.account_id,
                    "issuer": event.issuer,
                    "provider": event.provider,
                    "subject_index": (
                        subject_index(at.keyring, event.issuer, subject) if subject else None
                    ),
                    "linked_at": recorded.at,
                },
            )
        case ProviderUnlinked():
            at.remove(LINKS, {"account_id": event.account_id, "issuer": event.issuer})
        case Closed():
            at.remove(LINKS, {"account_id": event.account_id})


PROVIDER_LINKS: Final = Projection(
    "provider_links", 1, (LINKS,), project_links, (ProviderLinked, ProviderUnlinked, Closed)
)


def account_of(connection: Connection, keyring: Keyring, issuer: str, subject: str) -> str | None:
    """The account of somebody at a provider, or None."""
    found: str | None = connection.execute(
        select(LINKS.c.account_id)
        .where(LINKS.c.subject_index == subject_index(keyring, issuer, subject))
        .limit(1)
    ).scalar()
    return found


def links_of(connection: Connection, account_id: str) -> Sequence[Row[Any]]:
    """The account's links, by provider."""
    return connection.execute(
        select(LINKS).where(LINKS.c.account_id == account_id).order_by(LINKS.c.provider)
    ).all()

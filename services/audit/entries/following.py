"""Keeps a row of every entry that arrives, and the names of accounts, in the copy's transaction.

    Definition(..., follows=FOLLOWED, on_followed=keep)

The leaf hash is computed here, from the bytes that arrived, never taken from the sender.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.dialects import postgresql, sqlite

from services.audit.tables import ACTORS, ENTRIES
from shared.events.envelope import Envelope
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.log.leaf import leaf_hash

FOLLOWED: Final = ("accounts", "grants", "notifications", "trainings")


@reads("accounts.account.invited.v1", seals_for="account_id")
class Invited(Foreign, frozen=True, kw_only=True):
    """An account has a name."""

    account_id: str
    display_name: Personal.identity


@reads("accounts.account.details_changed.v1", seals_for="account_id")
class DetailsChanged(Foreign, frozen=True, kw_only=True):
    """An account has another name."""

    account_id: str
    display_name: Personal.identity


def keep(at: Projecting, envelope: Envelope, position: int, raw: bytes) -> None:
    """One row for an entry of a followed log."""
    at.connection.execute(
        ENTRIES.insert().values(
            source=envelope.source,
            position=position,
            event_id=envelope.id,
            stream=envelope.subject,
            kind=envelope.subject.partition("/")[0],
            stream_version=envelope.streamversion,
            type=envelope.type,
            actor=envelope.actor,
            on_behalf_of=envelope.onbehalfof,
            programme=envelope.programme,
            at=envelope.time,
            leaf_hash=leaf_hash(raw),
            correlation=envelope.correlationid,
            causation=envelope.causationid,
        )
    )


def _project_name(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, Invited | DetailsChanged):
        insert = sqlite.insert if at.connection.dialect.name == "sqlite" else postgresql.insert
        name = at.text(event.display_name)
        at.connection.execute(
            insert(ACTORS)
            .values(account_id=event.account_id, display_name=name)
            .on_conflict_do_update(index_elements=["account_id"], set_={"display_name": name})
        )


ACTOR_NAMES: Final = Projection(
    "actor_names", 1, (ACTORS,), _project_name, (Invited, DetailsChanged)
)

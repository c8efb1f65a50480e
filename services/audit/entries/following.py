"""Keeps a row of every entry that arrives, what it names, and the names of accounts.

    Definition(..., projections=(WHOLE_LOGS, ACTOR_NAMES), follows=FOLLOWED, on_followed=keep)

All in the transaction that keeps the copy. The leaf hash is computed here, from the bytes that
arrived, never taken from the sender. A rebuild makes the same rows again from the copies.
"""

from __future__ import annotations

from typing import Final

import msgspec

from services.audit.entries.relations import named, people
from services.audit.tables import ACTORS, ENTRIES, MENTIONS, RELATIONS
from shared.events.envelope import Envelope
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.identifiers import derived
from shared.log.leaf import leaf_hash
from shared.service import INSTALLATION_WIDE

FOLLOWED: Final = ("accounts", "grants", "notifications", "trainings")

SHARED_KINDS: Final = ("award", "budget", "cohort", "numbering")
"""Kinds of streams of which single entries, not the whole, belong to another record's history:

of an award those about one payment, of a cohort those about one person."""


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
    """One row for an entry of a followed log, and what it names."""
    at.make(
        ENTRIES,
        {
            "source": envelope.source,
            "position": position,
            "event_id": envelope.id,
            "stream": envelope.subject,
            "kind": envelope.subject.partition("/")[0],
            "stream_version": envelope.streamversion,
            "type": envelope.type,
            "actor": envelope.actor,
            "on_behalf_of": envelope.onbehalfof,
            "programme": envelope.programme,
            "at": envelope.time,
            "leaf_hash": leaf_hash(raw),
            "correlation": envelope.correlationid,
            "causation": envelope.causationid,
        },
    )
    _relate(at, envelope, position)


def _relate(at: Projecting, envelope: Envelope, position: int) -> None:
    """Which records the entry names; the same pair again changes nothing."""
    data = msgspec.json.decode(envelope.data)
    own = envelope.subject
    pairs = {(kind, stream): None for kind, stream in named(data) if stream != own}
    for kind, stream in pairs:
        at.put(RELATIONS, {"from_stream": own, "kind": kind, "to_stream": stream})
    others = {f"account/{envelope.actor}", own}
    mentioned = {stream: None for stream in people(data) if stream not in others}
    if envelope.programme == INSTALLATION_WIDE and isinstance(data.get("programme"), str):
        # A role in a programme is granted by the installation; the programme's auditor sees it.
        mentioned[f"programme/{derived('programme', data['programme'])}"] = None
    if own.startswith(tuple(f"{kind}/" for kind in SHARED_KINDS)):
        mentioned |= {stream: None for _, stream in pairs}
    rows = [
        {"source": envelope.source, "position": position, "stream": stream} for stream in mentioned
    ]
    at.make(MENTIONS, *rows)


def _nothing(at: Projecting, recorded: Recorded) -> None:
    """Single types of events make none of these rows: ``keep`` is told of all."""


def _project_name(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, Invited | DetailsChanged):
        at.put(ACTORS, {"account_id": event.account_id}, display_name=event.display_name)


WHOLE_LOGS: Final = Projection(
    "audit_entries", 2, (ENTRIES, RELATIONS, MENTIONS), _nothing, (), follow=keep
)
ACTOR_NAMES: Final = Projection(
    "actor_names", 1, (ACTORS,), _project_name, (Invited, DetailsChanged)
)

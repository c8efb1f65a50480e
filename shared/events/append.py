"""What a handler gives the store: one value with everything that one transaction writes.

Expected versions of what is written and of what is only rested on, events, claims, idempotency
records, work that falls due. Any thread may commit it, alone or with others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from shared.errors import Conflict
from shared.events.event import Event
from shared.events.snapshots import Snapshot
from shared.language.marking import N_


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who acts, in which programme, and what led to it. Goes into every envelope.

    programme: its code; ``-`` for what belongs to the installation (accounts).
    own:       registrations of whoever acts (``Reader.registrations``), who does not decide about
               them; none for the system. They go into no envelope.
    """

    actor: str
    programme: str
    correlation: str
    causation: str
    on_behalf_of: str | None = None
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StreamWrite:
    """New events for one stream whose version must still be ``expected_version`` (0: no stream)."""

    stream: str
    expected_version: int
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Guard:
    """A stream that is rested on, not written: still at ``version`` at the commit (0: none)."""

    stream: str
    version: int


@dataclass(frozen=True)
class Rest:
    """A question to the rows on which it was decided: at the commit it must have the same answer.

    It is asked once all streams that are written or guarded are locked.
    """

    question: Callable[[Connection], Any]
    answer: Any


@dataclass(frozen=True)
class Claim:
    """Uniqueness across streams: within a programme one stream holds (kind, value).

    Values are identifiers or keyed hashes, never personal data.
    """

    kind: str
    value: str
    stream: str
    code: str = "already-claimed"
    sentence: str = ""


@dataclass(frozen=True)
class RequestRecord:
    """The stored answer to an idempotency key."""

    actor: str
    route: str
    key: str
    request_hash: bytes
    status: int = 200
    response: bytes = b""


@dataclass(frozen=True)
class DueWork:
    """Work to be done at or after a moment; ``due_id`` makes scheduling it twice one work."""

    due_id: str
    kind: str
    due_at: datetime
    payload: bytes


@dataclass(frozen=True)
class Append:
    """All that one transaction writes."""

    context: Context
    now: datetime
    writes: tuple[StreamWrite, ...]
    claims: tuple[Claim, ...] = ()
    released: tuple[Claim, ...] = ()
    records: tuple[RequestRecord, ...] = ()
    due: tuple[DueWork, ...] = field(default=())
    guards: tuple[Guard, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    rests: tuple[Rest, ...] = ()


def changed_meanwhile() -> Conflict:
    """Somebody was faster; whoever decides again on what is there now may be lucky."""
    return Conflict(
        "changed-meanwhile", N_("Somebody changed this at the same moment. Look again and repeat.")
    )

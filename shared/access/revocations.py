"""Sessions and accounts that may no longer be used, kept in every service from accounts' events.

    projections=(revocations(), ...)
    revoked = Revocations(database)
    revoked(session_id, account_id)          ->  True: the session or the account is over
    revoked.outdated(session_id, account_id, version)  ->  True: the account may less by now

A token lives minutes; what is revoked must bite within seconds, so each service looks here. An
answer is remembered for a second. A token says how far its account's stream had come when it was
made: one from before a role was taken back is renewed, while its session goes on. Places in a
stream are compared and no times, so that it does not matter whose clock is right.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, String, Table, select

from shared.database import Database
from shared.events.event import Event
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads

METADATA = MetaData()
REVOKED = Table(
    "revoked",
    METADATA,
    Column("subject", String(80), primary_key=True),
    Column("before", Integer),
)
"""``before``: tokens of the account from before this place in its stream say too much; None: the
session or the account is over."""

REMEMBERED_SECONDS = 1.0
REMEMBERED_MAX = 10_000


@reads("accounts.account.session_revoked.v1")
class SessionRevoked(Foreign, frozen=True, kw_only=True):
    """A session was ended."""

    account_id: str
    session_id: str


@reads("accounts.account.suspended.v1")
class Suspended(Foreign, frozen=True, kw_only=True):
    """An account may not be used for the time being."""

    account_id: str


@reads("accounts.account.reinstated.v1")
class Reinstated(Foreign, frozen=True, kw_only=True):
    """A suspended account may be used again."""

    account_id: str


@reads("accounts.account.closed.v1")
class Closed(Foreign, frozen=True, kw_only=True):
    """An account is closed for good."""

    account_id: str


@reads("accounts.account.role_revoked.v1")
class RoleRevoked(Foreign, frozen=True, kw_only=True):
    """An account holds a role no more; programme None: an administrator's, everywhere."""

    account_id: str
    role: str
    programme: str | None
    region: str | None = None


@reads("accounts.account.hold_placed.v1")
class HoldPlaced(Foreign, frozen=True, kw_only=True):
    """An account's business roles do not count for now."""

    account_id: str
    ground: str


@reads("accounts.account.hold_lifted.v1")
class HoldLifted(Foreign, frozen=True, kw_only=True):
    """They count again; a token of before says too little."""

    account_id: str


@dataclass(frozen=True)
class Events:
    """Accounts' events as a service declares them: itself, or as others read them."""

    session_revoked: type[Event] = SessionRevoked
    suspended: type[Event] = Suspended
    reinstated: type[Event] = Reinstated
    closed: type[Event] = Closed
    changes: tuple[type[Event], ...] = (RoleRevoked, HoldPlaced, HoldLifted)
    """After which a token of before must be renewed."""


OF_OTHERS = Events()


def revocations(events: Events = OF_OTHERS) -> Projection:
    """The projection, over accounts' events as this service declares them."""

    def project(at: Projecting, recorded: Recorded) -> None:
        event = recorded.event
        account_id = str(event.account_id)  # type: ignore[attr-defined]
        if isinstance(event, events.changes):
            at.put(REVOKED, {"subject": f"tokens/{account_id}"}, before=recorded.version)
        elif isinstance(event, events.session_revoked):
            _add(at, f"session/{event.session_id}")  # type: ignore[attr-defined]
        elif isinstance(event, events.reinstated):
            at.remove(REVOKED, {"subject": f"account/{account_id}"})
        else:
            _add(at, f"account/{account_id}")

    read = (events.session_revoked, events.suspended, events.reinstated, events.closed)
    return Projection("revocations", 2, (REVOKED,), project, (*read, *events.changes))


def _add(at: Projecting, subject: str) -> None:
    at.put(REVOKED, {"subject": subject}, before=None)


class Revocations:
    """Answers whether a session or its account was revoked, and whether a token is outdated."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, bool, int]] = {}

    def __call__(self, session_id: str, account_id: str) -> bool:
        return self._found(session_id, account_id)[1]

    def outdated(self, session_id: str, account_id: str, version: int) -> bool:
        """Whether a token that was made at this place in the account's stream says too much."""
        return version < self._found(session_id, account_id)[2]

    def _found(self, session_id: str, account_id: str) -> tuple[float, bool, int]:
        now = time.monotonic()
        known = self._known.get((session_id, account_id))
        if known and now - known[0] < REMEMBERED_SECONDS:
            return known
        subjects = [f"session/{session_id}", f"account/{account_id}", f"tokens/{account_id}"]
        with self._database.reading() as connection:
            rows = connection.execute(
                select(REVOKED.c.before).where(REVOKED.c.subject.in_(subjects))
            ).all()
        over = any(row.before is None for row in rows)
        found = (now, over, max((row.before or 0 for row in rows), default=0))
        with self._lock:
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            self._known[session_id, account_id] = found
        return found

"""Sessions and accounts that may no longer be used, kept in every service from accounts' events.

    projections=(revocations(SessionRevoked, Suspended, Closed, Reinstated), ...)
    is_revoked = Revocations(database)
    is_revoked(session_id, account_id)

A token lives minutes; what is revoked must bite within seconds, so each service looks here. An
answer is remembered for a second.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy import Column, MetaData, String, Table, select

from shared.database import Database
from shared.events.event import Event
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads

METADATA = MetaData()
REVOKED = Table("revoked", METADATA, Column("subject", String(80), primary_key=True))
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


def revocations(
    session_revoked: type[Event] = SessionRevoked,
    suspended: type[Event] = Suspended,
    reinstated: type[Event] = Reinstated,
    closed: type[Event] = Closed,
) -> Projection:
    """The projection, over accounts' events as this service declares them."""

    def project(at: Projecting, recorded: Recorded) -> None:
        event = recorded.event
        account_id = str(event.account_id)  # type: ignore[attr-defined]
        if isinstance(event, session_revoked):
            _add(at, f"session/{event.session_id}")  # type: ignore[attr-defined]
        elif isinstance(event, reinstated):
            at.remove(REVOKED, {"subject": f"account/{account_id}"})
        else:
            _add(at, f"account/{account_id}")

    events = (session_revoked, suspended, reinstated, closed)
    return Projection("revocations", 1, (REVOKED,), project, events)


def _add(at: Projecting, subject: str) -> None:
    at.put(REVOKED, {"subject": subject})


class Revocations:
    """Answers whether a session or its account was revoked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    def __call__(self, session_id: str, account_id: str) -> bool:
        now = time.monotonic()
        found = self._known.get((session_id, account_id))
        if found and now - found[0] < REMEMBERED_SECONDS:
            return found[1]
        subjects = [f"session/{session_id}", f"account/{account_id}"]
        with self._database.reading() as connection:
            row = connection.execute(select(REVOKED).where(REVOKED.c.subject.in_(subjects))).first()
        with self._lock:
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            self._known[session_id, account_id] = (now, row is not None)
        return row is not None

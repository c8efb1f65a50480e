"""Snapshots: the state of a long stream at a version, to begin with instead of with nothing.

    find(BUDGET.snapshots, connection, keyring, "budget/0192…")  ->  (Balance(...), 1200)

They may be thrown away at any time, since the events say the same. One is read only if it is of the
form that the code has now: the class with all that it holds, and ``version``, which is raised when
``evolve`` comes to mean something else by the same fields; and only if this installation sealed it,
since rows that may change must not be able to bend a decision.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.events.decider import Snapshots
from shared.events.tables import SNAPSHOTS
from shared.privacy.keyring import Keyring

_SEAL_BYTES: Final = 32


@dataclass(frozen=True)
class Snapshot:
    """A state's bytes at a version of its stream. ``form``: of which code."""

    stream: str
    form: str
    version: int
    state: bytes


def taken(
    of: Snapshots[Any], keyring: Keyring, stream: str, version: int, state: Any
) -> Snapshot | None:
    """A state to be kept; None when it is of another class."""
    if type(state) is not of.state:
        return None
    raw = of.encode(state)
    return Snapshot(stream, of.form, version, _seal(of, keyring, stream, version, raw) + raw)


def find(
    of: Snapshots[Any], connection: Connection, keyring: Keyring, stream: str
) -> tuple[Any, int] | None:
    """(state, version) of a stream, if one of this form is kept and can be read."""
    row = connection.execute(
        select(SNAPSHOTS.c.version, SNAPSHOTS.c.state).where(
            SNAPSHOTS.c.stream == stream, SNAPSHOTS.c.form == of.form
        )
    ).first()
    if row is None:
        return None
    seal, raw = row.state[:_SEAL_BYTES], row.state[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(of, keyring, stream, row.version, raw)):
        return None
    return of.decode(raw), row.version


def keep(connection: Connection, snapshot: Snapshot) -> None:
    """Keep it in place of the stream's last, in the transaction of the events."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = {"form": snapshot.form, "version": snapshot.version, "state": snapshot.state}
    connection.execute(
        insert(SNAPSHOTS)
        .values(stream=snapshot.stream, **new)
        .on_conflict_do_update(index_elements=[SNAPSHOTS.c.stream], set_=new)
    )


def _seal(of: Snapshots[Any], keyring: Keyring, stream: str, version: int, raw: bytes) -> bytes:
    digest = hashlib.sha256(raw).hexdigest()
    value = keyring.blind_index("snapshot", f"{of.form} {version} {digest} {stream}")
    return hashlib.sha256(value.encode()).digest()

"""Snapshots: the state of a long stream at a version, to begin with instead of with nothing.

    BUDGET = Decider(kind="budget", ..., snapshots=Snapshots(Balance, version=1))

They may be thrown away at any time, since the events say the same. One is read only if it is of the
form that the code has now: the class with all that it holds, and ``version``, which is raised when
``evolve`` comes to mean something else by the same fields; and only if this installation sealed it,
since rows that may change must not be able to bend a decision.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.events.tables import SNAPSHOTS
from shared.privacy.keyring import Keyring

S = TypeVar("S")


@dataclass(frozen=True)
class Snapshot:
    """A state's bytes at a version of its stream. ``form``: of which code."""

    stream: str
    form: str
    version: int
    state: bytes


@dataclass(frozen=True)
class Snapshots(Generic[S]):
    """How the states of a stream kind are kept.

    state:   the class; a stream whose state is of another (nothing yet) is not kept.
    version: raise it when ``evolve`` changes.
    every:   so many events after the last one.
    """

    state: type[Any]
    version: int
    every: int = 100
    form: str = field(init=False)
    _decoder: msgspec.msgpack.Decoder[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises TypeError for a class that msgspec cannot read back."""
        object.__setattr__(self, "_decoder", msgspec.msgpack.Decoder(self.state))
        shape = msgspec.json.encode(_shape(self.state), order="sorted")
        form = f"{self.state.__name__}.{self.version}.{hashlib.sha256(shape).hexdigest()[:16]}"
        object.__setattr__(self, "form", form)

    def taken(self, keyring: Keyring, stream: str, version: int, state: Any) -> Snapshot | None:
        """A state to be kept; None when it is of another class."""
        if type(state) is not self.state:
            return None
        raw = _ENCODER.encode(state)
        seal = self._seal(keyring, stream, version, raw)
        return Snapshot(stream, self.form, version, seal + raw)

    def find(self, connection: Connection, keyring: Keyring, stream: str) -> tuple[Any, int] | None:
        """(state, version) of a stream, if one of this form is kept and can be read."""
        row = connection.execute(
            select(SNAPSHOTS.c.version, SNAPSHOTS.c.state).where(
                SNAPSHOTS.c.stream == stream, SNAPSHOTS.c.form == self.form
            )
        ).first()
        if row is None:
            return None
        seal, raw = row.state[:_SEAL_BYTES], row.state[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(keyring, stream, row.version, raw)):
            return None
        return self._decoder.decode(raw), row.version

    def _seal(self, keyring: Keyring, stream: str, version: int, raw: bytes) -> bytes:
        digest = hashlib.sha256(raw).hexdigest()
        value = keyring.blind_index("snapshot", f"{self.form} {version} {digest} {stream}")
        return hashlib.sha256(value.encode()).digest()


def keep(connection: Connection, snapshot: Snapshot) -> None:
    """Keep it in place of the stream's last, in the transaction of the events."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = {"form": snapshot.form, "version": snapshot.version, "state": snapshot.state}
    connection.execute(
        insert(SNAPSHOTS)
        .values(stream=snapshot.stream, **new)
        .on_conflict_do_update(index_elements=[SNAPSHOTS.c.stream], set_=new)
    )


_SEAL_BYTES: Final = 32
_ENCODER: Final = msgspec.msgpack.Encoder()


def _shape(of: Any) -> Any:
    """The fields and types that a class holds, all the way down, in words."""
    schemas, components = msgspec.json.schema_components([of])
    return [schemas, components]

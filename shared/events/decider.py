"""What a decider is: events, state, evolve, commands, decide, all pure, one stream kind a file.

    CALL = Decider(kind="call", initial=NoCall(), evolve=evolve, decide=decide, events=CALL_EVENTS)

``evolve`` never refuses, ``decide`` never mutates and never reads a clock or a random number: the
command carries ``now``, the ids and who acts (``by``, an account id). No events: nothing changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import msgspec

from shared.events.event import Event

S = TypeVar("S")
_ENCODER: Final = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class Snapshots(Generic[S]):
    """How the states of a stream kind are kept (``shared.events.snapshots`` keeps them).

    state:   the class; a stream whose state is of another (nothing yet) is not kept.
    version: raise it when ``evolve`` changes.
    every:   so many events after the last one.
    form:    of which code a kept state is: the class with all that it holds, and the version.
    """

    state: type[Any]
    version: int
    every: int = 100
    form: str = field(init=False)
    _decoder: msgspec.msgpack.Decoder[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises TypeError for a class that msgspec cannot read back."""
        object.__setattr__(self, "_decoder", msgspec.msgpack.Decoder(self.state))
        shape = msgspec.json.encode(msgspec.json.schema_components([self.state]), order="sorted")
        form = f"{self.state.__name__}.{self.version}.{hashlib.sha256(shape).hexdigest()[:16]}"
        object.__setattr__(self, "form", form)

    def encode(self, state: S) -> bytes:
        """A state as it is kept."""
        return _ENCODER.encode(state)

    def decode(self, raw: bytes) -> S:
        """The state again."""
        state: S = self._decoder.decode(raw)
        return state


@dataclass(frozen=True)
class Decider(Generic[S]):
    """One stream kind.

    kind:    the stream's name is ``<kind>/<id>``.
    events:  every event class that a stream of this kind may hold.
    hot:     lock the stream before reading it (many writers): numbers, a call's budget.
    snapshots: keep a long stream's state now and then, to begin with.
    """

    kind: str
    initial: S
    evolve: Callable[[S, Any], S]
    decide: Callable[[S, Any], tuple[Event, ...]]
    events: tuple[type[Event], ...]
    hot: bool = False
    snapshots: Snapshots[S] | None = None

    def __post_init__(self) -> None:
        if self.snapshots is None:
            return
        personal = [cls.__name__ for cls in self.events if cls.personal_fields]
        if personal:
            raise TypeError(f"no state is kept of a stream with personal fields: {personal}")

    def stream(self, identifier: str) -> str:
        """The stream's name, at the same time the event's CloudEvents ``subject``."""
        return f"{self.kind}/{identifier}"

    def fold(self, events: Iterable[Event], state: S | None = None) -> S:
        """State after events, from the initial state or a given one."""
        folded = self.initial if state is None else state
        for event in events:
            folded = self.evolve(folded, event)
        return folded

"""What a service says in an erasure, and what it hears: events of each service's own log.

    Definition(name="grants", events=(*erasure_events("grants"), ...), ...)
    Reaction(events=erasure_answers("grants"), react=note)      # of who collects the answers

Made per service, always the same classes; no field of them is personal.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from shared.events.event import Event, event_type
from shared.events.types import Foreign, reads
from shared.privacy.erasing import Rows


class ErasureEvents(NamedTuple):
    """A service's event classes for erasures."""

    counted: type[Event]
    purged: type[Event]


@cache
def erasure_events(service: str) -> ErasureEvents:
    """The event classes of a service, always the same ones."""

    @event_type(f"{service}.erasure.counted.v1")
    class Counted(Event, frozen=True, kw_only=True):
        """What this service holds of the people whose data somebody wants erased.

        owners: further ids whose keys seal their data here (an account, a payment batch).
        log_size, log_root: of the newest checkpoint of this service's log.
        """

        erasure_id: str
        rows: tuple[Rows, ...]
        owners: tuple[str, ...]
        log_size: int
        log_root: str

    @event_type(f"{service}.erasure.purged.v1")
    class Purged(Event, frozen=True, kw_only=True):
        """Nothing of it is left here.

        key_ids: of the keys that this service may see, all destroyed.
        """

        erasure_id: str
        rows: tuple[Rows, ...]
        files: int
        claims: int
        answers: int
        key_ids: tuple[str, ...]
        log_size: int
        log_root: str

    return ErasureEvents(Counted, Purged)


class ErasureAnswers(NamedTuple):
    """A service's answers as who collects them reads them."""

    counted: type[Foreign]
    purged: type[Foreign]


@cache
def erasure_answers(service: str) -> ErasureAnswers:
    """The classes by which another service's answers are read, always the same ones."""

    @reads(f"{service}.erasure.counted.v1")
    class Counted(Foreign, frozen=True, kw_only=True):
        """What it holds."""

        erasure_id: str
        rows: tuple[Rows, ...]
        owners: tuple[str, ...]
        log_size: int
        log_root: str

    @reads(f"{service}.erasure.purged.v1")
    class Purged(Foreign, frozen=True, kw_only=True):
        """What it purged."""

        erasure_id: str
        rows: tuple[Rows, ...]
        files: int
        key_ids: tuple[str, ...]
        log_size: int
        log_root: str

    return ErasureAnswers(Counted, Purged)


@reads("trainings.erasure.requested.v1")
class Requested(Foreign, frozen=True, kw_only=True):
    """Somebody wants data of these people erased."""

    erasure_id: str
    registration_ids: tuple[str, ...]
    by_the_person: bool = False
    announced_on: date | None = None


@reads("trainings.erasure.keys_destroyed.v1")
class KeysDestroyed(Foreign, frozen=True, kw_only=True):
    """The keys of these owners for these kinds are gone."""

    erasure_id: str
    owners: tuple[str, ...]
    kinds: tuple[str, ...]

"""What may be written in an erasure's stream; ``erasure.py`` decides when.

    Requested(erasure_id="e1", registration_ids=("r1",), classes=("special",), …)
    ServiceCounted(service="grants", rows=(Rows(table="visits", kind="special/programme", rows=2),))

Nothing here is personal: ids, codes, counts and days. So the record outlives what it erased.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

import msgspec

from shared.events.event import Event, event_type

Ground: TypeAlias = Literal[
    "consent_withdrawn", "request_of_the_person", "retention_ended", "unlawful"
]
Erasable: TypeAlias = Literal["identity", "contact", "special", "financial", "agreement"]
"""Data classes, and ``agreement``: the copies that accounting law keeps of a signed agreement."""

KeptBecause: TypeAlias = Literal["money_under_way", "accounting_law", "not_asked_for"]


class ServiceRows(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a table of a service hold something. ``kind``: class and group."""

    table: str
    kind: str
    rows: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What stays. ``until``: None while that day is not known."""

    what: Erasable
    because: KeptBecause
    until: date | None


@event_type("trainings.erasure.requested.v1")
class Requested(Event, frozen=True, kw_only=True):
    """Data of a person are to be erased, once everybody has counted and a second person agrees.

    registration_ids: every registration of the person in the programme.
    kinds:            what ``classes`` are as keys: data class and retention group.
    services:         who must answer.
    by_the_person:    the person asked for it by their own account.
    announced_on:     the day on which an end of retention was announced; it needs no second person.
    """

    erasure_id: str
    registration_ids: tuple[str, ...]
    classes: tuple[Erasable, ...]
    kinds: tuple[str, ...]
    ground: Ground
    kept: tuple[Kept, ...]
    services: tuple[str, ...]
    requested_by: str
    by_the_person: bool = False
    announced_on: date | None = None


@event_type("trainings.erasure.service_counted.v1")
class ServiceCounted(Event, frozen=True, kw_only=True):
    """A service said what it holds. ``owners``: further ids whose keys seal their data."""

    erasure_id: str
    service: str
    rows: tuple[ServiceRows, ...]
    owners: tuple[str, ...]
    log_size: int
    log_root: str


@event_type("trainings.erasure.confirmed.v1")
class Confirmed(Event, frozen=True, kw_only=True):
    """A second person agreed; from here on nothing stops it."""

    erasure_id: str
    confirmed_by: str


@event_type("trainings.erasure.cancelled.v1")
class Cancelled(Event, frozen=True, kw_only=True):
    """It was called off before it was confirmed."""

    erasure_id: str
    cancelled_by: str


@event_type("trainings.erasure.keys_destroyed.v1")
class KeysDestroyed(Event, frozen=True, kw_only=True):
    """What these keys sealed is absent everywhere, also in copies and backups."""

    erasure_id: str
    owners: tuple[str, ...]
    kinds: tuple[str, ...]
    key_ids: tuple[str, ...]


@event_type("trainings.erasure.service_purged.v1")
class ServicePurged(Event, frozen=True, kw_only=True):
    """A service holds nothing of it any more."""

    erasure_id: str
    service: str
    rows: tuple[ServiceRows, ...]
    files: int
    key_ids: tuple[str, ...]
    log_size: int
    log_root: str


@event_type("trainings.erasure.completed.v1")
class Completed(Event, frozen=True, kw_only=True):
    """Every service answered; the certificate has this number."""

    erasure_id: str
    number: str
    completed_on: date


ErasureEvent: TypeAlias = (
    Requested | ServiceCounted | Confirmed | Cancelled | KeysDestroyed | ServicePurged | Completed
)

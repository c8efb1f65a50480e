"""What may be asked of an erasure; ``erasure.py`` decides what follows.

    RequestErasure(by="officer-1", now=now, erasure_id="e1", classes=("special",), …)
    ConfirmErasure(by="officer-2", now=now, registration_ids=("r1",), blocks=())

``by`` is the account that acts, ``now`` an aware moment in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from services.trainings.erasure.erasure_events import ServiceRows

Block: TypeAlias = Literal["application_open", "award_offered"]
"""What is under way and needs who somebody is, and their account."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the person stands with money.

    blocks:          what must end before identity and account may go.
    agreement:       whether a signed agreement is kept.
    agreement_until: until when accounting law keeps it; None while money is under way.
    """

    blocks: tuple[Block, ...] = ()
    agreement: bool = False
    agreement_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on an erasure carries."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RequestErasure(Act):
    """Ask for the data of a person to be erased. ``today``: the day where they live."""

    erasure_id: str
    registration_ids: tuple[str, ...]
    classes: tuple[str, ...]
    ground: str
    standing: Standing
    services: tuple[str, ...]
    today: date
    by_the_person: bool = False
    announced_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NoteCount(Act):
    """A service says what it holds."""

    erasure_id: str
    service: str
    rows: tuple[ServiceRows, ...]
    owners: tuple[str, ...]
    log_size: int
    log_root: str


@dataclass(frozen=True, kw_only=True)
class ConfirmErasure(Act):
    """A second person agrees. ``registration_ids``: the person's ones now."""

    registration_ids: tuple[str, ...]
    standing: Standing
    today: date


@dataclass(frozen=True, kw_only=True)
class CancelErasure(Act):
    """Call it off."""


@dataclass(frozen=True, kw_only=True)
class NoteKeysDestroyed(Act):
    """The keyring has destroyed these keys."""

    key_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NotePurged(Act):
    """A service holds nothing any more. ``today`` and ``number``: for the certificate."""

    service: str
    rows: tuple[ServiceRows, ...]
    files: int
    key_ids: tuple[str, ...]
    log_size: int
    log_root: str
    number: str
    today: date


ErasureCommand: TypeAlias = (
    RequestErasure | NoteCount | ConfirmErasure | CancelErasure | NoteKeysDestroyed | NotePurged
)

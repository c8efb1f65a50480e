"""What may be asked of an import; ``importing.py`` decides what follows.

    MapColumns(by="officer-1", now=now, import_id="m1", columns=("reference", "full_name", ""), …)

``by`` is the account that acts, or ``system/trainings`` for the work that goes on by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.trainings.imports.import_events import Ending, Report, Word


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on an import carries."""

    by: str
    now: datetime
    import_id: str


@dataclass(frozen=True, kw_only=True)
class KeepFile(Act):
    """Begin an import with a file that is kept already. ``history``: its rows are of the past."""

    sha256: str
    size: int
    media_type: str
    history: bool
    until: date


@dataclass(frozen=True, kw_only=True)
class AskCertifying(Act):
    """Begin to enter the certificates of so many cohorts from before."""

    cohorts: int


@dataclass(frozen=True, kw_only=True)
class ChooseSheet(Act):
    """Say what the file holds."""

    kind: str
    part: str | None
    header_rows: int
    headers_mark: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class MapColumns(Act):
    """Say which column is what, and have the rows looked through.

    own_only, numbers: what who says so reaches, see ``job.Job``.
    """

    columns: tuple[str, ...]
    day_order: str
    country: str
    words: tuple[Word, ...]
    own_only: bool = False
    numbers: bool = True


@dataclass(frozen=True, kw_only=True)
class NoteLooked(Act):
    """Say how far looking through is. ``run``: by which word on the columns."""

    run: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class NoteJudged(Act):
    """Say what looking through gave. ``run``: by which word on the columns."""

    run: int
    report: Report


@dataclass(frozen=True, kw_only=True)
class Begin(Act):
    """Have it entered."""


@dataclass(frozen=True, kw_only=True)
class ReachPhase(Act):
    """Go on to the next part of the work, or say how far this one is."""

    phase: str
    done: int = 0


@dataclass(frozen=True, kw_only=True)
class NoteEntered(Act):
    """Say what this append enters. ``before``: how many rows were done when it was prepared."""

    before: int
    done: int
    entered: int
    known: int
    erased: int = 0
    left: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DateCertificates(Act):
    """Keep the day on which certificates of a cohort were issued."""

    cohort_id: str
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class NoteCertified(Act):
    """Say that a cohort's certificates are entered in this append."""

    cohort_id: str
    issued: int


@dataclass(frozen=True, kw_only=True)
class Stop(Act):
    """Do not begin: the last look found errors."""

    report: Report


@dataclass(frozen=True, kw_only=True)
class Finish(Act):
    """All is entered."""


@dataclass(frozen=True, kw_only=True)
class Discard(Act):
    """Enter nothing. ``stuck``: it is being entered, and does not go on by itself."""

    because: Ending
    stuck: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteDestroyed(Act):
    """Say that the file's key is destroyed."""

    key_ids: tuple[str, ...]


ImportCommand: TypeAlias = (
    KeepFile
    | AskCertifying
    | ChooseSheet
    | MapColumns
    | NoteLooked
    | NoteJudged
    | Begin
    | ReachPhase
    | NoteEntered
    | DateCertificates
    | NoteCertified
    | Stop
    | Finish
    | Discard
    | NoteDestroyed
)

"""What may be written in an import's stream; ``importing.py`` decides when.

    FileKept(import_id="m1", sha256="ab…", size=81_204, media_type="text/csv", …)
    Mapped(import_id="m1", columns=("reference", "full_name", ""), …)

Neither what stands in the file nor what it was called is here: the file lies sealed on the shelf
under a key of the import's own, which is destroyed when the import is over.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

import msgspec

from shared.events.event import Event, event_type

Ending: TypeAlias = Literal["discarded", "expired", "erasure"]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a word in a column means, as a person said. ``mark``: keyed hash of the folded word."""

    field: str
    mark: str
    code: str


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """What there was when looking through began: the log's last position, and the day."""

    position: int
    day: date


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What looking through the rows gave. ``sha256``: of the sealed report on the shelf.

    new, known: rows that would be entered, and that are there already. left: findings that the
    report has no place for. seen: as of when it says so.
    """

    rows: int
    new: int
    known: int
    errors: int
    warnings: int
    sha256: str
    left: int = 0
    seen: AsOf | None = None


@event_type("trainings.import.file_kept.v1")
class FileKept(Event, frozen=True, kw_only=True):
    """Somebody sent a file; it is kept sealed until the import is over, at most ``until``."""

    import_id: str
    sha256: str
    size: int
    media_type: str
    history: bool
    kept_by: str
    until: date


@event_type("trainings.import.certifying_asked.v1")
class CertifyingAsked(Event, frozen=True, kw_only=True):
    """Certificates from before are to be entered, of cohorts whose day of issue came with them."""

    import_id: str
    asked_by: str
    cohorts: int


@event_type("trainings.import.sheet_chosen.v1")
class SheetChosen(Event, frozen=True, kw_only=True):
    """What the file holds, on which tab, under how many rows of headers.

    headers_mark: keyed hash of the headers, by which the next file of this form is recognised.
    """

    import_id: str
    kind: str
    part: str | None
    header_rows: int
    headers_mark: str
    rows: int


@event_type("trainings.import.mapped.v1")
class Mapped(Event, frozen=True, kw_only=True):
    """Which column is what; the rows are looked through now. ``columns``: field or nothing each.

    own_only, numbers: what who said so reached then, see ``job.Job``.
    """

    import_id: str
    kind: str
    headers_mark: str
    columns: tuple[str, ...]
    day_order: str
    country: str
    words: tuple[Word, ...]
    own_only: bool = False
    numbers: bool = True


@event_type("trainings.import.looked_through.v1")
class LookedThrough(Event, frozen=True, kw_only=True):
    """So many rows were looked through until now."""

    import_id: str
    rows: int


@event_type("trainings.import.judged.v1")
class Judged(Event, frozen=True, kw_only=True):
    """Every row was looked through, nothing was entered."""

    import_id: str
    report: Report


@event_type("trainings.import.begun.v1")
class Begun(Event, frozen=True, kw_only=True):
    """It is to be entered; whoever began it need not stay."""

    import_id: str
    begun_by: str


@event_type("trainings.import.phase_reached.v1")
class PhaseReached(Event, frozen=True, kw_only=True):
    """The next part of the work: holding, checking, entering, releasing."""

    import_id: str
    phase: str
    done: int = 0


@event_type("trainings.import.batch_entered.v1")
class BatchEntered(Event, frozen=True, kw_only=True):
    """Rows were entered in this very append. ``done``: how many of all are done.

    known: were there already. erased: left out, since the person's data were erased meanwhile.
    left:  rows, as the spreadsheet counts, left out since a rule refuses them by now: a number was
           corrected, two registrations were put together.
    """

    import_id: str
    done: int
    entered: int
    known: int
    erased: int = 0
    left: tuple[int, ...] = ()


@event_type("trainings.import.certificates_dated.v1")
class CertificatesDated(Event, frozen=True, kw_only=True):
    """On which day certificates of a cohort from before were issued, as its row said."""

    import_id: str
    cohort_id: str
    issued_on: date


@event_type("trainings.import.cohort_certified.v1")
class CohortCertified(Event, frozen=True, kw_only=True):
    """The certificates of a cohort from before are entered: ``issued`` of them are new."""

    import_id: str
    cohort_id: str
    issued: int


@event_type("trainings.import.stopped.v1")
class Stopped(Event, frozen=True, kw_only=True):
    """It did not begin: a last look found what is wrong now. Nothing was entered."""

    import_id: str
    report: Report


@event_type("trainings.import.finished.v1")
class Finished(Event, frozen=True, kw_only=True):
    """All of it is entered."""

    import_id: str
    entered: int
    known: int
    erased: int = 0


@event_type("trainings.import.discarded.v1")
class Discarded(Event, frozen=True, kw_only=True):
    """Nothing was entered, and nothing will be."""

    import_id: str
    because: Ending
    discarded_by: str | None


@event_type("trainings.import.file_destroyed.v1")
class FileDestroyed(Event, frozen=True, kw_only=True):
    """The key of the file and of its reports is destroyed: nobody can read them any more."""

    import_id: str
    key_ids: tuple[str, ...]


ImportEvent: TypeAlias = (
    FileKept
    | CertifyingAsked
    | SheetChosen
    | Mapped
    | LookedThrough
    | Judged
    | Begun
    | PhaseReached
    | BatchEntered
    | CertificatesDated
    | CohortCertified
    | Stopped
    | Finished
    | Discarded
    | FileDestroyed
)

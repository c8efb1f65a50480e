"""What an import is, from a file that was sent to one that is over; ``importing.py`` decides.

Sent -> Judging -> Ready -> Entering -> Over

A file whose rows have errors stays ``Ready`` until it is discarded or another is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from services.trainings.imports.import_events import Report, Word


@dataclass(frozen=True)
class NoImport:
    """Nothing was sent under this id."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file is kept. ``by``: whose import it is; ``run``: how often columns were said."""

    by: str
    sha256: str
    media_type: str
    history: bool
    kind: str = ""
    part: str | None = None
    header_rows: int = 0
    headers_mark: str = ""
    rows: int = 0
    columns: tuple[str, ...] = ()
    day_order: str = "dmy"
    country: str = ""
    words: tuple[Word, ...] = ()
    own_only: bool = False
    numbers: bool = True
    run: int = 0


@dataclass(frozen=True, kw_only=True)
class Judging(Sent):
    """Its rows are being looked through."""

    looked: int = 0


@dataclass(frozen=True, kw_only=True)
class Ready(Sent):
    """Its rows were looked through."""

    report: Report


@dataclass(frozen=True, kw_only=True)
class Entering(Sent):
    """It is being entered."""

    report: Report
    phase: str = "waiting"
    held: int = 0
    done: int = 0
    entered: int = 0
    known: int = 0
    erased: int = 0


@dataclass(frozen=True, kw_only=True)
class Over:
    """It is entered, or was discarded. ``destroyed``: the file cannot be read any more."""

    by: str
    entered: bool
    destroyed: bool = False
    key_ids: tuple[str, ...] = ()


ImportState: TypeAlias = NoImport | Sent | Judging | Ready | Entering | Over

"""What the rows of a sheet say once they are understood: one class for each kind of sheets.

>>> MarkRow(row=7, cohort="RS-BT-01", session=1, participant="P0001", minutes=240).order
('RS-BT-01', 1, 7)
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, TypeAlias

import msgspec

from shared.language.marking import N_


class PersonRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One registration. ``consent``: its day, or that it was given."""

    row: int
    reference: str | None = None
    full_name: str
    jmbg: str | None = None
    birth_date: date
    sex: str
    country: str
    municipality: str
    phone: str | None = None
    email: str | None = None
    declared_roma: str | None = None
    consent: date | bool | None = None


class CohortRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One run of a course."""

    row: int
    cohort: str
    course: str
    course_version: int | None = None
    kind: str | None = None
    country: str
    place: str | None = None
    trainer: str | None = None
    certificates_issued_on: date | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.cohort, self.row)


class SessionRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One session."""

    row: int
    cohort: str
    session: int
    on: date
    minutes: int

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.cohort, self.session, self.row)


class EnrolmentRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody takes part. ``left_on``: they did until then."""

    row: int
    cohort: str
    participant: str
    left_on: date | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.cohort, self.row)


class MarkRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How long somebody was in a session."""

    row: int
    cohort: str
    session: int
    participant: str
    minutes: int
    excused: str | None = None
    excused_as: str | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.cohort, self.session, self.row)


class TestRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody's tests in per cent."""

    __test__ = False  # pytest takes classes named Test… for tests.

    row: int
    cohort: str
    participant: str
    pre_test: int | None = None
    post_test: int | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.cohort, self.row)


class OutcomeRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What somebody completed."""

    row: int
    participant: str
    outcome: str
    completed_on: date
    institution: str | None = None
    evidence: str


OfCohort: TypeAlias = CohortRow | SessionRow | EnrolmentRow | MarkRow | TestRow
Understood: TypeAlias = PersonRow | OfCohort | OutcomeRow

CLASSES: Final[dict[str, type[Any]]] = {
    "people": PersonRow,
    "cohorts": CohortRow,
    "sessions": SessionRow,
    "enrolments": EnrolmentRow,
    "attendance": MarkRow,
    "tests": TestRow,
    "outcomes": OutcomeRow,
}


class Finding(msgspec.Struct, frozen=True, array_like=True):
    """What is wrong with a row, or odd. ``column``: its header; "" for the whole row.

    Sentences and facts never repeat what stands in a cell.
    """

    row: int
    column: str
    error: bool
    code: str
    sentence: str
    facts: dict[str, Any] = {}


NEEDED: Final = N_("The cell may not be empty.")

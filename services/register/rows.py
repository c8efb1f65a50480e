"""One class for the rows of each file of the register, with typed fields.

``row.key`` says which record a row is, ``canonical_row(row)`` what it says, so that a later load
can tell a changed row from a known one (keep a keyed hash of it: it contains personal data).

>>> row = Conflict(row=2, application_no="A0021", member="member-rs-2", reason=None)
>>> row.key
'conflicts/A0021/member-rs-2'
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from services.register.findings import CellError
from shared.money import Money


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What every row has: its place in the file, as a spreadsheet shows it (the header is 1)."""

    table: ClassVar[str] = ""
    key_fields: ClassVar[tuple[str, ...]] = ()

    row: int

    @property
    def key(self) -> str:
        """Stable identity of the record, without personal data: ``participants/P0001``."""
        parts = (str(getattr(self, field)) for field in self.key_fields)
        return "/".join((self.table, *(_escaped(part) for part in parts)))


class Participant(Row, frozen=True, kw_only=True):
    """One registration of a person. None is "not known"."""

    table: ClassVar[str] = "participants"
    key_fields: ClassVar[tuple[str, ...]] = ("participant_no",)

    participant_no: str
    full_name: str
    jmbg: str | None
    birth_date: date
    sex: str
    country: str
    municipality: str
    phone: str | None
    declared_roma: str | None
    """yes, no or declined; None also where there is no date of consent to its being held."""
    consent: date | None


class Cohort(Row, frozen=True, kw_only=True):
    """One run of a course. Without ``certificates_issued_on`` no certificates were issued."""

    table: ClassVar[str] = "cohorts"
    key_fields: ClassVar[tuple[str, ...]] = ("cohort",)

    cohort: str
    course: str
    course_version: int
    kind: str
    country: str
    place: str | None
    trainer: str | None
    certificates_issued_on: date | None


class Session(Row, frozen=True, kw_only=True):
    """One session of a cohort."""

    table: ClassVar[str] = "sessions"
    key_fields: ClassVar[tuple[str, ...]] = ("cohort", "session")

    cohort: str
    session: int
    date: date
    hours: int


class Attendance(Row, frozen=True, kw_only=True):
    """Hours that one participant was present in one session."""

    table: ClassVar[str] = "attendance"
    key_fields: ClassVar[tuple[str, ...]] = ("cohort", "session", "participant_no")

    cohort: str
    session: int
    participant_no: str
    hours: int


class Test(Row, frozen=True, kw_only=True):
    """Pre- and post-test of one participant in one cohort, per cent. None: not taken."""

    table: ClassVar[str] = "tests"
    key_fields: ClassVar[tuple[str, ...]] = ("cohort", "participant_no")

    cohort: str
    participant_no: str
    pre_test: int | None
    post_test: int | None


class Education(Row, frozen=True, kw_only=True):
    """One education outcome of a person."""

    table: ClassVar[str] = "education"
    key_fields: ClassVar[tuple[str, ...]] = ("participant_no", "outcome", "completed_on")

    participant_no: str
    outcome: str
    completed_on: date
    institution: str | None
    evidence: str


class Criterion(msgspec.Struct, frozen=True):
    """One scoring criterion of a call."""

    name: str
    points_max: int


class Call(Row, frozen=True, kw_only=True):
    """One call for applications. ``deadline`` is UTC, ``tranches`` are per cents."""

    table: ClassVar[str] = "calls"
    key_fields: ClassVar[tuple[str, ...]] = ("call",)

    call: str
    country: str
    municipalities: tuple[str, ...]
    opens: date
    deadline: datetime
    timezone: str
    currency: str
    budget: Money
    ceiling: Money
    threshold: Decimal
    quorum: int
    cooldown_days: int
    criteria: tuple[Criterion, ...]
    tranches: tuple[int, ...]
    decided_on: date
    members: tuple[str, ...]


class Application(Row, frozen=True, kw_only=True):
    """One submission. ``submitted_at`` is UTC."""

    table: ClassVar[str] = "applications"
    key_fields: ClassVar[tuple[str, ...]] = ("application_no",)

    application_no: str
    call: str
    participant_no: str
    kind: str
    business: str
    submitted_at: datetime
    requested: Money
    own_contribution: Money
    account: str | None
    channel: str


class Conflict(Row, frozen=True, kw_only=True):
    """One declared conflict of one member with one application."""

    table: ClassVar[str] = "conflicts"
    key_fields: ClassVar[tuple[str, ...]] = ("application_no", "member")

    application_no: str
    member: str
    reason: str | None


class ScoreSheet(Row, frozen=True, kw_only=True):
    """One member's sheet: (criterion, points), in the alphabetical order of the criteria."""

    table: ClassVar[str] = "score_sheets"
    key_fields: ClassVar[tuple[str, ...]] = ("application_no", "member")

    application_no: str
    member: str
    points: tuple[tuple[str, int], ...]


class StatementLine(Row, frozen=True, kw_only=True):
    """One line of the bank's statement; the same line may stand in the file several times.

    ``reissue`` is n of ``-R<n>``, 0 for a payment's first issue; ``tranche`` counts from 1.
    """

    table: ClassVar[str] = "bank_statement"
    key_fields: ClassVar[tuple[str, ...]] = ("line",)

    line: int
    booked_on: date
    end_to_end_id: str
    application_no: str
    tranche: int
    reissue: int
    kind: str
    amount: Money


class Visit(Row, frozen=True, kw_only=True):
    """One follow-up visit; the same visit may stand in the file several times.

    Both times are local to the call's time zone and naive, as in the file; ``in_zone`` makes
    them moments.
    """

    table: ClassVar[str] = "visits"
    key_fields: ClassVar[tuple[str, ...]] = ("visit_id",)

    visit_id: str
    application_no: str
    month: int
    occurred_at: datetime
    recorded_at: datetime
    outcome: str
    registered: bool | None
    equipment_present: bool | None
    jobs: int | None
    income_band: str | None


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of a register that was found without error, each file in its own order."""

    warnings: tuple[CellError, ...] = ()
    participants: tuple[Participant, ...]
    cohorts: tuple[Cohort, ...]
    sessions: tuple[Session, ...]
    attendance: tuple[Attendance, ...]
    tests: tuple[Test, ...]
    education: tuple[Education, ...]
    calls: tuple[Call, ...]
    applications: tuple[Application, ...]
    conflicts: tuple[Conflict, ...]
    score_sheets: tuple[ScoreSheet, ...]
    bank_statement: tuple[StatementLine, ...]
    visits: tuple[Visit, ...]


def canonical_row(row: Row) -> bytes:
    """What the row says, as bytes that do not depend on its place or on the order of columns."""
    content = {field: getattr(row, field) for field in row.__struct_fields__ if field != "row"}
    return msgspec.json.encode([row.table, content], order="sorted")


def in_zone(local: datetime, timezone: str) -> datetime:
    """The moment (UTC) of a naive local time; of two equal clock readings it is the earlier."""
    return local.replace(tzinfo=ZoneInfo(timezone), fold=0).astimezone(UTC)


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F")

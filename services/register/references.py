"""What the files of a register say of each other, and what a row's own cells say together.

A reference into a file that could not be read wholly is not judged, so that one wrong cell gives
one error:

    visits = check_references(tables, findings)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from services.register.findings import CellError, Findings, shown
from services.register.loaded import Loaded
from services.register.payments import check_statement
from services.register.rows import (
    Application,
    Attendance,
    Call,
    Conflict,
    Participant,
    Row,
    ScoreSheet,
    Visit,
)
from shared.clock import day_in
from shared.language.marking import N_

Tables: TypeAlias = Mapping[str, Loaded]
RowKind = TypeVar("RowKind", bound=Row)

_NOT_AFTER_TODAY: Final = {
    "participants": ("birth_date", "consent"),
    "cohorts": ("certificates_issued_on",),
    "sessions": ("date",),
    "education": ("completed_on",),
    "applications": ("submitted_at",),
    "calls": ("decided_on",),
    "bank_statement": ("booked_on",),
    "visits": ("occurred_at",),
}
_REFERENCES: Final = (
    ("sessions", "cohort", "cohorts"),
    ("attendance", "cohort", "cohorts"),
    ("attendance", "participant_no", "participants"),
    ("tests", "cohort", "cohorts"),
    ("tests", "participant_no", "participants"),
    ("education", "participant_no", "participants"),
    ("applications", "call", "calls"),
    ("applications", "participant_no", "participants"),
    ("conflicts", "application_no", "applications"),
    ("score_sheets", "application_no", "applications"),
    ("visits", "application_no", "applications"),
)
_UNKNOWN: Final = {
    "cohorts": N_("There is no such cohort in cohorts.csv."),
    "participants": N_("There is no such participant in participants.csv."),
    "calls": N_("There is no such call in calls.csv."),
    "applications": N_("There is no such application in applications.csv."),
}


class _Wrong:
    """Adds errors at a row of one file, and remembers which visits' rows were fine."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings

    def __call__(
        self,
        row: int,
        column: str,
        code: str,
        sentence: str,
        found: str | None = None,
        **facts: Any,
    ) -> None:
        cell = None if found is None else shown(found)
        self._findings.add(CellError(self._file, row, column, code, sentence, facts, cell))


def check_references(
    tables: Tables, findings: Findings, *, today: date | None = None
) -> tuple[Visit, ...]:
    """Add what is wrong to ``findings``; returns the visits with their local times naive."""
    for file, column, target in _REFERENCES:
        wrong = _Wrong(f"{file}.csv", findings)
        for row in tables[file].rows:
            name = getattr(row, column)
            if not tables[target].knows(name):
                wrong(row.row, column, "unknown-reference", _UNKNOWN[target], name)
                # A row under a wrong key leaves its right key unclaimed: do not ask for that.
                tables[file].keys_sound &= column not in tables[file].table.key
    checks: tuple[tuple[str, Callable[[Tables, _Wrong], None]], ...] = (
        ("participants", _check_participants),
        ("attendance", _check_attendance),
        ("calls", _check_calls),
        ("applications", _check_applications),
        ("conflicts", _check_conflicts),
        ("score_sheets", _check_sheets),
    )
    for file, check in checks:
        check(tables, _Wrong(f"{file}.csv", findings))
    check_statement(tables, _Wrong("bank_statement.csv", findings))
    if today is not None:
        _check_days(tables, findings, today)
    return tuple(_local(visit, tables) for visit in _rows(tables, "visits", Visit))


def _rows(tables: Tables, name: str, kind: type[RowKind]) -> Iterator[RowKind]:
    return (row for row in tables[name].rows if isinstance(row, kind))


def _call_of(tables: Tables, application_no: str) -> Call | None:
    application = tables["applications"].get(application_no)
    found = tables["calls"].get(application.call) if application else None
    return found if isinstance(found, Call) else None


def _check_participants(tables: Tables, wrong: _Wrong) -> None:
    for row in _rows(tables, "participants", Participant):
        if row.consent is not None and row.consent < row.birth_date:
            sentence = N_("The consent was given before the person was born.")
            wrong(row.row, "consent", "consent-too-early", sentence)


def _check_attendance(tables: Tables, wrong: _Wrong) -> None:
    sessions = tables["sessions"]
    for row in _rows(tables, "attendance", Attendance):
        session = sessions.get(row.cohort, row.session)
        if session is None:
            # An unknown cohort was named already.
            known = sessions.knows(row.cohort, row.session)
            if not known and (row.cohort,) in tables["cohorts"].index:
                sentence = N_("The cohort has no such session in sessions.csv.")
                wrong(row.row, "session", "unknown-reference", sentence, str(row.session))
        elif row.hours > session.hours:
            sentence = N_("The session lasted {hours} hours only.")
            wrong(row.row, "hours", "too-many-hours", sentence, str(row.hours), hours=session.hours)


def _check_calls(tables: Tables, wrong: _Wrong) -> None:
    for row in _rows(tables, "calls", Call):
        closes = day_in(row.deadline, row.timezone)
        if closes < row.opens:
            wrong(row.row, "deadline", "deadline", N_("The deadline is before the call opens."))
        elif row.decided_on < row.opens:
            wrong(row.row, "decided_on", "decided", N_("It was decided before the call opened."))
        points = sum(criterion.points_max for criterion in row.criteria)
        if row.threshold > points:
            sentence = N_("The criteria give {points} points at most.")
            wrong(row.row, "threshold", "threshold", sentence, str(row.threshold), points=points)
        if row.quorum > len(row.members):
            sentence = N_("The call has {members} members only.")
            found = str(row.quorum)
            wrong(row.row, "quorum", "quorum", sentence, found, members=len(row.members))


def _check_applications(tables: Tables, wrong: _Wrong) -> None:
    for row in _rows(tables, "applications", Application):
        call = tables["calls"].get(row.call)
        if call is not None and row.requested.currency != call.currency:
            sentence = N_("The currency of the call is {currency}.")
            found = row.requested.currency
            wrong(row.row, "currency", "other-currency", sentence, found, currency=call.currency)


def _check_conflicts(tables: Tables, wrong: _Wrong) -> None:
    for row in _rows(tables, "conflicts", Conflict):
        _check_member(tables, wrong, row)


def _check_member(tables: Tables, wrong: _Wrong, row: Conflict | ScoreSheet) -> Call | None:
    call = _call_of(tables, row.application_no)
    if call is not None and row.member not in call.members:
        sentence = N_("The application's call has no such member.")
        wrong(row.row, "member", "unknown-reference", sentence)
        return None
    return call


def _check_sheets(tables: Tables, wrong: _Wrong) -> None:
    for row in _rows(tables, "score_sheets", ScoreSheet):
        call = _check_member(tables, wrong, row)
        if (row.application_no, row.member) in tables["conflicts"].index:
            sentence = N_("The member declared a conflict with this application.")
            wrong(row.row, "member", "conflict", sentence)
        if call is None or not tables["calls"].whole:
            continue
        given = dict(row.points)
        for criterion in call.criteria:
            points = given.pop(criterion.name, None)
            if points is None:
                wrong(row.row, criterion.name, "empty", N_("The cell may not be empty."))
            elif points > criterion.points_max:
                most = criterion.points_max
                sentence = N_("The criterion gives {most} points at most.")
                wrong(row.row, criterion.name, "too-many-points", sentence, most=most)
        for name in given:
            sentence = N_("The application's call has no such criterion: leave the cell empty.")
            wrong(row.row, name, "other-criterion", sentence)


def _check_days(tables: Tables, findings: Findings, today: date) -> None:
    for file, columns in _NOT_AFTER_TODAY.items():
        wrong = _Wrong(f"{file}.csv", findings)
        for row in tables[file].rows:
            for column in columns:
                value = getattr(row, column)
                day = value.date() if isinstance(value, datetime) else value
                if day is not None and day > today:
                    wrong(row.row, column, "in-future", N_("The day is in the future."))


def _local(visit: Visit, tables: Tables) -> Visit:
    """The visit with both times naive: one that came with an offset is told in local time."""
    call = _call_of(tables, visit.application_no)
    if call is None:
        return visit
    zone = ZoneInfo(call.timezone)

    def told(time: datetime) -> datetime:
        return time if time.tzinfo is None else time.astimezone(zone).replace(tzinfo=None)

    return msgspec.structs.replace(
        visit, occurred_at=told(visit.occurred_at), recorded_at=told(visit.recorded_at)
    )

"""The columns of each file of the register: how a cell is read, whether it may be empty.

>>> TABLES["tests"].file
'tests.csv'
>>> [column.name for column in TABLES["tests"].columns if not column.required]
['pre_test', 'post_test']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from services.register import cells, rows
from services.register.cells import Parser
from shared.money import Money


@dataclass(frozen=True)
class Column:
    """One column. ``personal``: what stands in it is never repeated in a message."""

    name: str
    parse: Parser
    required: bool = True
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """One file. ``repeats``: the same row may stand in it several times, word for word."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    build: Callable[[int, dict[str, Any]], rows.Row]
    repeats: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


_IDENTIFIER: Final = cells.text(60)
_PLACE: Final = cells.text(120)
_TITLE: Final = cells.text(200)
_FREE: Final = cells.text(1000, lines=True)
_HOURS: Final = cells.whole(0, 1000)
_PER_CENT: Final = cells.whole(0, 100)


def _of(kind: type[rows.Row]) -> Callable[[int, dict[str, Any]], rows.Row]:
    return lambda row, values: kind(row=row, **values)


def _participant(row: int, values: dict[str, Any]) -> rows.Row:
    # What somebody said of their origin may be held only with their consent.
    held = values["declared_roma"] if values["consent"] is not None else None
    return rows.Participant(row=row, **{**values, "declared_roma": held})


def _call(row: int, values: dict[str, Any]) -> rows.Row:
    budget, ceiling = values.pop("budget_minor"), values.pop("ceiling_minor")
    of = values["currency"]
    return rows.Call(row=row, budget=Money(budget, of), ceiling=Money(ceiling, of), **values)


def _application(row: int, values: dict[str, Any]) -> rows.Row:
    of = values.pop("currency")
    requested = Money(values.pop("requested_minor"), of)
    own = Money(values.pop("own_contribution_minor"), of)
    return rows.Application(row=row, requested=requested, own_contribution=own, **values)


def _sheet(row: int, values: dict[str, Any]) -> rows.Row:
    points = tuple(
        sorted(
            (name, given)
            for name, given in values.items()
            if name not in ("application_no", "member") and given is not None
        )
    )
    return rows.ScoreSheet(
        row=row, application_no=values["application_no"], member=values["member"], points=points
    )


def _line(row: int, values: dict[str, Any]) -> rows.Row:
    application_no, tranche, reissue = values["end_to_end_id"]
    suffix = f"-R{reissue}" if reissue else ""
    return rows.StatementLine(
        row=row,
        line=values["line"],
        booked_on=values["booked_on"],
        end_to_end_id=f"{application_no}-T{tranche}{suffix}",
        application_no=application_no,
        tranche=tranche,
        reissue=reissue,
        kind=values["kind"],
        amount=Money(values["amount_minor"], values["currency"]),
    )


_ALL: Final = (
    Table(
        "participants",
        (
            Column("participant_no", _IDENTIFIER),
            Column("full_name", _TITLE, personal=True),
            Column("jmbg", cells.national_number, required=False, personal=True),
            Column("birth_date", cells.day, personal=True),
            Column("sex", cells.one_of("F", "M"), personal=True),
            Column("country", cells.country, personal=True),
            Column("municipality", _PLACE, personal=True),
            Column("phone", cells.text(40), required=False, personal=True),
            Column(
                "declared_roma",
                cells.one_of("yes", "no", "declined"),
                required=False,
                personal=True,
            ),
            Column("consent", cells.day, required=False, personal=True),
        ),
        ("participant_no",),
        _participant,
    ),
    Table(
        "cohorts",
        (
            Column("cohort", _IDENTIFIER),
            Column("course", _TITLE),
            Column("course_version", cells.whole(1, 10_000)),
            Column(
                "kind",
                cells.one_of(
                    "business", "primary", "vocational", "secondary", "employment_service"
                ),
            ),
            Column("country", cells.country),
            Column("place", _PLACE, required=False),
            Column("trainer", _IDENTIFIER, required=False, personal=True),
            Column("certificates_issued_on", cells.day, required=False),
        ),
        ("cohort",),
        _of(rows.Cohort),
    ),
    Table(
        "sessions",
        (
            Column("cohort", _IDENTIFIER),
            Column("session", cells.whole(1, 10_000)),
            Column("date", cells.day),
            Column("hours", cells.whole(1, 1000)),
        ),
        ("cohort", "session"),
        _of(rows.Session),
    ),
    Table(
        "attendance",
        (
            Column("cohort", _IDENTIFIER),
            Column("session", cells.whole(1, 10_000)),
            Column("participant_no", _IDENTIFIER),
            Column("hours", _HOURS),
        ),
        ("cohort", "session", "participant_no"),
        _of(rows.Attendance),
    ),
    Table(
        "tests",
        (
            Column("cohort", _IDENTIFIER),
            Column("participant_no", _IDENTIFIER),
            Column("pre_test", _PER_CENT, required=False, personal=True),
            Column("post_test", _PER_CENT, required=False, personal=True),
        ),
        ("cohort", "participant_no"),
        _of(rows.Test),
    ),
    Table(
        "education",
        (
            Column("participant_no", _IDENTIFIER),
            Column(
                "outcome",
                cells.one_of(
                    "class_completed",
                    "primary_completed",
                    "vocational_certificate",
                    "secondary_diploma",
                    "employment_service_qualification",
                ),
            ),
            Column("completed_on", cells.day),
            Column("institution", _FREE, required=False, personal=True),
            Column("evidence", _FREE, personal=True),
        ),
        ("participant_no", "outcome", "completed_on"),
        _of(rows.Education),
    ),
    Table(
        "calls",
        (
            Column("call", _IDENTIFIER),
            Column("country", cells.country),
            Column("municipalities", cells.names),
            Column("opens", cells.day),
            Column("deadline", cells.moment),
            Column("timezone", cells.time_zone),
            Column("currency", cells.currency),
            Column("budget_minor", cells.whole(0)),
            Column("ceiling_minor", cells.whole(0)),
            Column("threshold", cells.hundredths),
            Column("quorum", cells.whole(1, 200)),
            Column("cooldown_days", cells.whole(0, 36_500)),
            Column("criteria", cells.criteria),
            Column("tranches", cells.tranches),
            Column("decided_on", cells.day),
            Column("members", cells.names, personal=True),
        ),
        ("call",),
        _call,
    ),
    Table(
        "applications",
        (
            Column("application_no", _IDENTIFIER),
            Column("call", _IDENTIFIER),
            Column("participant_no", _IDENTIFIER),
            Column("kind", cells.one_of("start", "expand")),
            Column("business", _FREE, personal=True),
            Column("submitted_at", cells.moment),
            Column("requested_minor", cells.whole(1)),
            Column("currency", cells.currency),
            Column("own_contribution_minor", cells.whole(0)),
            Column("account", cells.text(60), required=False, personal=True),
            Column("channel", cells.one_of("self_service", "assisted", "paper")),
        ),
        ("application_no",),
        _application,
    ),
    Table(
        "conflicts",
        (
            Column("application_no", _IDENTIFIER),
            Column("member", _IDENTIFIER, personal=True),
            Column("reason", _FREE, required=False, personal=True),
        ),
        ("application_no", "member"),
        _of(rows.Conflict),
    ),
    Table(
        "score_sheets",
        (Column("application_no", _IDENTIFIER), Column("member", _IDENTIFIER, personal=True)),
        ("application_no", "member"),
        _sheet,
    ),
    Table(
        "bank_statement",
        (
            Column("line", cells.whole(1)),
            Column("booked_on", cells.day),
            Column("end_to_end_id", cells.payment),
            Column("kind", cells.one_of("debit", "return")),
            Column("amount_minor", cells.whole(1)),
            Column("currency", cells.currency),
        ),
        ("line",),
        _line,
        repeats=True,
    ),
    Table(
        "visits",
        (
            Column("visit_id", cells.text(100)),
            Column("application_no", _IDENTIFIER),
            Column("month", cells.whole(0, 1200)),
            Column("occurred_at", cells.local_time),
            Column("recorded_at", cells.local_time),
            Column(
                "outcome",
                cells.one_of("trading", "not_trading", "closed", "moved", "refused", "died"),
            ),
            Column("registered", cells.yes_or_no, required=False),
            Column("equipment_present", cells.yes_or_no, required=False),
            Column("jobs", cells.whole(0, 100_000), required=False),
            Column("income_band", cells.one_of("none", "low", "middle", "high"), required=False),
        ),
        ("visit_id",),
        _of(rows.Visit),
        repeats=True,
    ),
)

TABLES: Final[Mapping[str, Table]] = {table.name: table for table in _ALL}
"""Every file by its name without ``.csv``; score_sheets still without its criteria."""


def with_criteria(calls: Iterable[rows.Call]) -> Table:
    """score_sheets with one column for each criterion of any call; empty where not of its call."""
    names = dict.fromkeys(criterion.name for call in calls for criterion in call.criteria)
    points = tuple(
        Column(name, cells.whole(0, cells.POINTS_MAX), required=False, personal=True)
        for name in names
    )
    table = TABLES["score_sheets"]
    return replace(table, columns=(*table.columns, *points))

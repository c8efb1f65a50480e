"""What a sheet is asked for, and how its rows are fetched.

    asked = Asked(programme="RS-2011", reach=reach("trainings.certificates.read"), people=…)
    select(…, asked.named(REGISTRATIONS.c.reference, asked.people.certificates(), "participant"))

Two reaches count: that of what the sheet is about, and that of people. Another role may let
somebody read all certificates, and yet not whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Label, Row, Select, case

from services.trainings.people.acting import Search
from services.trainings.reach import Reach

FETCHED: Final = 500

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of whom and of what: filters that are empty leave nothing out.

    reach:    of what the sheet is about. people: whose names and references are told.
    reasons:  the cohorts of which it is told why somebody was absent, or left.
    search:   people found by it, as on their list. number: a part of a certificate's number.
    sees_declared: whether the asker may know what a row's person says of their origin.
    names:    what staff are called, by account.
    """

    programme: str
    reach: Reach
    people: Reach
    reasons: Reach
    state: str = ""
    cohort_id: str = ""
    outcome: str = ""
    number: str = ""
    search: Search | None = None
    sees_declared: Callable[[Row[Any]], bool] = lambda _: False
    names: Mapping[str, str] = field(default_factory=dict)

    def of_person(self, column: ColumnElement[Any], name: str = "") -> Label[Any]:
        """What tells who the registration of a row is, where the asker may know; else nothing."""
        return shown_in(self.people.registrations(), column, name)

    def because(self, column: ColumnElement[Any], name: str = "") -> Label[Any]:
        """A reason that the cohort of a row was given, where the asker may know; else nothing."""
        return shown_in(self.reasons.cohorts(), column, name)


def shown_in(within: ColumnElement[bool], column: ColumnElement[Any], name: str = "") -> Label[Any]:
    """A column where a row is within something; nothing elsewhere."""
    return case((within, column), else_=None).label(name or getattr(column, "name", None))


def fetched(connection: Connection, query: Select[Any]) -> Generator[Row[Any]]:
    """The rows, some hundreds at a time; in a transaction."""
    with connection.execute(query.execution_options(yield_per=FETCHED)) as found:
        yield from found


def hours(minutes: int) -> timedelta:
    """A length of time as a cell."""
    return timedelta(minutes=minutes)

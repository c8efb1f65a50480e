"""What the page of a cohort shows: the answer in words, the people, and what to do next.

overview(row)["title"]  ->  "11 of 14 can be certified"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import Row

from services.trainings.cohorts import acting, enrolment, enrolment_views, views
from services.trainings.cohorts.outlook_words import counted, told
from services.trainings.cohorts.schemas import DAY_MAX, DAY_MIN
from services.trainings.cohorts.views import Standing
from services.trainings.cohorts.wording import (
    COUNTRIES,
    answer,
    lacking,
    level_words,
    state_of,
)
from services.trainings.courses.wording import rule_words
from services.trainings.lengths import hours_of
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.errors import Invalid
from shared.language.marking import N_
from shared.web.access import signed_in
from shared.web.commands import service
from shared.web.language import say


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What the one who looks may do in a cohort as it is now."""

    write: bool
    record: bool
    issue: bool
    reopen: bool
    read_certificates: bool
    read_people: bool


def overview(row: Row[Any]) -> dict[str, Any]:
    """Everything that the page of a cohort shows."""
    enrolled = acting.participants(row)
    people = [one for one in enrolled if one.takes_part or one.number is not None]
    with service().database.reading() as connection:
        sessions = views.sessions(connection, row.cohort_id)
        names = staff_names(connection)
        waiting = enrolment_views.waiting(connection, row.cohort_id)
    days = [one.held_on for one in sessions]
    first_on, last_on, today = min(days, default=None), max(days, default=None), acting.today(row)
    too_early = last_on is None or today < last_on
    allowed = _allowed(row)
    ready = [one.registration_id for one in people if one.can_be_certified and not too_early]
    return {
        "row": row,
        "title": answer(people, too_early=too_early),
        "state": state_of(first_on=first_on, last_on=last_on, closed_on=row.closed_on, today=today),
        "people": [
            {
                "row": one,
                "lacking": lacking(one),
                "ready": one.registration_id in ready,
                "told": told(one) if is_open(one) else None,
            }
            for one in people
        ],
        "left": [one for one in enrolled if not one.takes_part],
        "waiting": waiting,
        "places": enrolment.places(row),
        "outlook": counted(people) if any(is_open(one) for one in people) else None,
        "plan": enrolment.plan(row),
        "hours": hours_of,
        "rule": rule_words(row.attendance_percent_min, row.post_test_min),
        "level": level_words(row.level) if row.level else "",
        "sessions": sessions,
        "today": today,
        "last_on": last_on,
        "too_early": too_early,
        "trainers": [names.get(one, one) for one in row.trainers.split("\n")],
        "names": names,
        "country": say(COUNTRIES.get(row.country, row.country)),
        "certified": sum(one.number is not None for one in people),
        "allowed": allowed,
        "chooses": allowed.issue and bool(ready),
        "step": _step(row, allowed, sessions, people, today),
    }


def is_open(one: Standing) -> bool:
    """Whether sessions to come, or to be recorded, still decide about somebody."""
    found = one.outlook
    return (
        one.takes_part
        and one.number is None
        and bool(found.sessions_to_come or found.sessions_unrecorded)
    )


def _allowed(row: Row[Any]) -> Allowed:
    reader = signed_in()
    own = reader.account_id in row.trainers.split("\n")
    closed = row.closed_on is not None
    writes = may(reader, "trainings.cohorts.write", row.programme)
    records = own and may(reader, "trainings.attendance.write", row.programme)
    return Allowed(
        write=writes and not closed,
        record=records and not closed,
        issue=own and may(reader, "trainings.certificates.issue", row.programme),
        reopen=writes and closed and not own,
        read_certificates=may(reader, "trainings.certificates.read", row.programme),
        read_people=may(reader, "trainings.people.read", row.programme),
    )


def _step(
    row: Row[Any],
    allowed: Allowed,
    sessions: Sequence[Row[Any]],
    people: Sequence[Standing],
    today: date,
) -> tuple[str, str] | None:
    """The one thing to do next (words, address), unless that is to issue certificates."""
    if allowed.write and not sessions:
        return say(N_("Add sessions")), _address("sessions.several", row)
    if allowed.write and not people:
        return say(N_("Enrol people")), _address("enrolment.enrol", row)
    if not (allowed.record and people):
        return None
    for one in sessions:
        if one.held_on <= today and one.marks < len(people):
            words = say(N_("Record attendance of session {session}"), {"session": one.session})
            return words, _address("records.grid.attendance", row)
    over = bool(sessions) and max(one.held_on for one in sessions) <= today
    if over and any(one.qualification.post_test is None for one in people):
        return say(N_("Record tests")), _address("records.tests", row)
    if over and all(one.number is not None for one in people):
        return say(N_("Close the cohort")), _address("close", row)
    return None


def _address(endpoint: str, row: Row[Any], **values: Any) -> str:
    return url_for(f"cohorts.{endpoint}", cohort_id=row.cohort_id, **values)


def day_of(text: str, *, field: str) -> date:
    """A day that was typed. Raises Invalid when the calendar has none such."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not DAY_MIN <= day <= DAY_MAX:
        raise Invalid("no-such-day", N_("{field} needs a day that exists."), field=field)
    return day

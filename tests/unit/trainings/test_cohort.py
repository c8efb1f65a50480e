"""Only the cohort's trainers record, on the day or later, and no more than a session lasted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    CloseCohort,
    CohortCommand,
    Enrol,
    ImportAttendance,
    ImportEnrolment,
    Mark,
    PlanCohort,
    RecordAttendance,
    RecordTests,
    ReopenCohort,
    ScheduleSession,
    Score,
)
from services.trainings.cohorts.cohort_events import AttendanceRecorded, Closed, TestRecorded
from services.trainings.cohorts.qualification import qualification
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.event import Event

BEFORE = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = PlanCohort(
    by="officer-1",
    now=BEFORE,
    cohort_id="k1",
    reference="RS-BT-31",
    course_id="c1",
    course_title="Starting a small business",
    course_version=1,
    kind="business",
    country="RS",
    place="Topola",
    zone="Europe/Belgrade",
    trainers=("trainer-1",),
)
SESSION = ScheduleSession(
    by="trainer-1", now=BEFORE, cohort_id="k1", session=1, on=date(2026, 3, 2), minutes=100
)
ENROL = Enrol(by="officer-1", now=BEFORE, cohort_id="k1", registration_id="r1", person_id="p1")
ATTEND = RecordAttendance(
    by="trainer-1",
    now=DAY,
    cohort_id="k1",
    session=1,
    marks=(Mark(registration_id="r1", attended_minutes=80),),
)
TESTS = RecordTests(
    by="trainer-1",
    now=DAY,
    cohort_id="k1",
    scores=(Score(registration_id="r1", pre_test=10, post_test=50),),
)
CLOSE = CloseCohort(by="trainer-1", now=DAY, cohort_id="k1")
READY = (PLAN, SESSION, ENROL)


def after(*commands: CohortCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += COHORT.decide(COHORT.fold(events), command)
    return events


def marked(minutes: int) -> RecordAttendance:
    """The attendance with another length."""
    return replace(ATTEND, marks=(Mark(registration_id="r1", attended_minutes=minutes),))


def test_attendance_is_recorded_once_and_corrected_by_another_event() -> None:
    recorded = [e for e in after(*READY, ATTEND, ATTEND, marked(70)) if "attend" in e.event_type]
    assert [e.attended_minutes for e in recorded if isinstance(e, AttendanceRecorded)] == [80, 70]


def test_only_trainers_record() -> None:
    for command in (ATTEND, TESTS, CLOSE):
        with pytest.raises(Forbidden, match="not-the-trainer"):
            after(*READY, replace(command, by="officer-1"))


def test_nothing_is_recorded_before_the_day() -> None:
    with pytest.raises(Refused, match="session-not-held"):
        after(*READY, replace(ATTEND, now=BEFORE))
    with pytest.raises(Refused, match="cohort-not-begun"):
        after(*READY, replace(TESTS, now=BEFORE))
    with pytest.raises(Refused, match="sessions-left"):
        after(*READY, replace(CLOSE, now=BEFORE))


def test_attendance_is_no_longer_than_the_session_even_in_history() -> None:
    marks = (Mark(registration_id="r1", attended_minutes=101),)
    history = ImportAttendance(by="operator", now=BEFORE, cohort_id="k1", session=1, marks=marks)
    for command in (marked(101), marked(-1), history):
        with pytest.raises(Invalid, match="attendance-too-long"):
            after(*READY, command)


def test_sessions_are_not_back_dated_nor_moved_once_held() -> None:
    with pytest.raises(Refused, match="session-in-the-past"):
        after(PLAN, replace(SESSION, on=date(2026, 2, 28)))
    with pytest.raises(Refused, match="session-held"):
        after(*READY, ATTEND, replace(SESSION, on=date(2026, 3, 9)))


def test_person_takes_part_once_but_history_is_kept() -> None:
    with pytest.raises(Refused, match="person-enrolled"):
        after(*READY, replace(ENROL, registration_id="r2", others=frozenset({"r1"})))
    twice = ImportEnrolment(
        by="operator", now=DAY, cohort_id="k1", registration_id="r2", person_id="p1"
    )
    assert len(after(*READY, twice, twice)) == 4
    with pytest.raises(Missing, match="not-enrolled"):
        after(PLAN, SESSION, ATTEND)


def test_scores_add_up_and_stay_within_percent() -> None:
    later = replace(TESTS, scores=(Score(registration_id="r1", post_test=60),))
    last = after(*READY, TESTS, later)[-1]
    assert isinstance(last, TestRecorded)
    assert (last.pre_test, last.post_test) == (10, 60)
    with pytest.raises(Invalid, match="score-out-of-range"):
        after(*READY, replace(TESTS, scores=(Score(registration_id="r1", post_test=101),)))


def test_closed_cohort_is_reopened_by_somebody_else() -> None:
    closed = (*READY, ATTEND, CLOSE)
    assert after(*closed, ATTEND)[-1] == Closed(cohort_id="k1", closed_on=date(2026, 3, 2))
    with pytest.raises(Refused, match="cohort-closed"):
        after(*closed, marked(60))
    reopen = ReopenCohort(by="officer-1", now=DAY, cohort_id="k1", reason="wrong column")
    with pytest.raises(Forbidden, match="own-cohort"):
        after(*closed, replace(reopen, by="trainer-1"))
    assert after(*closed, reopen, marked(60))


@pytest.mark.parametrize(
    ("minutes", "post_test", "missing"),
    [
        (80, 50, ()),
        (79, 50, ("attendance_too_low",)),
        (80, 49, ("post_test_too_low",)),
        (100, None, ("no_post_test",)),
    ],
)
def test_qualifies_at_eighty_percent_and_fifty(
    minutes: int, post_test: int | None, missing: tuple[str, ...]
) -> None:
    scores = (Score(registration_id="r1", pre_test=1, post_test=post_test),)
    state = COHORT.fold(after(*READY, marked(minutes), replace(TESTS, scores=scores)))
    found = qualification(state, "r1")
    assert (found.missing, found.qualifies, found.share_hundredths) == (
        missing,
        not missing,
        minutes,
    )
    assert qualification(state, "nobody").missing == ("not_enrolled",)

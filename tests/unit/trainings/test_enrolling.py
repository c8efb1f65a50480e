"""A full cohort has a waiting list in order; who left does not count, and can come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    ChangeDetails,
    CohortCommand,
    DropOut,
    Enrol,
    ImportEnrolment,
    Mark,
    PlanCohort,
    PromoteWaiting,
    RecordAttendance,
    RecordTests,
    ScheduleSession,
    Score,
    TakeOffWaitingList,
    TransferIn,
    TransferOut,
)
from services.trainings.cohorts.cohort_events import (
    CameBack,
    DetailsChanged,
    DroppedOut,
    Enrolled,
    Planned,
    PutOnWaitingList,
    SessionScheduled,
    TakenOffWaitingList,
    Transferred,
)
from services.trainings.cohorts.cohort_state import Running, places_left
from services.trainings.cohorts.qualification import qualification
from services.trainings.courses.rule import Rule
from shared.errors import Invalid, Missing, Problem, Refused
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
    capacity=2,
)
SESSION = ScheduleSession(
    by="trainer-1", now=BEFORE, cohort_id="k1", session=1, on=date(2026, 3, 2), minutes=100
)
OUT = DropOut(by="trainer-1", now=DAY, cohort_id="k1", registration_id="r1", reason="work")
PROMOTE = PromoteWaiting(by="trainer-1", now=DAY, cohort_id="k1")


def enrol(number: int, **changes: object) -> Enrol:
    """The registration and the person of a number."""
    command = Enrol(
        by="officer-1",
        now=BEFORE,
        cohort_id="k1",
        registration_id=f"r{number}",
        person_id=f"p{number}",
    )
    return replace(command, **changes)  # type: ignore[arg-type]


FULL = (PLAN, SESSION, enrol(1), enrol(2))


def after(*commands: CohortCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += COHORT.decide(COHORT.fold(events), command)
    return events


def state(*commands: CohortCommand) -> Running:
    """The cohort after the commands."""
    found = COHORT.fold(after(*commands))
    assert isinstance(found, Running)
    return found


def test_who_comes_when_all_places_are_taken_waits_in_order() -> None:
    events = after(*FULL, enrol(3), enrol(4), enrol(3))
    assert [type(one).__name__ for one in events[2:]] == [
        "Enrolled",
        "Enrolled",
        "PutOnWaitingList",
        "PutOnWaitingList",
    ]
    assert list(state(*FULL, enrol(4), enrol(3)).waiting) == ["r4", "r3"]


def test_a_free_place_goes_to_who_waits_longest_and_nobody_overtakes_them() -> None:
    waiting = (*FULL, enrol(3), enrol(4))
    with pytest.raises(Refused, match="cohort-full"):
        after(*waiting, PROMOTE)
    freed = (*waiting, OUT)
    assert isinstance(after(*freed, enrol(5))[-1], PutOnWaitingList)
    last = after(*freed, PROMOTE)[-1]
    assert last == Enrolled(
        cohort_id="k1", registration_id="r3", person_id="p3", on=date(2026, 3, 2), waited=True
    )
    with pytest.raises(Refused, match="nobody-waits"):
        after(*freed, replace(PROMOTE, count=3))


def test_who_waits_no_more_leaves_the_list_with_a_reason() -> None:
    off = TakeOffWaitingList(
        by="officer-1", now=DAY, cohort_id="k1", registration_id="r3", reason="Found another"
    )
    assert isinstance(after(*FULL, enrol(3), off)[-1], TakenOffWaitingList)
    with pytest.raises(Missing, match="not-waiting"):
        after(*FULL, off)
    with pytest.raises(Invalid):
        after(*FULL, enrol(3), replace(off, reason=" "))


def test_one_person_neither_waits_nor_takes_part_twice() -> None:
    for known in (FULL, (*FULL, enrol(3))):
        with pytest.raises(Refused, match="person-enrolled"):
            after(*known, enrol(9, others=frozenset({"r1" if known == FULL else "r3"})))
    # Whom their registration belonged to once does not matter any more.
    assert list(state(*FULL, enrol(9, person_id="p1")).waiting) == ["r9"]
    waits = (*FULL, enrol(3), OUT)
    with pytest.raises(Refused, match="person-enrolled"):
        after(*waits, replace(PROMOTE, others={"r3": frozenset({"r2"})}))
    assert after(*waits, replace(PROMOTE, others={"r3": frozenset({"r1"})}))


def test_who_drops_out_does_not_qualify_and_comes_back_with_what_was_recorded() -> None:
    marks = (Mark(registration_id="r1", attended_minutes=100),)
    attend = RecordAttendance(by="trainer-1", now=DAY, cohort_id="k1", session=1, marks=marks)
    scores = (Score(registration_id="r1", post_test=90),)
    tested = RecordTests(by="trainer-1", now=DAY, cohort_id="k1", scores=scores)
    done = (*FULL, attend, tested)
    assert qualification(state(*done), "r1").qualifies
    left = (*done, OUT)
    assert after(*left)[-1] == DroppedOut(
        cohort_id="k1", registration_id="r1", on=date(2026, 3, 2), reason="work"
    )
    assert qualification(state(*left), "r1").missing == ("dropped_out",)
    assert places_left(state(*left)) == 1
    with pytest.raises(Refused, match="left-before"):
        after(*left, OUT)
    back = (*left, enrol(1, now=DAY))
    assert isinstance(after(*back)[-1], CameBack)
    assert qualification(state(*back), "r1").qualifies
    with pytest.raises(Invalid):
        after(*done, replace(OUT, reason="because"))


def test_who_comes_back_to_a_full_cohort_waits_and_then_comes_back() -> None:
    left = (*FULL, OUT, enrol(3), enrol(1), replace(OUT, registration_id="r2"))
    assert list(state(*left).waiting) == ["r1"]
    assert isinstance(after(*left, PROMOTE)[-1], CameBack)
    assert not state(*left, PROMOTE).waiting


def test_history_keeps_more_than_the_places() -> None:
    third = ImportEnrolment(
        by="operator", now=DAY, cohort_id="k1", registration_id="r3", person_id="p3"
    )
    assert isinstance(after(*FULL, third)[-1], Enrolled)


def test_a_transfer_leaves_one_cohort_and_enters_the_other() -> None:
    out = TransferOut(
        by="officer-1", now=DAY, cohort_id="k1", registration_id="r1", to_cohort_id="k2"
    )
    moved = (*FULL, out)
    assert isinstance(after(*moved)[-1], Transferred)
    assert qualification(state(*moved), "r1").missing[0] == "transferred"
    with pytest.raises(Refused, match="transferred-away"):
        after(*moved, enrol(1))
    with pytest.raises(Invalid, match="same-cohort"):
        after(*FULL, replace(out, to_cohort_id="k1"))
    into = TransferIn(
        by="officer-1",
        now=DAY,
        cohort_id="k1",
        registration_id="r9",
        person_id="p9",
        from_cohort_id="k0",
        carried_minutes=80,
        carried_pre_test=35,
    )
    with pytest.raises(Refused, match="no-place"):
        after(*FULL, into)
    found = state(*moved, into).participants["r9"]
    assert (found.carried_minutes, found.pre_test, found.came_from) == (80, 35, "k0")
    back = replace(into, registration_id="r1", person_id="p1", from_cohort_id="k2")
    assert state(*moved, back).participants["r1"].takes_part
    with pytest.raises(Refused, match="person-enrolled"):
        after(*moved, replace(back, from_cohort_id="k7"))


def test_the_rule_of_its_version_stays_with_the_cohort() -> None:
    strict = replace(PLAN, rule=Rule(attendance_percent_min=100, post_test_min=None))
    planned = after(strict)[0]
    assert isinstance(planned, Planned) and planned.post_test_min is None
    marks = (Mark(registration_id="r1", attended_minutes=99),)
    attend = RecordAttendance(by="trainer-1", now=DAY, cohort_id="k1", session=1, marks=marks)
    found = qualification(state(strict, SESSION, enrol(1), attend), "r1")
    assert found.missing == ("attendance_too_low",)
    # An event from before rules were written down asks for 80 and 50.
    old = Planned(
        cohort_id="k1",
        reference="A",
        course_id="c1",
        course_title="Trade",
        course_version=1,
        kind="business",
        country="RS",
        place="Topola",
        zone="Europe/Belgrade",
        trainers=("t",),
    )
    assert COHORT.fold([old]).rule == Rule(attendance_percent_min=80, post_test_min=50)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "primary"}, "kind-needs"),
        ({"kind": "primary", "level": "year_1", "institution": "School"}, "no-such-level"),
        ({"kind": "employment_service", "occupation": "Cook"}, "kind-needs"),
        ({"capacity": 0}, "capacity-out-of-range"),
        ({"capacity": 501}, "capacity-out-of-range"),
        ({"rule": Rule(attendance_percent_min=0)}, "attendance-out-of-range"),
        ({"rule": Rule(post_test_min=101)}, "post-test-out-of-range"),
    ],
)
def test_a_cohort_needs_what_its_kind_needs(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Problem, match=code):
        after(replace(PLAN, **changes))  # type: ignore[arg-type]


def test_kinds_keep_what_they_need_and_nothing_else() -> None:
    school = replace(PLAN, kind="primary", level="cycle_2", institution="School", occupation="Cook")
    planned = after(school)[0]
    assert isinstance(planned, Planned)
    assert (planned.level, planned.institution, planned.occupation) == ("cycle_2", "School", None)


def test_details_change_and_more_places_let_the_waiting_in() -> None:
    more = ChangeDetails(by="officer-1", now=DAY, cohort_id="k1", place="Topola", capacity=3)
    changed = after(*FULL, enrol(3), more, more)
    assert isinstance(changed[-1], DetailsChanged)
    assert isinstance(after(*FULL, enrol(3), more, PROMOTE)[-1], Enrolled)
    fewer = replace(more, capacity=1)
    assert places_left(state(*FULL, fewer)) == 0


def test_sessions_name_time_module_and_trainer() -> None:
    told = replace(SESSION, session=2, starts="09:30", module=1, trainer="trainer-1")
    last = after(*FULL, told, told)[-1]
    assert isinstance(last, SessionScheduled)
    assert (last.starts, last.module, last.trainer) == ("09:30", 1, "trainer-1")
    for wrong in ("9:30", "24:00", "09:60", "noon!"):
        with pytest.raises(Invalid, match="no-such-time"):
            after(*FULL, replace(told, starts=wrong))
    with pytest.raises(Invalid, match="not-their-trainer"):
        after(*FULL, replace(told, trainer="trainer-9"))

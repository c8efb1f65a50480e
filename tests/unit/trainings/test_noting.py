"""Entries one by one: what was seen decides, for its place alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    CohortCommand,
    DropOut,
    Mark,
    NoteEntry,
    RecordAttendance,
    RecordTests,
    ScheduleSession,
    Score,
    SettleEntry,
)
from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    EntryContested,
    EntrySettled,
    TestRecorded,
)
from services.trainings.cohorts.cohort_state import Running
from services.trainings.cohorts.noting import percent
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.event import Event
from tests.unit.trainings.test_cohort import BEFORE, CLOSE, DAY, READY, after

NOTE = NoteEntry(
    by="trainer-1",
    now=DAY,
    cohort_id="k1",
    registration_id="r1",
    place="1",
    value=80,
    entry_id="e1",
    seen=None,
)
OTHER = replace(NOTE, value=20, entry_id="e2")
SETTLE = SettleEntry(
    by="trainer-1",
    now=DAY,
    cohort_id="k1",
    registration_id="r1",
    entry_id="e2",
    take=True,
    seen="e1",
)


def last(*commands: CohortCommand) -> Event:
    """The last event that follows from the commands."""
    return after(*READY, *commands)[-1]


def standing(*commands: CohortCommand) -> dict[str, str]:
    """Which entry stands in each place."""
    state = COHORT.fold(after(*READY, *commands))
    assert isinstance(state, Running)
    return dict(state.participants["r1"].entries.standing)


def test_an_entry_is_recorded_once() -> None:
    assert len(after(*READY, NOTE, NOTE)) == len(READY) + 1
    assert standing(NOTE) == {"1": "e1"}


def test_who_saw_what_stands_corrects_it() -> None:
    event = last(NOTE, replace(OTHER, seen="e1"))
    assert isinstance(event, AttendanceRecorded)
    assert (event.attended_minutes, event.entry_id) == (20, "e2")


def test_who_did_not_see_it_overwrites_nothing() -> None:
    event = last(NOTE, OTHER)
    assert isinstance(event, EntryContested)
    assert (event.value, event.place) == (20, "1")
    assert standing(NOTE, OTHER) == {"1": "e1"}
    assert len(after(*READY, NOTE, OTHER, OTHER)) == len(READY) + 2


def test_what_was_recorded_in_a_form_has_an_entry_of_its_own() -> None:
    form = RecordAttendance(
        by="trainer-1",
        now=DAY,
        cohort_id="k1",
        session=1,
        marks=(Mark(registration_id="r1", attended_minutes=50),),
    )
    again = replace(form, marks=(Mark(registration_id="r1", attended_minutes=60),))
    assert (standing(form), standing(form, again)) == ({"1": "v1"}, {"1": "v2"})
    assert isinstance(last(form, again, replace(NOTE, seen="v1")), EntryContested)
    assert isinstance(last(form, again, replace(NOTE, seen="v2")), AttendanceRecorded)
    # A form after an entry never has the name of an earlier one again.
    assert standing(form, replace(NOTE, seen="v1"), form) == {"1": "v3"}


def test_a_person_chooses_and_the_other_entry_stays_on_record() -> None:
    taken = after(*READY, NOTE, OTHER, SETTLE)[-2:]
    assert [type(one) for one in taken] == [AttendanceRecorded, EntrySettled]
    assert standing(NOTE, OTHER, SETTLE) == {"1": "e2"}
    left = after(*READY, NOTE, OTHER, replace(SETTLE, take=False))
    assert isinstance(left[-1], EntrySettled) and not left[-1].taken
    assert len(after(*READY, NOTE, OTHER, SETTLE, replace(SETTLE, take=False))) == len(READY) + 4
    third = replace(NOTE, value=33, entry_id="e3", seen="e1")
    with pytest.raises(Refused, match="entry-changed"):
        after(*READY, NOTE, OTHER, third, SETTLE)


def test_the_same_from_two_leaves_no_event() -> None:
    same = replace(OTHER, value=80)
    assert len(after(*READY, NOTE, same)) == len(READY) + 1
    # A reason makes it another entry, unless the caller compared it.
    why = replace(same, excused_as="illness")
    assert isinstance(last(NOTE, why), EntryContested)
    first = replace(NOTE, excused_as="illness")
    assert len(after(*READY, first, replace(why, excuse_stands=True))) == len(READY) + 1


def test_nothing_is_noted_too_early_too_long_or_by_others() -> None:
    with pytest.raises(Forbidden, match="not-the-trainer"):
        last(replace(NOTE, by="officer-1"))
    with pytest.raises(Refused, match="session-not-held"):
        last(replace(NOTE, now=BEFORE))
    for place in ("2", "01", "x", "0"):
        with pytest.raises(Missing, match="no-session"):
            last(replace(NOTE, place=place))
    with pytest.raises(Invalid, match="attendance-too-long"):
        last(replace(NOTE, value=101))
    with pytest.raises(Missing, match="not-enrolled"):
        last(replace(NOTE, registration_id="r9"))
    with pytest.raises(Invalid, match="unknown-term"):
        last(replace(NOTE, excused_as="bored"))
    with pytest.raises(Invalid, match="entry-id"):
        last(replace(NOTE, entry_id=""))


def test_until_the_cohort_closes() -> None:
    with pytest.raises(Refused, match="cohort-closed"):
        last(CLOSE, NOTE)
    # What had arrived before is known all the same.
    assert len(after(*READY, NOTE, CLOSE, NOTE)) == len(READY) + 2


def test_tests_are_noted_one_by_one_in_per_cent_or_points() -> None:
    before = replace(NOTE, place="pre", value=40)
    points = replace(NOTE, place="post", value=17, maximum=24, entry_id="e2")
    event = last(before, points)
    assert isinstance(event, TestRecorded)
    assert (event.pre_test, event.post_test, event.points, event.maximum) == (40, 70, 17, 24)
    assert standing(before, points) == {"pre": "e1", "post": "e2"}
    late = replace(NOTE, place="post", value=10, entry_id="e3")
    assert isinstance(last(before, points, late), EntryContested)
    for wrong in (
        replace(points, value=25),
        replace(points, maximum=0),
        replace(before, value=101),
        replace(before, excused="ill"),
    ):
        with pytest.raises(Invalid):
            last(wrong)
    with pytest.raises(Refused, match="cohort-not-begun"):
        last(replace(before, now=datetime(2026, 3, 1, tzinfo=UTC)))


def test_nobody_passes_by_rounding() -> None:
    assert (percent(11, 23), percent(12, 24), percent(999, 1000)) == (47, 50, 99)


def test_a_test_without_a_score_stands_nowhere() -> None:
    # A form's scores have no ids: whoever notes the other test saw that there was none.
    form = RecordTests(
        by="trainer-1",
        now=DAY,
        cohort_id="k1",
        scores=(Score(registration_id="r1", pre_test=40),),
    )
    assert set(standing(form)) == {"pre"}
    noted = last(form, replace(NOTE, place="post", value=70))
    assert isinstance(noted, TestRecorded)
    assert (noted.pre_test, noted.post_test, noted.test) == (40, 70, "post")


def test_who_left_is_in_no_session_after_that_day() -> None:
    later = ScheduleSession(
        by="trainer-1", now=BEFORE, cohort_id="k1", session=2, on=date(2026, 3, 5), minutes=100
    )
    out = DropOut(by="trainer-1", now=DAY, cohort_id="k1", registration_id="r1", reason="work")
    after_it = datetime(2026, 3, 6, 12, tzinfo=UTC)
    mark = RecordAttendance(
        by="trainer-1",
        now=after_it,
        cohort_id="k1",
        session=2,
        marks=(Mark(registration_id="r1", attended_minutes=10),),
    )
    late = replace(NOTE, now=after_it)
    # What was recorded up to that day is still corrected.
    assert isinstance(last(later, out, late), AttendanceRecorded)
    for refused in (replace(late, place="2"), mark):
        with pytest.raises(Refused, match="left-before-session"):
            last(later, out, refused)
    assert isinstance(last(later, mark), AttendanceRecorded)

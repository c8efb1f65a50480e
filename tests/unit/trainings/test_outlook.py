"""Who can still qualify is told as early, and as surely, as a search through every case would."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainings.cohorts.cohort_state import Attended, Participant, Running, Session
from services.trainings.cohorts.outlook import outlook, sessions_needed
from services.trainings.courses.rule import Rule

TODAY = date(2026, 3, 9)
LENGTHS = st.sampled_from([45, 60, 90, 120, 240])


def cohort(
    held: list[int | None], to_come: int, *, rule: Rule | None = None, **person: object
) -> Running:
    """Sessions of an hour: before today with minutes (None: not recorded), then those to come."""
    days = [TODAY + timedelta(days=n - len(held)) for n in range(len(held) + to_come)]
    attended = {
        n: Attended(minutes=minutes, excused=None)
        for n, minutes in enumerate(held, start=1)
        if minutes is not None
    }
    mira = Participant(person_id="p1", attended=attended, **person)  # type: ignore[arg-type]
    return Running(
        zone="Europe/Belgrade",
        trainers=("trainer-1",),
        sessions={n: Session(on=day, minutes=60) for n, day in enumerate(days, start=1)},
        participants={"r1": mira},
        rule=rule or Rule(),
    )


@given(
    attended=st.integers(0, 600),
    missed=st.integers(0, 600),
    percent=st.integers(1, 100),
    to_come=st.lists(LENGTHS, max_size=6),
)
def test_so_many_sessions_are_enough_whichever_they_are_and_fewer_are_not(
    attended: int, missed: int, percent: int, to_come: list[int]
) -> None:
    total = attended + missed + sum(to_come)
    found = sessions_needed(attended=attended, total=total, percent=percent, to_come=to_come)

    def enough(count: int) -> bool:
        return all(
            (attended + sum(chosen)) * 100 >= percent * total
            for chosen in combinations(to_come, count)
        )

    counts = [count for count in range(len(to_come) + 1) if total and enough(count)]
    assert found == min(counts, default=None)


@given(
    held=st.lists(st.sampled_from([None, 0, 30, 60]), max_size=5),
    to_come=st.integers(0, 4),
    percent=st.integers(1, 100),
)
def test_the_answer_is_that_of_every_way_it_can_go_on(
    held: list[int | None], to_come: int, percent: int
) -> None:
    state = cohort(held, to_come, rule=Rule(attendance_percent_min=percent))
    found = outlook(state, "r1", today=TODAY)
    total = 60 * (len(held) + to_come)
    known = sum(minutes or 0 for minutes in held)
    unknown = held.count(None)

    def reaches(later: int, recorded: int) -> bool:
        return bool(total) and (known + 60 * (later + recorded)) * 100 >= percent * total

    if not total:
        expected = "no_sessions"
    elif reaches(0, 0):
        expected = "reached"
    elif reaches(to_come, 0):
        expected = "on_course"
    elif reaches(to_come, unknown):
        expected = "unrecorded"
    else:
        expected = "out_of_reach"
    assert found.attendance == expected
    assert found.can_qualify == (expected not in ("no_sessions", "out_of_reach"))
    assert found.sessions_unrecorded == unknown and found.sessions_to_come == to_come


def test_three_of_the_four_to_come_are_needed() -> None:
    # 80 % of 6 hours are 4.8: with one hour so far all four are needed, with two any three.
    found = outlook(cohort([60, 0], 4), "r1", today=TODAY)
    assert (found.sessions_needed, found.sessions_to_come, found.at_risk) == (4, 4, True)
    found = outlook(cohort([60, 60], 4), "r1", today=TODAY)
    assert (found.sessions_needed, found.best_hundredths, found.at_risk) == (3, 100, False)


def test_sessions_before_somebody_joined_are_missed_and_not_unrecorded() -> None:
    late = cohort([None, None], 2, joined_on=TODAY)
    found = outlook(late, "r1", today=TODAY)
    assert (found.sessions_unrecorded, found.attendance, found.best_hundredths) == (
        0,
        "out_of_reach",
        50,
    )


def test_carried_hours_stand_in_for_what_was_held_before_and_for_nothing_else() -> None:
    came = cohort([None, None], 2, joined_on=TODAY, carried={"k0": 500})
    found = outlook(came, "r1", today=TODAY)
    assert (found.carried_minutes, found.attended_minutes, found.attendance) == (
        120,
        120,
        "on_course",
    )
    recorded = cohort([60, None], 2, joined_on=TODAY, carried={"k0": 500})
    assert outlook(recorded, "r1", today=TODAY).carried_minutes == 60


@pytest.mark.parametrize(
    ("post_test", "rule", "expected"),
    [
        (None, Rule(), "missing"),
        (49, Rule(), "too_low"),
        (50, Rule(), "passed"),
        (None, Rule(post_test_min=None), "not_needed"),
    ],
)
def test_what_is_said_of_the_test(post_test: int | None, rule: Rule, expected: str) -> None:
    found = outlook(cohort([60], 0, rule=rule, post_test=post_test), "r1", today=TODAY)
    assert found.test == expected


def test_who_left_is_counted_neither_as_sure_nor_as_at_risk() -> None:
    found = outlook(cohort([0], 0, left_on=TODAY), "r1", today=TODAY)
    assert (found.attendance, found.can_qualify, found.at_risk) == ("left", False, False)

"""A weekly pattern has the days that a calendar has, and no other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainings.cohorts.pattern import pattern_days


@given(
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    every_weeks=st.integers(1, 4),
    count=st.integers(1, 30),
)
def test_the_days_are_those_of_a_walk_through_the_calendar(
    first: date, weekdays: set[int], every_weeks: int, count: int
) -> None:
    monday = first - timedelta(days=first.weekday())
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() in weekdays and (day - monday).days // 7 % every_weeks == 0:
            found.append(day)
        day += timedelta(days=1)
    days = pattern_days(first, weekdays=weekdays, every_weeks=every_weeks, count=count)
    assert list(days) == found


def test_a_pattern_without_a_weekday_is_none() -> None:
    with pytest.raises(ValueError, match="weekday"):
        pattern_days(date(2026, 3, 2), weekdays=(), every_weeks=1, count=1)

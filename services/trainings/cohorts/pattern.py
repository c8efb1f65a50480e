"""Days of a weekly pattern, on which sessions are put several at once.

>>> pattern_days(date(2026, 3, 2), weekdays={0, 3}, every_weeks=1, count=3)
(date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 9))

A week begins on Monday (0), as calendars of the region have it; the week of the first day counts as
the first, also for a pattern of every second week.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

WEEK: Final = 7


def pattern_days(
    first: date, *, weekdays: Collection[int], every_weeks: int, count: int
) -> tuple[date, ...]:
    """The first ``count`` days of the pattern from ``first`` on, that day included if it fits.

    weekdays: 0 for Monday to 6 for Sunday, at least one. every_weeks: 1 for each week.
    """
    if not weekdays or every_weeks < 1:
        raise ValueError("a pattern needs a weekday and a number of weeks")
    monday = first - timedelta(days=first.weekday())
    found: list[date] = []
    week = 0
    while len(found) < count:
        for weekday in sorted(weekdays):
            day = monday + timedelta(days=week * WEEK + weekday)
            if day >= first and len(found) < count:
                found.append(day)
        week += every_weeks
    return tuple(found)

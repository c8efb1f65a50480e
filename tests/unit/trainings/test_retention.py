"""What falls due is announced a month ahead, held back with a reason, kept as long as law asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.trainings.erasure.money import months_after
from services.trainings.retention.retention import (
    RETENTION,
    Announce,
    Announced,
    EndHold,
    HeldBack,
    HoldBack,
    HoldEnded,
    MonthsSet,
    RetentionCommand,
    SetMonths,
    months_of,
    said_of,
)
from services.trainings.retention.rules import AGREEMENT_MONTHS, LAPSES_DAYS, RULES
from shared.errors import Invalid
from shared.events.event import Event

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
ANNOUNCE = Announce(
    by="system/trainings",
    now=NOW,
    today=TODAY,
    what="special",
    due_on=date(2026, 3, 20),
    registration_ids=("r1", "r2"),
)
HOLD = HoldBack(
    by="officer-1",
    now=NOW,
    today=TODAY,
    registration_id="r1",
    until=date(2026, 9, 1),
    reason="complaint",
)
MONTHS = SetMonths(by="officer-1", now=NOW, today=TODAY, what="special", months=24)


def when(command: RetentionCommand, *before: RetentionCommand) -> tuple[Event, ...]:
    events: list[Event] = []
    for one in before:
        events += RETENTION.decide(RETENTION.fold(events), one)
    return RETENTION.decide(RETENTION.fold(events), command)


def test_nothing_is_erased_sooner_than_a_month_after_it_was_said():
    (said,) = when(ANNOUNCE)
    assert isinstance(said, Announced) and said.erase_on == date(2026, 3, 31)
    (later,) = when(replace(ANNOUNCE, due_on=date(2026, 5, 1)))
    assert isinstance(later, Announced) and later.erase_on == date(2026, 5, 1)
    assert when(replace(ANNOUNCE, today=date(2026, 3, 2)), ANNOUNCE) == ()


def said(today: date, *before: RetentionCommand, who: str = "r1") -> date | None:
    """The day of the announcement that counts for somebody on a day."""
    events: list[Event] = []
    for one in before:
        events += RETENTION.decide(RETENTION.fold(events), one)
    due_on = date(2026, 3, 20)
    found = said_of(RETENTION.fold(events), "special", who, due_on=due_on, today=today)
    return found.announced_on if found else None


def test_it_is_said_for_each_registration_apart():
    later = replace(ANNOUNCE, today=date(2026, 3, 10), registration_ids=("r1", "r2", "r3"))
    (third,) = when(later, ANNOUNCE)
    assert isinstance(third, Announced)
    assert (third.registration_ids, third.registrations) == (("r3",), 1)
    assert third.erase_on == date(2026, 4, 9)
    day = date(2026, 4, 1)
    assert said(day, ANNOUNCE, later) == TODAY
    assert said(day, ANNOUNCE, later, who="r3") == date(2026, 3, 10)
    assert said(day, ANNOUNCE, who="r3") is None


def test_an_announcement_counts_no_more_once_somebody_was_held_back():
    end = EndHold(by="officer-2", now=NOW, today=TODAY, registration_id="r1")
    day = date(2026, 4, 1)
    assert said(day, ANNOUNCE, HOLD) is None and said(day, ANNOUNCE, HOLD, end) is None
    assert said(day, ANNOUNCE, HOLD, end, who="r2") == TODAY
    assert said(day, ANNOUNCE, HOLD, end, ANNOUNCE) == TODAY


def test_an_announcement_lapses_and_is_not_of_another_day():
    last = date(2026, 3, 31) + timedelta(days=LAPSES_DAYS)
    assert said(last - timedelta(days=1), ANNOUNCE) == TODAY
    assert said(last, ANNOUNCE) is None
    assert len(when(replace(ANNOUNCE, today=last), ANNOUNCE)) == 1
    other = replace(ANNOUNCE, due_on=date(2026, 3, 21))
    assert said(date(2026, 4, 1), other) is None


def test_an_announcement_from_before_they_were_named_is_nobodys():
    old = Announced(
        what="special", due_on=date(2026, 3, 20), erase_on=date(2026, 3, 31), registrations=4
    )
    assert RETENTION.fold([old]) == RETENTION.fold([])


def test_somebody_is_held_back_with_a_reason_until_a_day():
    (held,) = when(HOLD)
    assert isinstance(held, HeldBack) and held.until == date(2026, 9, 1)
    assert when(HOLD, HOLD) == ()
    end = EndHold(by="officer-2", now=NOW, today=TODAY, registration_id="r1")
    assert when(end, HOLD) == (HoldEnded(registration_id="r1", ended_by="officer-2"),)
    assert when(end) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": TODAY}, "hold-day"),
        ({"until": date(2032, 1, 1)}, "hold-day"),
        ({"reason": "because"}, "hold-reason"),
    ],
)
def test_a_hold_without_end_or_reason_is_refused(change, code):
    with pytest.raises(Invalid, match=code):
        when(replace(HOLD, **change))


def test_a_programme_keeps_longer_or_shorter_but_not_than_accounting_law_asks():
    assert when(MONTHS) == (MonthsSet(what="special", months=24, set_by="officer-1"),)
    assert when(MONTHS, MONTHS) == ()
    state = RETENTION.fold(when(MONTHS))
    assert months_of(state, "special") == 24
    assert months_of(state, "contact") == RULES["contact"].months
    with pytest.raises(Invalid, match="retention-months"):
        when(replace(MONTHS, what="agreement", months=AGREEMENT_MONTHS - 1))
    with pytest.raises(Invalid, match="retention-class"):
        when(replace(MONTHS, what="secrets"))


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 1), 120, date(2036, 3, 1)),
    ],
)
def test_months_end_on_the_last_day_where_there_is_none_of_that_number(day, months, found):
    assert months_after(day, months) == found

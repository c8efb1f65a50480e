"""The same visit twice is one visit; versions that differ wait for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.visits import visit as v
from services.grants.visits.visit_events import Findings, VisitConducted, VisitVersion
from shared.errors import Problem

NOW = datetime(2026, 6, 3, 18, tzinfo=UTC)
FINDINGS = Findings(
    outcome="trading", registered=False, equipment_present=True, jobs=1, income_band="low"
)
VERSION = VisitVersion(
    occurred_at=datetime(2026, 6, 2, 22, 30, tzinfo=UTC),
    recorded_at=datetime(2026, 6, 3, 6, tzinfo=UTC),
    findings=FINDINGS,
)
PLAN = v.PlanVisit(
    by="officer",
    now=NOW,
    visit_id="v1",
    award_id="a1",
    month=3,
    handed_over_on=date(2026, 3, 4),
)
RECORD = v.RecordVisit(
    by="field-1",
    now=NOW,
    visit_id="v1",
    award_id="a1",
    registration_id="r1",
    month=3,
    device_visit_id="A0001-V03",
    version=VERSION,
    zone="Europe/Belgrade",
    note="Needs help with accounts.",
)
CLOSED = msgspec.structs.replace(VERSION, findings=Findings(outcome="closed", jobs=0))
OTHER = replace(RECORD, version=CLOSED, by="field-2")
ACCEPT = v.AcceptVisit(by="officer", now=NOW)
RESOLVE = v.ResolveVisit(by="officer", now=NOW, version_no=2, reason="Called to ask.")
CORRECT = v.CorrectVisit(
    by="officer", now=NOW, findings=Findings(outcome="trading", jobs=2), reason="Miscounted."
)


def after(*commands: Any) -> Any:
    state: Any = v.VISIT.initial
    for command in commands:
        for event in v.VISIT.decide(state, command):
            assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
            state = v.VISIT.evolve(state, event)
    return state


def refusal(state: Any, command: Any) -> str:
    with pytest.raises(Problem) as caught:
        v.VISIT.decide(state, command)
    str(caught.value)
    return caught.value.code


def test_it_is_due_months_after_the_handover() -> None:
    assert after(PLAN).due_on == date(2026, 6, 4)
    assert v.VISIT.decide(after(PLAN), PLAN) == ()
    assert refusal(v.VISIT.initial, replace(PLAN, month=0)) == "visit-month-wrong"


@given(st.dates(max_value=date(2100, 1, 1)), st.integers(1, 120))
def test_a_month_later_is_in_that_month(day: date, months: int) -> None:
    later = v.months_after(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day <= day.day


def test_it_happened_on_a_day_in_the_calls_zone() -> None:
    (conducted,) = v.VISIT.decide(after(PLAN), RECORD)
    assert isinstance(conducted, VisitConducted)
    assert conducted.occurred_on == date(2026, 6, 3)
    assert conducted.visited_by == "field-1"


def test_the_same_visit_twice_is_one_visit_planned_or_not() -> None:
    for state in (after(PLAN, RECORD), after(RECORD), after(RECORD, ACCEPT), after(RECORD, OTHER)):
        assert v.VISIT.decide(state, RECORD) == ()
    assert v.VISIT.decide(after(RECORD, CORRECT), RECORD) == ()


def test_versions_that_differ_are_kept_side_by_side_until_resolved() -> None:
    conflict = after(RECORD, OTHER)
    assert conflict.holds is None
    assert len(conflict.versions) == 2
    assert refusal(conflict, ACCEPT) == "visit-in-conflict"
    assert refusal(conflict, replace(RESOLVE, version_no=3)) == "visit-version-missing"
    resolved = after(RECORD, OTHER, RESOLVE)
    assert resolved.holds[1] == CLOSED
    assert len(resolved.versions) == 2
    assert refusal(resolved, replace(ACCEPT, by="field-1")) == "visitor-accepts"
    assert v.VISIT.decide(resolved, ACCEPT)


def test_a_correction_holds_and_the_original_stays() -> None:
    state = after(RECORD, CORRECT)
    assert isinstance(state, v.Accepted)
    assert state.holds
    assert state.holds[1].findings.jobs == 2
    assert state.versions[0][1] == VERSION
    assert v.VISIT.decide(state, CORRECT) == ()


def test_times_photos_and_numbers_are_checked() -> None:
    start = v.VISIT.initial

    def with_version(**changes: Any) -> Any:
        return replace(RECORD, version=msgspec.structs.replace(VERSION, **changes))

    future = NOW + timedelta(days=2)
    assert refusal(start, with_version(recorded_at=VERSION.occurred_at - timedelta(hours=1))) == (
        "visit-times-wrong"
    )
    assert refusal(start, with_version(recorded_at=future)) == "visit-in-future"
    assert refusal(start, with_version(photos=("f" * 64,))) == "photo-consent-missing"
    many = Findings(outcome="trading", jobs=-1)
    assert refusal(start, with_version(findings=many)) == "visit-jobs-wrong"
    assert refusal(after(PLAN), replace(RECORD, award_id="a2")) == "visit-of-another-award"


def test_a_visit_not_made_in_time_is_missed_and_may_still_be_made() -> None:
    miss = v.MissVisit(by="due", now=NOW, zone="Europe/Belgrade")
    assert v.VISIT.decide(after(PLAN), miss) == ()
    late = replace(miss, now=NOW + timedelta(days=60))
    missed = after(PLAN, late)
    assert isinstance(missed, v.Missed)
    assert v.VISIT.decide(missed, late) == ()
    assert isinstance(after(PLAN, late, RECORD), v.Conducted)
    assert refusal(missed, ACCEPT) == "visit-not-made"


def test_history_names_no_visitor() -> None:
    history = v.ImportVisit(**vars(RECORD))
    (conducted,) = v.VISIT.decide(v.VISIT.initial, history)
    assert isinstance(conducted, VisitConducted)
    assert conducted.imported
    assert conducted.visited_by is None
    assert v.VISIT.decide(after(history), history) == ()

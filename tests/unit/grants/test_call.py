"""A call's life cycle, and that its terms freeze when it opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.grants.calls import call as c
from services.grants.calls import call_events as e
from services.grants.calls.terms import Criterion, Terms
from services.grants.programmes.region import Region
from shared.errors import Problem
from shared.money import Money

TERMS = Terms(
    regions=(Region(country="RS", municipalities=("Topola", "Knić")),),
    currency="RSD",
    budget=Money(100_000, "RSD"),
    ceiling=Money(40_000, "RSD"),
    certificate_kind="business",
    criteria=(
        Criterion(name="plan", points_max=60),
        Criterion(name="vulnerability", points_max=40),
    ),
    threshold_hundredths=5600,
    quorum=2,
    cooldown_days=730,
    opens_on=date(2026, 2, 1),
    deadline=datetime(2026, 3, 15, 22, 59, 59, tzinfo=UTC),
    timezone="Europe/Belgrade",
    tranche_percents=(60, 40),
    member_ids=("m1", "m2", "m3"),
    tie_break="vulnerability",
)
JANUARY = datetime(2026, 1, 10, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
APRIL = datetime(2026, 4, 14, 22, 30, tzinfo=UTC)


def at(now: datetime) -> dict[str, Any]:
    return {"by": "officer", "now": now}


DRAFT = c.DraftCall(**at(JANUARY), call_id="c1", code="RS-2026", title="Round one", terms=TERMS)
PUBLISH = c.PublishCall(**at(JANUARY))
OPEN = c.OpenCall(**at(FEBRUARY))
CLOSE = c.CloseCall(**at(APRIL))
DECIDE = c.RecordCallDecision(**at(APRIL), meeting_id="g1")
CANCEL = c.CancelCall(**at(APRIL), reason="The donor left.")


def after(*commands: c.CallCommand) -> c.CallState:
    state: c.CallState = c.NoCall()
    for command in commands:
        state = c.CALL.fold(c.decide(state, command), state)
    return state


def refusal(*commands: c.CallCommand) -> str:
    *before, last = commands
    with pytest.raises(Problem) as refused:
        c.decide(after(*before), last)
    return refused.value.code


def test_a_call_runs_from_draft_to_archive() -> None:
    steps = (DRAFT, PUBLISH, OPEN, CLOSE, DECIDE, c.ArchiveCall(**at(APRIL)))
    seen = [c.status(after(*steps[: n + 1])) for n in range(len(steps))]
    assert seen == ["draft", "published", "open", "closed", "decided", "archived"]


def test_the_decision_is_dated_in_the_time_zone_of_the_call() -> None:
    (decided,) = c.decide(after(DRAFT, PUBLISH, OPEN, CLOSE), DECIDE)
    assert decided == e.Decided(call_id="c1", meeting_id="g1", decided_on=date(2026, 4, 15))


def test_terms_change_until_the_call_opens_and_never_after() -> None:
    other = msgspec.structs.replace(TERMS, threshold_hundredths=6000)
    amend = c.AmendCall(**at(JANUARY), title="Round one", terms=other)
    state = after(DRAFT, PUBLISH, amend)
    assert isinstance(state, c.PublishedCase)
    assert state.terms == other
    assert refusal(DRAFT, PUBLISH, OPEN, amend) == "terms-frozen"
    assert c.decide(state, amend) == ()


def test_a_call_opens_on_its_day_and_closes_after_deadline_and_grace() -> None:
    assert refusal(DRAFT, PUBLISH, c.OpenCall(**at(JANUARY))) == "before-opening"
    assert refusal(DRAFT, PUBLISH, c.OpenCall(**at(APRIL))) == "deadline-over"
    assert refusal(DRAFT, OPEN) == "call-state"
    graced = msgspec.structs.replace(TERMS, grace_minutes=60)
    draft = c.DraftCall(**at(JANUARY), call_id="c1", code="RS", title="x", terms=graced)
    soon = TERMS.deadline + timedelta(minutes=60)
    assert refusal(draft, PUBLISH, OPEN, c.CloseCall(**at(soon))) == "before-deadline"
    closed = c.CloseCall(**at(soon + timedelta(seconds=1)))
    assert c.status(after(draft, PUBLISH, OPEN, closed)) == "closed"


def test_steps_that_are_done_change_nothing() -> None:
    assert c.decide(after(DRAFT, PUBLISH), PUBLISH) == ()
    assert c.decide(after(DRAFT, PUBLISH, OPEN), OPEN) == ()
    assert c.decide(after(DRAFT, PUBLISH, OPEN, CLOSE), CLOSE) == ()
    assert c.decide(after(DRAFT, CANCEL), CANCEL) == ()


def test_a_decided_call_cannot_be_cancelled() -> None:
    assert refusal(DRAFT, PUBLISH, OPEN, CLOSE, DECIDE, CANCEL) == "call-state"
    assert refusal(DRAFT, CANCEL, PUBLISH) == "call-state"
    assert refusal(DRAFT, DECIDE) == "call-state"
    assert refusal(PUBLISH) == "call-missing"
    assert refusal(DRAFT, DRAFT) == "call-exists"


def past(*, history_open: bool) -> c.ImportCall:
    return c.ImportCall(
        by="operator",
        now=APRIL,
        history_open=history_open,
        call_id="c1",
        code="RS-2026",
        title="RS-2026",
        terms=TERMS,
    )


def ended(decided_on: date, *, history_open: bool = True) -> c.ImportCallDecision:
    return c.ImportCallDecision(
        **at(APRIL), history_open=history_open, meeting_id="g1", decided_on=decided_on
    )


def test_a_call_of_before_keeps_its_own_days() -> None:
    published, opened = c.decide(c.NoCall(), past(history_open=True))
    assert isinstance(published, e.Published)
    assert published.imported
    assert opened == e.Opened(
        call_id="c1", code="RS-2026", opened_on=date(2026, 2, 1), imported=True
    )
    closed, decided = c.decide(after(past(history_open=True)), ended(date(2026, 4, 1)))
    assert closed == e.Closed(call_id="c1", closed_at=TERMS.deadline, imported=True)
    assert decided == e.Decided(
        call_id="c1", meeting_id="g1", decided_on=date(2026, 4, 1), imported=True
    )


def test_closed_history_takes_no_call() -> None:
    assert refusal(past(history_open=False)) == "history-closed"
    late = ended(date(2026, 4, 1), history_open=False)
    assert refusal(past(history_open=True), late) == "history-closed"
    assert refusal(past(history_open=True), ended(date(2027, 1, 1))) == "decided-on"
    running = c.ImportCall(**{**vars(past(history_open=True)), "now": FEBRUARY})
    assert refusal(running) == "not-history"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "EUR"}, "currency-differs"),
        ({"ceiling": Money(100_001, "RSD")}, "ceiling"),
        ({"criteria": ()}, "criteria"),
        ({"criteria": (Criterion(name="plan", points_max=0),)}, "points-max"),
        ({"threshold_hundredths": 10_001}, "threshold"),
        ({"tie_break": "luck"}, "tie-break"),
        ({"member_ids": ("m1", "m1")}, "members"),
        ({"quorum": 4}, "quorum"),
        ({"deadline": datetime(2026, 3, 15)}, "deadline-zone"),
        ({"timezone": "Europe/Nowhere"}, "timezone"),
        ({"timezone": "../etc"}, "timezone"),
        ({"opens_on": date(2026, 3, 17)}, "deadline-before-opening"),
        ({"cooldown_days": -1}, "cooldown"),
        ({"grace_minutes": -1}, "grace"),
        ({"tranche_percents": (60, 30)}, "tranche-percents"),
        ({"tranche_percents": (110, -10)}, "tranche-percents"),
    ],
)
def test_terms_that_contradict_themselves_are_invalid(changes: dict[str, Any], code: str) -> None:
    terms = msgspec.structs.replace(TERMS, **changes)
    assert refusal(c.DraftCall(**{**vars(DRAFT), "terms": terms})) == code

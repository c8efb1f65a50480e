"""Conflicts, sealed sheets and who sees them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.grants.calls.terms import Criterion, Terms
from services.grants.committee import review as r
from services.grants.committee import review_events as e
from services.grants.committee.ranking import Points, Sheet
from services.grants.programmes.region import Region
from shared.errors import Problem
from shared.events.event import Event
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


def by(who: str) -> dict[str, Any]:
    return {"by": who, "now": datetime(2026, 4, 1, tzinfo=UTC)}


def points(plan: int) -> Sheet:
    return (
        Points(criterion="plan", points=plan),
        Points(criterion="vulnerability", points=20),
    )


def assign(*members: str, assisted_by: str | None = "officer") -> r.AssignMembers:
    return r.AssignMembers(
        **by("chair"),
        application_id="a1",
        call_id="c1",
        registration_id="r1",
        member_ids=members,
        assisted_by=assisted_by,
    )


def clear(member: str) -> r.DeclareNoConflict:
    return r.DeclareNoConflict(**by(member))


def recuse(member: str) -> r.DeclareConflict:
    return r.DeclareConflict(**by(member), reason="neighbour")


def score(member: str, plan: int = 40) -> r.SubmitSheet:
    return r.SubmitSheet(**by(member), points=points(plan), terms=TERMS)


ASSIGN = assign("m1", "m2", "m3")
CLOSE = r.CloseScoring(**by("chair"), meeting_id="g1")
REOPEN = r.ReopenScoring(**by("chair"), meeting_id="g1")


def after(*commands: r.ReviewCommand) -> r.ReviewState:
    state: r.ReviewState = r.NoReview()
    for command in commands:
        state = r.REVIEW.fold(r.decide(state, command), state)
    return state


def last(*commands: r.ReviewCommand) -> tuple[Event, ...]:
    *before, command = commands
    return r.decide(after(*before), command)


def refusal(*commands: r.ReviewCommand) -> str:
    with pytest.raises(Problem) as refused:
        last(*commands)
    return refused.value.code


def test_a_member_declares_before_reading_and_scoring() -> None:
    assert not r.may_read(after(ASSIGN), "m1")
    assert refusal(ASSIGN, score("m1")) == "declaration-first"
    assert r.may_read(after(ASSIGN, clear("m1")), "m1")
    (submitted,) = last(ASSIGN, clear("m1"), score("m1"))
    assert submitted == e.SheetSubmitted(application_id="a1", member_id="m1", points=points(40))


def test_a_sheet_seals_on_submission() -> None:
    scored = (ASSIGN, clear("m1"), score("m1"))
    assert refusal(*scored, score("m1", 41)) == "sheet-sealed"
    assert last(*scored, score("m1")) == ()


def test_others_sheets_show_when_scoring_closes() -> None:
    scored = (ASSIGN, clear("m1"), clear("m2"), score("m1", 1), score("m2", 2))
    assert r.visible_sheets(after(*scored), "m1") == {"m1": points(1)}
    assert r.visible_sheets(after(*scored), "m3") == {}
    everything = {"m1": points(1), "m2": points(2)}
    assert r.visible_sheets(after(*scored, CLOSE), "m3") == everything
    assert r.visible_sheets(after(*scored, CLOSE), "stranger") == {}
    assert r.visible_sheets(r.NoReview(), "m1") == {}


def test_a_recused_member_loses_access_score_and_assignment() -> None:
    recused = (ASSIGN, clear("m1"), score("m1"), recuse("m1"))
    state = after(*recused)
    assert isinstance(state, r.Scoring)
    assert state.sheets == {}
    assert not r.may_read(state, "m1")
    assert r.visible_sheets(after(*recused, CLOSE), "m1") == {}
    assert refusal(*recused, score("m1")) == "recused"
    assert refusal(*recused, clear("m1")) == "recused"
    assert refusal(*recused, assign("m1")) == "recused"
    assert last(*recused, recuse("m1")) == ()


def test_whoever_assisted_never_scores() -> None:
    assert refusal(assign("m1", "officer")) == "assisted"
    assert refusal(ASSIGN, assign("officer", assisted_by=None)) == "assisted"
    assert refusal(ASSIGN, score("officer")) == "assisted"


def test_only_assigned_members_take_part() -> None:
    assert refusal(ASSIGN, clear("m4")) == "not-assigned"
    assert refusal(ASSIGN, recuse("m4")) == "not-assigned"
    assert refusal(ASSIGN, score("m4")) == "not-assigned"
    assert refusal(score("m1")) == "review-missing"
    (more,) = last(ASSIGN, assign("m3", "m4"))
    assert isinstance(more, e.MembersAssigned)
    assert more.member_ids == ("m4",)
    assert last(ASSIGN, ASSIGN) == ()


def test_nothing_comes_in_after_closing() -> None:
    closed = (ASSIGN, clear("m1"), CLOSE)
    assert refusal(*closed, score("m1")) == "scoring-closed"
    assert refusal(*closed, recuse("m1")) == "scoring-closed"
    assert refusal(*closed, assign("m4")) == "scoring-closed"
    assert last(*closed, CLOSE) == ()


def test_reopened_scoring_takes_each_sheet_anew_once() -> None:
    reopened = (ASSIGN, clear("m1"), score("m1"), CLOSE, REOPEN)
    state = after(*reopened, score("m1", 50))
    assert r.visible_sheets(state, "m1") == {"m1": points(50)}
    assert refusal(*reopened, score("m1", 50), score("m1", 51)) == "sheet-sealed"
    assert last(ASSIGN, REOPEN) == ()


def test_points_stay_within_the_maximum() -> None:
    assert refusal(ASSIGN, clear("m1"), score("m1", 61)) == "sheet-points"


def past(*, history_open: bool = True, recused: str = "m3") -> r.ImportReview:
    return r.ImportReview(
        **by("operator"),
        history_open=history_open,
        application_id="a1",
        call_id="c1",
        registration_id="r1",
        meeting_id="g1",
        terms=TERMS,
        conflicts=(r.MemberConflict(member_id=recused, reason="neighbour"),),
        sheets=tuple(r.MemberSheet(member_id=one, points=points(9)) for one in ("m1", "m2")),
    )


def test_a_review_of_before_comes_closed_and_invents_no_declaration() -> None:
    events: tuple[Any, ...] = last(past())
    assert [type(event).__name__ for event in events] == [
        "MembersAssigned",
        "ConflictDeclared",
        "SheetSubmitted",
        "SheetSubmitted",
        "ScoringClosed",
    ]
    assert all(event.imported for event in events)
    assert set(r.visible_sheets(after(past()), "m1")) == {"m1", "m2"}
    assert refusal(past(history_open=False)) == "history-closed"
    assert refusal(past(recused="m1")) == "recused"
    assert refusal(past(), past()) == "review-exists"


def test_the_reason_of_a_conflict_is_sealed() -> None:
    assert set(e.ConflictDeclared.personal_fields) == {"reason"}

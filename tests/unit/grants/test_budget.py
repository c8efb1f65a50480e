"""The money of a call: never over budget, never negative, never twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.calls import budget_commands as c
from services.grants.calls import budget_events as e
from services.grants.calls.budget import BUDGET, Balance, BudgetState, NoBudget, decide
from shared.errors import Problem
from shared.money import Money, total

BASE: dict[str, Any] = {"by": "chair", "now": datetime(2026, 4, 1, tzinfo=UTC)}
HISTORY: dict[str, Any] = {**BASE, "history_open": True}


def rsd(minor: int) -> Money:
    return Money(minor, "RSD")


OPEN = c.OpenBudget(**BASE, call_id="c1", budget=rsd(1000))
RESERVE = c.Reserve(**BASE, application_id="a1", amount=rsd(600))
OBLIGATE = c.Obligate(**BASE, application_id="a1", award_id="w1")
RELEASE = c.Release(**BASE, application_id="a1", reason="Declined.")


def spend(minor: int, reference: str = "A0001-T1") -> c.Spend:
    return c.Spend(
        **BASE, application_id="a1", payment_id="p1", reference=reference, amount=rsd(minor)
    )


def back(minor: int, *, to: e.ReturnedTo, reference: str = "line-9") -> c.ReturnSpent:
    return c.ReturnSpent(
        **BASE, reference=reference, spent_reference="A0001-T1", amount=rsd(minor), to=to
    )


def after(*commands: c.BudgetCommand) -> Balance:
    state: BudgetState = NoBudget()
    for command in commands:
        state = BUDGET.fold(decide(state, command), state)
    assert isinstance(state, Balance)
    return state


def refusal(*commands: c.BudgetCommand) -> str:
    *before, last = commands
    with pytest.raises(Problem) as refused:
        decide(after(*before), last)
    return refused.value.code


def figures(state: Balance) -> tuple[int, int, int, int]:
    parts = (state.available, state.committed, state.obligated, state.spent)
    available, committed, obligated, spent = (part.minor for part in parts)
    return available, committed, obligated, spent


def test_money_goes_from_available_to_spent() -> None:
    assert figures(after(OPEN, RESERVE)) == (400, 600, 0, 0)
    assert figures(after(OPEN, RESERVE, OBLIGATE)) == (400, 0, 600, 0)
    assert figures(after(OPEN, RESERVE, OBLIGATE, spend(360))) == (400, 0, 240, 360)


def test_a_bounce_is_obligated_again_and_unspent_money_available_again() -> None:
    paid = (OPEN, RESERVE, OBLIGATE, spend(360))
    assert figures(after(*paid, back(360, to="obligated"))) == (400, 0, 600, 0)
    assert figures(after(*paid, back(100, to="available"))) == (500, 0, 240, 260)
    again = spend(360, "A0001-T1-R1")
    assert figures(after(*paid, back(360, to="obligated"), again)) == (400, 0, 240, 360)


def test_release_gives_back_what_is_not_spent() -> None:
    assert figures(after(OPEN, RESERVE, RELEASE)) == (1000, 0, 0, 0)
    assert figures(after(OPEN, RESERVE, OBLIGATE, spend(360), RELEASE)) == (640, 0, 0, 360)


def test_a_second_committee_cannot_exceed_the_budget() -> None:
    other = c.Reserve(**BASE, application_id="a2", amount=rsd(401))
    assert refusal(OPEN, RESERVE, other) == "over-budget"
    fits = c.Reserve(**BASE, application_id="a2", amount=rsd(400))
    assert figures(after(OPEN, RESERVE, fits)) == (0, 1000, 0, 0)


@pytest.mark.parametrize(
    "commands",
    [
        (OPEN, OPEN),
        (OPEN, RESERVE, RESERVE),
        (OPEN, RESERVE, OBLIGATE, OBLIGATE),
        (OPEN, RESERVE, OBLIGATE, RESERVE),
        (OPEN, RESERVE, OBLIGATE, spend(360), spend(360)),
        (OPEN, RESERVE, OBLIGATE, spend(9), back(9, to="obligated"), back(9, to="obligated")),
        (OPEN, RESERVE, OBLIGATE, spend(9), back(9, to="obligated"), spend(9)),
        (OPEN, RESERVE, RELEASE, RELEASE),
    ],
)
def test_the_same_again_has_no_second_effect(commands: tuple[c.BudgetCommand, ...]) -> None:
    *before, again = commands
    assert decide(after(*before), again) == ()


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ((OPEN, c.OpenBudget(**BASE, call_id="c1", budget=rsd(2))), "budget-open"),
        ((OPEN, RESERVE, c.Reserve(**BASE, application_id="a1", amount=rsd(5))), "other-amount"),
        ((OPEN, OBLIGATE), "not-committed"),
        ((OPEN, RESERVE, spend(1)), "over-obligated"),
        ((OPEN, RESERVE, OBLIGATE, spend(601)), "over-obligated"),
        ((OPEN, RESERVE, OBLIGATE, spend(9), spend(8)), "other-amount"),
        ((OPEN, RESERVE, OBLIGATE, back(9, to="obligated")), "spending-missing"),
        ((OPEN, RESERVE, OBLIGATE, spend(9), back(10, to="obligated")), "over-spent"),
        ((OPEN, c.Reserve(**BASE, application_id="a", amount=rsd(0))), "amount-not-positive"),
        ((OPEN, c.Reserve(**BASE, application_id="a", amount=Money(1, "EUR"))), "currency-differs"),
    ],
)
def test_what_the_money_does_not_allow_is_refused(
    commands: tuple[c.BudgetCommand, ...], code: str
) -> None:
    assert refusal(*commands) == code


def test_a_revision_takes_two_people_and_covers_what_is_held() -> None:
    def revise(minor: int, approved_by: str = "controller") -> c.ReviseBudget:
        return c.ReviseBudget(**BASE, budget=rsd(minor), reason="Annex.", approved_by=approved_by)

    assert figures(after(OPEN, RESERVE, revise(1500))) == (900, 600, 0, 0)
    assert refusal(OPEN, RESERVE, revise(599)) == "over-budget"
    assert refusal(OPEN, revise(1500, "chair")) == "second-person"


def test_history_is_marked_as_imported_until_it_closes() -> None:
    state = after(c.ImportBudget(**HISTORY, call_id="c1", budget=rsd(1000)))
    reserve = c.ImportReservation(**HISTORY, application_id="a1", amount=rsd(600))
    (reserved,) = decide(state, reserve)
    assert reserved == e.Reserved(call_id="c1", application_id="a1", amount=rsd(600), imported=True)
    closed = c.ImportReservation(**BASE, history_open=False, application_id="a1", amount=rsd(600))
    with pytest.raises(Problem, match="history-closed"):
        decide(state, closed)


AMOUNTS = st.integers(1, 700).map(rsd)
APPLICATIONS = st.sampled_from(["a1", "a2", "a3"])
REFERENCES = st.sampled_from(["t1", "t2", "t3", "t4"])
COMMANDS = st.one_of(
    st.builds(
        c.Reserve,
        **{k: st.just(v) for k, v in BASE.items()},
        application_id=APPLICATIONS,
        amount=AMOUNTS,
    ),
    st.builds(
        c.Release,
        **{k: st.just(v) for k, v in BASE.items()},
        application_id=APPLICATIONS,
        reason=st.just("x"),
    ),
    st.builds(
        c.Obligate,
        **{k: st.just(v) for k, v in BASE.items()},
        application_id=APPLICATIONS,
        award_id=st.just("w"),
    ),
    st.builds(
        c.Spend,
        **{k: st.just(v) for k, v in BASE.items()},
        application_id=APPLICATIONS,
        payment_id=st.just("p"),
        reference=REFERENCES,
        amount=AMOUNTS,
    ),
    st.builds(
        c.ReturnSpent,
        **{k: st.just(v) for k, v in BASE.items()},
        reference=REFERENCES,
        spent_reference=REFERENCES,
        amount=AMOUNTS,
        to=st.sampled_from(["obligated", "available"]),
    ),
    st.builds(
        c.ReviseBudget,
        **{k: st.just(v) for k, v in BASE.items()},
        budget=st.integers(1, 2000).map(rsd),
        reason=st.just("x"),
        approved_by=st.just("controller"),
    ),
)


@given(st.lists(COMMANDS, max_size=40))
def test_the_parts_are_the_budget_and_none_is_negative(commands: list[c.BudgetCommand]) -> None:
    state = after(OPEN)
    for command in commands:
        try:
            events = decide(state, command)
        except Problem:
            continue
        for event in events:
            folded = BUDGET.evolve(state, event)
            assert isinstance(folded, Balance)
            state = folded
            assert sum(figures(state)) == state.budget.minor
            assert min(figures(state)) >= 0
            lines = state.lines.values()
            for part in ("committed", "obligated", "spent"):
                held = total((getattr(line, part) for line in lines), currency="RSD")
                assert held == getattr(state, part)
            assert all(
                min(line.committed.minor, line.obligated.minor, line.spent.minor) >= 0
                for line in lines
            )

"""Score, order and what the money allows, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.calls.terms import Criterion, Terms
from services.grants.committee.ranking import (
    Case,
    Points,
    Sheet,
    check_sheet,
    decide_outcomes,
    rank,
    score_hundredths,
)
from services.grants.programmes.region import Region
from shared.errors import Problem
from shared.money import Money, total

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
MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)


def sheet(plan: int, vulnerability: int) -> Sheet:
    return (
        Points(criterion="plan", points=plan),
        Points(criterion="vulnerability", points=vulnerability),
    )


def case(
    number: str, *sheets: Sheet, requested: int = 30_000, submitted_at: datetime = MARCH
) -> Case:
    return Case(
        application_id=f"id-{number}",
        application_no=number,
        version=1,
        submitted_at=submitted_at,
        requested=Money(requested, "RSD"),
        sheets=sheets or (sheet(40, 20), sheet(40, 20)),
    )


def order(*cases: Case) -> list[str]:
    return [one.application_no for one in rank(cases, TERMS)]


def outcomes(*cases: Case, budget: int = 100_000) -> list[tuple[str, str, int]]:
    decided = decide_outcomes(
        rank(cases, TERMS),
        threshold_hundredths=TERMS.threshold_hundredths,
        budget=Money(budget, "RSD"),
    )
    return [(one.application_no, one.outcome, one.amount.minor) for one in decided]


def test_the_mean_rounds_half_to_even() -> None:
    eighth = [sheet(0, 1)] + [sheet(0, 0)] * 7
    assert score_hundredths(eighth) == 12
    assert score_hundredths([sheet(0, 3)] + [sheet(0, 0)] * 7) == 38
    assert score_hundredths([sheet(10, 5), sheet(10, 6), sheet(10, 6)]) == 1567


def test_higher_score_ranks_first() -> None:
    assert order(case("A1", sheet(30, 10), sheet(30, 10)), case("A2")) == ["A2", "A1"]


def test_equal_scores_rank_by_exact_vulnerability_then_time_then_number() -> None:
    vulnerable = case("A4", sheet(39, 21), sheet(40, 20))
    earlier = case("A3", submitted_at=MARCH - timedelta(seconds=1))
    assert order(case("A2"), case("A1"), earlier, vulnerable) == ["A4", "A3", "A1", "A2"]
    (first, *_) = rank([vulnerable, earlier], TERMS)
    assert (first.tie_break, first.rank) == (Fraction(41, 2), 1)


def test_the_score_is_rounded_before_it_meets_threshold_and_order() -> None:
    # 168/3 = 56 exactly; 55.995 and more rounds up to the threshold with 200 sheets.
    many = [sheet(36, 20)] * 199 + [sheet(35, 20)]
    assert score_hundredths(many) == 5600
    assert outcomes(case("A1", *many)) == [("A1", "approved", 30_000)]
    # Rounded alike, the tie-break decides although the exact mean is lower.
    lower = case("A2", *([sheet(35, 21)] * 199 + [sheet(34, 21)]))
    assert order(case("A3", *[sheet(36, 20)] * 2), lower) == ["A2", "A3"]


def test_the_first_that_does_not_fit_waitlists_all_below() -> None:
    assert outcomes(
        case("A1", sheet(60, 40), sheet(60, 40), requested=40_000),
        case("A2", sheet(60, 30), sheet(60, 30), requested=40_000),
        case("A3", sheet(60, 20), sheet(60, 20), requested=20_001),
        case("A4", sheet(60, 10), sheet(60, 10), requested=20_000),
        case("A5", sheet(50, 5), sheet(50, 5), requested=1),
    ) == [
        ("A1", "approved", 40_000),
        ("A2", "approved", 40_000),
        ("A3", "waitlisted", 0),
        ("A4", "waitlisted", 0),
        ("A5", "rejected", 0),
    ]


def test_fewer_sheets_than_the_quorum_are_refused() -> None:
    with pytest.raises(Problem, match="quorum-not-met") as refused:
        rank([case("A1", sheet(1, 1)), case("A2")], TERMS)
    assert refused.value.facts["applications"] == "A1"


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (sheet(61, 0), "sheet-points"),
        (sheet(-1, 0), "sheet-points"),
        (sheet(1, 1)[:1], "sheet-criteria"),
        ((*sheet(1, 1), Points(criterion="plan", points=2)), "sheet-criteria"),
        ((*sheet(1, 1)[:1], Points(criterion="luck", points=2)), "sheet-criteria"),
    ],
)
def test_a_sheet_has_every_criterion_once_within_its_maximum(points: Any, code: str) -> None:
    with pytest.raises(Problem, match=code):
        check_sheet(points, TERMS)
    assert check_sheet(tuple(reversed(sheet(1, 2))), TERMS) == sheet(1, 2)


SHEETS = st.builds(sheet, st.integers(0, 60), st.integers(0, 40))
CASES = st.lists(
    st.tuples(st.lists(SHEETS, min_size=2, max_size=5), st.integers(1, 40_000)), max_size=12
).map(
    lambda drawn: [
        case(f"A{n:04}", *sheets, requested=requested)
        for n, (sheets, requested) in enumerate(drawn)
    ]
)


@given(CASES, st.randoms(use_true_random=False))
def test_ranking_does_not_depend_on_the_order_it_is_given(cases: list[Case], random: Any) -> None:
    shuffled = list(cases)
    random.shuffle(shuffled)
    assert rank(shuffled, TERMS) == rank(cases, TERMS)


@given(CASES, st.integers(1, 100_000))
def test_approvals_fit_the_budget_and_nobody_is_overtaken(cases: list[Case], budget: int) -> None:
    decided = decide_outcomes(
        rank(cases, TERMS), threshold_hundredths=5600, budget=Money(budget, "RSD")
    )
    assert total((one.amount for one in decided), currency="RSD").minor <= budget
    severity = {"approved": 0, "waitlisted": 1, "rejected": 2}
    grades = [severity[one.outcome] for one in decided]
    assert grades == sorted(grades)

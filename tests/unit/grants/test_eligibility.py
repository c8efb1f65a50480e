"""Who is eligible, and which reason comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.grants.applications.eligibility import (
    Check,
    Facts,
    Submission,
    examine,
    first_failing,
    is_adult,
)
from services.grants.calls.terms import Criterion, Terms
from services.grants.programmes.region import Region
from shared.errors import Invalid
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
GOOD = Submission(submitted_at=datetime(2026, 3, 1, 9, tzinfo=UTC), requested=Money(40_000, "RSD"))
FACTS = Facts(
    birth_date=date(1990, 5, 5),
    residences=(("RS", "Topola"),),
    certificate_days=(date(2026, 3, 1),),
    award_days=(),
    has_earlier_eligible=False,
)


def reason(submission: Submission = GOOD, terms: Terms = TERMS, **facts: Any) -> str | None:
    return first_failing(examine(submission, terms, replace(FACTS, **facts)))


def test_every_check_is_stored_with_its_rule_version() -> None:
    checks = examine(GOOD, TERMS, FACTS)
    assert first_failing(checks) is None
    assert checks[0] == Check(rule="late", rule_version=1, passed=True)
    assert [check.rule for check in checks] == [
        "late",
        "not_adult",
        "not_resident",
        "no_certificate",
        "over_ceiling",
        "recent_award",
        "second_application",
    ]


def test_late_is_after_deadline_and_grace() -> None:
    assert reason(replace(GOOD, submitted_at=TERMS.deadline)) is None
    late = replace(GOOD, submitted_at=TERMS.deadline + timedelta(seconds=1))
    assert reason(late) == "late"
    assert reason(late, msgspec.structs.replace(TERMS, grace_minutes=1)) is None


def test_the_day_is_the_day_in_the_time_zone_of_the_call() -> None:
    # 23:30 UTC on 28 February is 1 March in Belgrade, the certificate's day.
    evening = replace(GOOD, submitted_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))
    assert reason(evening) is None
    assert reason(evening, msgspec.structs.replace(TERMS, timezone="UTC")) == "no_certificate"


@pytest.mark.parametrize(
    ("born", "day", "adult"),
    [
        (date(2008, 3, 1), date(2026, 3, 1), True),
        (date(2008, 3, 2), date(2026, 3, 1), False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(2004, 2, 29), date(2022, 2, 28), False),
    ],
)
def test_adult_from_the_eighteenth_birthday(born: date, day: date, adult: bool) -> None:
    assert is_adult(born, day) is adult


def test_an_unknown_birth_date_is_nobodys_proof_of_age() -> None:
    assert reason(birth_date=None) == "not_adult"


def test_residence_is_asked_where_the_call_asks_for_it() -> None:
    assert reason(residences=(("BA", "Topola"),)) == "not_resident"
    assert reason(residences=(("BA", "Tuzla"), ("RS", "Knić"))) is None
    lax = msgspec.structs.replace(TERMS, residence_required=False)
    assert reason(GOOD, lax, residences=()) is None


def test_a_certificate_must_be_issued_on_or_before_the_day() -> None:
    assert reason(certificate_days=(date(2026, 3, 2),)) == "no_certificate"
    assert reason(certificate_days=(date(2026, 3, 2), date(2011, 1, 1))) is None


def test_the_ceiling_itself_may_be_asked_for() -> None:
    assert reason(replace(GOOD, requested=Money(40_001, "RSD"))) == "over_ceiling"


@pytest.mark.parametrize(
    ("days_before", "expected"),
    [(0, "recent_award"), (729, "recent_award"), (730, None), (-1, None)],
)
def test_the_cooldown_counts_days_since_the_decision(days_before: int, expected: str) -> None:
    decided = date(2026, 3, 1) - timedelta(days=days_before)
    assert reason(award_days=(decided,)) == expected


def test_the_first_failing_reason_is_the_reason() -> None:
    assert reason(has_earlier_eligible=True) == "second_application"
    worst = replace(
        GOOD,
        submitted_at=TERMS.deadline + timedelta(days=1),
        requested=Money(99_999, "RSD"),
    )
    assert reason(worst, birth_date=None, certificate_days=()) == "late"
    dear = replace(GOOD, requested=Money(99_999, "RSD"))
    assert reason(dear, award_days=(date(2026, 3, 1),)) == "over_ceiling"
    assert reason(dear, certificate_days=()) == "no_certificate"


def test_another_currency_is_invalid() -> None:
    with pytest.raises(Invalid, match="currency-differs"):
        examine(replace(GOOD, requested=Money(1, "EUR")), TERMS, FACTS)

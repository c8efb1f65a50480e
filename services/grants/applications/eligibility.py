"""Who is eligible: pure rules over a submission, the call's terms and facts about the person.

    checks = examine(submission, terms, facts)
    first_failing(checks)            None when eligible, else the reason, such as "no_certificate"

The rules stand in the order in which the first one that fails is the reason. Each check keeps the
version of its rule, so that a later change of a rule never changes what was found before. Days are
days in the call's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta  # noqa: F401 (timedelta: the example below)
from typing import Final, Literal, TypeAlias

import msgspec

from services.grants.calls.terms import Terms
from services.grants.programmes.region import serves
from shared.clock import day_in
from shared.errors import Invalid
from shared.language.marking import N_
from shared.money import Money

Rule: TypeAlias = Literal[
    "late",
    "not_adult",
    "not_resident",
    "no_certificate",
    "over_ceiling",
    "recent_award",
    "second_application",
]

ADULT_YEARS: Final = 18


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's outcome. A rule is named for what it finds: "late" passed means in time."""

    rule: Rule
    rule_version: int
    passed: bool


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What was submitted, as far as eligibility asks. ``submitted_at``: aware."""

    submitted_at: datetime
    requested: Money


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known about the person on the day of submission.

    birth_date:           None when it is not known; nobody is adult by default.
    residences:           (country, municipality) of the person's registrations.
    certificate_days:     issue days of certificates of the call's kind that are not revoked.
    award_days:           days on which earlier calls decided to award this person.
    has_earlier_eligible: an eligible application of the person in this call came before.
    """

    birth_date: date | None
    residences: tuple[tuple[str, str], ...]
    certificate_days: tuple[date, ...]
    award_days: tuple[date, ...]
    has_earlier_eligible: bool


def examine(submission: Submission, terms: Terms, facts: Facts) -> tuple[Check, ...]:
    """Every check, in the order of reasons. Invalid when the amount is in another currency."""
    if submission.requested.currency != terms.currency:
        raise Invalid(
            "currency-differs", N_("This call is in {currency}."), currency=terms.currency
        )
    day = day_in(submission.submitted_at, terms.timezone)
    found: dict[Rule, bool] = {
        "late": submission.submitted_at <= terms.last_moment(),
        "not_adult": facts.birth_date is not None and is_adult(facts.birth_date, day),
        "not_resident": _resident(terms, facts),
        "no_certificate": any(issued <= day for issued in facts.certificate_days),
        "over_ceiling": submission.requested <= terms.ceiling,
        "recent_award": not any(
            decided <= day and (day - decided).days < terms.cooldown_days
            for decided in facts.award_days
        ),
        "second_application": not facts.has_earlier_eligible,
    }
    return tuple(
        Check(rule=rule, rule_version=RULE_VERSIONS[rule], passed=passed)
        for rule, passed in found.items()
    )


RULE_VERSIONS: Final[dict[Rule, int]] = {
    "late": 1,
    "not_adult": 1,
    "not_resident": 1,
    "no_certificate": 1,
    "over_ceiling": 1,
    "recent_award": 1,
    "second_application": 1,
}
"""Counts up when a rule's meaning changes."""


def first_failing(checks: tuple[Check, ...]) -> Rule | None:
    """The reason for being ineligible; None when every check passed."""
    return next((check.rule for check in checks if not check.passed), None)


def is_adult(birth_date: date, day: date) -> bool:
    """Whether the 18th birthday is on or before ``day``.

    Who was born on 29 February has the birthday on 1 March in years without that day.

    >>> [is_adult(date(1992, 2, 29), date(2010, 3, 1) - timedelta(days=n)) for n in (1, 0)]
    [False, True]
    """
    before_birthday = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - before_birthday >= ADULT_YEARS


def _resident(terms: Terms, facts: Facts) -> bool:
    return not terms.residence_required or any(
        serves(terms.regions, country=country, municipality=municipality)
        for country, municipality in facts.residences
    )

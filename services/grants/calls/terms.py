"""What a call promises: its money, its rules and its committee. They freeze when it opens.

``checked(terms)`` gives the terms back or says which of them cannot be:

    checked(Terms(threshold_hundredths=5600, quorum=3, member_ids=("a", "b"), …))
        -> Invalid: the quorum is larger than the committee

Points are whole numbers, the threshold is in hundredths of a point (56.00 is 5600).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import msgspec

from services.grants.programmes.region import Region, checked_regions
from services.grants.programmes.wording import worded
from shared.clock import day_in
from shared.errors import Invalid
from shared.language.marking import N_
from shared.money import Money

CertificateKind: TypeAlias = Literal[
    "business", "primary", "vocational", "secondary", "employment_service"
]

CRITERIA_MAX: Final = 20
POINTS_MAX: Final = 1000
MEMBERS_MAX: Final = 30
TRANCHES_MAX: Final = 12
COOLDOWN_DAYS_MAX: Final = 3660
GRACE_MINUTES_MAX: Final = 7 * 24 * 60


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One scoring criterion. Its maximum of points is its weight."""

    name: str
    points_max: int


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a call.

    ceiling:          the most that one award may be.
    opens_on:         first day, in ``timezone`` (IANA name).
    deadline:         last moment, aware; ``grace_minutes`` after it still count as in time.
    member_ids:       accounts (or, in history, names) of the committee.
    tie_break:        name of the criterion whose exact mean decides between equal scores.
    residence_required: applicants must live in a listed municipality.
    """

    regions: tuple[Region, ...]
    currency: str
    budget: Money
    ceiling: Money
    certificate_kind: CertificateKind
    criteria: tuple[Criterion, ...]
    threshold_hundredths: int
    quorum: int
    cooldown_days: int
    opens_on: date
    deadline: datetime
    timezone: str
    tranche_percents: tuple[int, ...]
    member_ids: tuple[str, ...]
    tie_break: str
    grace_minutes: int = 0
    residence_required: bool = True

    def last_moment(self) -> datetime:
        """The last moment that counts as in time."""
        return self.deadline + timedelta(minutes=self.grace_minutes)


def checked(terms: Terms) -> Terms:
    """The terms, names trimmed; Invalid when they contradict themselves."""
    _check_money(terms)
    _check_scoring(terms)
    _check_days(terms)
    percents = terms.tranche_percents
    whole = sum(percents) == 100 and all(percent > 0 for percent in percents)
    if not whole or len(percents) > TRANCHES_MAX:
        raise Invalid("tranche-percents", N_("The tranches must add up to 100 per cent."))
    return msgspec.structs.replace(terms, regions=checked_regions(terms.regions))


def _check_money(terms: Terms) -> None:
    if {terms.budget.currency, terms.ceiling.currency} != {terms.currency}:
        raise Invalid(
            "currency-differs",
            N_("Budget and ceiling must be in the call's currency, {currency}."),
            currency=terms.currency,
        )
    if not 0 < terms.ceiling.minor <= terms.budget.minor:
        raise Invalid(
            "ceiling", N_("The ceiling must be above zero and not above the budget of the call.")
        )


def _check_scoring(terms: Terms) -> None:
    names = [criterion.name for criterion in terms.criteria]
    if not 1 <= len(names) <= CRITERIA_MAX or len(set(names)) != len(names):
        raise Invalid("criteria", N_("Name 1 to {max} criteria, each once."), max=CRITERIA_MAX)
    for criterion in terms.criteria:
        worded(criterion.name, field="criterion")
        if not 1 <= criterion.points_max <= POINTS_MAX:
            raise Invalid(
                "points-max",
                N_("A criterion has 1 to {points_max} points."),
                points_max=POINTS_MAX,
            )
    points_total = sum(criterion.points_max for criterion in terms.criteria)
    if not 0 <= terms.threshold_hundredths <= points_total * 100:
        raise Invalid(
            "threshold",
            N_("The threshold lies between 0 and the {points_total} points to be had."),
            points_total=points_total,
        )
    if terms.tie_break not in names:
        raise Invalid("tie-break", N_("The tie-break must be one of the criteria."))
    members = terms.member_ids
    if len(set(members)) != len(members) or len(members) > MEMBERS_MAX:
        raise Invalid("members", N_("Name at most {max} members, each once."), max=MEMBERS_MAX)
    if not 1 <= terms.quorum <= len(members):
        raise Invalid(
            "quorum",
            N_("The quorum lies between 1 and the {members} members."),
            members=len(members),
        )


def _check_days(terms: Terms) -> None:
    if terms.deadline.utcoffset() is None:
        raise Invalid("deadline-zone", N_("The deadline must state its offset from UTC."))
    try:
        last_day = day_in(terms.deadline, terms.timezone)
    except (LookupError, ValueError, OSError) as unknown:
        raise Invalid("timezone", N_("There is no such time zone.")) from unknown
    if terms.opens_on > last_day:
        raise Invalid("deadline-before-opening", N_("The deadline lies before the opening."))
    if not 0 <= terms.cooldown_days <= COOLDOWN_DAYS_MAX:
        raise Invalid(
            "cooldown", N_("The cooldown is 0 to {days_max} days."), days_max=COOLDOWN_DAYS_MAX
        )
    if not 0 <= terms.grace_minutes <= GRACE_MINUTES_MAX:
        raise Invalid(
            "grace", N_("The grace is 0 to {minutes_max} minutes."), minutes_max=GRACE_MINUTES_MAX
        )

"""The committee's arithmetic: score, rank and what the money allows. Exact; no floats.

    ranked = rank(cases, terms)
    decide_outcomes(ranked, threshold_hundredths=5600, budget=Money(649792000, "RSD"))

The score is the mean of the sheets' totals to two decimals, half to even, kept in hundredths of a
point (88.40 is 8840) and rounded before it meets the threshold and the ranking. Order: score, then
the exact mean of the tie-break criterion, then earlier submission, then application number. Every
case gets a rank, those below the threshold too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal, TypeAlias

import msgspec

from services.grants.calls.terms import Terms
from shared.errors import Invalid, Refused
from shared.language.marking import N_
from shared.money import Money, divide_half_even, zero

OutcomeName: TypeAlias = Literal["approved", "waitlisted", "rejected"]


class Points(msgspec.Struct, frozen=True, kw_only=True):
    """What one member gave for one criterion."""

    criterion: str
    points: int


Sheet: TypeAlias = tuple[Points, ...]
"""One member's sheet: every criterion once."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An eligible application as the committee ranks it. ``sheets``: of members not recused."""

    application_id: str
    application_no: str
    version: int
    submitted_at: datetime
    requested: Money
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, kw_only=True)
class RankedCase:
    """A case with its score and its place, counted from 1. ``tie_break``: exact mean points."""

    application_id: str
    application_no: str
    version: int
    requested: Money
    score_hundredths: int
    tie_break: Fraction
    rank: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What follows for one case. ``amount``: what is awarded; zero unless approved."""

    application_id: str
    application_no: str
    version: int
    rank: int
    score_hundredths: int
    outcome: OutcomeName
    amount: Money


def rank(cases: Sequence[Case], terms: Terms) -> list[RankedCase]:
    """The cases in order of rank. Refused when one has fewer sheets than the quorum."""
    short = sorted(case.application_no for case in cases if len(case.sheets) < terms.quorum)
    if short:
        raise Refused(
            "quorum-not-met",
            N_("These applications have fewer than {quorum} score sheets: {applications}."),
            quorum=terms.quorum,
            applications=", ".join(short),
        )
    scored = [(case, score_hundredths(case.sheets), _tie_break(case, terms)) for case in cases]
    scored.sort(key=lambda one: (-one[1], -one[2], one[0].submitted_at, one[0].application_no))
    return [
        RankedCase(
            application_id=case.application_id,
            application_no=case.application_no,
            version=case.version,
            requested=case.requested,
            score_hundredths=score,
            tie_break=tie_break,
            rank=place,
        )
        for place, (case, score, tie_break) in enumerate(scored, start=1)
    ]


def score_hundredths(sheets: Sequence[Sheet]) -> int:
    """Mean of the sheets' totals in hundredths of a point, half to even. At least one sheet.

    >>> one, two = (Points(criterion="skills", points=n) for n in (7, 8))
    >>> score_hundredths([(one,), (two,), (two,)])
    767
    """
    total = sum(entry.points for sheet in sheets for entry in sheet)
    return divide_half_even(total * 100, len(sheets))


def check_sheet(sheet: Sheet, terms: Terms) -> Sheet:
    """The sheet in the order of the call's criteria.

    Invalid when a criterion is missing, unknown or doubled, or points are above its maximum.
    """
    given = {entry.criterion: entry for entry in sheet}
    names = [criterion.name for criterion in terms.criteria]
    if len(given) != len(sheet) or set(given) != set(names):
        raise Invalid(
            "sheet-criteria",
            N_("A sheet gives points for each of these criteria once: {criteria}."),
            criteria=", ".join(names),
        )
    for criterion in terms.criteria:
        if not 0 <= given[criterion.name].points <= criterion.points_max:
            raise Invalid(
                "sheet-points",
                N_("The points for {criterion} lie between 0 and {points_max}."),
                criterion=criterion.name,
                points_max=criterion.points_max,
            )
    return tuple(given[name] for name in names)


def decide_outcomes(
    ranked: Sequence[RankedCase], *, threshold_hundredths: int, budget: Money
) -> list[Outcome]:
    """What follows for each case, in order of rank, while ``budget`` (what is left) lasts.

    The first case that does not fit closes the door: all below it are waitlisted, even smaller
    ones that would fit, so that nobody is overtaken.
    """
    left, full = budget, False
    outcomes: list[Outcome] = []
    for case in sorted(ranked, key=lambda one: one.rank):
        amount, name = zero(budget.currency), _outcome(case, threshold_hundredths)
        if name == "approved":
            full = full or case.requested > left
            if full:
                name = "waitlisted"
            else:
                amount, left = case.requested, left - case.requested
        outcomes.append(
            Outcome(
                application_id=case.application_id,
                application_no=case.application_no,
                version=case.version,
                rank=case.rank,
                score_hundredths=case.score_hundredths,
                outcome=name,
                amount=amount,
            )
        )
    return outcomes


def _outcome(case: RankedCase, threshold_hundredths: int) -> OutcomeName:
    return "approved" if case.score_hundredths >= threshold_hundredths else "rejected"


def _tie_break(case: Case, terms: Terms) -> Fraction:
    points = (
        entry.points
        for sheet in case.sheets
        for entry in sheet
        if entry.criterion == terms.tie_break
    )
    return Fraction(sum(points), len(case.sheets))

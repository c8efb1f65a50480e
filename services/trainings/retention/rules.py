"""How long what is kept: rules per data class and retention group, and the day each comes due.

    erase_on(RULES["special"], ended_on=date(2026, 3, 1))  ->  date(2027, 3, 1)

A programme may have other months by a setting of its own, on record; what accounting law keeps is
never kept shorter. Nothing is erased by itself that was not announced ``ANNOUNCED_DAYS`` before,
for each registration apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from shared.language.marking import N_

Since: TypeAlias = Literal["programme_ended", "last_payment"]

ANNOUNCED_DAYS: Final = 30
LAPSES_DAYS: Final = 30
"""So long after its day an announcement still counts, where something was in the way that day."""

AGREEMENT_MONTHS: Final = 120
"""Ten years: accounting law of both countries."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """months: after ``since``. uncertified: only of people without a certificate that stands."""

    what: str
    since: Since
    months: int
    basis: str
    uncertified: bool = False
    months_min: int = 0


RULES: Final[dict[str, Rule]] = {
    "special": Rule(
        what="special",
        since="programme_ended",
        months=12,
        basis=N_("The consent of the person"),
    ),
    "contact": Rule(
        what="contact",
        since="programme_ended",
        months=24,
        basis=N_("The programme's follow-up"),
    ),
    "financial": Rule(
        what="financial",
        since="programme_ended",
        months=24,
        basis=N_("The application for a grant"),
    ),
    "identity": Rule(
        what="identity",
        since="programme_ended",
        months=36,
        basis=N_("The training; who has a certificate is kept as long as it can be checked"),
        uncertified=True,
    ),
    "agreement": Rule(
        what="agreement",
        since="last_payment",
        months=AGREEMENT_MONTHS,
        basis=N_("Accounting law, ten years after the last payment"),
        months_min=AGREEMENT_MONTHS,
    ),
}

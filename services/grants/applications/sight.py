"""How much of an application a reader may see, by their roles in its programme.

    sight_of(reader, row, declared="clear")     Sight(content=True, checks=False, account=False)

Officers and auditors see it whole. A committee member sees whose it is, to declare a conflict, and
what it says once they declared that they have none; nothing after stepping aside. Finance sees who
was approved, a field officer those whom they visit. Source: domain, people and roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME, Role
from shared.errors import Forbidden, Missing
from shared.language.marking import N_

WHOLE: Final = frozenset({Role.programme_officer, Role.auditor})
COMMITTEE: Final = frozenset({Role.committee_member, Role.committee_chair})
FINANCE: Final = frozenset({Role.finance_officer, Role.finance_controller})
FIELD: Final = frozenset({Role.field_officer})


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What is shown beside number, call, state, amounts and name.

    content: what the applicant wrote, and their certificates. checks: eligibility, rule by rule,
    notes and history. account: the bank account, masked. scores: score and rank.
    """

    content: bool
    checks: bool
    account: bool
    scores: bool


def programmes_of(reader: Reader, roles: frozenset[Role]) -> frozenset[str]:
    """Where the reader holds one of these roles; ``{"*"}`` when it is everywhere."""
    found = frozenset(grant.programme for grant in reader.roles if grant.role in roles)
    return frozenset({EVERY_PROGRAMME}) if EVERY_PROGRAMME in found else found


def sight_of(
    reader: Reader, row: Mapping[str, Any], *, declared: str | None, visits: bool
) -> Sight:
    """What this reader may see of the application. Raises Forbidden for who must declare first or
    stepped aside, Missing when it is none of their cases.

    declared: the reader's own row among the reviewers (no, clear, recused); None when not assigned.
    visits: whether the reader makes or made a visit to its grantee.
    """
    roles = reader.roles_in(row["programme"])
    if roles & WHOLE:
        return Sight(content=True, checks=True, account=True, scores=True)
    if roles & COMMITTEE and declared == "clear":
        return Sight(content=True, checks=False, account=False, scores=True)
    if row["state"] == "approved":
        if roles & FIELD and visits:
            return Sight(content=True, checks=False, account=False, scores=False)
        if roles & FINANCE:
            scores = Role.finance_controller in roles
            return Sight(content=False, checks=False, account=False, scores=scores)
    if roles & COMMITTEE:
        raise _kept_from_member(declared)
    raise _missing()


def _missing() -> Missing:
    return Missing("application-missing", N_("There is no such application."))


def _kept_from_member(declared: str | None) -> Forbidden | Missing:
    match declared:
        case "no":
            return Forbidden(
                "declaration-first",
                N_("Say first whether you have a conflict with this application."),
            )
        case "recused":
            return Forbidden("recused", N_("You stepped aside from this application."))
        case _:
            return _missing()

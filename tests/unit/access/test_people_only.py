"""What a person must stand for is out of every key's reach, also of keys that were made before."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from services.accounts.programs.program_key import MakeKey, NoKey, decide
from shared.access.permissions import FRESH, PEOPLE_ONLY, TABLE
from shared.access.reader import Reader, RoleGrant, may
from shared.access.roles import Role
from shared.errors import Invalid

SERVICES: Final = Path(__file__).parents[3] / "services"

DUTIES: Final[dict[str, tuple[str, ...]]] = {
    "account-changer-authorises": ("grants.payments.authorise", "grants.batches.authorise"),
    "account-changer-lifts": ("grants.payments.hold", "grants.bank_accounts.confirm"),
    "account-changer-releases": ("grants.payments.release", "grants.batches.release"),
    "assisted": ("grants.reviews.assign", "grants.reviews.score"),
    "controller-cancels": ("grants.payments.authorise", "grants.payments.write"),
    "declaration-first": ("grants.reviews.score", "grants.meetings.vote"),
    "hold-by-newcomer": ("accounts.holds.lift",),
    "hold-of-yours": ("accounts.holds.lift",),
    "not-a-member": ("grants.reviews.declare", "grants.meetings.vote"),
    "not-assigned": ("grants.reviews.score",),
    "not-own-case": ("trainings.vulnerability.read",),
    "not-present": ("grants.meetings.vote",),
    "not-the-chair": ("grants.meetings.decide", "grants.reviews.close"),
    "not-the-trainer": ("trainings.attendance.write", "trainings.certificates.issue"),
    "not-your-cohort": ("trainings.attendance.write", "trainings.cohorts.write"),
    "not-your-import": ("trainings.imports.write",),
    "other-account": ("trainings.attendance.write",),
    "own-account": ("accounts.staff.write", "accounts.roles.grant", "accounts.roles.revoke"),
    "own-application": ("grants.reviews.assign", "grants.meetings.decide"),
    "own-certificate": ("trainings.certificates.issue",),
    "own-cohort": ("trainings.cohorts.write",),
    "own-erasure": ("trainings.erasures.confirm",),
    "own-key": ("accounts.programs.write",),
    "own-registration": ("trainings.people.confirm",),
    "recused": ("grants.reviews.score", "grants.meetings.vote", "grants.meetings.decide"),
    "same-controller-releases": ("grants.payments.release", "grants.batches.release"),
    "same-person-authorises": ("grants.payments.authorise", "grants.batches.authorise"),
    "same-person-calls-back": ("grants.bank_accounts.confirm",),
    "same-person-cancels": ("grants.payments.authorise", "grants.payments.write"),
    "same-person-releases": ("grants.payments.release", "grants.batches.release"),
    "same-person-reverses": ("grants.payments.authorise", "grants.payments.write"),
    "same-person-waives": ("grants.payments.waive",),
    "scorer-pays": ("grants.payments.authorise", "grants.payments.release"),
    "second-person": (
        "grants.applications.override",
        "grants.budget_lines.revise",
        "grants.meetings.reopen",
        "trainings.certificates.revoke",
    ),
    "visitor-accepts": ("grants.visits.accept",),
}
"""What a rule says that keeps duties apart → the permissions by which one gets to it."""

OTHERS: Final = {
    "key-never-fresh": "is about keys itself",
    "message-of-another": "is about one's own inbox",
    "not-permitted": "the table of permissions says so, and no rule about a record",
    "not-your-account": "is about one's own account, which no key reaches",
}


def forbidden_codes() -> set[str]:
    """The code of each ``Forbidden("…", …)`` in the services."""
    found = set()
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Forbidden"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value))
    return found


def test_every_rule_that_keeps_duties_apart_is_listed_here() -> None:
    assert forbidden_codes() - set(OTHERS) - set(DUTIES) == set()
    assert set(DUTIES) - forbidden_codes() == set()


@pytest.mark.parametrize("code", sorted(DUTIES))
def test_a_rule_that_keeps_duties_apart_is_about_people(code: str) -> None:
    assert set(DUTIES[code]) <= set(PEOPLE_ONLY)


def test_the_table_names_permissions_and_says_why() -> None:
    assert set(PEOPLE_ONLY) <= set(TABLE)
    assert all(PEOPLE_ONLY.values())
    # Whoever comes by a key is never fresh; what an auditor takes along is all that is left.
    assert set(FRESH) - set(PEOPLE_ONLY) == {"audit.log.export", "audit.evidence.export"}


def make(*scopes: str) -> MakeKey:
    return MakeKey(
        by="admin",
        now=datetime(2026, 3, 1, tzinfo=UTC),
        key_id="k1",
        account_id="p1",
        kind="program",
        name="Bookkeeping",
        scopes=scopes,
        days=90,
        allowed=frozenset(TABLE),
        working=0,
    )


@pytest.mark.parametrize("permission", sorted(PEOPLE_ONLY))
def test_no_key_is_made_for_it_and_none_of_before_has_it(permission: str) -> None:
    with pytest.raises(Invalid, match="key-scope-for-people"):
        decide(NoKey(), make("grants.ledger.read", permission))
    roles = tuple(RoleGrant(role, "*") for role in Role)
    person = Reader("p1", "s1", "Ana", roles)
    key = replace(person, scopes=frozenset({permission, "grants.ledger.read"}))
    assert may(person, permission) and not may(key, permission)
    assert key.programmes(permission) == frozenset()
    assert may(key, "grants.ledger.read")

"""Roles and permissions: the table is sound, and duties that must be apart are apart."""

from __future__ import annotations

import re

import pytest

from shared.access.matrix import READING
from shared.access.reader import Reader, RoleGrant, ensure, may
from shared.access.roles import INCOMPATIBLE, PERMISSIONS, PUBLIC, SIGNED_IN, Role, excluded, known
from shared.errors import Forbidden


def reader(*grants: RoleGrant) -> Reader:
    return Reader("a", "s", "Mira", grants)


def test_names_follow_their_form() -> None:
    for name in PERMISSIONS:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+", name), name
        assert PERMISSIONS[name], name


def test_auditors_and_donors_change_nothing() -> None:
    # An auditor may say that they know whose account it is: two administrators are not everywhere.
    allowed = {"notifications.inbox.write", "accounts.holds.lift"}
    for name, roles in PERMISSIONS.items():
        if name.rsplit(".", 1)[1] not in READING and name not in allowed:
            assert not roles & {Role.auditor, Role.donor}, name


def test_administrators_touch_no_money_and_no_decision() -> None:
    for name, roles in PERMISSIONS.items():
        if re.match(r"grants\.(payments|batches|ledger|applications|meetings|awards)\.", name):
            assert Role.administrator not in roles, name


def test_nobody_can_both_prepare_and_authorise() -> None:
    prepare = PERMISSIONS["grants.payments.prepare"]
    for other in ("authorise", "release"):
        assert not prepare & PERMISSIONS[f"grants.payments.{other}"]
    for one in prepare:
        for other_role in PERMISSIONS["grants.payments.authorise"]:
            assert excluded({one, other_role})


def test_whoever_scores_never_pays() -> None:
    for member in PERMISSIONS["grants.reviews.score"]:
        for payer in PERMISSIONS["grants.payments.release"]:
            assert excluded({member, payer})


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.administrator}))
def test_an_administrator_holds_no_other_role(role: Role) -> None:
    assert excluded({Role.administrator, role})


def test_no_role_excludes_itself() -> None:
    assert not [role for role, others in INCOMPATIBLE.items() if role in others]


def test_a_role_counts_in_its_programme_only() -> None:
    mira = reader(RoleGrant(Role.finance_officer, "RS-2011"))
    assert may(mira, "grants.payments.prepare", "RS-2011")
    assert may(mira, "grants.payments.prepare")
    assert not may(mira, "grants.payments.prepare", "BA-2011")
    assert mira.programmes("grants.payments.prepare") == {"RS-2011"}


def test_a_role_for_every_programme_counts_everywhere() -> None:
    auditor = reader(RoleGrant(Role.auditor, "*"), RoleGrant(Role.auditor, "RS-2011"))
    assert may(auditor, "grants.ledger.read", "anything")
    assert auditor.programmes("grants.ledger.read") == {"*"}


def test_regions_limit_unless_one_grant_is_for_the_whole() -> None:
    some = reader(RoleGrant(Role.field_officer, "RS-2011", "Rača"))
    assert some.regions("grants.visits.conduct", "RS-2011") == frozenset({"Rača"})
    whole = reader(*some.roles, RoleGrant(Role.field_officer, "RS-2011"))
    assert whole.regions("grants.visits.conduct", "RS-2011") is None


def test_pseudo_permissions() -> None:
    assert may(None, PUBLIC)
    assert not may(None, SIGNED_IN)
    assert may(reader(), SIGNED_IN)


def test_a_misspelt_permission_is_loud() -> None:
    assert not known("grants.payments.realise")
    with pytest.raises(KeyError):
        may(reader(), "grants.payments.realise")


def test_ensure_refuses() -> None:
    with pytest.raises(Forbidden):
        ensure(reader(), "grants.payments.release", "RS-2011")

"""The table of roles and data: as the domain has it, and what permissions may show by it."""

from __future__ import annotations

from typing import Final

import pytest

from shared.access import matrix
from shared.access.masking import masked_account, masked_number
from shared.access.matrix import MATRIX, READING, SHOWN, Kind, narrowed, sees_whole
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import PERMISSIONS, Role

P: Final = "RS-2011"

DENIED: Final = {
    Role.committee_member: "number_and_account ethnicity vulnerability money audit",
    Role.committee_chair: "number_and_account ethnicity vulnerability audit",
    Role.trainer: "number_and_account ethnicity vulnerability scores money visits audit",
    Role.programme_officer: "",
    Role.finance_officer: "ethnicity vulnerability training scores audit",
    Role.finance_controller: "ethnicity vulnerability training",
    Role.field_officer: "number_and_account ethnicity scores money audit",
    Role.auditor: "",
    Role.administrator: ("number_and_account ethnicity vulnerability training scores money visits"),
    Role.donor: "identity number_and_account vulnerability audit",
    Role.applicant: "",
}
"""The dashes of the domain's table, by hand: the other side of the comparison."""


@pytest.mark.parametrize("role", Role)
def test_a_role_is_denied_what_the_domain_denies(role: Role) -> None:
    assert {kind.value for kind in Kind if not MATRIX[role][kind]} == set(DENIED[role].split())


def test_no_role_has_a_permission_that_shows_what_its_row_denies() -> None:
    assert matrix.denied() == []


def test_every_permission_that_shows_something_says_what() -> None:
    reading = {name for name in PERMISSIONS if name.rpartition(".")[2] in READING}
    assert reading == set(SHOWN)
    assert [kind for name in SHOWN for kind in matrix.shown_by(name) if kind not in Kind] == []


def test_whole_numbers_and_accounts_are_for_finance_and_for_applicants_themselves() -> None:
    whole = {role for role in Role if MATRIX[role][Kind.number_and_account].extent == "whole"}
    assert whole == {Role.finance_officer, Role.finance_controller, Role.applicant}
    assert PERMISSIONS["grants.bank_accounts.read"] == whole - {Role.applicant}


def test_who_writes_nothing_in_the_table_has_no_permission_that_changes_a_record() -> None:
    for role in (Role.auditor, Role.donor):
        assert not any(sight.writes for sight in MATRIX[role].values())


def test_an_officer_knows_the_origin_in_their_own_cases_only() -> None:
    officer = Reader("o1", "s", "Ana", (RoleGrant(Role.programme_officer, P),))
    assert sees_whole(officer, Kind.ethnicity, P, own=True)
    assert not sees_whole(officer, Kind.ethnicity, P)
    assert not sees_whole(officer, Kind.ethnicity, "BA-2011", own=True)
    auditor = Reader("a1", "s", "Ana", (RoleGrant(Role.auditor, "*"),))
    assert not sees_whole(auditor, Kind.ethnicity, P, own=True)


def test_narrow_sights_narrow_permissions() -> None:
    assert narrowed("trainings.people.read", Role.trainer)
    assert narrowed("grants.applications.read", Role.committee_member)
    assert not narrowed("grants.applications.read", Role.programme_officer)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("0101990710006", "••••••••••006"), ("123456", "•••456"), ("12345", "•••••"), ("", "")],
)
def test_a_number_shows_three_digits_at_most(number: str, shown: str) -> None:
    assert masked_number(number) == shown


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("840000000000012345", "••••2345"),
        ("BA39 1290 0794 0102 8494", "••••8494"),
        ("1234567", "••••"),
        ("", "••••"),
    ],
)
def test_an_account_shows_four_digits_at_most(account: str, shown: str) -> None:
    assert masked_account(account) == shown

"""A person sees who looked at their data, in which role and when; nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.identifiers import derived
from tests.http.audit.conftest import Office

MIRA = derived("registration", "mira")
ANA = derived("registration", "ana")
APPLICATION = derived("application", "mira")
PAYMENT = derived("payment", "mira")


def asks(office: Office, *registrations: str, role: Role = Role.applicant) -> Any:
    """The page as somebody with these registrations sees it."""
    reader = Reader(
        "mira",
        "s-mira",
        "Mira",
        (RoleGrant(role, "RS-2011"),),
        registrations=frozenset(registrations),
    )
    headers = {"Authorization": f"Bearer {office.signer.sign(reader)}"}
    return office.app.test_client().get("/audit/mine", headers=headers)


def said(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    main = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def staff(office: Office, account_id: str, name: str, role: str) -> None:
    office.named(account_id, name)
    office.arrives(
        "accounts.account.role_granted.v1",
        f"account/{account_id}",
        programme="-",
        data={"account_id": account_id, "role": role, "programme": "RS-2011", "region": None},
        version=2,
    )


def looks(
    office: Office, name: str, *, actor: str, what: str, subject: str, tense: str = "read"
) -> None:
    access_id = derived("access", actor, what, subject)
    office.arrives(
        f"{name}.access.{tense}.v1",
        f"access/{access_id}",
        actor=actor,
        data={"what": what, "subject": subject},
    )


def happened(either: Office) -> None:
    """Two of the staff look at Mira's records and one at Ana's."""
    staff(either, "jelena", "Jelena Stanković", "programme_officer")
    staff(either, "mirsad", "Mirsad Delić", "finance_officer")
    for one, name in ((MIRA, "application"), (ANA, "other")):
        either.arrives(
            "grants.application.submitted.v1",
            f"application/{APPLICATION if one == MIRA else derived('application', name)}",
            data={"application_id": APPLICATION, "registration_id": one},
        )
    either.arrives(
        "grants.payment.scheduled.v1",
        f"payment/{PAYMENT}",
        data={"payment_id": PAYMENT, "registration_id": MIRA},
    )
    looks(either, "trainings", actor="jelena", what="identity", subject=f"registration/{MIRA}")
    looks(either, "grants", actor="mirsad", what="account", subject=f"payment/{PAYMENT}")
    looks(
        either,
        "grants",
        actor="jelena",
        what="application",
        subject=f"application/{APPLICATION}",
        tense="exported",
    )
    looks(
        either, "trainings", actor="mirsad", what="national_number", subject=f"registration/{ANA}"
    )
    looks(either, "trainings", actor="mira", what="identity", subject=f"registration/{MIRA}")


def test_who_looked_is_told_with_role_and_day(either: Office) -> None:
    happened(either)
    page = said(asks(either, MIRA))
    assert "Who looked at your data" in page
    assert "Jelena Stanković , Programme officer Read Identity" in page
    assert "Mirsad Delić , Finance officer Read Account number" in page
    assert "Jelena Stanković , Programme officer Took out" in page
    assert "1 Mar 2026" in page
    # Neither somebody else's records, nor the person's own looking.
    assert "National number" not in page and page.count("Identity") == 1


def test_the_banks_file_and_statement_are_told_too(either: Office) -> None:
    """Neither names the person: a batch names the payment, and so does the statement's line."""
    happened(either)
    batch, line, visit = (derived(kind, "one") for kind in ("batch", "line", "visit"))
    award = derived("award", "mira")
    for name, subject, data in (
        ("award.offered", f"award/{award}", {"award_id": award, "registration_id": MIRA}),
        ("visit.planned", f"visit/{visit}", {"visit_id": visit, "award_id": award}),
        ("batch.prepared", f"batch/{batch}", {"lines": [{"payment_id": PAYMENT}]}),
        ("statement_line.matched", f"statement_line/{line}", {"payment_id": PAYMENT}),
    ):
        either.arrives(f"grants.{name}.v1", subject, data=data)
    for actor, name in (("f1", "Fina Bank"), ("f2", "Lina Line"), ("f3", "Vida Visit")):
        staff(either, actor, name, "finance_officer")
    looks(either, "grants", actor="f1", what="file", subject=f"batch/{batch}", tense="exported")
    looks(either, "grants", actor="f2", what="names", subject=f"statement_line/{line}")
    looks(either, "grants", actor="f3", what="names", subject=f"visit/{visit}")
    page = said(asks(either, MIRA))
    for name in ("Fina Bank , Finance officer Took out", "Lina Line", "Vida Visit"):
        assert name in page
    other = said(asks(either, ANA))
    assert [name for name in ("Fina B", "Lina L", "Vida V") if name in other] == []


def test_nothing_of_another_is_told(office: Office) -> None:
    happened(office)
    page = said(asks(office, ANA))
    assert "National number" in page
    assert "Jelena" not in page and "Took out" not in page
    assert "Nobody has looked at your data yet" in said(asks(office))


def test_the_role_is_that_of_the_day(office: Office) -> None:
    staff(office, "jelena", "Jelena Stanković", "programme_officer")
    looks(office, "trainings", actor="jelena", what="identity", subject=f"registration/{MIRA}")
    office.arrives(
        "accounts.account.role_revoked.v1",
        "account/jelena",
        programme="-",
        data={"account_id": "jelena", "role": "programme_officer", "programme": "RS-2011"},
        version=3,
    )
    looks(office, "trainings", actor="jelena", what="names", subject=f"registration/{MIRA}")
    page = said(asks(office, MIRA))
    assert "Jelena Stanković , Programme officer Read Identity" in page
    assert "Jelena Stanković Read Names" in page


def test_staff_are_told_by_name_and_role_alone(office: Office) -> None:
    happened(office)
    text = asks(office, MIRA).text
    assert "jelena" not in text and "mirsad" not in text and "access/" not in text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.applicant}))
def test_it_is_for_applicants_alone(office: Office, role: Role) -> None:
    assert asks(office, MIRA, role=role).status_code == 403

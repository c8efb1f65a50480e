"""A person is given everything that grants holds about them, and nothing of anybody else."""

from __future__ import annotations

from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Reserve
from shared.access.roles import Role
from shared.identifiers import derived
from shared.money import Money
from tests.privacy.held import downloaded, personal, texts

from . import home
from .applications_home import approve, assign, ready, submitted, under_review
from .payments_home import ACCOUNT, People, schedule, sign
from .test_mine import applicant


def granted(house) -> tuple[str, str]:
    """Mira signed for a grant and Ana applied: (Mira, Ana)."""
    call_id, mira = ready(house)
    application_id = under_review(house, call_id, mira)
    assign(house, application_id, "m1", cleared=("m1",))
    approve(house, application_id)
    number = house.ask(application_number, application_id)
    amount = Money(12_000_000, "RSD")
    reserve = Reserve(
        by="chair", now=house.clock.now(), application_id=application_id, amount=amount
    )
    house.decide(BUDGET, call_id, reserve)
    award_id = derived("award", home.PROGRAMME, number)
    people = People(house)
    sign(people, award_id)
    schedule(people, award_id)
    ana = home.register(house, "2", "Ana Uzorak")
    home.certify(house, ana)
    submitted(house, call_id, ana, business="Bakery of Ana Uzorak")
    return mira, ana


def application_number(connection, application_id: str) -> str:
    from services.grants.applications.views import application

    row = application(connection, application_id)
    assert row is not None
    return str(row["application_no"])


def test_every_personal_field_is_given_and_nobody_elses(house):
    mira, ana = granted(house)
    data, page = downloaded(applicant(house, mira).get("/grants/mine/held.zip"))
    mine, others = personal(house.service, mira)
    assert {"Mira Primer", ACCOUNT, "Carpentry workshop for window frames"} <= mine
    assert mine <= texts(data)
    assert "Bakery of Ana Uzorak" in others
    assert "Ana Uzorak" not in page and ana not in str(data)
    assert "Agreement" in page or "agreement" in page
    tables = {one["table"] for one in data["tables"]}
    assert {"applications", "awards", "payments", "registrations", "certificates"} <= tables


def test_an_officer_of_the_programme_takes_it_out_with_a_fresh_factor(house):
    mira, _ = granted(house)
    officer = house.as_reader(Role.programme_officer)
    data, _ = downloaded(officer.get(f"/grants/held/{mira}.zip"))
    assert personal(house.service, mira)[0] <= texts(data)
    elsewhere = house.as_reader(Role.programme_officer, programme="BA-2026")
    assert elsewhere.get(f"/grants/held/{mira}.zip").status_code == 404
    assert house.as_reader(Role.auditor).get(f"/grants/held/{mira}").status_code == 403
    assert ("exported", "a1") in house.recorded()

"""A person is given everything that grants holds about them, and nothing of anybody else."""

from __future__ import annotations

import json

from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Reserve
from services.grants.committee.review import REVIEW, CloseScoring
from services.grants.visits.visit import VISIT, PlanVisit
from shared.access.masking import masked_account
from shared.access.roles import Role
from shared.identifiers import derived
from shared.money import Money
from tests.privacy.held import downloaded, personal, texts

from . import home
from .applications_home import approve, assign, ready, submitted, under_review
from .committee_home import Committee
from .payments_home import ACCOUNT, People, schedule, sign
from .test_mine import applicant
from .test_reviews import assigned, declare, hand_in


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
    data, page = downloaded(officer.get(f"/grants/held/{mira}.zip"))
    mine = personal(house.service, mira)[0]
    assert ACCOUNT in mine and mine - {ACCOUNT} <= texts(data)
    assert ACCOUNT not in page + str(data) and masked_account(ACCOUNT) in texts(data)
    elsewhere = house.as_reader(Role.programme_officer, programme="BA-2026")
    assert elsewhere.get(f"/grants/held/{mira}.zip").status_code == 404
    assert house.as_reader(Role.auditor).get(f"/grants/held/{mira}").status_code == 403
    assert ("exported", "a1") in house.recorded()


def scored(house) -> tuple[str, str]:
    """Two members scored Mira's application and a third stepped aside: (application, Mira)."""
    committee = Committee(house)
    application_id = assigned(committee)
    for member in ("m1", "m3"):
        assert declare(committee, application_id, member).status_code == 200
    aside = declare(
        committee, application_id, "m2", conflict=True, reason="Her brother's former wife"
    )
    assert aside.status_code == 200
    for member, comment in (("m1", "I doubt the prices"), ("m3", "A sound plan")):
        sheet = hand_in(committee, application_id, member, plan=41, comment=comment)
        assert sheet.status_code == 200
    return application_id, house.ask(registration_of, application_id)


def registration_of(connection, application_id: str) -> str:
    from services.grants.applications.views import application

    row = application(connection, application_id)
    assert row is not None
    return str(row["registration_id"])


def test_an_applicant_is_given_the_sheets_once_it_is_decided(house):
    application_id, mira = scored(house)
    asker = applicant(house, mira)
    data, page = downloaded(asker.get("/grants/mine/held.zip"))
    told = json.dumps(data, ensure_ascii=False) + page + asker.get("/grants/mine/held").text
    unheard = ("I doubt", "A sound plan", "former wife", "points", "rank", "sheet_submitted")
    assert [one for one in unheard if one in told] == []
    approve(house, application_id)
    data, page = downloaded(asker.get("/grants/mine/held.zip"))
    told = json.dumps(data, ensure_ascii=False) + page
    assert [
        one for one in ("I doubt", "points", "rank", "sheet_submitted") if one not in told
    ] == []
    assert "former wife" not in told
    assert [one for one in ('"m1"', '"m2"', '"m3"') if one in told] == []


def test_an_officer_is_given_the_sheets_once_scoring_is_closed(house):
    application_id, mira = scored(house)
    officer = house.as_reader(Role.programme_officer)
    data, page = downloaded(officer.get(f"/grants/held/{mira}.zip"))
    assert [one for one in ("I doubt", "former wife", "points") if one in str(data) + page] == []
    closing = CloseScoring(by="chair", now=house.clock.now(), meeting_id="g1")
    house.decide(REVIEW, application_id, closing)
    data, page = downloaded(officer.get(f"/grants/held/{mira}.zip"))
    assert "I doubt" in str(data) and "former wife" not in str(data) + page


def test_what_names_only_an_award_or_a_payment_is_given_too(house):
    mira, _ = granted(house)
    data, _ = downloaded(applicant(house, mira).get("/grants/mine/held.zip"))
    kinds = {one["type"] for one in data["events"]}
    for name in ("budget.reserved", "budget.obligated", "award.tranche_scheduled"):
        assert f"org.zanat.grants.{name}.v1" in kinds, name


def test_a_visit_that_is_not_announced_is_told_to_nobody_before_it_is_made(house):
    mira, _ = granted(house)
    award_id = house.ask(award_of, mira)
    now = house.clock.now()
    command = PlanVisit(
        by="o1",
        now=now,
        visit_id=derived("visit", award_id, "1"),
        award_id=award_id,
        month=1,
        handed_over_on=now.date(),
        unannounced=True,
    )
    house.decide(VISIT, command.visit_id, command)
    data, page = downloaded(applicant(house, mira).get("/grants/mine/held.zip"))
    assert "visit.planned" not in str(data) and "nannounced" not in str(data["tables"]) + page
    officer = house.as_reader(Role.programme_officer)
    data, _ = downloaded(officer.get(f"/grants/held/{mira}.zip"))
    assert "visit.planned" in str(data)


def award_of(connection, registration_id: str) -> str:
    from services.grants.own.views import awards_of

    (award,) = awards_of(connection, [registration_id]).values()
    return str(award.award_id)

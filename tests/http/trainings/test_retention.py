"""An end of retention is announced a month ahead, shown, held back where needed, and done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.trainings.certificates import handling as certificates
from services.trainings.retention.handling import REVIEW_KIND
from shared.access.roles import Role
from shared.due.daily import schedule_daily
from shared.events.tables import DEAD_LETTERS

from .cohort_home import Cohort
from .conftest import PROGRAMME
from .test_erasure import counted, purged, work

API = "/trainings/api/v1/retention"
PAGE = "/trainings/retention"


@pytest.fixture
def ended(house) -> Any:
    """A programme that ended on 1 March 2026, and the clock at work."""
    house.arrives(
        "grants.programme.opened.v1",
        "programme/p1",
        programme=PROGRAMME,
        programme_id="p1",
        code=PROGRAMME,
    )
    house.arrives(
        "grants.programme.closed.v1", "programme/p1", programme=PROGRAMME, programme_id="p1"
    )
    return house


def day(house, year: int, month: int, of_month: int) -> None:
    """What the day does by itself."""
    house.clock.moment = datetime(year, month, of_month, 12, tzinfo=UTC)
    schedule_daily(house.service, house.clock.now())
    work(house)


def erasures(house) -> list[dict[str, Any]]:
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    items: list[dict[str, Any]] = auditor.get("/trainings/api/v1/erasures").json["items"]
    return items


def test_special_data_go_a_year_after_the_programme_and_are_announced_before(ended):
    mira = ended.person(declared_roma="yes", consented=True)
    day(ended, 2027, 1, 1)
    officer = ended.as_reader(Role.programme_officer)
    assert officer.get(API).json["announced"] == []
    assert "Nothing comes due in the next month" in officer.get(PAGE).text
    day(ended, 2027, 2, 1)
    officer = ended.as_reader(Role.programme_officer)
    (said,) = officer.get(API).json["announced"]
    assert said["what"] == "special" and said["registrations"] == 1
    assert (said["due_on"], said["erase_on"]) == ("2027-03-01", "2027-03-03")
    text = officer.get(PAGE).text
    assert "Especially protected" in text and "months after the end of the programme" in text
    day(ended, 2027, 3, 2)
    assert erasures(ended) == []
    day(ended, 2027, 3, 3)
    (one,) = erasures(ended)
    assert one["ground"] == "retention_ended" and one["announced_on"] == "2027-02-01"
    address = f"/trainings/api/v1/erasures/{one['erasure_id']}"
    counted(ended, address)
    purged(ended, address)
    (one,) = erasures(ended)
    assert one["state"] == "completed" and one["confirmed_by"] == "system/trainings"
    officer = ended.as_reader(Role.programme_officer)
    person = officer.get(f"/trainings/api/v1/people/{mira}").json
    assert person["declared_roma"] is None and person["full_name"] == "Mira Primer"
    day(ended, 2027, 3, 4)
    assert len(erasures(ended)) == 1


def test_who_is_held_back_is_left_out_until_the_day(ended):
    mira, ana = ended.person(), ended.person(full_name="Ana Druga")
    officer = ended.as_reader(Role.programme_officer)
    form = f"/trainings/people/{mira}/hold"
    assert officer.submit(form, idempotency_key="h0").status_code == 422
    asked = {"reason": "complaint", "idempotency_key": "h1"}
    asked |= {"until__day": "1", "until__month": "6", "until__year": "2027"}
    assert officer.submit(form, **asked).status_code == 303
    text = officer.get(PAGE).text
    assert "Mira Primer" in text and "A complaint is being looked into" in text
    day(ended, 2027, 2, 1)
    day(ended, 2027, 3, 3)
    (one,) = erasures(ended)
    address = f"/trainings/api/v1/erasures/{one['erasure_id']}"
    officer = ended.as_reader(Role.programme_officer)
    assert officer.get(address).json["registration_ids"] == [ana]
    counted(ended, address)
    purged(ended, address)
    day(ended, 2027, 5, 2)
    (said, _) = ended.as_reader(Role.programme_officer).get(API).json["announced"]
    assert (said["announced_on"], said["erase_on"]) == ("2027-05-02", "2027-06-01")
    day(ended, 2027, 5, 31)
    assert len(erasures(ended)) == 1
    day(ended, 2027, 6, 2)
    newest = erasures(ended)[0]
    address = f"/trainings/api/v1/erasures/{newest['erasure_id']}"
    officer = ended.as_reader(Role.programme_officer)
    assert officer.get(address).json["registration_ids"] == [mira]


def test_a_hold_ends_by_hand(ended):
    mira = ended.person()
    officer = ended.as_reader(Role.programme_officer)
    body = {"registration_id": mira, "until": "2027-06-01", "reason": "legal_claim"}
    assert officer.post(f"{API}/hold", body, Idempotency_Key="h1").status_code == 200
    (held,) = officer.get(API).json["held"]
    assert held["registration_id"] == mira and held["until"] == "2027-06-01"
    done = officer.submit(f"/trainings/people/{mira}/end-hold", page=PAGE)
    assert done.status_code == 303
    assert officer.get(API).json["held"] == []
    assert "Nobody is held back" in officer.get(PAGE).text


def test_a_hold_ended_by_hand_is_no_announcement(ended):
    """What was said of others a year before is not said of her: she gets her own thirty days."""
    mira, _ana = ended.person(), ended.person(full_name="Ana Druga")
    body = {"registration_id": mira, "until": "2030-06-01", "reason": "legal_claim"}
    officer = ended.as_reader(Role.programme_officer)
    assert officer.post(f"{API}/hold", body, Idempotency_Key="h1").status_code == 200
    day(ended, 2027, 2, 1)
    day(ended, 2027, 3, 3)
    done(ended)
    day(ended, 2028, 1, 10)
    officer = ended.as_reader(Role.programme_officer)
    assert officer.submit(f"/trainings/people/{mira}/end-hold", page=PAGE).status_code == 303
    day(ended, 2028, 1, 11)
    assert len(erasures(ended)) == 1
    day(ended, 2028, 2, 9)
    assert len(erasures(ended)) == 1
    day(ended, 2028, 2, 10)
    newest = erasures(ended)[0]
    assert newest["announced_on"] == "2028-01-11" and newest["registrations"] == 1


def test_a_certificate_revoked_later_gives_thirty_days_of_its_own(ended):
    cohort = Cohort.begun(ended)
    cohort.finished(passing=2)
    certificate_id = cohort.issue(cohort.people[0])[0]
    day(ended, 2029, 2, 10)
    day(ended, 2029, 3, 20)
    done(ended)
    gone = len(erasures(ended))
    day(ended, 2031, 6, 1)
    ended.act(
        lambda work: certificates.propose_revocation(
            work, by="officer-1", certificate_id=certificate_id, reason="Another person's"
        )
    )
    ended.act(
        lambda work: certificates.revoke(
            work, by="officer-2", certificate_id=certificate_id, country="RS"
        ),
        by="officer-2",
    )
    day(ended, 2031, 6, 2)
    day(ended, 2031, 7, 1)
    assert len(erasures(ended)) == gone
    day(ended, 2031, 7, 2)
    newest = erasures(ended)[0]
    assert newest["classes"] == ["identity"] and newest["announced_on"] == "2031-06-02"


def test_a_hold_stops_an_announced_erasure_that_is_asked_for_already(ended):
    mira = ended.person(declared_roma="yes", consented=True)
    ana = ended.person(full_name="Ana Druga", declared_roma="yes", consented=True)
    day(ended, 2027, 2, 1)
    day(ended, 2027, 3, 3)
    (one,) = erasures(ended)
    assert one["state"] == "asked" and one["registrations"] == 2
    officer = ended.as_reader(Role.programme_officer)
    body = {"registration_id": mira, "until": "2028-06-01", "reason": "legal_claim"}
    assert officer.post(f"{API}/hold", body, Idempotency_Key="h1").status_code == 200
    done(ended)
    assert [one["state"] for one in erasures(ended)] == ["cancelled"]
    day(ended, 2027, 3, 4)
    done(ended)
    officer = ended.as_reader(Role.programme_officer)
    told = {one: officer.get(f"/trainings/api/v1/people/{one}").json for one in (mira, ana)}
    assert told[mira]["declared_roma"] == "yes" and told[ana]["declared_roma"] is None


def test_one_with_money_under_way_does_not_stop_the_others(ended):
    mira, ana = ended.person(), ended.person(full_name="Ana Druga")
    day(ended, 2029, 2, 1)
    day(ended, 2029, 3, 3)
    draft = {"application_id": "a1", "registration_id": mira}
    ended.arrives("grants.application.drafted.v1", "application/a1", programme=PROGRAMME, **draft)
    done(ended)
    day(ended, 2029, 3, 4)
    done(ended)
    assert {one["state"] for one in erasures(ended)} == {"cancelled", "completed"}
    officer = ended.as_reader(Role.programme_officer)
    told = {one: officer.get(f"/trainings/api/v1/people/{one}").json for one in (mira, ana)}
    assert told[mira]["full_name"] == "Mira Primer" and told[ana]["full_name"] is None
    with ended.service.database.reading() as connection:
        assert connection.execute(select(DEAD_LETTERS)).all() == []


def done(house) -> None:
    """Every service answers every erasure that was asked for."""
    for one in erasures(house):
        if one["state"] == "asked":
            address = f"/trainings/api/v1/erasures/{one['erasure_id']}"
            counted(house, address)
            purged(house, address)


def test_ten_years_are_counted_from_the_latest_payment_however_statements_come(house):
    mira = house.person()

    def grants(name: str, subject: str, **data: Any) -> None:
        house.arrives(f"grants.{name}.v1", subject, programme=PROGRAMME, **data)

    grants("award.offered", "award/w1", award_id="w1", registration_id=mira)
    grants("payment.paid", "payment/y2", award_id="w1", booked_on="2026-08-10")
    grants("payment.returned", "payment/y1", award_id="w1", booked_on="2026-02-10")
    grants("award.agreement_signed", "award/w1", award_id="w1", signed_on="2026-01-10")
    grants("award.terminated", "award/w1", award_id="w1", terminated_on="2026-07-01")
    for month in (1, 2, 3, 7):
        day(house, 2036, month, 12)
        assert erasures(house) == []
    day(house, 2036, 8, 11)
    (one,) = erasures(house)
    assert one["classes"] == ["agreement"]


def test_an_agreement_goes_ten_years_after_the_last_payment_with_or_without_an_end(house):
    mira = house.person()

    def grants(name: str, subject: str, **data: Any) -> None:
        house.arrives(f"grants.{name}.v1", subject, programme=PROGRAMME, **data)

    grants("award.offered", "award/w1", award_id="w1", registration_id=mira)
    grants("award.agreement_signed", "award/w1", award_id="w1", signed_on="2026-01-10")
    grants("payment.paid", "payment/y1", award_id="w1", booked_on="2026-02-10")
    day(house, 2036, 2, 11)
    assert erasures(house) == []
    grants("award.completed", "award/w1", award_id="w1", completed_on="2026-03-01")
    day(house, 2036, 2, 12)
    day(house, 2036, 3, 13)
    (one,) = erasures(house)
    assert one["classes"] == ["agreement"]


def test_months_are_a_programmes_own_but_never_shorter_than_the_law(house):
    house.person()
    officer = house.as_reader(Role.programme_officer)
    body = {"what": "special", "months": 24}
    assert officer.post(f"{API}/months", body, Idempotency_Key="m1").status_code == 200
    rules = {one["what"]: one["months"] for one in officer.get(API).json["rules"]}
    assert rules["special"] == 24 and rules["agreement"] == 120
    short = officer.post(f"{API}/months", {"what": "agreement", "months": 60}, Idempotency_Key="m2")
    assert short.status_code == 422 and short.json["type"].endswith("retention-months")
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.post(f"{API}/months", body, Idempotency_Key="m3").status_code == 403
    assert auditor.get(API).status_code == 200


def test_the_daily_look_is_part_of_the_service(house):
    assert REVIEW_KIND in house.service.definition.daily
    schedule_daily(house.service, house.clock.now() + timedelta(days=1))
    work(house)

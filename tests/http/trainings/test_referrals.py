"""Referrals: somebody is sent to an institution, it goes on or ends, and somebody asks."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.trainings.referrals.handling import remind
from shared.access.roles import Role

from .cohort_home import TRAINER, Cohort
from .conftest import OTHER_PROGRAMME, Asker, House

API = "/trainings/api/v1/referrals"
PAGES = "/trainings/referrals"


def given(registration_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "registration_id": registration_id,
        "institution": "Škola za odrasle Primer",
        "aim": "primary_completed",
        "sent_on": "2026-02-20",
        "remind_on": "2026-03-31",
        "note": "Ask for the secretary",
        **changes,
    }


@pytest.fixture
def mira(house: House) -> str:
    return house.person()


@pytest.fixture
def referral(officer: Asker, mira: str) -> str:
    answer = officer.post(API, given(mira), Idempotency_Key="k1")
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def step(asker: Asker, referral: str, version: int, **news: Any) -> Any:
    return asker.post(
        f"{API}/{referral}/steps",
        {"on": "2026-03-01", **news},
        If_Match=f'"{version}"',
        Idempotency_Key=f"s{version}-{news['state']}",
    )


def test_goes_through_its_states_to_the_end(officer: Asker, referral: str) -> None:
    for version, state in enumerate(("accepted", "enrolled", "progressing", "completed"), start=1):
        assert step(officer, referral, version, state=state).status_code == 200
    found = officer.get(f"{API}/{referral}").json
    assert (found["state"], found["remind_on"]) == ("completed", None)
    late = step(officer, referral, 5, state="enrolled")
    assert (late.status_code, late.json["type"].rpartition("/")[2]) == (409, "step-out-of-order")


@pytest.mark.parametrize(
    ("news", "code"),
    [
        ({"state": "completed"}, "step-out-of-order"),
        ({"state": "accepted", "on": "2026-03-02"}, "not-happened-yet"),
        ({"state": "accepted", "on": "2026-02-19"}, "before-last-step"),
        ({"state": "accepted", "remind_on": "2026-03-01"}, "reminder-in-the-past"),
        ({"state": "dropped_out"}, "unknown-term"),
    ],
)
def test_refuses_what_cannot_be(
    officer: Asker, referral: str, news: dict[str, Any], code: str
) -> None:
    answer = step(officer, referral, 1, **news)
    assert answer.status_code in (409, 422)
    assert answer.json["type"].rpartition("/")[2] == code
    assert officer.get(f"{API}/{referral}").json["version"] == 1


def test_who_dropped_out_may_come_back(officer: Asker, referral: str) -> None:
    assert step(officer, referral, 1, state="enrolled").status_code == 200
    assert step(officer, referral, 2, state="dropped_out", reason="work").status_code == 200
    assert step(officer, referral, 3, state="enrolled").status_code == 200
    page = unescape(officer.get(f"{PAGES}/{referral}").text)
    assert "Dropped out: Work" in page


def test_a_stale_version_is_refused(officer: Asker, referral: str) -> None:
    assert step(officer, referral, 1, state="accepted").status_code == 200
    assert step(officer, referral, 1, state="declined").status_code == 412


def test_whoever_made_it_is_told_once_for_each_day(
    house: House, officer: Asker, referral: str
) -> None:
    remind(house.service, b"2026-03-01")
    assert house.logged("trainings.referral.news_due.v1") == []
    house.clock.advance(timedelta(days=33))
    for _ in range(2):
        remind(house.service, b"2026-04-03")
    (due,) = house.logged("trainings.referral.news_due.v1")
    assert due.referred_by == "officer-1"
    asker = house.as_reader(Role.programme_officer)
    assert "1 referral waits for news" in asker.get(f"{PAGES}?state=waiting").text
    later = asker.post(
        f"{API}/{referral}/reminder",
        {"remind_on": "2026-04-05"},
        If_Match='"2"',
        Idempotency_Key="r1",
    )
    assert later.status_code == 200
    house.clock.advance(timedelta(days=3))
    remind(house.service, b"2026-04-06")
    assert len(house.logged("trainings.referral.news_due.v1")) == 2


def test_withdrawn_it_stays_in_the_record_and_goes_no_further(
    officer: Asker, referral: str
) -> None:
    answer = officer.post(
        f"{API}/{referral}/withdraw",
        {"reason": "written for another person"},
        If_Match='"1"',
        Idempotency_Key="w1",
    )
    assert answer.status_code == 200
    assert officer.get(f"{API}/{referral}").json["withdrawn"] is True
    assert step(officer, referral, 2, state="accepted").status_code == 409


def test_notes_are_sealed_and_reading_is_on_record(
    house: House, officer: Asker, referral: str
) -> None:
    (made,) = house.logged("trainings.referral.made.v1")
    assert "secretary" not in repr(made.note)
    page = officer.get(f"{PAGES}/{referral}")
    assert "Ask for the secretary" in page.text
    read = house.logged("trainings.access.read.v1")
    assert f"referral/{referral}" in {one.subject for one in read}


def test_pages_keep_what_was_typed(officer: Asker, mira: str) -> None:
    form = officer.get(f"/trainings/people/{mira}/referral")
    assert form.status_code == 200
    key = form.text.split('name="idempotency_key" value="')[1].split('"')[0]
    sent = officer.submit(
        f"/trainings/people/{mira}/referral",
        idempotency_key=key,
        institution="Škola za odrasle Primer",
        sent_on__day="20",
        sent_on__month="2",
        sent_on__year="2026",
    )
    assert sent.status_code == 422
    assert "Škola za odrasle Primer" in unescape(sent.text)
    again = officer.submit(
        f"/trainings/people/{mira}/referral",
        idempotency_key=key,
        institution="Škola za odrasle Primer",
        aim="class_completed",
        sent_on__day="20",
        sent_on__month="2",
        sent_on__year="2026",
    )
    assert again.status_code in (302, 303)
    listed = officer.get(PAGES)
    assert "Škola za odrasle Primer" in unescape(listed.text)


def test_trainers_refer_their_own_and_others_see_nothing(house: House, officer: Asker) -> None:
    cohort = Cohort.begun(house, people=1, trainers=(TRAINER,))
    own = cohort.trainer().post(API, given(cohort.people[0]), Idempotency_Key="k2")
    assert own.status_code == 201
    other = house.as_reader(Role.trainer, account="trainer-9")
    assert other.get(f"{API}/{own.json['id']}").status_code == 404
    assert other.post(API, given(cohort.people[0]), Idempotency_Key="k3").status_code == 404
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert elsewhere.get(f"{API}/{own.json['id']}").status_code == 404
    assert elsewhere.get(API).json["items"] == []

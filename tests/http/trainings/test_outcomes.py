"""Education outcomes are recorded by the school's paper, and taken back when that was an error."""

from __future__ import annotations

import pytest

from shared.access.roles import Role

from .conftest import OTHER_PROGRAMME

OUTCOMES = "/trainings/api/v1/outcomes"
PRIMARY = {
    "outcome": "primary_completed",
    "completed_on": "2026-02-01",
    "institution": "School for adults, Kragujevac",
    "evidence": "School record 86-0",
}


@pytest.fixture
def mira(house) -> str:
    return house.person()


def test_an_outcome_is_recorded_and_taken_back(officer, mira):
    made = officer.post(OUTCOMES, {**PRIMARY, "registration_id": mira})
    assert made.status_code == 201
    address = made.headers["Location"]
    shown = officer.get(address)
    assert shown.headers["ETag"] == '"1"' and shown.json["evidence"] == PRIMARY["evidence"]
    assert shown.json["withdrawn"] is False
    reason = {"reason": "Another person of the same name"}
    assert officer.post(f"{address}/withdraw", reason).status_code == 428
    assert officer.post(f"{address}/withdraw", reason, If_Match='"3"').status_code == 412
    assert officer.post(f"{address}/withdraw", {}, If_Match='"1"').status_code == 422
    assert officer.post(f"{address}/withdraw", reason, If_Match='"1"').status_code == 200
    (item,) = officer.get(OUTCOMES).json["items"]
    assert item["withdrawn"] is True


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("outcome", "doctorate"),
        ("completed_on", "2026-03-02"),
        ("completed_on", "1066-10-14"),
        ("completed_on", "yesterday"),
        ("institution", ""),
        ("evidence", "x" * 301),
        ("registration_id", ""),
    ],
)
def test_what_cannot_be_right_is_refused(officer, mira, field, wrong):
    given = {**PRIMARY, "registration_id": mira, field: wrong}
    assert officer.post(OUTCOMES, given).status_code == 422


def test_outcomes_come_latest_first_in_pages(officer, mira):
    for day in ("2025-01-01", "2026-01-01", "2025-06-01"):
        officer.post(OUTCOMES, {**PRIMARY, "registration_id": mira, "completed_on": day})
    first = officer.get(f"{OUTCOMES}?limit=2").json
    rest = officer.get(f"{OUTCOMES}?limit=2&cursor={first['next']}").json
    days = [one["completed_on"] for one in first["items"] + rest["items"]]
    assert days == ["2026-01-01", "2025-06-01", "2025-01-01"]
    assert officer.get(f"{OUTCOMES}?outcome=secondary_diploma").json["items"] == []
    assert officer.get(f"{OUTCOMES}?cursor=WyJ4IiwieSJd").status_code == 422


def test_a_trainer_records_of_those_enrolled_with_them_alone(house, officer, trainer, mira):
    given = {**PRIMARY, "registration_id": mira}
    assert trainer.post(OUTCOMES, given).status_code == 404
    made = officer.post(OUTCOMES, given).headers["Location"]
    assert trainer.get(made).status_code == 404
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o3")
    assert elsewhere.get(made).status_code == 404
    assert elsewhere.post(OUTCOMES, given).status_code == 404
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.get(made).status_code == 200
    assert auditor.post(OUTCOMES, given).status_code == 403


# Pages


FORM = {
    "outcome": "primary_completed",
    "completed_on__day": "1",
    "completed_on__month": "2",
    "completed_on__year": "2026",
    "institution": "School for adults",
    "evidence": "School record 86-0",
}


def test_pages_record_an_outcome_and_take_it_back(officer, mira):
    assert "Nothing is recorded yet" in officer.get("/trainings/outcomes").text
    wrong = officer.submit(f"/trainings/people/{mira}/outcome", **{**FORM, "evidence": ""})
    assert wrong.status_code == 422 and 'href="#evidence"' in wrong.text
    assert 'value="School for adults"' in wrong.text
    later = {**FORM, "completed_on__year": "2027"}
    assert (
        'href="#completed_on"' in officer.submit(f"/trainings/people/{mira}/outcome", **later).text
    )
    done = officer.submit(f"/trainings/people/{mira}/outcome", **FORM)
    assert done.status_code == 303 and done.headers["Location"] == f"/trainings/people/{mira}"
    assert "Primary school completed" in officer.get(done.headers["Location"]).text
    page = officer.get("/trainings/outcomes").text
    assert "1 education outcome counts" in page and "Mira Primer" in page
    outcome = officer.get(OUTCOMES).json["items"][0]["outcome_id"]
    address = f"/trainings/outcomes/{outcome}"
    empty = officer.submit(f"{address}/withdraw", page=address, version="1")
    assert empty.status_code == 422
    gone = officer.submit(f"{address}/withdraw", page=address, version="1", reason="Twice")
    assert gone.status_code == 303
    page = officer.get(address).text
    assert "Withdrawn: Twice" in page and "recorded in error" not in page

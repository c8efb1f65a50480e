"""Outreach: activities with institutions, counted for reports, followed up, nobody named."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.trainings.outreach.handling import remind
from shared.access.roles import Role

from .cohort_home import Cohort
from .conftest import OTHER_PROGRAMME, Asker, House

API = "/trainings/api/v1/activities"
PAGES = "/trainings/outreach"


def given(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "advocacy",
        "title": "Round table about classes for adults",
        "held_on": "2026-02-20",
        "country": "RS",
        "municipality": "Kragujevac",
        "partners": [
            {"kind": "ministry", "name": "Ministarstvo Primer"},
            {"kind": "school", "name": "Škola Primer"},
        ],
        "women": 7,
        "men": 4,
        "not_known": 1,
        "agreed": "A class for adults opens in autumn",
        "follows": "The school asks for a teacher",
        "follow_up_on": "2026-04-01",
        **changes,
    }


@pytest.fixture
def activity(officer: Asker) -> str:
    answer = officer.post(API, given(), Idempotency_Key="k1")
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_is_recorded_whole(officer: Asker, activity: str) -> None:
    found = officer.get(f"{API}/{activity}").json
    assert {name: found[name] for name in given()} == given()
    (listed,) = officer.get(f"{API}?kind=advocacy&partner=school&year=2026").json["items"]
    assert listed == found
    for query in ("kind=awareness", "partner=employment_service", "year=2025"):
        assert officer.get(f"{API}?{query}").json["items"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"held_on": "2026-03-02"},
        {"women": -1},
        {"women": 10**6},
        {"partners": [{"kind": "school", "name": ""}]},
        {"partners": [{"kind": "person", "name": "Mira Primer"}]},
        {"follows": None},
        {"title": ""},
        {"country": "Srbija"},
    ],
)
def test_refuses_what_cannot_be(officer: Asker, changes: dict[str, Any]) -> None:
    assert officer.post(API, given(**changes), Idempotency_Key="k1").status_code == 422
    assert officer.get(API).json["items"] == []


def test_correcting_replaces_the_whole(officer: Asker, activity: str) -> None:
    content = given(women=9, partners=[{"kind": "school", "name": "Druga škola"}])
    sent = {"If_Match": '"1"', "Idempotency_Key": "c1"}
    headers = officer.headers | {name.replace("_", "-"): value for name, value in sent.items()}
    answer = officer.client.put(f"{API}/{activity}", json=content, headers=headers)
    assert answer.status_code == 200, answer.text
    found = officer.get(f"{API}/{activity}").json
    assert (found["women"], found["partners"]) == (9, content["partners"])


def test_what_came_of_it_is_told_in_the_history(officer: Asker, activity: str) -> None:
    answer = officer.post(
        f"{API}/{activity}/follow-up",
        {"on": "2026-03-01", "result": "The school opens a class"},
        If_Match='"1"',
        Idempotency_Key="f1",
    )
    assert answer.status_code == 200
    page = officer.get(f"{PAGES}/{activity}").text
    assert "The school opens a class" in page
    assert officer.get(f"{API}/{activity}").json["follow_up_on"] is None


def test_whoever_recorded_it_is_told_once(house: House, officer: Asker, activity: str) -> None:
    house.clock.advance(timedelta(days=40))
    for _ in range(2):
        remind(house.service, b"2026-04-10")
    (due,) = house.logged("trainings.activity.follow_up_due.v1")
    assert (due.activity_id, due.recorded_by) == (activity, "officer-1")
    later = house.as_reader(Role.programme_officer)
    assert "1 of them was to be followed up by now" in later.get(PAGES).text


def test_sums_leave_out_what_was_withdrawn(officer: Asker, activity: str) -> None:
    officer.post(API, given(title="Another", women=1, men=0, not_known=0), Idempotency_Key="k2")
    text = unescape(officer.get(PAGES).text)
    assert "2 activities of outreach" in text
    table = text.split("<tbody")[1].split("</tbody>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", table) == ["2", "13", "8", "2"]
    officer.post(
        f"{API}/{activity}/withdraw",
        {"reason": "recorded twice"},
        If_Match='"1"',
        Idempotency_Key="w1",
    )
    assert "1 activity of outreach" in officer.get(PAGES).text


def test_the_form_records_and_keeps_what_was_typed(officer: Asker) -> None:
    page = officer.get(f"{PAGES}/new")
    key = page.text.split('name="idempotency_key" value="')[1].split('"')[0]
    form = {
        "idempotency_key": key,
        "kind": "awareness",
        "title": "Day of open doors",
        "held_on__day": "20",
        "held_on__month": "2",
        "held_on__year": "2026",
        "country": "RS",
        "municipality": "Topola",
        "partner_kind": ["school", "other"],
        "partner_name": ["Škola Primer", ""],
        "women": "12",
    }
    wrong = officer.submit(f"{PAGES}/new", **{**form, "municipality": ""})
    assert wrong.status_code == 422
    assert "Day of open doors" in wrong.text and "Škola Primer" in unescape(wrong.text)
    done = officer.submit(f"{PAGES}/new", **form)
    assert done.status_code in (302, 303), done.text
    (found,) = officer.get(API).json["items"]
    assert found["partners"] == [{"kind": "school", "name": "Škola Primer"}]
    assert (found["women"], found["men"]) == (12, 0)


def table_of(reader: Asker) -> list[str]:
    """The cells of outreach beside the figures of training."""
    page = unescape(reader.get("/trainings/figures").text)
    table = page.rpartition("What was done with institutions")[2].split("</table>")[0]
    return re.findall(r"<td[^>]*>([^<]*)</td>", table)


def test_donors_see_sums_alone_and_others_nothing(house: House, activity: str) -> None:
    Cohort.begun(house)
    donor = house.as_reader(Role.donor)
    assert donor.get(f"{API}/{activity}").status_code == 403
    assert table_of(donor) == ["1", "12", "7", "2"]
    house.as_reader(Role.programme_officer).post(
        API, given(kind="awareness", women=4, men=0, not_known=0), Idempotency_Key="k8"
    )
    assert table_of(donor)[4:] == ["1", "left out", "left out", "2"]
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert elsewhere.get(f"{API}/{activity}").status_code == 404
    assert house.as_reader(Role.finance_officer).get(API).status_code == 403

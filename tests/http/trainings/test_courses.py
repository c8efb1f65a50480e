"""Courses are published in versions, of which the old ones stay as they were."""

from __future__ import annotations

import pytest

from shared.access.roles import Role

from .cohort_home import Cohort
from .conftest import OTHER_PROGRAMME

COURSES = "/trainings/api/v1/courses"
SEWING = {"title": "Sewing", "kind": "vocational", "hours": 120, "modules": ["Cloth", "Machine"]}


def test_a_course_is_published_and_then_published_anew(officer):
    made = officer.post(COURSES, SEWING, Idempotency_Key="k1")
    assert made.status_code == 201 and made.json["version"] == 1
    address = made.headers["Location"]
    assert address == f"{COURSES}/{made.json['id']}"
    longer = {**SEWING, "hours": 140}
    assert officer.post(f"{address}/versions", longer).status_code == 428
    assert officer.post(f"{address}/versions", longer, If_Match='"9"').status_code == 412
    done = officer.post(f"{address}/versions", longer, If_Match='"1"')
    assert done.status_code == 200 and done.json["version"] == 2
    shown = officer.get(address)
    assert shown.headers["ETag"] == '"2"'
    assert [(v["course_version"], v["hours"]) for v in shown.json["versions"]] == [
        (2, 140),
        (1, 120),
    ]
    assert officer.get(address, If_None_Match='"2"').status_code == 304
    same = officer.post(f"{address}/versions", longer, If_Match='"2"')
    assert same.json["version"] == 2


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", " "),
        ("title", "x" * 201),
        ("kind", "cooking"),
        ("hours", 0),
        ("hours", 10**15),
        ("hours", "many"),
        ("modules", []),
        ("modules", ["x"] * 101),
        ("modules", "Cloth"),
    ],
)
def test_what_cannot_be_right_is_refused(officer, field, wrong):
    assert officer.post(COURSES, {**SEWING, field: wrong}).status_code == 422


def test_courses_come_by_title_in_pages(house, officer):
    for title in ("Cooking", "Baking", "Accounting"):
        house.course(title=title)
    first = officer.get(f"{COURSES}?limit=2").json
    rest = officer.get(f"{COURSES}?limit=2&cursor={first['next']}").json
    titles = [one["title"] for one in first["items"] + rest["items"]]
    assert titles == ["Accounting", "Baking", "Cooking"]


def test_trainers_read_and_officers_write(house, officer, trainer):
    course_id = house.course()
    assert trainer.get(f"{COURSES}/{course_id}").status_code == 200
    assert trainer.post(COURSES, SEWING).status_code == 403
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o3")
    assert elsewhere.get(f"{COURSES}/{course_id}").status_code == 404
    assert elsewhere.post(COURSES, {**SEWING, "programme": "RS-2011"}).status_code == 403
    assert officer.get(f"{COURSES}/nothing").status_code == 404
    assert house.as_reader(Role.donor).get(COURSES).status_code == 403


# Pages


def test_pages_publish_a_course_and_a_new_version(house, officer):
    assert "There is no course yet" in officer.get("/trainings/courses").text
    form = {"title": "Sewing", "kind": "vocational", "hours": "120", "modules": "Cloth\r\nMachine"}
    wrong = officer.submit("/trainings/courses/new", **{**form, "hours": "many", "modules": ""})
    assert wrong.status_code == 422 and 'value="Sewing"' in wrong.text
    done = officer.submit("/trainings/courses/new", **form)
    assert done.status_code == 303
    address = done.headers["Location"]
    page = officer.get(address).text
    assert "Sewing" in page and "Machine" in page and "is published" in page
    form |= {"hours": "140", "version": "1"}
    again = officer.submit(f"{address}/version", **form)
    assert again.status_code == 303
    page = officer.get(address).text
    assert "140" in page and "All versions" in page
    stale = officer.submit(f"{address}/version", **form)
    assert stale.status_code == 412 and "This was changed since you opened it" in stale.text
    assert "Sewing" in officer.get("/trainings/courses").text


def test_a_trainer_is_offered_no_publishing(house, trainer):
    course_id = house.course()
    assert "Publish" not in trainer.get("/trainings/courses").text
    assert "Publish" not in trainer.get(f"/trainings/courses/{course_id}").text
    assert trainer.get("/trainings/courses/new").status_code == 403


def test_a_version_says_hours_of_modules_description_and_rule(officer):
    told = {
        **SEWING,
        "module_hours": [80, 40],
        "description": "Sew what people wear.",
        "attendance_percent_min": 90,
        "post_test_min": None,
    }
    made = officer.post(COURSES, told)
    shown = officer.get(made.headers["Location"]).json
    assert {name: shown[name] for name in told} == told
    plain = officer.get(officer.post(COURSES, {**SEWING, "title": "Knitting"}).headers["Location"])
    assert (plain.json["attendance_percent_min"], plain.json["post_test_min"]) == (80, 50)
    for wrong in (
        {"module_hours": [80]},
        {"module_hours": [80, 41]},
        {"attendance_percent_min": 0},
        {"post_test_min": 101},
    ):
        assert officer.post(COURSES, {**told, **wrong}).status_code == 422


def test_what_is_retired_runs_in_no_new_cohort_and_goes_on_in_old_ones(house, officer):
    cohort = Cohort.begun(house)
    course_id = cohort.row().course_id
    address = f"{COURSES}/{course_id}"
    longer = {"title": "Business, renamed", "kind": "business", "hours": 30, "modules": ["Plan"]}
    assert officer.post(f"{address}/versions", longer, If_Match='"1"').status_code == 200
    assert cohort.row().course_title == "Starting a small business"
    retire = {"course_version": 2, "reason": "Not approved"}
    assert officer.post(f"{address}/retire", retire, If_Match='"1"').status_code == 412
    assert officer.post(f"{address}/retire", retire, If_Match='"2"').status_code == 200
    planned = {
        "reference": "NEXT",
        "course_id": course_id,
        "country": "RS",
        "place": "Topola",
        "trainers": ["trainer-1"],
    }
    ana = cohort.trainer()
    second = ana.post("/trainings/api/v1/cohorts", {**planned, "course_version": 2})
    assert second.status_code == 409
    first = ana.post("/trainings/api/v1/cohorts", planned)
    assert ana.get(first.headers["Location"]).json["course_version"] == 1
    whole = officer.post(f"{address}/retire", {"reason": "No money"}, If_Match='"3"')
    assert whole.json["version"] == 4
    planned["reference"] = "NEVER"
    assert ana.post("/trainings/api/v1/cohorts", planned).status_code == 409
    assert officer.get(COURSES).json["items"][0]["course_retired"]
    added = ana.post(
        f"/trainings/api/v1/cohorts/{cohort.id}/sessions",
        {"on": "2026-03-09", "minutes": 60},
        If_Match=cohort.etag,
    )
    assert added.status_code == 201
    assert ana.post(f"{address}/offer", {}, If_Match='"4"').status_code == 403
    assert officer.post(f"{address}/offer", {}, If_Match='"4"').status_code == 200
    assert ana.post("/trainings/api/v1/cohorts", planned).status_code == 201


def test_pages_retire_a_version_and_offer_it_again(house, officer):
    course_id = house.course()
    address = f"/trainings/courses/{course_id}"
    form = {
        "title": "Business",
        "kind": "business",
        "hours": "",
        "modules": "Plan; 16\nMarket; 10",
        "description": "How to begin.",
        "attendance_percent_min": "75",
        "post_test_min": "",
    }
    done = officer.submit(f"{address}/version", version="1", **form)
    assert done.status_code == 303
    page = officer.get(address).text
    assert "75% of the hours, no test" in page and "How to begin." in page and "26" in page
    assert "Plan; 16" in officer.get(f"{address}/version").text
    wrong = officer.submit(f"{address}/version", version="2", **{**form, "hours": "27"})
    assert wrong.status_code == 422 and 'href="#modules"' in wrong.text
    ask = f"{address}/retire?course_version=2"
    assert "Retire version 2?" in officer.get(ask).text
    empty = officer.submit(f"{address}/retire", page=ask, course_version="2", version="2")
    assert empty.status_code == 422 and "Retire version 2?" in empty.text
    gone = officer.submit(
        f"{address}/retire", page=ask, course_version="2", reason="Too long", version="2"
    )
    assert gone.status_code == 303
    page = officer.get(address).text
    assert "Version 2 was retired." in page and "Too long" in page and "Offer again" in page
    again = f"{address}/offer?course_version=2"
    assert (
        officer.submit(f"{address}/offer", page=again, course_version="2", version="3").status_code
        == 303
    )
    assert officer.get(f"{address}/retire?course_version=9").status_code == 404
    whole = officer.submit(f"{address}/retire", reason="No money", version="4")
    assert whole.status_code == 303 and "Retired" in officer.get("/trainings/courses").text
    longer = officer.submit(f"{address}/version", version="5", **{**form, "modules": "Plan; 90"})
    assert longer.status_code == 409 and "The course is retired" in longer.text

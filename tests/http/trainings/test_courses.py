"""Courses are published in versions, of which the old ones stay as they were."""

from __future__ import annotations

import pytest

from shared.access.roles import Role

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

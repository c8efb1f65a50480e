"""Cohorts over HTTP: planned, enrolled, attended, tested, closed; by whom, and by whom not."""

from __future__ import annotations

from typing import Any

import pytest

from services.trainings.cohorts import views
from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, MINUTES, TRAINER, Cohort, tell_role, trains
from tests.http.trainings.conftest import OTHER_PROGRAMME, PROGRAMME, House

PAGES = "/trainings/cohorts"


@pytest.fixture
def cohort(house: House) -> Cohort:
    return Cohort.begun(house)


def code(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


def new_cohort(course: str, /, **fields: Any) -> dict[str, Any]:
    given = {
        "reference": "RS-BT-02",
        "course_id": course,
        "country": "RS",
        "place": "Topola",
        "trainers": [TRAINER],
    }
    return {**given, **fields}


def test_a_trainer_plans_a_cohort_fills_it_and_closes_it(house: House) -> None:
    trains(house, TRAINER, "Ana Trenerica")
    ana = house.as_reader(Role.trainer, account=TRAINER)
    mira = house.person(reference="P-1", confirmed_by="officer-2")
    made = ana.post(f"{API}/cohorts", new_cohort(house.course()))
    assert made.status_code == 201
    address = made.headers["Location"]
    assert address == f"{API}/cohorts/{made.json['id']}"

    session = ana.post(
        f"{address}/sessions", {"on": "2026-03-01", "minutes": 120}, If_Match=made.headers["ETag"]
    )
    assert (session.status_code, session.json["session"]) == (201, 1)
    enrolled = ana.post(
        f"{address}/participants", {"reference": "P-1"}, If_Match=session.headers["ETag"]
    )
    assert enrolled.status_code == 201
    marks = {"marks": [{"registration_id": mira, "attended_minutes": 100, "excused": "Doctor"}]}
    attended = ana.post(
        f"{address}/sessions/1/attendance", marks, If_Match=enrolled.headers["ETag"]
    )
    assert attended.status_code == 200
    again = ana.post(f"{address}/sessions/1/attendance", marks, If_Match=attended.headers["ETag"])
    assert again.json["version"] == attended.json["version"]
    scores = {"scores": [{"registration_id": mira, "post_test": 70}]}
    tested = ana.post(f"{address}/tests", scores, If_Match=attended.headers["ETag"])
    assert tested.status_code == 200

    one = ana.get(f"{address}/participants").json["items"][0]
    assert (one["attended_minutes"], one["attended_percent"], one["post_test"]) == (100, 83, 70)
    assert one["qualifies"] and one["missing"] == [] and one["full_name"] == "Mira Primer"
    listed = ana.get(f"{address}/sessions/1/attendance").json["items"][0]
    assert (listed["attended_minutes"], listed["excused"]) == (100, "Doctor")

    closed = ana.post(f"{address}/close", If_Match=tested.headers["ETag"])
    assert closed.status_code == 200
    shown = ana.get(address)
    assert shown.json["closed_on"] == "2026-03-01"
    assert ana.get(address, If_None_Match=shown.headers["ETag"]).status_code == 304


def test_cohorts_come_in_pages_and_only_a_trainers_own(house: House) -> None:
    Cohort.begun(house, people=0, reference="A-1")
    Cohort.begun(house, people=0, reference="A-2", trainers=("trainer-2",))
    officer = house.as_reader(Role.programme_officer)
    first = officer.get(f"{API}/cohorts?limit=1").json
    assert [item["reference"] for item in first["items"]] == ["A-1"]
    second = officer.get(f"{API}/cohorts?limit=1&cursor={first['next']}").json
    assert [item["reference"] for item in second["items"]] == ["A-2"] and second["next"] is None
    mine = house.as_reader(Role.trainer, account=TRAINER).get(f"{API}/cohorts").json["items"]
    assert [item["reference"] for item in mine] == ["A-1"]
    assert not officer.get(f"{API}/cohorts?state=closed").json["items"]


def test_writes_say_which_version_they_saw(cohort: Cohort) -> None:
    ana = cohort.trainer()
    address = f"{API}/cohorts/{cohort.id}/sessions"
    given = {"on": "2026-03-09", "minutes": 60}
    assert ana.post(address, given).status_code == 428
    stale = ana.post(address, given, If_Match='"1"')
    assert (stale.status_code, code(stale)) == (412, "stale-version")
    assert ana.post(address, given, If_Match=cohort.etag).status_code == 201


@pytest.mark.parametrize("cohort_id", ["nothing", "0192d1f0-0000-7000-8000-000000000000"])
def test_an_unknown_cohort_is_not_there(house: House, cohort_id: str) -> None:
    ana = house.as_reader(Role.trainer, account=TRAINER)
    assert ana.get(f"{API}/cohorts/{cohort_id}").status_code == 404
    assert ana.get(f"{PAGES}/{cohort_id}").status_code == 404


def test_others_do_not_see_it(cohort: Cohort) -> None:
    house = cohort.house
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert elsewhere.get(f"{API}/cohorts/{cohort.id}").status_code == 404
    stranger = house.as_reader(Role.trainer, account="trainer-9")
    assert stranger.get(f"{API}/cohorts/{cohort.id}").status_code == 404
    member = house.as_reader(Role.committee_member, account="member-1")
    assert member.get(f"{API}/cohorts").status_code == 403
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.get(f"{API}/cohorts/{cohort.id}").status_code == 200
    refused = auditor.post(f"{API}/cohorts/{cohort.id}/close", If_Match=cohort.etag)
    assert refused.status_code == 403


def test_only_its_trainers_record_in_it(cohort: Cohort) -> None:
    cohort.on_last_day()
    marks = {"marks": [{"registration_id": cohort.people[0], "attended_minutes": MINUTES}]}
    address = f"{API}/cohorts/{cohort.id}/sessions/1/attendance"
    officer = cohort.officer().post(address, marks, If_Match=cohort.etag)
    assert officer.status_code == 403
    closed = cohort.officer().post(f"{API}/cohorts/{cohort.id}/close", If_Match=cohort.etag)
    assert (closed.status_code, code(closed)) == (403, "not-the-trainer")


def test_attendance_waits_for_the_session_and_never_exceeds_it(cohort: Cohort) -> None:
    ana = cohort.trainer()
    address = f"{API}/cohorts/{cohort.id}/sessions/2/attendance"
    mark = {"registration_id": cohort.people[0], "attended_minutes": MINUTES + 1}
    early = ana.post(address, {"marks": [mark]}, If_Match=cohort.etag)
    assert (early.status_code, code(early)) == (409, "session-not-held")
    cohort.on_last_day()
    ana = cohort.trainer()
    long = ana.post(address, {"marks": [mark]}, If_Match=cohort.etag)
    assert (long.status_code, code(long)) == (422, "attendance-too-long")
    nobody = {"registration_id": "somebody", "attended_minutes": 1}
    unknown = ana.post(address, {"marks": [nobody]}, If_Match=cohort.etag)
    assert (unknown.status_code, code(unknown)) == (404, "not-enrolled")
    none = ana.post(
        f"{API}/cohorts/{cohort.id}/sessions/{10**30}/attendance",
        {"marks": [mark]},
        If_Match=cohort.etag,
    )
    assert none.status_code == 404


def test_why_somebody_was_excused_is_not_for_the_auditor(cohort: Cohort) -> None:
    cohort.on_last_day()
    address = f"{API}/cohorts/{cohort.id}/sessions/1/attendance"
    mark = {"registration_id": cohort.people[0], "attended_minutes": 0, "excused": "Hospital"}
    cohort.trainer().post(address, {"marks": [mark]}, If_Match=cohort.etag)
    auditor = cohort.house.as_reader(Role.auditor, account="auditor-1")
    items = auditor.get(address).json["items"]
    told = next(item for item in items if item["registration_id"] == cohort.people[0])
    assert told["excused"] is None and told["is_excused"]
    assert cohort.house.logged("trainings.access.read.v1")[-1].what == "names_and_attendance"


def test_reopening_needs_somebody_who_does_not_train_it(cohort: Cohort) -> None:
    cohort.finished()
    ana = cohort.trainer()
    address = f"{API}/cohorts/{cohort.id}"
    assert ana.post(f"{address}/close", If_Match=cohort.etag).status_code == 200
    late = ana.post(f"{address}/participants", {"reference": "x"}, If_Match=cohort.etag)
    assert late.status_code == 422
    reason = {"reason": "A mark was wrong"}
    own = ana.post(f"{address}/reopen", reason, If_Match=cohort.etag)
    assert (own.status_code, code(own)) == (403, "own-cohort")
    other = cohort.officer().post(f"{address}/reopen", reason, If_Match=cohort.etag)
    assert other.status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"reference": ""},
        {"reference": "x" * 61},
        {"country": "XX"},
        {"place": None},
        {"trainers": []},
        {"trainers": ["nobody"]},
        {"trainers": [TRAINER, TRAINER]},
        {"trainers": "trainer-1"},
        {"course_id": "none"},
        {"more": 1},
    ],
)
def test_a_cohort_that_cannot_be_is_refused(house: House, fields: dict[str, Any]) -> None:
    trains(house, TRAINER, "Ana Trenerica")
    ana = house.as_reader(Role.trainer, account=TRAINER)
    answer = ana.post(f"{API}/cohorts", new_cohort(house.course(), **fields))
    assert answer.status_code == 422


def test_a_reference_names_one_cohort(cohort: Cohort) -> None:
    course = cohort.house.course()
    taken = cohort.trainer().post(f"{API}/cohorts", new_cohort(course, reference="RS-BT-01"))
    assert (taken.status_code, code(taken)) == (409, "reference-taken")


@pytest.mark.parametrize(
    "given",
    [
        {"on": "0001-01-01", "minutes": 60},
        {"on": "9999-12-31", "minutes": 60},
        {"on": "tomorrow", "minutes": 60},
        {"on": "2026-03-09", "minutes": 0},
        {"on": "2026-03-09", "minutes": 10**15},
        {"on": "2026-03-09", "minutes": 1.5},
        {"on": 7, "minutes": []},
    ],
)
def test_a_session_that_cannot_be_is_refused(cohort: Cohort, given: dict[str, Any]) -> None:
    answer = cohort.trainer().post(
        f"{API}/cohorts/{cohort.id}/sessions", given, If_Match=cohort.etag
    )
    assert answer.status_code == 422


def test_a_session_is_moved_or_called_off_until_it_was_held(cohort: Cohort) -> None:
    ana, address = cohort.trainer(), f"{API}/cohorts/{cohort.id}/sessions"
    moved = ana.post(f"{address}/2", {"on": "2026-03-10", "minutes": 90}, If_Match=cohort.etag)
    assert moved.status_code == 200
    off = ana.post(f"{address}/2/cancel", If_Match=cohort.etag)
    assert off.status_code == 200
    assert ana.post(f"{address}/2/cancel", If_Match=cohort.etag).status_code == 404
    past = ana.post(address, {"on": "2026-02-01", "minutes": 90}, If_Match=cohort.etag)
    assert (past.status_code, code(past)) == (409, "session-in-the-past")


def test_the_trainers_can_change(cohort: Cohort) -> None:
    address = f"{API}/cohorts/{cohort.id}/trainers"
    ana = cohort.trainer()
    without = ana.post(address, {"trainers": ["trainer-2"]}, If_Match=cohort.etag)
    assert (without.status_code, code(without)) == (422, "name-yourself")
    officer = cohort.officer()
    assert (
        officer.post(address, {"trainers": ["trainer-2"]}, If_Match=cohort.etag).status_code == 200
    )
    assert ana.get(f"{API}/cohorts/{cohort.id}").status_code == 404


def test_a_trainer_of_every_programme_is_offered_in_each(house: House) -> None:
    trains(house, "everywhere", "Vera Trenerica", programme=None)
    trains(house, TRAINER, "Ana Trenerica")
    trains(house, "elsewhere", "Boris Trener", programme="BA-2026")

    def offered(programme: str) -> list[str]:
        with house.service.database.reading() as connection:
            return [name for _, name in views.trainers(connection, programme)]

    assert offered(PROGRAMME) == ["Ana Trenerica", "Vera Trenerica"]
    assert offered("BA-2026") == ["Boris Trener", "Vera Trenerica"]
    tell_role(house, "everywhere", "role_revoked", programme=None)
    tell_role(house, TRAINER, "role_revoked", programme="BA-2026")
    assert offered(PROGRAMME) == ["Ana Trenerica"]

"""Cohorts over HTTP: planned, enrolled, attended, tested, closed; by whom, and by whom not."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, MINUTES, TRAINER, Cohort, trains
from tests.http.trainings.conftest import OTHER_PROGRAMME, House

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


# Pages


def field(text: str, name: str) -> str:
    """The value of an input of a page."""
    return text.split(f'name="{name}"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def test_the_list_says_how_many_and_what_to_do_when_there_are_none(house: House) -> None:
    ana = house.as_reader(Role.trainer, account=TRAINER)
    empty = ana.get(PAGES).text
    assert "No cohort is open" in empty and "Plan a cohort" in empty
    Cohort.begun(house)
    page = ana.get(PAGES).text
    assert "1 cohort is open" in page and "RS-BT-01" in page and "Not begun" in page
    assert "Ana Trenerica, Boris Trener" in page
    assert "No cohort is closed" in ana.get(f"{PAGES}?state=closed").text
    assert "Plan a cohort" not in house.as_reader(Role.auditor, account="a").get(PAGES).text


def test_a_cohort_is_planned_on_a_page_that_keeps_what_was_typed(house: House) -> None:
    trains(house, TRAINER, "Ana Trenerica")
    course, ana = house.course(), house.as_reader(Role.trainer, account=TRAINER)
    form: dict[str, Any] = {
        "course_id": course,
        "reference": "RS-BT-7",
        "country": "RS",
        "trainers": [TRAINER],
    }
    wrong = ana.submit(f"{PAGES}/new", place="", **form)
    assert wrong.status_code == 422
    assert 'href="#place"' in wrong.text and field(wrong.text, "reference") == "RS-BT-7"
    made = ana.submit(f"{PAGES}/new", place="Topola", **form)
    assert made.status_code == 303
    page = ana.get(made.headers["Location"]).text
    assert "Nobody is enrolled yet" in page and "The cohort is planned" in page
    assert "Add a session" in page


def test_the_page_of_a_cohort_answers_how_many_can_be_certified(cohort: Cohort) -> None:
    assert "0 of 3 qualify so far" in cohort.trainer().get(f"{PAGES}/{cohort.id}").text
    cohort.finished(passing=2)
    page = cohort.trainer().get(f"{PAGES}/{cohort.id}").text
    assert "2 of 3 can be certified" in page
    assert "Attended 16%, at least 80% is needed" in page
    assert "Final test 40%, at least 50% is needed" in page
    assert page.count('name="person"') == 2 and "Issue certificates" in page
    officer = cohort.officer().get(f"{PAGES}/{cohort.id}").text
    assert "2 of 3 can be certified" in officer and 'name="person"' not in officer
    cohort.issue(*cohort.people[:2])
    after = cohort.trainer().get(f"{PAGES}/{cohort.id}").text
    assert "2 of 3 are certified, nobody else can be yet" in after and "RS-2026-000002" in after
    assert "names_and_results" in {
        event.what for event in cohort.house.logged("trainings.access.read.v1")
    }


def test_who_is_not_confirmed_lacks_a_second_person(house: House) -> None:
    cohort = Cohort.begun(house, people=1, confirmed=False)
    cohort.finished()
    page = cohort.trainer().get(f"{PAGES}/{cohort.id}").text
    assert "None of 1 can be certified yet" in page
    assert "A second person must confirm who this is" in page


def test_people_are_enrolled_by_their_references_all_or_nobody(cohort: Cohort) -> None:
    for n in ("X-1", "X-2"):
        cohort.house.person(reference=n, full_name=f"Nova Osoba {n}")
    ana, address = cohort.trainer(), f"{PAGES}/{cohort.id}/enrol"
    wrong = ana.submit(address, references="X-1\nnobody", version=cohort.version)
    assert wrong.status_code == 422 and "Line 2" in wrong.text and "X-1\nnobody" in wrong.text
    stale = ana.submit(address, references="X-1", version="1")
    assert stale.status_code == 412
    assert ana.submit(address, references="", version=cohort.version).status_code == 422
    done = ana.submit(address, references="X-1\r\n X-2 \r\n", version=cohort.version)
    assert done.status_code == 303
    page = ana.get(f"{PAGES}/{cohort.id}").text
    assert "Nova Osoba X-1" in page and "Nova Osoba X-2" in page


def test_attendance_is_recorded_in_a_grid(cohort: Cohort) -> None:
    address = f"{PAGES}/{cohort.id}/sessions/1"
    early = cohort.trainer().get(address).text
    assert "Session 1 is on 2 Mar 2026" in early and "minutes-" not in early
    cohort.on_last_day()
    ana = cohort.trainer()
    one, two, three = (f"minutes-{person}" for person in cohort.people)
    why = f"excused-{cohort.people[1]}"
    page = ana.get(address).text
    assert "attendance of 0 of 3 is recorded" in page
    filled = ana.submit(address, **{one: "100", "fill": "yes"})
    assert (field(filled.text, one), field(filled.text, two)) == ("100", "360")
    wrong = ana.submit(address, **{one: "1000", two: "360", "version": cohort.version})
    assert wrong.status_code == 422 and f'href="#{one}"' in wrong.text
    assert (field(wrong.text, one), field(wrong.text, two)) == ("1000", "360")
    nothing = ana.submit(address, version=cohort.version)
    assert nothing.status_code == 422
    form = {one: "360", two: "0", why: "At the doctor", three: "", "version": cohort.version}
    done = ana.submit(address, **form)
    assert done.status_code == 303
    again = ana.get(address).text
    assert "attendance of 2 of 3 is recorded" in again and "At the doctor" in again
    emptied = ana.submit(address, **{one: "", two: "0", why: "x", "version": cohort.version})
    assert emptied.status_code == 422
    officer = cohort.officer().get(address).text
    assert "At the doctor" in officer and "minutes-" not in officer
    auditor = cohort.house.as_reader(Role.auditor, account="a").get(address).text
    assert "At the doctor" not in auditor and "A reason was given" in auditor


def test_the_grid_of_another_moment_keeps_what_was_typed(cohort: Cohort) -> None:
    cohort.on_last_day()
    name = f"minutes-{cohort.people[0]}"
    stale = cohort.trainer().submit(
        f"{PAGES}/{cohort.id}/sessions/1", **{name: "350", "version": "1"}
    )
    assert stale.status_code == 412
    assert field(stale.text, name) == "350"
    assert field(stale.text, "version") == cohort.version


def test_tests_are_recorded_on_a_page(cohort: Cohort) -> None:
    cohort.on_last_day()
    ana, address = cohort.trainer(), f"{PAGES}/{cohort.id}/tests"
    one = cohort.people[0]
    assert "The final test of 3 of 3 is missing" in ana.get(address).text
    wrong = ana.submit(address, **{f"post-{one}": "101", "version": cohort.version})
    assert wrong.status_code == 422 and field(wrong.text, f"post-{one}") == "101"
    form = {f"pre-{one}": "20", f"post-{one}": "75", "version": cohort.version}
    assert ana.submit(address, **form).status_code == 303
    page = ana.get(address).text
    assert "The final test of 2 of 3 is missing" in page and field(page, f"post-{one}") == "75"


def test_sessions_are_added_moved_and_called_off_on_pages(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"{PAGES}/{cohort.id}"
    day = {"on-day": "31", "on-month": "2", "on-year": "2026"}
    wrong = ana.submit(f"{base}/sessions/new", minutes="90", version=cohort.version, **day)
    assert wrong.status_code == 422 and 'href="#on"' in wrong.text
    day = {"on-day": "5", "on-month": "3", "on-year": "2026"}
    form = {"minutes": "90", **day}
    assert ana.submit(f"{base}/sessions/new", version=cohort.version, **form).status_code == 303
    assert "Session 3" in ana.get(base).text
    moved = {**form, "on-day": "6"}
    done = ana.submit(f"{base}/sessions/3/move", version=cohort.version, **moved)
    assert done.status_code == 303
    assert "6 Mar 2026" in ana.get(f"{base}/sessions/3").text
    off = ana.submit(
        f"{base}/sessions/3/cancel", page=f"{base}/sessions/3/move", version=cohort.version
    )
    assert off.status_code == 303
    assert ana.get(f"{base}/sessions/3").status_code == 404


def test_a_cohort_is_closed_reopened_and_tells_its_history(cohort: Cohort) -> None:
    cohort.finished()
    ana, base = cohort.trainer(), f"{PAGES}/{cohort.id}"
    assert ana.submit(f"{base}/close", version=cohort.version).status_code == 303
    assert ana.submit(f"{base}/reopen", reason="x", version=cohort.version).status_code == 403
    officer = cohort.officer()
    empty = officer.submit(f"{base}/reopen", reason="", version=cohort.version)
    assert empty.status_code == 422
    assert (
        officer.submit(f"{base}/reopen", reason="A mark", version=cohort.version).status_code == 303
    )
    told = officer.get(f"{base}/history").text
    for sentence in (
        "The cohort was reopened.",
        "Attendance of session 2 was recorded.",
        "3 people",
    ):
        assert sentence in told
    assert "Ana Trenerica" in told


def test_the_trainers_are_changed_on_a_page(cohort: Cohort) -> None:
    officer, address = cohort.officer(), f"{PAGES}/{cohort.id}/trainers"
    assert officer.submit(address, version=cohort.version).status_code == 422
    done = officer.submit(address, trainers=["trainer-2"], version=cohort.version)
    assert done.status_code == 303
    assert cohort.trainer().get(f"{PAGES}/{cohort.id}").status_code == 404

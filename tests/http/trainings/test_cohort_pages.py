"""The trainers' pages of cohorts: what they answer, what they keep when something is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.roles import Role
from tests.http.trainings.cohort_home import TRAINER, Cohort, trains
from tests.http.trainings.conftest import House

PAGES = "/trainings/cohorts"


@pytest.fixture
def cohort(house: House) -> Cohort:
    return Cohort.begun(house)


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


def test_the_step_to_attendance_leads_to_all_sessions_at_once(cohort: Cohort) -> None:
    cohort.on_last_day()
    page = cohort.trainer().get(f"/trainings/cohorts/{cohort.id}").text
    link = next(line for line in page.split("<a ") if "Record attendance of session 1" in line)
    assert f'href="/trainings/cohorts/{cohort.id}/attendance"' in link

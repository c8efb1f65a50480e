"""Sessions of a cohort: several at once by a pattern, each with its module, against the hours."""

from __future__ import annotations

from typing import Any

import pytest

from services.trainings.cohorts import handling
from services.trainings.cohorts.cohort_commands import Mark
from services.trainings.cohorts.handling import NewCohort
from services.trainings.courses.rule import Rule
from shared.events.work import Work
from tests.http.trainings.cohort_home import API, MINUTES, TRAINER, Cohort, trains
from tests.http.trainings.conftest import House

PAGES = "/trainings/cohorts"


@pytest.fixture
def cohort(house: House) -> Cohort:
    """Nobody in it and no session, of a course of 24 hours in two modules."""
    trains(house, TRAINER, "Ana Trenerica")
    new = NewCohort(
        reference="RS-BT-01",
        course_id=house.course(module_hours=(16, 8)),
        country="RS",
        place="Kragujevac",
        trainers=(TRAINER,),
    )
    made = house.act(lambda work: handling.plan(work, by=TRAINER, cohort=new), by=TRAINER)
    return Cohort(house, made, [])


def test_sessions_are_put_on_several_days_all_or_none(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"{API}/cohorts/{cohort.id}"
    given: dict[str, Any] = {
        "days": ["2026-03-05", "2026-03-02"],
        "minutes": 240,
        "starts": "09:00",
        "module": 1,
        "trainer": TRAINER,
    }
    wrong = ana.post(
        f"{base}/sessions/several",
        {**given, "days": [*given["days"], "2026-02-01"]},
        If_Match=cohort.etag,
    )
    assert wrong.status_code == 409 and ana.get(base).json["sessions"] == []
    done = ana.post(f"{base}/sessions/several", given, If_Match=cohort.etag)
    assert (done.status_code, done.json["sessions"]) == (201, [1, 2])
    one = ana.get(base).json["sessions"][0]
    assert (one["held_on"], one["starts"], one["module"], one["trainer"]) == (
        "2026-03-02",
        "09:00",
        1,
        TRAINER,
    )
    impossible: list[dict[str, Any]] = [
        {"module": 3},
        {"trainer": "trainer-9"},
        {"starts": "25:00"},
        {"days": []},
        {"days": ["2026-03-09"] * 101},
    ]
    for changes in impossible:
        answer = ana.post(f"{base}/sessions/several", {**given, **changes}, If_Match=cohort.etag)
        assert answer.status_code == 422
    hours = ana.get(f"{base}/hours").json
    assert (hours["planned"], hours["scheduled"], hours["short"]) == (1440, 480, 960)
    assert [one["short"] for one in hours["modules"]] == [480, 480]


def test_a_pattern_is_seen_first_and_a_day_left_out(cohort: Cohort) -> None:
    ana, address = cohort.trainer(), f"{PAGES}/{cohort.id}/sessions/several"
    assert "24 are still missing" in ana.get(f"{PAGES}/{cohort.id}").text
    form: dict[str, Any] = {
        "first-day": "2",
        "first-month": "3",
        "first-year": "2026",
        "weekdays": ["0", "3"],
        "every_weeks": "1",
        "count": "4",
        "minutes": "360",
        "starts": "10:30",
        "module": "1",
        "version": cohort.version,
    }
    wrongs: dict[str, dict[str, Any]] = {
        "weekdays": {"weekdays": []},
        "count": {"count": "101"},
        "first": {"first-day": "31", "first-month": "2"},
        "minutes": {"minutes": ""},
    }
    for field, changes in wrongs.items():
        wrong = ana.submit(address, **{**form, **changes})
        assert wrong.status_code == 422 and f'href="#{field}"' in wrong.text
    seen = ana.submit(address, **form)
    assert seen.status_code == 200 and "Thursday, 12 Mar 2026" in seen.text
    assert ana.get(f"{API}/cohorts/{cohort.id}").json["sessions"] == []
    changed = ana.submit(address, change="yes", **form)
    assert 'value="360"' in changed.text
    days = ["2026-03-02", "2026-03-05", "2026-03-12"]
    offered = [*days, "2026-03-09"]
    none = ana.submit(address, add="yes", offered=offered, **form)
    assert none.status_code == 422 and "Choose from 1 to 100 days" in none.text
    done = ana.submit(address, add="yes", days=days, offered=offered, **form)
    assert done.status_code == 303
    page = ana.get(f"{PAGES}/{cohort.id}").text
    assert "10:30" in page and "6 are still missing" in page and "Hours by module" in page


def test_a_session_that_is_moved_keeps_its_module(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"{PAGES}/{cohort.id}/sessions"
    day = {"on-day": "5", "on-month": "3", "on-year": "2026"}
    new = {"minutes": "90", "starts": "10:00", "module": "2", **day}
    assert ana.submit(f"{base}/new", version=cohort.version, **new).status_code == 303
    moved = {**new, "on-day": "6"}
    assert ana.submit(f"{base}/1/move", version=cohort.version, **moved).status_code == 303
    one = ana.get(f"{API}/cohorts/{cohort.id}").json["sessions"][0]
    assert (one["held_on"], one["starts"], one["module"]) == ("2026-03-06", "10:00", 2)
    gone = {**moved, "module": "", "starts": ""}
    assert ana.submit(f"{base}/1/move", version=cohort.version, **gone).status_code == 303
    assert ana.get(f"{API}/cohorts/{cohort.id}").json["sessions"][0]["module"] is None


def test_a_certificate_follows_the_rule_of_the_cohorts_version(house: House) -> None:
    trains(house, TRAINER, "Ana Trenerica")
    course_id = house.course(rule=Rule(attendance_percent_min=50, post_test_min=None))
    new = NewCohort(
        reference="LENIENT",
        course_id=course_id,
        country="RS",
        place="Kragujevac",
        trainers=(TRAINER,),
    )
    mira = house.person(reference="M-1", confirmed_by="officer-2")

    def fill(work: Work) -> str:
        cohort_id = handling.plan(work, by=TRAINER, cohort=new)
        day = work.now.date()
        handling.schedule(
            work, by=TRAINER, cohort_id=cohort_id, session=None, on=day, minutes=MINUTES
        )
        handling.enrol(work, by=TRAINER, cohort_id=cohort_id, reference="M-1")
        return cohort_id

    cohort = Cohort(house, house.act(fill, by=TRAINER), [mira])
    officer = cohort.officer()
    strict = {"title": "Stricter", "kind": "business", "hours": 24, "modules": ["Plan"]}
    address = f"{API}/courses/{course_id}"
    assert officer.post(f"{address}/versions", strict, If_Match='"1"').status_code == 200
    marks = (Mark(registration_id=mira, attended_minutes=MINUTES // 2),)
    house.act(
        lambda work: handling.attendance(
            work, by=TRAINER, cohort_id=cohort.id, session=1, marks=marks
        ),
        by=TRAINER,
    )
    one = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/participants").json["items"][0]
    assert (one["attended_percent"], one["post_test"], one["qualifies"]) == (50, None, True)
    assert len(cohort.issue()) == 1

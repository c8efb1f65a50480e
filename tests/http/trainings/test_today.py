"""A trainer's day: the session of today, who missed the last ones, who needs somebody to act."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

from services.trainings.cohorts import handling
from services.trainings.cohorts.cohort_commands import Mark
from shared.access.roles import Role
from shared.events.work import Work

from .cohort_home import MINUTES, OTHER_TRAINER, TRAINER, Cohort, next_day
from .conftest import Asker, House

PAGE = "/trainings/today"


def of(cohort: Cohort, account: str = TRAINER) -> str:
    answer = cohort.trainer(account).get(PAGE)
    assert answer.status_code == 200
    return unescape(answer.text)


def mark(cohort: Cohort, session: int, minutes: int, *people: str) -> None:
    def handler(work: Work) -> None:
        marks = tuple(Mark(registration_id=one, attended_minutes=minutes) for one in people)
        handling.attendance(work, by=TRAINER, cohort_id=cohort.id, session=session, marks=marks)

    cohort.house.act(handler, by=TRAINER)


def test_the_day_before_the_next_session_is_told(house: House) -> None:
    cohort = Cohort.begun(house)
    assert "No session today, the next is on" in of(cohort)


def test_todays_session_is_the_title_with_how_many_are_recorded(house: House) -> None:
    cohort = Cohort.begun(house)
    next_day(house)
    assert "Session 1 of RS-BT-01 is today" in of(cohort)
    assert "0 of 3 recorded" in of(cohort)
    mark(cohort, 1, MINUTES, *cohort.people[:2])
    assert "2 of 3 recorded" in of(cohort)
    mark(cohort, 1, 0, cohort.people[2])
    page = of(cohort)
    assert "Dragan Ogled" in page and "Cannot reach 80% any more" in page
    assert "Mira Primer" not in page.split("Who needs somebody to act")[1]


def test_who_missed_the_last_two_sessions_is_named(house: House) -> None:
    cohort = Cohort.begun(house)

    def more(work: Work) -> None:
        for day in range(4, 12):
            handling.schedule(
                work,
                by=TRAINER,
                cohort_id=cohort.id,
                session=None,
                on=date(2026, 3, day),
                minutes=MINUTES,
            )

    house.act(more, by=TRAINER)
    for session in (1, 2):
        next_day(house)
        mark(cohort, session, MINUTES, *cohort.people[1:])
        mark(cohort, session, 0, cohort.people[0])
    next_day(house)
    page = of(cohort)
    assert page.count("Missed the last two sessions") == 1
    assert "Mira Primer" in page and "Sanja Uzorak" not in page


def test_earlier_sessions_without_attendance_are_asked_for(house: House) -> None:
    cohort = Cohort.begun(house)
    house.clock.advance(timedelta(days=2))
    assert "Attendance of 1 earlier session is not recorded" in of(cohort)


def test_only_own_cohorts_are_there_and_reading_is_on_record(house: House) -> None:
    cohort = Cohort.begun(house, trainers=(TRAINER,))
    assert "You run no cohort" in of(cohort, OTHER_TRAINER)
    before = len(house.logged("trainings.access.read.v1"))
    of(cohort)
    assert len(house.logged("trainings.access.read.v1")) == before + 1
    officer: Asker = house.as_reader(Role.programme_officer)
    assert officer.get(PAGE).status_code == 403

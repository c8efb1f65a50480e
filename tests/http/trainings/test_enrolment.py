"""Places, waiting, leaving, coming back and going on elsewhere, over HTTP and on pages."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from services.trainings.cohorts import handling, taking_part
from services.trainings.cohorts.cohort_commands import Mark
from services.trainings.cohorts.handling import NewDetails
from shared.access.roles import Role
from shared.events.work import Work
from tests.http.trainings.cohort_home import API, MINUTES, TRAINER, Cohort
from tests.http.trainings.conftest import House

PAGES = "/trainings/cohorts"


@pytest.fixture
def cohort(house: House) -> Cohort:
    """Three people in three places."""
    found = Cohort.begun(house)
    details = NewDetails(place="Kragujevac", capacity=3)
    house.act(
        lambda work: handling.change_details(work, by=TRAINER, cohort_id=found.id, details=details),
        by=TRAINER,
    )
    return found


def code(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


def another(cohort: Cohort, reference: str) -> Cohort:
    """A further cohort of the same course version, with nobody in it."""
    new = handling.NewCohort(
        reference=reference,
        course_id=cohort.row().course_id,
        country="RS",
        place="Topola",
        trainers=(TRAINER,),
    )
    made = cohort.house.act(lambda work: handling.plan(work, by=TRAINER, cohort=new), by=TRAINER)
    return Cohort(cohort.house, made, [])


def test_who_finds_no_place_waits_and_is_let_in_by_a_person(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"{API}/cohorts/{cohort.id}"
    for n in ("W-1", "W-2"):
        cohort.house.person(reference=n, full_name=f"Čeka {n}")
        made = ana.post(f"{base}/participants", {"reference": n}, If_Match=cohort.etag)
        assert (made.status_code, made.json["outcome"]) == (201, "waiting")
    waits = ana.get(f"{base}/waiting").json
    assert ([one["reference"] for one in waits["items"]], waits["places"]) == (["W-1", "W-2"], 0)
    full = ana.post(f"{base}/waiting/promote", {"count": 1}, If_Match=cohort.etag)
    assert (full.status_code, code(full)) == (409, "cohort-full")
    leaver = cohort.people[0]
    out = f"{base}/participants/{leaver}/drop-out"
    assert ana.post(out, {"reason": "nonsense"}, If_Match=cohort.etag).status_code == 422
    assert ana.post(out, {"reason": "work"}, If_Match=cohort.etag).status_code == 200
    assert ana.post(f"{base}/waiting/promote", If_Match='"1"', json={}).status_code == 412
    done = ana.post(f"{base}/waiting/promote", {}, If_Match=cohort.etag)
    assert done.status_code == 200
    assert [one["reference"] for one in ana.get(f"{base}/waiting").json["items"]] == ["W-2"]
    second = ana.get(f"{base}/waiting").json["items"][0]["registration_id"]
    off = f"{base}/waiting/{second}/remove"
    assert ana.post(off, {"reason": "Too late"}, If_Match=cohort.etag).status_code == 200
    assert ana.get(f"{base}/waiting").json["items"] == []
    back = ana.post(f"{base}/participants", {"registration_id": leaver}, If_Match=cohort.etag)
    assert back.json["outcome"] == "waiting"
    both = {"registration_id": leaver, "reference": "W-1"}
    assert ana.post(f"{base}/participants", both, If_Match=cohort.etag).status_code == 422


def test_of_two_who_come_for_the_last_place_at_once_one_waits(cohort: Cohort) -> None:
    house = cohort.house
    house.act(
        lambda work: taking_part.drop_out(
            work,
            by=TRAINER,
            cohort_id=cohort.id,
            registration_id=cohort.people[0],
            reason="not_told",
        ),
        by=TRAINER,
    )
    two = [house.person(reference=n, full_name=f"Nova {n}") for n in ("N-1", "N-2")]
    turns: list[int] = []
    outcomes: list[str] = []

    def come(work: Work, registration_id: str) -> str:
        return taking_part.enrol(
            work, by=TRAINER, cohort_id=cohort.id, registration_id=registration_id
        )

    def first(work: Work) -> str:
        turns.append(1)
        found = come(work, two[0])
        if len(turns) == 1:

            def second() -> None:
                outcomes.append(house.act(lambda other: come(other, two[1]), by=TRAINER))

            thread = threading.Thread(target=second)
            thread.start()
            thread.join(20)
        return found

    outcomes.append(house.act(first, by=TRAINER))
    assert sorted(outcomes) == ["enrolled", "waiting"] and len(turns) == 2


def test_why_somebody_left_is_for_who_records_and_every_reading_is_on_record(
    cohort: Cohort,
) -> None:
    leaver, base = cohort.people[0], f"{API}/cohorts/{cohort.id}"
    out = f"{base}/participants/{leaver}/drop-out"
    cohort.trainer().post(out, {"reason": "health"}, If_Match=cohort.etag)
    one = cohort.officer().get(f"{base}/participants/{leaver}").json
    assert (one["left_reason"], one["left_on"], one["attendance"]) == (
        "health",
        "2026-03-01",
        "left",
    )
    assert cohort.house.logged("trainings.access.read.v1")[-1].what == "names_and_reasons"
    auditor = cohort.house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.get(f"{base}/participants/{leaver}").json["left_reason"] is None
    listed = auditor.get(f"{base}/participants").json["items"]
    assert {row["registration_id"]: row["missing"] for row in listed}[leaver][0] == "dropped_out"
    dropped = cohort.house.logged("trainings.cohort.dropped_out.v1")[-1]
    assert dropped.reason != "health", "the reason is sealed"
    assert auditor.post(out, {"reason": "work"}, If_Match=cohort.etag).status_code == 403
    assert ana_counts(cohort) == 2


def ana_counts(cohort: Cohort) -> int:
    """How many take part, as the list of cohorts says."""
    rows = cohort.trainer().get(f"{API}/cohorts").json["items"]
    return int(next(row["participants"] for row in rows if row["cohort_id"] == cohort.id))


def test_a_transfer_takes_hours_along_and_leaves_attendance_behind(cohort: Cohort) -> None:
    house, mira = cohort.house, cohort.people[0]
    cohort.on_last_day()
    mark = (Mark(registration_id=mira, attended_minutes=MINUTES),)
    house.act(
        lambda work: handling.attendance(
            work, by=TRAINER, cohort_id=cohort.id, session=1, marks=mark
        ),
        by=TRAINER,
    )
    target, ana = another(cohort, "RS-BT-02"), cohort.trainer()
    move = f"{API}/cohorts/{cohort.id}/participants/{mira}/transfer"
    done = ana.post(move, {"to_cohort_id": target.id}, If_Match=cohort.etag)
    assert done.status_code == 200
    one = ana.get(f"{API}/cohorts/{target.id}/participants").json["items"][0]
    # Its sessions are all to come, so that nothing was missed that the hours could stand in for.
    assert (one["registration_id"], one["transferred_from"], one["carried_minutes"]) == (
        mira,
        cohort.id,
        0,
    )
    rows = ana.get(f"{API}/cohorts/{cohort.id}/participants").json["items"]
    there = next(row for row in rows if row["registration_id"] == mira)
    assert (there["attended_minutes"], there["transferred_to"]) == (MINUTES, target.id)
    back = f"{API}/cohorts/{target.id}/participants/{mira}/transfer"
    assert ana.post(back, {"to_cohort_id": cohort.id}, If_Match=target.etag).status_code == 200
    again = ana.get(f"{API}/cohorts/{cohort.id}/participants").json["items"]
    assert all(row["left_on"] is None for row in again)


def test_a_transfer_goes_to_the_same_version_in_reach_and_never_after_a_certificate(
    cohort: Cohort,
) -> None:
    house, mira = cohort.house, cohort.people[0]
    other = Cohort.begun(house, people=0, reference="OTHER")
    hidden = Cohort.begun(house, people=0, reference="HIDDEN", trainers=("trainer-2",))
    move = f"{API}/cohorts/{cohort.id}/participants/{mira}/transfer"
    ana = cohort.trainer()
    wrong = ana.post(move, {"to_cohort_id": other.id}, If_Match=cohort.etag)
    assert (wrong.status_code, code(wrong)) == (409, "another-course")
    assert ana.post(move, {"to_cohort_id": hidden.id}, If_Match=cohort.etag).status_code == 404
    target = another(cohort, "RS-BT-03")
    cohort.finished()
    ana = cohort.trainer()
    cohort.issue(mira)
    late = ana.post(move, {"to_cohort_id": target.id}, If_Match=cohort.etag)
    assert (late.status_code, code(late)) == (409, "certified")


def test_who_will_qualify_is_told_while_there_is_time(cohort: Cohort) -> None:
    base = f"{API}/cohorts/{cohort.id}"
    first = cohort.trainer().get(f"{base}/outlook").json["items"]
    assert {(one["sessions_needed"], one["sessions_to_come"]) for one in first} == {(2, 2)}
    cohort.house.clock.moment = cohort.house.clock.moment.replace(day=2)
    marks = tuple(
        Mark(registration_id=one, attended_minutes=minutes)
        for one, minutes in zip(cohort.people, (MINUTES, 240, 0), strict=True)
    )
    cohort.house.act(
        lambda work: handling.attendance(
            work, by=TRAINER, cohort_id=cohort.id, session=1, marks=marks
        ),
        by=TRAINER,
    )
    ana = cohort.trainer()
    rows = {one["registration_id"]: one for one in ana.get(f"{base}/outlook").json["items"]}
    told = [(rows[one]["attendance"], rows[one]["best_hundredths"]) for one in cohort.people]
    assert told == [("on_course", 100), ("on_course", 83), ("out_of_reach", 50)]
    assert "Cannot reach 80% any more, 50% at best" in rows[cohort.people[2]]["words"]
    page = ana.get(f"{PAGES}/{cohort.id}").text
    assert "Will qualify by coming to the one session to come" in page
    assert "Cannot qualify" in page and "No test after yet" in page


# Pages


def test_people_are_found_by_name_and_seen_before_they_are_enrolled(cohort: Cohort) -> None:
    house = cohort.house
    ids = [house.person(reference=n, full_name=f"Đurđa Tražena {n}") for n in ("F-1", "F-2")]
    officer, base = cohort.officer(), f"{PAGES}/{cohort.id}"
    found = officer.submit(f"{base}/enrol/find", page=f"{base}/enrol", q="djurdja trazena")
    assert found.status_code == 200 and "F-1" in found.text and "F-2" in found.text
    seen = officer.submit(f"{base}/enrol/chosen", page=f"{base}/enrol", people=ids)
    assert "2 wait for a place" in seen.text
    none = officer.submit(f"{base}/enrol/chosen", page=f"{base}/enrol")
    assert "Choose at least one person" in none.text
    done = officer.submit(
        f"{base}/enrol/chosen",
        page=f"{base}/enrol",
        people=ids,
        confirmed="yes",
        version=cohort.version,
    )
    assert done.status_code == 303
    page = officer.get(base).text
    assert "2 people wait for a place" in page and "Đurđa Tražena F-1" in page


def test_a_person_is_enrolled_from_their_own_page(cohort: Cohort) -> None:
    house = cohort.house
    mira = house.person(reference="P-9", full_name="Nova Osoba")
    officer, address = cohort.officer(), f"/trainings/people/{mira}/enrol"
    assert f'href="{address}"' in officer.get(f"/trainings/people/{mira}").text
    page = officer.get(address).text
    assert "RS-BT-01" in page and "they will wait" in page
    assert officer.submit(address, to="").status_code == 422
    done = officer.submit(address, to=cohort.id)
    assert done.status_code == 303
    shown = officer.get(done.headers["Location"]).text
    assert "No place was free" in shown and "1 person waits for a place" in shown
    assert "RS-BT-01" not in officer.get(address).text


def test_pages_let_people_leave_wait_and_come_back(cohort: Cohort) -> None:
    house, leaver = cohort.house, cohort.people[0]
    house.person(reference="W-1", full_name="Čeka Prva")
    ana, base = cohort.trainer(), f"{PAGES}/{cohort.id}"
    ana.submit(f"{base}/enrol", references="W-1", version=cohort.version)
    one = f"{base}/participants/{leaver}"
    wrong = ana.submit(f"{one}/drop-out", page=one, version=cohort.version)
    assert wrong.status_code == 422 and "Choose a reason" in wrong.text
    left = ana.submit(f"{one}/drop-out", page=one, reason="family", version=cohort.version)
    assert left.status_code == 303
    page = ana.get(base).text
    assert "1 person left" in page and "Čeka Prva waits longest" in page
    assert "Family" in ana.get(one).text
    assert "Family" not in house.as_reader(Role.auditor, account="a").get(one).text
    assert (
        ana.submit(f"{base}/waiting/promote", page=base, count="1", version=cohort.version)
    ).status_code == 303
    assert "wait for a place" not in ana.get(base).text
    again = ana.submit(f"{one}/come-back", page=one, version=cohort.version)
    assert again.status_code == 303 and "1 person waits for a place" in ana.get(base).text
    off = f"{base}/waiting/{leaver}"
    assert ana.submit(off, version=cohort.version).status_code == 422
    assert ana.submit(off, reason="Moved", version=cohort.version).status_code == 303
    told = ana.get(f"{base}/history").text
    for sentence in ("Somebody dropped out.", "Somebody was taken off the waiting list.", "Moved"):
        assert sentence in told
    assert "family" not in told.lower()


def test_a_page_transfers_somebody(cohort: Cohort) -> None:
    mira, ana = cohort.people[0], cohort.trainer()
    one = f"{PAGES}/{cohort.id}/participants/{mira}"
    assert "No other open cohort runs this version" in ana.get(one).text
    target = another(cohort, "RS-BT-02")
    assert "RS-BT-02" in ana.get(one).text
    nothing = ana.submit(f"{one}/transfer", page=one, version=cohort.version)
    assert nothing.status_code == 422
    done = ana.submit(f"{one}/transfer", page=one, to=target.id, version=cohort.version)
    assert done.status_code == 303
    assert "goes on in another cohort" in ana.get(one).text
    assert "Mira Primer" in ana.get(f"{PAGES}/{target.id}").text


def test_details_are_changed_on_a_page(cohort: Cohort) -> None:
    ana, address = cohort.trainer(), f"{PAGES}/{cohort.id}/details"
    wrong = ana.submit(address, place="Topola", capacity="501", version=cohort.version)
    assert wrong.status_code == 422 and 'href="#capacity"' in wrong.text
    done = ana.submit(
        address, place="Topola", venue="Room 3", capacity="12", version=cohort.version
    )
    assert done.status_code == 303
    page = ana.get(f"{PAGES}/{cohort.id}").text
    assert "Room 3" in page and "3 of 12 taken" in page


def test_going_to_and_fro_makes_no_hours(cohort: Cohort) -> None:
    house, mira = cohort.house, cohort.people[0]
    target = another(cohort, "RS-BT-02")

    def sessions(work: Work) -> None:
        for one, days in ((cohort.id, (10, 11, 12)), (target.id, (2, 3, 4, 5, 6))):
            for day in days:
                on = date(2026, 3, day)
                handling.schedule(
                    work, by=TRAINER, cohort_id=one, session=None, on=on, minutes=MINUTES
                )

    house.act(sessions, by=TRAINER)
    cohort.on_last_day()
    mark = (Mark(registration_id=mira, attended_minutes=MINUTES),)
    house.act(
        lambda work: handling.attendance(
            work, by=TRAINER, cohort_id=cohort.id, session=1, marks=mark
        ),
        by=TRAINER,
    )
    house.clock.moment = house.clock.moment.replace(day=7)
    ana, here, there = cohort.trainer(), cohort, target
    for _ in range(5):
        move = f"{API}/cohorts/{here.id}/participants/{mira}/transfer"
        assert ana.post(move, {"to_cohort_id": there.id}, If_Match=here.etag).status_code == 200
        here, there = there, here
        told = ana.get(f"{API}/cohorts/{here.id}/participants").json["items"]
        minutes = {one["registration_id"]: one["attended_minutes"] for one in told}
        assert minutes[mira] == MINUTES

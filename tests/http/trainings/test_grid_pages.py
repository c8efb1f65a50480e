"""The pages of the grids: what they answer, who reads what, and how a dispute is decided."""

from __future__ import annotations

from typing import Any

import pytest

from services.trainings.attendance.sheet_pages import GUEST_ROWS
from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, OTHER_TRAINER, Cohort
from tests.http.trainings.conftest import House

PAGES = "/trainings/cohorts"


@pytest.fixture
def cohort(house: House) -> Cohort:
    return Cohort.begun(house)


def note(cohort: Cohort, person: int, n: str, value: int, account: str, **more: Any) -> None:
    """An entry in session 1 by a trainer who saw none."""
    entry = {"entry_id": n, "registration_id": cohort.people[person], "place": "1", "value": value}
    answer = cohort.trainer(account).post(
        f"{API}/cohorts/{cohort.id}/entries", {"entries": [{**entry, **more}]}
    )
    assert answer.status_code == 200


def read(cohort: Cohort) -> list[str]:
    """What was read, as it stands on record."""
    return [event.what for event in cohort.house.logged("trainings.access.read.v1")]


def test_the_grid_answers_how_much_is_missing_up_to_today(cohort: Cohort) -> None:
    address = f"{PAGES}/{cohort.id}/attendance"
    early = cohort.trainer().get(address).text
    assert "Attendance is complete up to today" in early and "data-open" not in early
    cohort.on_last_day()
    page = cohort.trainer().get(address).text
    assert "entries missing up to today: 6" in page and page.count("data-open") == 2
    assert "grid.js" in page and "Mira Primer" in page
    note(cohort, 0, "e1", 100, "trainer-1", excused_as="illness", excused="At the doctor")
    after = cohort.trainer().get(address).text
    assert 'data-e="e1" data-x>100' in after and "missing up to today: 5" in after
    # The page may be kept in a browser: no reason stands in it.
    assert "doctor" not in after and "Ill" not in after.split("<dialog")[0]
    officer = cohort.officer().get(address).text
    assert "grid.js" not in officer and "The trainers of this cohort record attendance" in officer
    assert cohort.trainer("trainer-9").get(address).status_code == 404
    assert read(cohort)[-1] == "names_and_attendance"


def test_a_closed_cohort_shows_its_grid_and_takes_nothing(cohort: Cohort) -> None:
    cohort.finished()
    closed = cohort.trainer().post(f"{API}/cohorts/{cohort.id}/close", If_Match=cohort.etag)
    assert closed.status_code == 200
    for address in ("attendance", "attendance/tests"):
        page = cohort.trainer().get(f"{PAGES}/{cohort.id}/{address}").text
        assert "grid.js" not in page and "The cohort is closed" in page


def test_an_empty_grid_says_what_to_do(house: House) -> None:
    cohort = Cohort.begun(house, people=0)
    for address in ("attendance", "attendance/tests"):
        assert (
            "Nobody takes part yet" in cohort.trainer().get(f"{PAGES}/{cohort.id}/{address}").text
        )


def test_tests_show_the_improvement(cohort: Cohort) -> None:
    address = f"{PAGES}/{cohort.id}/attendance/tests"
    assert "from the first session on" in cohort.trainer().get(address).text
    cohort.finished(passing=2)
    page = cohort.trainer().get(address).text
    assert "All final tests are recorded" in page
    assert page.count("<td data-gain>+50</td>") == 2 and "<td data-gain>+10</td>" in page


def test_a_dispute_is_decided_on_a_page(cohort: Cohort) -> None:
    cohort.on_last_day()
    note(cohort, 0, "ana", 360, "trainer-1")
    note(cohort, 0, "boris", 0, OTHER_TRAINER, excused_as="illness", excused="At the doctor")
    address = f"{PAGES}/{cohort.id}/attendance/differences"
    page = cohort.trainer().get(address).text
    assert "To be decided: 1" in page and "Mira Primer, Session 1" in page
    assert "Ana Trenerica" in page and "Boris Trener" in page and "Ill: At the doctor" in page
    auditor = cohort.house.as_reader(Role.auditor, account="a").get(address).text
    assert "doctor" not in auditor and "A reason was given" in auditor and "Take 0" not in auditor
    stale = cohort.trainer().submit(address, entry_id="boris", seen="", take="yes")
    assert stale.status_code == 409 and "Look at it again" in stale.text
    done = cohort.trainer().submit(address, entry_id="boris", seen="ana", take="yes")
    assert done.status_code == 303
    assert "Nothing is to be decided" in cohort.trainer().get(address).text
    earlier = cohort.trainer().get(f"{PAGES}/{cohort.id}/attendance/earlier").text
    assert "Entries that were corrected: 1" in earlier
    assert earlier.index("360") < earlier.index("Ill: At the doctor")
    assert read(cohort)[-1] == "names_and_reasons"


def test_a_form_and_the_grid_agree_on_an_excuse(cohort: Cohort) -> None:
    cohort.on_last_day()
    one = cohort.people[0]
    form = {f"minutes-{one}": "60", f"as-{one}": "family", "version": cohort.version}
    address = f"{PAGES}/{cohort.id}/sessions/1"
    assert cohort.trainer().submit(address, **form).status_code == 303
    page = cohort.trainer().get(address).text
    assert '<option value="family" selected>' in page
    assert "Family" in cohort.officer().get(address).text
    told = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/entries").json["entries"]
    assert (told[0]["entry_id"], told[0]["is_excused"]) == ("v1", True)
    wrong = {f"minutes-{one}": "60", f"as-{one}": "bored", "version": cohort.version}
    assert cohort.trainer().submit(address, **wrong).status_code == 422


def test_a_sheet_to_sign_in_has_a_page_a_session_and_rows_for_guests(cohort: Cohort) -> None:
    address = f"{PAGES}/{cohort.id}/sheet"
    page = cohort.trainer().get(address).text
    assert page.count("zanat-sheet__table") == 2 and "Ana Trenerica, Boris Trener" in page
    one = cohort.trainer().get(f"{address}?session=2").text
    assert one.count("zanat-sheet__table") == 1 and "3 Mar 2026" in one
    assert one.count('<tr class="govuk-table__row"><td') == 3 + GUEST_ROWS
    assert cohort.trainer().get(f"{address}?session=9").status_code == 404
    assert read(cohort)[-1] == "sign_in_sheet"
    assert cohort.trainer("trainer-9").get(address).status_code == 404


def test_the_worker_comes_from_where_it_may_look_after_cohorts_only(cohort: Cohort) -> None:
    answer = cohort.trainer().get(f"{PAGES}/offline.js")
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers

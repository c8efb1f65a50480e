"""A sheet is of one moment on either database, and leaves no connection behind."""

from __future__ import annotations

from contextlib import closing

import pytest

from services.trainings.exports import asked, making, rows
from services.trainings.exports.asked import Asked
from services.trainings.exports.kinds import KINDS
from services.trainings.reach import Reach
from shared.access.roles import Role
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import PROGRAMME, House

API = "/trainings/api/v1/exports"
EVERYTHING = Reach("officer-1", frozenset({PROGRAMME}), frozenset())


def given_out(house: House) -> int:
    """Connections that were not given back."""
    return house.service.database.engine.pool.checkedout()  # type: ignore[attr-defined]


def test_every_sheet_in_every_form(busy: House) -> None:
    cohort = Cohort.begun(busy)
    cohort.finished()
    cohort.issue()
    officer = cohort.officer()
    for kind in KINDS:
        for form in ("csv", "xlsx"):
            answer = officer.post(API, {"kind": kind, "form": form})
            assert answer.status_code == 200, f"{kind} {form}: {answer.text}"
    found = officer.post(API, {"kind": "people", "q": "Mira"})
    assert found.headers["Zanat-Control-Count"] == "1"
    assert given_out(busy) == 0


def test_what_comes_in_meanwhile_is_not_in_it(busy: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "FETCHED", 1)
    for n in range(3):
        busy.person(reference=f"P-{n}")
    everything = Asked(programme=PROGRAMME, reach=EVERYTHING, people=EVERYTHING, reasons=EVERYTHING)
    with (
        busy.service.database.reading_one_state() as connection,
        closing(rows.rows("people", connection, everything)) as found,
    ):
        first = next(found)["reference"]
        busy.person(reference="P-9")
        rest = [one["reference"] for one in found]
        again = [one["reference"] for one in rows.rows("people", connection, everything)]
    assert [first, *rest] == again == ["P-0", "P-1", "P-2"]


def test_what_breaks_off_gives_its_connection_back(
    busy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "FETCHED", 1)
    for n in range(4):
        busy.person(reference=f"P-{n}")
    officer = busy.as_reader(Role.programme_officer)
    gone = officer.client.post(
        API, json={"kind": "people", "form": "csv"}, headers=officer.headers, buffered=False
    )
    assert given_out(busy) == 0
    gone.close()
    monkeypatch.setattr(making, "ROWS_MAX", 2)
    refused = officer.post(API, {"kind": "people"})
    assert (refused.status_code, given_out(busy)) == (409, 0)

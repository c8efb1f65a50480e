"""Pages on which trainers enter attendance and tests as in a spreadsheet, and decide disputes.

GET  /trainings/cohorts/<id>/attendance              who was in which session, all at once
GET  /trainings/cohorts/<id>/attendance/tests        tests before and after, and the improvement
GET  /trainings/cohorts/<id>/attendance/differences  what two people recorded differently
POST /trainings/cohorts/<id>/attendance/differences  take one of the two
GET  /trainings/cohorts/<id>/attendance/earlier      what was recorded before it was corrected
GET  /trainings/cohorts/offline.js                   what opens the first two without a connection

The grids need a script; without one they are tables whose heads lead to a form for each session.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.trainings.asking import Errors, attempt, new_key, typed
from services.trainings.attendance import handling
from services.trainings.attendance.views import Cell, Grid, Place, entries_of
from services.trainings.attendance.wording import (
    place_words,
    reason_words,
    reasons,
    shown,
    words_of_grid,
)
from services.trainings.cohorts import acting, views
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.entries import AFTER, BEFORE, TESTS
from services.trainings.cohorts.noting import percent
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.events.event import PersonalText, Sealed
from shared.events.work import Work
from shared.language.marking import N_
from shared.privacy.sealing import open_text
from shared.web.access import SIGN_IN, requires, signed_in
from shared.web.assets import STATIC
from shared.web.commands import Answer, actor, perform_page, receipt, service
from shared.web.language import say

blueprint = Blueprint("grid", __name__)

SCRIPT: Final = "offline.js"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a grid: a session or a test; ``open``: something can be entered in it."""

    place: str
    head: str
    most: int
    open: bool
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A row of a grid. ``left_on``: since when they take part no more."""

    registration_id: str
    name: str
    left_on: date | None


@blueprint.get("/cohorts/<cohort_id>/attendance")
@requires("trainings.attendance.read")
def attendance(cohort_id: str) -> ResponseReturnValue:
    """Who was in which session."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    today = acting.today(row)
    with service().database.reading() as connection:
        sessions = views.sessions(connection, row.cohort_id)
    columns = [
        Column(
            place=str(one.session),
            head=str(one.session),
            most=one.minutes,
            open=one.held_on <= today,
            on=one.held_on,
        )
        for one in sessions
    ]
    people, grid = _read(row, "names_and_attendance")
    missing = sum(
        (one.registration_id, column.place) not in grid.cells
        for one in people
        for column in columns
        if column.open and one.left_on is None
    )
    return _grid_page("grid.html", row, columns, people, grid, missing=missing, today=today)


@blueprint.get("/cohorts/<cohort_id>/attendance/tests")
@requires("trainings.attendance.read")
def tests(cohort_id: str) -> ResponseReturnValue:
    """The tests before and after."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    with service().database.reading() as connection:
        first = min(
            (one.held_on for one in views.sessions(connection, row.cohort_id)), default=None
        )
    begun = first is not None and first <= acting.today(row)
    columns = [Column(place=test, head=place_words(test), most=100, open=begun) for test in TESTS]
    people, grid = _read(row, "names_and_results")
    missing = sum(
        (one.registration_id, AFTER) not in grid.cells for one in people if one.left_on is None
    )
    gains = {one.registration_id: _gain(grid, one.registration_id) for one in people}
    return _grid_page("grid_tests.html", row, columns, people, grid, missing=missing, gains=gains)


@blueprint.get("/cohorts/<cohort_id>/attendance/differences")
@requires("trainings.attendance.read")
def differences(cohort_id: str) -> ResponseReturnValue:
    """What two people recorded differently, and who may decide it."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    return _differences_page(row, ())


@blueprint.post("/cohorts/<cohort_id>/attendance/differences")
@requires("trainings.attendance.write")
def decide_difference(cohort_id: str) -> ResponseReturnValue:
    """Take the one that was entered, or leave the one that stands."""
    row, by = acting.found(cohort_id, "trainings.attendance.write"), actor()
    entry_id, take = typed("entry_id"), typed("take") == "yes"
    seen = typed("seen") or None

    def handler(work: Work) -> Answer:
        handling.settle(
            work, by=by, cohort_id=row.cohort_id, entry_id=entry_id, take=take, seen=seen
        )
        address = url_for(".differences", cohort_id=row.cohort_id)
        return receipt(work, COHORT, row.cohort_id, location=address)

    def run() -> Any:
        response = perform_page(row.programme, handler)
        flash(say(N_("It is decided. The other entry stays in the history.")), "info")
        return response

    return attempt(run, lambda errors: _differences_page(row, errors))


@blueprint.get("/cohorts/<cohort_id>/attendance/earlier")
@requires("trainings.attendance.read")
def earlier(cohort_id: str) -> ResponseReturnValue:
    """What was recorded before it was corrected."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    people, grid = _read(row, _what(row))
    tells = acting.may_read_reasons(row.programme)
    with service().database.reading() as connection:
        names = staff_names(connection)
    corrected = [
        {
            "name": one.name,
            "place": place_words(place),
            "entries": [_told(cell, names, tells) for cell in (*before, grid.cells[key])],
        }
        for one in people
        for key, before in sorted(grid.earlier.items(), key=_order)
        if before and key[0] == one.registration_id
        for place in (key[1],)
    ]
    return render_template("trainings/attendance/earlier.html", row=row, corrected=corrected)


@blueprint.get(f"/cohorts/{SCRIPT}")
@requires("trainings.attendance.read")
def offline() -> ResponseReturnValue:
    """The script that keeps a grid's page for a day; it may look after pages of cohorts only."""
    response = make_response((STATIC / SCRIPT).read_bytes())
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _grid_page(
    template: str,
    row: Row[Any],
    columns: Sequence[Column],
    people: Sequence[Person],
    grid: Grid,
    **more: Any,
) -> str:
    return render_template(
        f"trainings/attendance/{template}",
        row=row,
        columns=columns,
        people=people,
        cells=grid.cells,
        contested={place for place, _ in grid.contests.values()},
        contests=len(grid.contests),
        corrected=any(grid.earlier.values()),
        writes=records(row),
        shown=shown,
        reasons=reasons(),
        attributes=_attributes(template, row, grid),
        back=url_for("cohorts.show", cohort_id=row.cohort_id),
        **more,
    )


def _attributes(template: str, row: Row[Any], grid: Grid) -> dict[str, str]:
    """What the script needs to know; it makes fields of the cells of the table within."""
    return {
        "data-grid": "attendance" if template == "grid.html" else "tests",
        "data-account": actor(),
        "data-version": str(grid.version),
        "data-entries": f"/trainings/api/v1/cohorts/{row.cohort_id}/entries",
        "data-scope": url_for(".attendance", cohort_id=row.cohort_id),
        "data-offline": url_for(".offline"),
        "data-sign-in": f"{SIGN_IN}?next={quote(request.path, safe='/')}",
        "data-words": json.dumps(words_of_grid(), ensure_ascii=False),
    }


def _differences_page(row: Row[Any], errors: Errors) -> str:
    people, grid = _read(row, _what(row))
    named = {one.registration_id: one.name for one in people}
    tells = acting.may_read_reasons(row.programme)
    with service().database.reading() as connection:
        names = staff_names(connection)
    found = []
    for entry_id, (place, offered) in grid.contests.items():
        stands = grid.cells.get(place)
        found.append(
            {
                "entry_id": entry_id,
                "name": named.get(place[0], ""),
                "place": place_words(place[1]),
                "seen": stands.entry_id if stands else "",
                "stands": _told(stands, names, tells) if stands else None,
                "offered": _told(offered, names, tells),
            }
        )
    return render_template(
        "trainings/attendance/differences.html",
        row=row,
        differences=found,
        decides=records(row),
        errors=errors,
        key=new_key,
    )


def records(row: Row[Any]) -> bool:
    """Whether the one who asks may record in a cohort as it is now."""
    reader = signed_in()
    own = reader.account_id in row.trainers.split("\n")
    return (
        own and row.closed_on is None and may(reader, "trainings.attendance.write", row.programme)
    )


def _read(row: Row[Any], what: str) -> tuple[list[Person], Grid]:
    """Everybody by name with all entries; that they were read is recorded first."""
    acting.read(row, what)
    with service().database.reading() as connection:
        grid = entries_of(connection, service().store, row.cohort_id)
        names = views.member_names(connection, row.cohort_id)
    people = [
        Person(
            registration_id=registration_id,
            name=name or say(N_("Name erased")),
            left_on=grid.left.get(registration_id),
        )
        for registration_id, name in names
    ]
    return people, grid


def _what(row: Row[Any]) -> str:
    tells = acting.may_read_reasons(row.programme)
    return "names_and_reasons" if tells else "names_and_attendance"


def _gain(grid: Grid, registration_id: str) -> int | None:
    """By how many per cent the test after is better than the one before."""
    before, after = (grid.cells.get((registration_id, test)) for test in (BEFORE, AFTER))
    return None if before is None or after is None else _percent(after) - _percent(before)


def _percent(cell: Cell) -> int:
    return cell.value if cell.maximum is None else percent(cell.value, cell.maximum)


def _told(cell: Cell, names: dict[str, str], tells: bool) -> dict[str, Any]:
    """An entry in words; why somebody was excused only for those who may read it."""
    why = reason_words(_open(cell.excused_as), _open(cell.excused)) if tells else ""
    return {
        "value": shown(cell.value, cell.maximum),
        "why": why or (say(N_("A reason was given")) if cell.is_excused else ""),
        "who": names.get(cell.by, cell.by),
        "at": cell.at,
        "noted_at": cell.noted_at,
    }


def _open(text: PersonalText | None) -> str | None:
    return open_text(service().keyring, text) if isinstance(text, Sealed) else text


def _order(item: tuple[Place, Sequence[Cell]]) -> tuple[str, int, str]:
    registration_id, place = item[0]
    return registration_id, int(place) if place.isdigit() else 0, place

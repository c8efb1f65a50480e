"""A sheet to print on which people sign that they are there, with rows for guests.

GET /trainings/cohorts/<id>/sheet             a sheet for each session
GET /trainings/cohorts/<id>/sheet?session=3   for one of them
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.trainings.asking import not_found
from services.trainings.attendance.views import entries_of
from services.trainings.cohorts import acting, views
from services.trainings.people.views import staff_names
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import service
from shared.web.language import say

blueprint = Blueprint("sheet", __name__)

GUEST_ROWS: Final = 5
"""Empty rows below the names: for guests, and for who is not enrolled yet."""


@blueprint.get("/cohorts/<cohort_id>/sheet")
@requires("trainings.attendance.read")
def show(cohort_id: str) -> ResponseReturnValue:
    """The sheets of a cohort's sessions; that its names were read is recorded."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    wanted = request.args.get("session", "")
    acting.read(row, "sign_in_sheet")
    with service().database.reading() as connection:
        sessions = views.sessions(connection, row.cohort_id)
        left = entries_of(connection, service().store, row.cohort_id).left
        people = views.member_names(connection, row.cohort_id)
        trainers = staff_names(connection)
    shown = [one for one in sessions if wanted in ("", str(one.session))]
    if wanted and not shown:
        raise not_found()
    return render_template(
        "trainings/attendance/sheet.html",
        row=row,
        sessions=sessions,
        shown=shown,
        wanted=wanted,
        people=[name or say(N_("Name erased")) for one, name in people if one not in left],
        guests=GUEST_ROWS,
        trainers=[trainers.get(one, one) for one in row.trainers.split("\n")],
        back=url_for("cohorts.show", cohort_id=row.cohort_id),
    )

"""Pages on which sessions are put on days: one, several by a weekly pattern, moved, called off.

GET POST /trainings/cohorts/<id>/sessions/new          a further session
GET POST /trainings/cohorts/<id>/sessions/several      a pattern, its days to look at, then all
GET POST /trainings/cohorts/<id>/sessions/<n>/move     another day, length, module or trainer
POST     /trainings/cohorts/<id>/sessions/<n>/cancel   it will not be held
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.trainings.asking import (
    Errors,
    attempt,
    errors_of,
    new_key,
    typed,
    typed_day,
    typed_number,
)
from services.trainings.cohorts import acting, enrolment, handling, views
from services.trainings.cohorts.cohort import SESSION_MINUTES_MAX
from services.trainings.cohorts.handling import SESSIONS_AT_ONCE_MAX, Slot
from services.trainings.cohorts.pattern import pattern_days
from services.trainings.cohorts.showing import day_of
from services.trainings.cohorts.wording import LABELS, WEEKDAYS
from services.trainings.lengths import hours_of
from services.trainings.people.views import staff_names
from shared.errors import Invalid
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

WRITE: Final = "trainings.cohorts.write"
EVERY_WEEKS_MAX: Final = 4

blueprint = Blueprint("sessions", __name__)


@blueprint.route("/cohorts/<cohort_id>/sessions/new", methods=["GET", "POST"])
@requires(WRITE)
def new(cohort_id: str) -> ResponseReturnValue:
    """Add a session."""
    row = acting.found(cohort_id, WRITE)

    def show_page(errors: Errors) -> str:
        now = acting.found(cohort_id, WRITE)
        with service().database.reading() as connection:
            held = views.sessions(connection, now.cohort_id)
        return _page(
            "session_new.html",
            now,
            errors,
            number=max((one.session for one in held), default=0) + 1,
            typed=request.form
            if request.method == "POST"
            else {"minutes": held[-1].minutes, "starts": held[-1].starts or ""}
            if held
            else {},
        )

    if request.method == "GET":
        return show_page(())

    def run() -> Any:
        by, on, minutes, slot = actor(), day_of(typed_day("on"), field="on"), _minutes(), _slot()
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.schedule(
                work,
                by=by,
                cohort_id=row.cohort_id,
                session=None,
                on=on,
                minutes=minutes,
                slot=slot,
            ),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The session is added.")), "info")
        return response

    return attempt(run, show_page, labels=LABELS)


@blueprint.route("/cohorts/<cohort_id>/sessions/several", methods=["GET", "POST"])
@requires(WRITE)
def several(cohort_id: str) -> ResponseReturnValue:
    """Ask for a pattern, show its days, and then put a session on each of those chosen."""
    row = acting.found(cohort_id, WRITE)
    if request.method == "GET" or "change" in request.form:
        return _several_page(row, ())
    if "days" not in request.form and "add" not in request.form:
        return _look_at_days(row)

    def run() -> Any:
        by, minutes, slot = actor(), _minutes(), _slot()
        days = [day_of(text, field="days") for text in request.form.getlist("days")]
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.schedule_all(
                work, by=by, cohort_id=row.cohort_id, days=days, minutes=minutes, slot=slot
            ),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The sessions are added.")), "info")
        return response

    return attempt(run, lambda errors: _days_page(row, _offered(), errors), labels=LABELS)


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>/move", methods=["GET", "POST"])
@requires(WRITE)
def move(cohort_id: str, session: int) -> ResponseReturnValue:
    """Put a session on another day, or change its length, module or trainer."""
    row = acting.found(cohort_id, WRITE)
    held = acting.found_session(row, session)

    def show(errors: Errors) -> str:
        stands = {
            "on-day": held.held_on.day,
            "on-month": held.held_on.month,
            "on-year": held.held_on.year,
            "minutes": held.minutes,
            "starts": held.starts or "",
            "module": held.module or "",
            "trainer": held.trainer or "",
        }
        return _page(
            "session_move.html",
            acting.found(cohort_id, WRITE),
            errors,
            held=held,
            typed=request.form or stands,
            cancel_key=new_key(),
        )

    if request.method == "GET":
        return show(())

    def run() -> Any:
        by, on, minutes = actor(), day_of(typed_day("on"), field="on"), _minutes()
        slot = _slot(kept=held)
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.schedule(
                work,
                by=by,
                cohort_id=row.cohort_id,
                session=held.session,
                on=on,
                minutes=minutes,
                slot=slot,
            ),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("Session {session} is moved."), {"session": held.session}), "info")
        return response

    return attempt(run, show, labels=LABELS)


@blueprint.post("/cohorts/<cohort_id>/sessions/<int:session>/cancel")
@requires(WRITE)
def cancel(cohort_id: str, session: int) -> ResponseReturnValue:
    """Call a session off."""
    row = acting.found(cohort_id, WRITE)
    held, by = acting.found_session(row, session), actor()
    handler = acting.on(
        row.cohort_id,
        required_version(),
        lambda work: handling.cancel(work, by=by, cohort_id=row.cohort_id, session=held.session),
    )
    response = perform_page(row.programme, handler)
    flash(say(N_("Session {session} is called off."), {"session": held.session}), "info")
    return response


def _look_at_days(row: Row[Any]) -> ResponseReturnValue:
    """The days of the pattern, or what is wrong with it."""
    errors: list[tuple[str, str]] = []
    days: Sequence[date] = ()
    try:
        first = day_of(typed_day("first"), field="first")
        weekdays = {int(one) for one in request.form.getlist("weekdays") if one in WEEKDAYS}
        if not weekdays:
            raise Invalid("weekdays-needed", N_("Choose a weekday ({field})."), field="weekdays")
        count = _between("count", SESSIONS_AT_ONCE_MAX)
        days = pattern_days(
            first,
            weekdays=weekdays,
            every_weeks=_between("every_weeks", EVERY_WEEKS_MAX),
            count=count,
        )
        _between("minutes", SESSION_MINUTES_MAX)
    except Invalid as error:
        errors = list(errors_of(error, LABELS))
    if errors:
        return make_response(_several_page(row, errors), 422)
    return _days_page(row, days, ())


def _between(name: str, most: int) -> int:
    found = typed_number(name) or 0
    if not 1 <= found <= most:
        raise Invalid(
            "number-out-of-range",
            N_("{field} needs a number from 1 to {most}."),
            field=name,
            most=most,
        )
    return found


def _several_page(row: Row[Any], errors: Errors) -> str:
    return _page(
        "sessions_several.html",
        acting.found(row.cohort_id, WRITE),
        errors,
        typed=request.form or {"every_weeks": 1},
        weekdays=[(code, say(word)) for code, word in WEEKDAYS.items()],
        chosen=request.form.getlist("weekdays"),
        sessions_max=SESSIONS_AT_ONCE_MAX,
        every_weeks_max=EVERY_WEEKS_MAX,
    )


def _offered() -> list[date]:
    """The days that were offered, from the form, the unticked ones too."""
    texts = request.form.getlist("offered")[:SESSIONS_AT_ONCE_MAX]
    return [day_of(text, field="days") for text in texts]


def _days_page(row: Row[Any], days: Sequence[date], errors: Errors) -> str:
    now = acting.found(row.cohort_id, WRITE)
    with service().database.reading() as connection:
        taken = {one.held_on for one in views.sessions(connection, now.cohort_id)}
    ticked = request.form.getlist("days") if "add" in request.form else None
    return _page(
        "sessions_days.html",
        now,
        errors,
        typed=request.form,
        weekdays_chosen=request.form.getlist("weekdays"),
        days=[
            {
                "day": one,
                "iso": one.isoformat(),
                "weekday": say(WEEKDAYS[str(one.weekday())]),
                "taken": one in taken,
                "past": one < acting.today(now),
                "chosen": one.isoformat() in ticked
                if ticked is not None
                else one >= acting.today(now),
            }
            for one in days
        ],
    )


def _page(template: str, row: Row[Any], errors: Errors, **more: Any) -> str:
    with service().database.reading() as connection:
        names = staff_names(connection)
    plan = enrolment.plan(row)
    return render_template(
        f"trainings/cohorts/{template}",
        row=row,
        minutes_max=SESSION_MINUTES_MAX,
        modules=[(one.number, f"{one.number}. {one.title}") for one in plan.modules],
        trainers=[(one, names.get(one, one)) for one in row.trainers.split("\n")],
        plan=plan,
        hours=hours_of,
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
        **more,
    )


def _minutes() -> int:
    return typed_number("minutes") or 0


def _slot(kept: Row[Any] | None = None) -> Slot:
    """When it begins, its module and trainer, as typed; a field that is not sent stays."""
    given: Mapping[str, str] = request.form
    if kept is not None and "starts" not in given:
        return Slot(starts=kept.starts, module=kept.module, trainer=kept.trainer)
    return Slot(
        starts=typed("starts") or None,
        module=typed_number("module"),
        trainer=typed("trainer") or None,
    )

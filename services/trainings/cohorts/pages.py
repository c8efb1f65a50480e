"""Pages of cohorts, under ``/trainings``.

Those of attendance and tests are in ``attendance/``, of sessions in ``sessions_pages.py``, of who
takes part in ``enrolment_pages.py``.

GET      /cohorts                    what runs, by reference
GET POST /cohorts/new                plan a run of a course
GET      /cohorts/<id>               how many can be certified, and what the others lack
GET      /cohorts/<id>/history       what happened, in words
GET POST /cohorts/<id>/details       where, for how many, what its kind needs
GET POST /cohorts/<id>/trainers      who runs it
GET POST /cohorts/<id>/close         and /reopen
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.trainings.asking import (
    PAGE_SIZE,
    Errors,
    attempt,
    new_key,
    programmes,
    reach,
    typed,
    typed_number,
)
from services.trainings.attendance import form_pages
from services.trainings.cohorts import (
    acting,
    enrolment_pages,
    handling,
    sessions_pages,
    views,
)
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.handling import NewCohort, NewDetails
from services.trainings.cohorts.kinds import NEEDS
from services.trainings.cohorts.showing import overview
from services.trainings.cohorts.wording import (
    COUNTRIES,
    LABELS,
    happened,
    level_choices,
    state_of,
)
from services.trainings.courses.views import offered
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.clock import day_in
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

COURSES_SHOWN_MAX = 200
DETAILS = ("place", "venue", "capacity", "level", "occupation", "institution")
FIELDS_OF = {"capacity-out-of-range": "capacity"}

blueprint = Blueprint("cohorts", __name__, url_prefix="/trainings")
blueprint.register_blueprint(form_pages.blueprint)
blueprint.register_blueprint(sessions_pages.blueprint)
blueprint.register_blueprint(enrolment_pages.blueprint)


@blueprint.get("/cohorts")
@requires("trainings.cohorts.read")
def list_cohorts() -> ResponseReturnValue:
    """What runs, or what is closed."""
    state = request.args.get("state", "open")
    state = state if state in ("open", "closed", "all") else "open"
    wanted = "" if state == "all" else state
    page = PageRequest(PAGE_SIZE, (request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    seen = reach("trainings.cohorts.read")
    with service().database.reading() as connection:
        rows = views.cohorts(
            connection, seen, state=wanted, after=page.after(str, str), limit=page.limit + 1
        )
        count = views.count(connection, seen, state=wanted)
        names = staff_names(connection)
    answer = page.answer(rows, lambda row: (row.reference, row.cohort_id))
    now = service().clock.now()
    return render_template(
        "trainings/cohorts/list.html",
        cohorts=[
            {
                "row": row,
                "state": state_of(
                    first_on=row.first_on,
                    last_on=row.last_on,
                    closed_on=row.closed_on,
                    today=day_in(now, row.zone),
                ),
                "trainers": trainer_names(row, names),
            }
            for row in answer["items"]
        ],
        state=state,
        count=count,
        several=len({row.programme for row in answer["items"]}) > 1,
        may_plan=may(signed_in(), "trainings.cohorts.write"),
        sees_courses=may(signed_in(), "trainings.courses.read"),
        following=url_for(".list_cohorts", state=state, cursor=answer["next"])
        if answer["next"]
        else "",
    )


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@requires("trainings.cohorts.write")
def new() -> ResponseReturnValue:
    """Plan a run of a course."""
    if request.method == "GET":
        return _new_page(())

    def run() -> Any:
        programme = acting.programme_of_course(typed("course_id"))
        given = NewCohort(
            reference=typed("reference"),
            course_id=typed("course_id"),
            country=typed("country"),
            place=typed("place"),
            trainers=tuple(request.form.getlist("trainers")),
            venue=typed("venue") or None,
            capacity=typed_number("capacity"),
            level=typed("level") or None,
            occupation=typed("occupation") or None,
            institution=typed("institution") or None,
        )
        response = perform_page(programme, acting.plan(programme, given))
        flash(say(N_("The cohort is planned. Add its sessions, then enrol people.")), "info")
        return response

    return attempt(run, _new_page, labels=LABELS, fields=FIELDS_OF)


def _new_page(errors: Errors) -> str:
    own = programmes("trainings.cohorts.write")
    account = actor()
    with service().database.reading() as connection:
        courses = offered(connection, reach("trainings.courses.read"), limit=COURSES_SHOWN_MAX)
        choices: dict[str, tuple[str, list[str]]] = {}
        for programme in own or sorted({row.programme for row in courses}):
            for trainer, name in views.trainers(connection, programme):
                choices.setdefault(trainer, (name, []))[1].append(programme)
    if may(signed_in(), "trainings.attendance.write") and account not in choices:
        choices = {account: (signed_in().name, []), **choices}
    chosen = request.form.getlist("trainers") if request.method == "POST" else [account]
    return render_template(
        "trainings/cohorts/new.html",
        courses=courses,
        levels=level_choices(),
        several=len({row.programme for row in courses}) > 1,
        trainers=[
            (trainer, name, ", ".join(programmes))
            for trainer, (name, programmes) in choices.items()
        ],
        chosen=chosen,
        countries=[(code, say(name)) for code, name in COUNTRIES.items()],
        typed=request.form,
        errors=errors,
        may_write_courses=may(signed_in(), "trainings.courses.write"),
        key=new_key(),
    )


@blueprint.get("/cohorts/<cohort_id>")
@requires("trainings.cohorts.read")
def show(cohort_id: str) -> ResponseReturnValue:
    """How many can be certified, and what the others lack."""
    row = acting.found(cohort_id, "trainings.cohorts.read")
    keys = {"promote": new_key()}
    return render_template("trainings/cohorts/cohort.html", keys=keys, **overview(row))


@blueprint.get("/cohorts/<cohort_id>/history")
@requires("trainings.cohorts.read")
def history(cohort_id: str) -> ResponseReturnValue:
    """What happened in a cohort, newest first; what was written at once is told once."""
    row = acting.found(cohort_id, "trainings.cohorts.read")
    with service().database.reading() as connection:
        recorded = service().store.history(connection, COHORT.stream(row.cohort_id))
        names = staff_names(connection)
    entries = []
    for _, group in groupby(
        recorded,
        key=lambda one: (
            one.envelope.correlationid,
            type(one.event).__name__,
            getattr(one.event, "session", None),
        ),
    ):
        together = list(group)
        first = together[0]
        what, note = happened(type(first.event).__name__, [one.event for one in together])
        who = names.get(first.envelope.actor, first.envelope.actor)
        entries.append({"what": what, "note": note, "who": who, "at": first.envelope.time})
    return render_template(
        "trainings/cohorts/history.html", row=row, entries=list(reversed(entries))
    )


@blueprint.route("/cohorts/<cohort_id>/details", methods=["GET", "POST"])
@requires("trainings.cohorts.write")
def details(cohort_id: str) -> ResponseReturnValue:
    """Say where a cohort is run and for how many."""
    row = acting.found(cohort_id, "trainings.cohorts.write")

    def show_page(errors: Errors) -> str:
        now = acting.found(cohort_id, "trainings.cohorts.write")
        stands = {name: getattr(now, name) for name in DETAILS}
        return render_template(
            "trainings/cohorts/details.html",
            row=now,
            needs=NEEDS.get(now.kind, ()),
            levels=level_choices(now.kind),
            typed=request.form or {name: value or "" for name, value in stands.items()},
            errors=errors,
            key=new_key(),
        )

    if request.method == "GET":
        return show_page(())

    def run() -> Any:
        by = actor()
        given = NewDetails(
            place=typed("place"),
            venue=typed("venue") or None,
            capacity=typed_number("capacity"),
            level=typed("level") or None,
            occupation=typed("occupation") or None,
            institution=typed("institution") or None,
        )
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.change_details(
                work, by=by, cohort_id=row.cohort_id, details=given
            ),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("Saved.")), "info")
        return response

    return attempt(run, show_page, labels=LABELS, fields=FIELDS_OF)


@blueprint.route("/cohorts/<cohort_id>/trainers", methods=["GET", "POST"])
@requires("trainings.cohorts.write")
def trainers(cohort_id: str) -> ResponseReturnValue:
    """Say who runs a cohort."""
    row = acting.found(cohort_id, "trainings.cohorts.write")
    chosen = tuple(request.form.getlist("trainers"))

    def show_page(errors: Errors) -> str:
        now = acting.found(cohort_id, "trainings.cohorts.write")
        with service().database.reading() as connection:
            known = views.trainers(connection, now.programme)
            names = staff_names(connection)
        listed = {account for account, _ in known}
        own = now.trainers.split("\n")
        extra = [(one, names.get(one, one)) for one in own if one not in listed]
        return render_template(
            "trainings/cohorts/trainers.html",
            row=now,
            trainers=[*known, *extra],
            chosen=chosen if request.method == "POST" else own,
            errors=errors,
            key=new_key(),
        )

    if request.method == "GET":
        return show_page(())

    def run() -> Any:
        by = actor()
        acting.check_trainers(row.programme, chosen)
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.change_trainers(
                work, by=by, cohort_id=row.cohort_id, trainers=chosen
            ),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The trainers are changed.")), "info")
        return response

    return attempt(run, show_page, labels=LABELS)


@blueprint.route("/cohorts/<cohort_id>/close", methods=["GET", "POST"])
@requires("trainings.cohorts.write")
def close(cohort_id: str) -> ResponseReturnValue:
    """Close a cohort after its last session."""
    row = acting.found(cohort_id, "trainings.cohorts.write")
    by = actor()

    def run() -> Any:
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.close(work, by=by, cohort_id=row.cohort_id),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The cohort is closed. Certificates can still be issued.")), "info")
        return response

    return _ending(row, "close.html", run)


@blueprint.route("/cohorts/<cohort_id>/reopen", methods=["GET", "POST"])
@requires("trainings.cohorts.write")
def reopen(cohort_id: str) -> ResponseReturnValue:
    """Let a closed cohort's records be corrected."""
    row = acting.found(cohort_id, "trainings.cohorts.write")
    by = actor()

    def run() -> Any:
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.reopen(
                work, by=by, cohort_id=row.cohort_id, reason=typed("reason")
            ),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The cohort is open again; its trainers can correct their records.")), "info")
        return response

    return _ending(row, "reopen.html", run)


def _ending(row: Row[Any], template: str, run: Any) -> ResponseReturnValue:
    def show_page(errors: Errors) -> str:
        return render_template(
            f"trainings/cohorts/{template}",
            row=acting.found(row.cohort_id, "trainings.cohorts.write"),
            typed=request.form,
            errors=errors,
            key=new_key(),
        )

    if request.method == "GET":
        return show_page(())
    return attempt(run, show_page, labels=LABELS)


def trainer_names(row: Row[Any], names: dict[str, str]) -> str:
    """The trainers of a cohort as they are called."""
    return ", ".join(names.get(one, one) for one in row.trainers.split("\n"))

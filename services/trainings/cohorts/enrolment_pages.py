"""Pages of who takes part in a cohort, who waits, leaves, comes back or goes on elsewhere.

GET POST /trainings/cohorts/<id>/enrol                       people by their references
POST     /trainings/cohorts/<id>/enrol/find                  or found by their names
POST     /trainings/cohorts/<id>/enrol/chosen                who gets a place and who waits; then do
GET POST /trainings/people/<registration>/enrol              a cohort for one person
GET      /trainings/cohorts/<id>/participants/<registration> how somebody stands, what can be done
POST     …/drop-out, …/transfer, …/come-back
POST     /trainings/cohorts/<id>/waiting/promote             the first who wait get places
GET POST /trainings/cohorts/<id>/waiting/<registration>      somebody waits no more
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    identifier,
    new_key,
    not_found,
    reach,
    record_reading,
    typed,
    typed_number,
)
from services.trainings.cohorts import acting, enrolment, enrolment_views, taking_part
from services.trainings.cohorts.outlook_words import LEFT_REASONS, told
from services.trainings.cohorts.wording import LABELS
from services.trainings.people import acting as people_acting
from services.trainings.people import views as people_views
from shared.access.reader import may
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say, words
from shared.web.pagination import PageRequest

READ: Final = "trainings.cohorts.read"
WRITE: Final = "trainings.cohorts.write"
FOUND_MAX: Final = 25
SEARCH_LENGTH_MAX: Final = 200

blueprint = Blueprint("enrolment", __name__)


@blueprint.route("/cohorts/<cohort_id>/enrol", methods=["GET", "POST"])
@requires(WRITE)
def enrol(cohort_id: str) -> ResponseReturnValue:
    """Enrol people by the references of their registrations."""
    row = acting.found(cohort_id, WRITE)
    if request.method == "GET":
        return _enrol_page(row, ())
    references = list(dict.fromkeys(typed("references").split()))
    by = actor()
    return _act(
        row,
        lambda work: acting.enrol_all(work, by=by, cohort_id=row.cohort_id, references=references),
        lambda errors: _enrol_page(row, errors),
        done=N_("Enrolled. They are in the list below."),
    )


@blueprint.post("/cohorts/<cohort_id>/enrol/find")
@requires(WRITE)
def find(cohort_id: str) -> ResponseReturnValue:
    """Find people by name; what is looked for stands in no address."""
    row = acting.found(cohort_id, WRITE)
    if not may(signed_in(), people_acting.READ, row.programme):
        raise not_found()
    text = typed("q")[:SEARCH_LENGTH_MAX]
    record_reading([row.programme], what="names", subject="people")
    search = people_acting.Search.of(text)
    with service().database.reading() as connection:
        known = enrolment_views.known_in(connection, row.cohort_id)
        rows = search.listing(connection, PageRequest(FOUND_MAX)).rows[:FOUND_MAX] if text else []
    found = [one.row for one in rows if one.row.programme == row.programme]
    return _enrol_page(row, (), found=found, known=known, text=text)


@blueprint.post("/cohorts/<cohort_id>/enrol/chosen")
@requires(WRITE)
def chosen(cohort_id: str) -> ResponseReturnValue:
    """Say who of those chosen gets a place and who waits; and then enrol them."""
    row = acting.found(cohort_id, WRITE)
    ids = [identifier(one) for one in dict.fromkeys(request.form.getlist("people"))]
    by = actor()

    def act(work: Work) -> None:
        for one in ids:
            taking_part.enrol(work, by=by, cohort_id=row.cohort_id, registration_id=one)

    if not 1 <= len(ids) <= acting.PEOPLE_AT_ONCE_MAX:
        return _enrol_page(row, [("q", say(N_("Choose at least one person.")))])
    if "confirmed" not in request.form:
        return _chosen_page(row, ids, ())
    return _act(
        row,
        act,
        lambda errors: _chosen_page(row, ids, errors),
        done=N_("Enrolled. They are in the list below."),
    )


@blueprint.route("/people/<registration_id>/enrol", methods=["GET", "POST"])
@requires(WRITE)
def enrol_person(registration_id: str) -> ResponseReturnValue:
    """Choose a cohort for one person.

    No version is asked for: nothing that was seen is overwritten. Who comes second to the last
    place waits, and is told so.
    """
    person = people_acting.found(registration_id, people_acting.READ)
    by = actor()
    if request.method == "GET":
        return _person_page(person, ())
    outcome: list[str] = []

    def run() -> Response:
        if not typed("to"):
            raise Invalid("choose-a-cohort", N_("Choose a cohort ({field})."), field="to")
        row = acting.found(typed("to"), WRITE)
        if row.programme != person.programme:
            raise not_found()

        def handler(work: Work) -> Answer:
            outcome[:] = [
                taking_part.enrol(
                    work,
                    by=by,
                    cohort_id=row.cohort_id,
                    registration_id=person.registration_id,
                )
            ]
            return Answer({}, 201, None, acting.address(row.cohort_id))

        response = perform_page(row.programme, handler)
        waits = outcome == ["waiting"]
        sentence = N_("No place was free: they wait for one.") if waits else N_("Enrolled.")
        flash(say(sentence), "info")
        return response

    return attempt(run, lambda errors: _person_page(person, errors), labels=LABELS)


@blueprint.get("/cohorts/<cohort_id>/participants/<registration_id>")
@requires(READ)
def participant(cohort_id: str, registration_id: str) -> ResponseReturnValue:
    """How somebody stands in a cohort, and what can be done."""
    return _participant_page(acting.found(cohort_id, READ), registration_id, ())


@blueprint.post("/cohorts/<cohort_id>/participants/<registration_id>/drop-out")
@requires(WRITE)
def drop_out(cohort_id: str, registration_id: str) -> ResponseReturnValue:
    """Say that somebody takes part no more, and why."""
    row, by, reason = acting.found(cohort_id, WRITE), actor(), typed("reason")

    def act(work: Work) -> None:
        if reason not in LEFT_REASONS:
            raise Invalid("reason-needed", N_("Choose a reason ({field})."), field="reason")
        taking_part.drop_out(
            work,
            by=by,
            cohort_id=row.cohort_id,
            registration_id=registration_id,
            reason=reason,
        )

    return _act(
        row,
        act,
        lambda errors: _participant_page(row, registration_id, errors),
        done=N_("They take part no more. What was recorded of them stays."),
    )


@blueprint.post("/cohorts/<cohort_id>/participants/<registration_id>/transfer")
@requires(WRITE)
def transfer(cohort_id: str, registration_id: str) -> ResponseReturnValue:
    """Let somebody go on in another cohort of the same course version."""
    row, by = acting.found(cohort_id, WRITE), actor()
    to = acting.found(typed("to"), WRITE).cohort_id if typed("to") else ""

    def act(work: Work) -> None:
        if not to:
            raise Invalid("choose-a-cohort", N_("Choose a cohort ({field})."), field="to")
        taking_part.transfer(
            work,
            by=by,
            cohort_id=row.cohort_id,
            registration_id=registration_id,
            to_cohort_id=to,
        )

    return _act(
        row,
        act,
        lambda errors: _participant_page(row, registration_id, errors),
        done=N_("They go on in the other cohort."),
    )


@blueprint.post("/cohorts/<cohort_id>/participants/<registration_id>/come-back")
@requires(WRITE)
def come_back(cohort_id: str, registration_id: str) -> ResponseReturnValue:
    """Let somebody who dropped out take part again, or wait for a place."""
    row, by = acting.found(cohort_id, WRITE), actor()
    return _act(
        row,
        lambda work: taking_part.enrol(
            work, by=by, cohort_id=row.cohort_id, registration_id=registration_id
        ),
        lambda errors: _participant_page(row, registration_id, errors),
        done=N_("They are back, or wait for a place when none is free."),
    )


@blueprint.post("/cohorts/<cohort_id>/waiting/promote")
@requires(WRITE)
def promote(cohort_id: str) -> ResponseReturnValue:
    """Let those who wait longest take part."""
    row, by, count = acting.found(cohort_id, WRITE), actor(), typed_number("count") or 1
    handler = acting.on(
        row.cohort_id,
        required_version(),
        lambda work: taking_part.promote(work, by=by, cohort_id=row.cohort_id, count=count),
    )
    response = perform_page(row.programme, handler)
    told_so = words().ngettext(
        "{count} person who waited takes part now.",
        "{count} people who waited take part now.",
        count,
    )
    flash(told_so, "info")
    return response


@blueprint.route("/cohorts/<cohort_id>/waiting/<registration_id>", methods=["GET", "POST"])
@requires(WRITE)
def take_off(cohort_id: str, registration_id: str) -> ResponseReturnValue:
    """Let somebody wait no more, and say why."""
    row, by = acting.found(cohort_id, WRITE), actor()

    def show(errors: Errors) -> str:
        found = [
            one for one in enrolment.waiting_list(row) if one.registration_id == registration_id
        ]
        if not found:
            raise not_found()
        return render_template(
            "trainings/cohorts/waiting_off.html",
            row=acting.found(cohort_id, WRITE),
            person=found[0],
            typed=request.form,
            errors=errors,
            key=new_key(),
        )

    if request.method == "GET":
        return show(())
    return _act(
        row,
        lambda work: taking_part.take_off(
            work,
            by=by,
            cohort_id=row.cohort_id,
            registration_id=registration_id,
            reason=typed("reason"),
        ),
        show,
        done=N_("They wait no more."),
    )


def _act(
    row: Row[Any],
    act: Callable[[Work], object],
    show: Callable[[Errors], str],
    *,
    done: str,
) -> Response:
    def run() -> Response:
        response = perform_page(row.programme, acting.on(row.cohort_id, required_version(), act))
        flash(say(done), "info")
        return response

    return attempt(run, show, labels=LABELS)


def _enrol_page(
    row: Row[Any],
    errors: Errors,
    *,
    found: list[Row[Any]] | None = None,
    known: frozenset[str] = frozenset(),
    text: str = "",
) -> str:
    now = acting.found(row.cohort_id, WRITE)
    reader = signed_in()
    return render_template(
        "trainings/cohorts/enrol.html",
        row=now,
        places=enrolment.places(now),
        found=found,
        known=known,
        text=text,
        typed=request.form,
        errors=errors,
        may_search=may(reader, people_acting.READ, now.programme),
        may_register=may(reader, "trainings.people.write", now.programme),
        key=new_key(),
    )


def _chosen_page(row: Row[Any], ids: list[str], errors: Errors) -> str:
    now = acting.found(row.cohort_id, WRITE)
    record_reading([now.programme], what="names", subject="people")
    seen = reach(people_acting.READ)
    with service().database.reading() as connection:
        people = [people_views.registration(connection, seen, one) for one in ids]
        known = enrolment_views.known_in(connection, now.cohort_id)
        waits = bool(enrolment_views.waiting(connection, now.cohort_id))
    shown = [one for one in people if one is not None and one.registration_id not in known]
    places = 0 if waits else enrolment.places(now)
    return render_template(
        "trainings/cohorts/enrol_chosen.html",
        row=now,
        placed=shown[:places],
        waiting=shown[places:],
        errors=errors,
        key=new_key(),
    )


def _person_page(person: Row[Any], errors: Errors) -> str:
    record_reading(
        [person.programme], what="names", subject=f"registration/{person.registration_id}"
    )
    with service().database.reading() as connection:
        cohorts = enrolment_views.open_cohorts(connection, reach(WRITE), person.programme)
        there = enrolment_views.in_cohorts(connection, [person.registration_id])
    return render_template(
        "trainings/cohorts/enrol_person.html",
        person=person,
        cohorts=[one for one in cohorts if one["cohort_id"] not in there],
        typed=request.form,
        errors=errors,
        key=new_key(),
    )


def _participant_page(row: Row[Any], registration_id: str, errors: Errors) -> str:
    now = acting.found(row.cohort_id, READ)
    one = enrolment.participant(now, registration_id)
    writes = may(signed_in(), WRITE, now.programme) and now.closed_on is None
    reason = None
    if not one.takes_part and one.left_for is None:
        reason = enrolment.reason_of_leaving(now, registration_id)
    return render_template(
        "trainings/cohorts/participant.html",
        row=now,
        one=one,
        told=told(one),
        reason=say(LEFT_REASONS[reason]) if reason in LEFT_REASONS else "",
        reasons=[(code, say(word)) for code, word in LEFT_REASONS.items()],
        elsewhere=enrolment.elsewhere(now) if writes and one.takes_part else [],
        writes=writes and one.number is None,
        named=url_for("people.show", registration_id=registration_id)
        if may(signed_in(), people_acting.READ, now.programme)
        else "",
        typed=request.form,
        errors=errors,
        keys={name: new_key() for name in ("leave", "move", "back")},
    )

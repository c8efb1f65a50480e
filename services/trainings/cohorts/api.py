"""JSON routes of cohorts, under ``/trainings/api/v1``.

GET  /cohorts                              cohorts in reach, by reference
POST /cohorts                              plan a run of a course
GET  /cohorts/<id>                         one, with its sessions
GET  /cohorts/<id>/participants            who takes part, how they stand, what they lack
POST /cohorts/<id>/participants            enrol
POST /cohorts/<id>/trainers                say who runs it
POST /cohorts/<id>/sessions                add a session;  …/<n> moves it, …/<n>/cancel
GET  /cohorts/<id>/sessions/<n>/attendance who was there; POST records it
POST /cohorts/<id>/tests                   record tests
POST /cohorts/<id>/close                   and /reopen
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.trainings.asking import reach
from services.trainings.cohorts import acting, handling, views
from services.trainings.cohorts.cohort_commands import Mark, Score
from services.trainings.cohorts.enrolment_schemas import EnrolReceiptSchema, EnrolSchema
from services.trainings.cohorts.handling import NewCohort
from services.trainings.cohorts.schemas import (
    AttendancePageSchema,
    CohortArguments,
    CohortPageSchema,
    CohortRecordSchema,
    MarksSchema,
    NewCohortSchema,
    NewSessionSchema,
    ParticipantPageSchema,
    ReasonSchema,
    ScoresSchema,
    SessionReceiptSchema,
    TrainersSchema,
)
from services.trainings.cohorts.views import Standing
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageArguments, PageRequest

API = "/trainings/api/v1"

blueprint = ApiBlueprint("cohorts_api", __name__, url_prefix=API)


@blueprint.route("/cohorts", methods=["GET"])
@requires("trainings.cohorts.read")
@blueprint.arguments(CohortArguments, location="query")
@blueprint.response(200, CohortPageSchema)
def list_cohorts(arguments: dict[str, Any]) -> dict[str, Any]:
    """List cohorts by reference; a trainer's are those that they train."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = views.cohorts(
            connection,
            reach("trainings.cohorts.read"),
            state=arguments["state"],
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.reference, row.cohort_id))
    return {"items": [_told(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/cohorts", methods=["POST"])
@requires("trainings.cohorts.write")
@command()
@blueprint.arguments(NewCohortSchema)
@blueprint.response(201, ReceiptSchema)
def plan_cohort(arguments: dict[str, Any]) -> Response:
    """Plan a run of a course's newest version."""
    programme = acting.programme_of_course(arguments["course_id"])
    given = NewCohort(**{**arguments, "trainers": tuple(arguments["trainers"])})
    planned = acting.plan(programme, given)

    def handler(work: Work) -> Answer:
        answer = planned(work)
        return Answer(answer.body, 201, answer.version, f"{API}/cohorts/{answer.body['id']}")

    return perform(programme, handler)


@blueprint.route("/cohorts/<cohort_id>", methods=["GET"])
@requires("trainings.cohorts.read")
@blueprint.response(200, CohortRecordSchema)
def show_cohort(cohort_id: str) -> Response:
    """Show one cohort with its sessions."""
    row = acting.found(cohort_id, "trainings.cohorts.read")
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    with service().database.reading() as connection:
        sessions = views.sessions(connection, row.cohort_id)
        participants = views.participants(connection, row.cohort_id)
    days = [session.held_on for session in sessions]
    facts = {
        **row._asdict(),
        "trainers": row.trainers.split("\n"),
        "sessions": sessions,
        "first_on": min(days, default=None),
        "last_on": max(days, default=None),
        "participants": participants,
    }
    return set_version(jsonify(CohortRecordSchema().dump(facts)), row.version)


@blueprint.route("/cohorts/<cohort_id>/participants", methods=["GET"])
@requires("trainings.cohorts.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, ParticipantPageSchema)
def list_participants(page: PageRequest, cohort_id: str) -> dict[str, Any]:
    """List participants with attendance, tests and what each lacks for a certificate."""
    row = acting.found(cohort_id, "trainings.cohorts.read")
    answer = _cut(page, acting.participants(row))
    return {"items": [_standing(one) for one in answer["items"]], "next": answer["next"]}


@blueprint.route("/cohorts/<cohort_id>/participants", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.arguments(EnrolSchema)
@blueprint.response(201, EnrolReceiptSchema)
def enrol(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Enrol a registration, or let it wait for a place; enrolling again changes nothing."""
    row, by = acting.found(cohort_id, "trainings.cohorts.write"), actor()
    made: list[str] = []

    def act(work: Work) -> None:
        made[:] = [acting.enrol(work, by=by, cohort_id=row.cohort_id, **arguments)]

    acted = acting.on(
        row.cohort_id,
        required_version(),
        act,
        status=201,
        location=f"{API}/cohorts/{row.cohort_id}/participants",
    )

    def handler(work: Work) -> Answer:
        answer = acted(work)
        body = {**answer.body, "outcome": made[0]}
        return Answer(body, answer.status, answer.version, answer.location)

    return perform(row.programme, handler)


@blueprint.route("/cohorts/<cohort_id>/trainers", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.arguments(TrainersSchema)
@blueprint.response(200, ReceiptSchema)
def change_trainers(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Say who runs the cohort from now on."""
    row, by = acting.found(cohort_id, "trainings.cohorts.write"), actor()
    trainers = tuple(arguments["trainers"])
    acting.check_trainers(row.programme, trainers)
    return _perform(
        row,
        lambda work: handling.change_trainers(
            work, by=by, cohort_id=row.cohort_id, trainers=trainers
        ),
    )


@blueprint.route("/cohorts/<cohort_id>/sessions", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.arguments(NewSessionSchema)
@blueprint.response(201, SessionReceiptSchema)
def add_session(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Put the next session on a day."""
    return _schedule(arguments, cohort_id, None)


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.arguments(NewSessionSchema)
@blueprint.response(200, SessionReceiptSchema)
def move_session(arguments: dict[str, Any], cohort_id: str, session: int) -> Response:
    """Move a session for which no attendance is recorded."""
    return _schedule(arguments, cohort_id, session)


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>/cancel", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def cancel_session(cohort_id: str, session: int) -> Response:
    """Call a session off for which no attendance is recorded."""
    row, by = acting.found(cohort_id, "trainings.cohorts.write"), actor()
    number = acting.found_session(row, session).session
    return _perform(
        row, lambda work: handling.cancel(work, by=by, cohort_id=row.cohort_id, session=number)
    )


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>/attendance", methods=["GET"])
@requires("trainings.attendance.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, AttendancePageSchema)
def list_attendance(page: PageRequest, cohort_id: str, session: int) -> dict[str, Any]:
    """List who was in a session and how long."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    rows = acting.attendance(row, acting.found_session(row, session).session)
    return _cut(page, rows)


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>/attendance", methods=["POST"])
@requires("trainings.attendance.write")
@command(versioned=True)
@blueprint.arguments(MarksSchema)
@blueprint.response(200, ReceiptSchema)
def record_attendance(arguments: dict[str, Any], cohort_id: str, session: int) -> Response:
    """Record or correct who was in a session; only the cohort's trainers do."""
    row, by = acting.found(cohort_id, "trainings.attendance.write"), actor()
    number = acting.found_session(row, session).session
    marks = tuple(Mark(**mark) for mark in arguments["marks"])
    return _perform(
        row,
        lambda work: handling.attendance(
            work, by=by, cohort_id=row.cohort_id, session=number, marks=marks
        ),
    )


@blueprint.route("/cohorts/<cohort_id>/tests", methods=["POST"])
@requires("trainings.attendance.write")
@command(versioned=True)
@blueprint.arguments(ScoresSchema)
@blueprint.response(200, ReceiptSchema)
def record_tests(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Record or correct test scores; only the cohort's trainers do."""
    row, by = acting.found(cohort_id, "trainings.attendance.write"), actor()
    scores = tuple(Score(**score) for score in arguments["scores"])
    return _perform(
        row, lambda work: handling.tests(work, by=by, cohort_id=row.cohort_id, scores=scores)
    )


@blueprint.route("/cohorts/<cohort_id>/close", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def close(cohort_id: str) -> Response:
    """Close a cohort after its last session; only its trainers do."""
    row, by = acting.found(cohort_id, "trainings.cohorts.write"), actor()
    return _perform(row, lambda work: handling.close(work, by=by, cohort_id=row.cohort_id))


@blueprint.route("/cohorts/<cohort_id>/reopen", methods=["POST"])
@requires("trainings.cohorts.write")
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def reopen(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Let a closed cohort's records be corrected; not by its own trainers."""
    row, by = acting.found(cohort_id, "trainings.cohorts.write"), actor()
    return _perform(
        row, lambda work: handling.reopen(work, by=by, cohort_id=row.cohort_id, **arguments)
    )


def _perform(row: Row[Any], act: Any, *, status: int = 200, location: str = "") -> Response:
    place = location or f"{API}/cohorts/{row.cohort_id}"
    handler = acting.on(row.cohort_id, required_version(), act, status=status, location=place)
    return perform(row.programme, handler)


def _schedule(arguments: dict[str, Any], cohort_id: str, session: int | None) -> Response:
    row, by = acting.found(cohort_id, "trainings.cohorts.write"), actor()
    number = None if session is None else acting.found_session(row, session).session
    made: list[int] = []

    def act(work: Work) -> None:
        made[:] = [
            handling.schedule(
                work,
                by=by,
                cohort_id=row.cohort_id,
                session=number,
                on=arguments["on"],
                minutes=arguments["minutes"],
                slot=acting.slot_of(arguments),
            )
        ]

    acted = acting.on(
        row.cohort_id,
        required_version(),
        act,
        status=201 if number is None else 200,
        location=f"{API}/cohorts/{row.cohort_id}",
    )

    def handler(work: Work) -> Answer:
        answer = acted(work)
        body = {**answer.body, "session": made[0]}
        return Answer(body, answer.status, answer.version, answer.location)

    return perform(row.programme, handler)


def _cut(page: PageRequest, rows: Sequence[Any]) -> dict[str, Any]:
    """A page of what is bounded anyway, by registration, so that a cursor names nobody."""
    after = page.after(str)
    ordered = sorted(rows, key=lambda row: str(_id(row)))
    left = [row for row in ordered if after is None or _id(row) > after[0]]
    return page.answer(left, lambda row: (_id(row),))


def _id(row: Any) -> str:
    return str(row["registration_id"] if isinstance(row, dict) else row.registration_id)


def _told(row: Row[Any]) -> dict[str, Any]:
    return {**row._asdict(), "trainers": row.trainers.split("\n")}


def _standing(one: Standing) -> dict[str, Any]:
    found = one.qualification
    return {
        "registration_id": one.registration_id,
        "reference": one.reference,
        "full_name": one.full_name,
        "identity_confirmed": one.confirmed,
        "attended_minutes": found.attended_minutes,
        "total_minutes": found.total_minutes,
        "attended_percent": found.share_hundredths,
        "pre_test": one.pre_test,
        "post_test": found.post_test,
        "qualifies": found.qualifies,
        "missing": list(found.missing),
        "certificate_id": one.certificate_id,
        "number": one.number,
        "left_on": one.left_on,
        "transferred_to": one.left_for,
        "transferred_from": one.came_from,
        "carried_minutes": found.carried_minutes,
    }

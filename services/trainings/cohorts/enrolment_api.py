"""JSON routes of places, waiting, leaving and outlooks, under ``/trainings/api/v1``.

POST /cohorts/<id>/details                            where it is run and for how many
GET  /cohorts/<id>/outlook                            who will qualify, who not, and why
GET  /cohorts/<id>/hours                              hours asked for against those scheduled
POST /cohorts/<id>/sessions/several                   a session on each of some days
GET  /cohorts/<id>/waiting                            who waits;  POST …/promote lets the first in
POST /cohorts/<id>/waiting/<registration>/remove      somebody waits no more
GET  /cohorts/<id>/participants/<registration>        one of them, and why they left
POST /cohorts/<id>/participants/<registration>/drop-out   takes part no more, and why
POST /cohorts/<id>/participants/<registration>/transfer   goes on in another cohort
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response
from sqlalchemy import Row

from services.trainings.cohorts import acting, handling, taking_part
from services.trainings.cohorts.enrolment import (
    participant,
    places,
    plan,
    reason_of_leaving,
    waiting_list,
)
from services.trainings.cohorts.enrolment_schemas import (
    DetailsSchema,
    HoursSchema,
    LeaverSchema,
    OutlookPageSchema,
    PromoteSchema,
    ReasonOfLeavingSchema,
    SessionsReceiptSchema,
    SessionsSchema,
    TransferSchema,
    WaitingListSchema,
)
from services.trainings.cohorts.handling import NewDetails
from services.trainings.cohorts.outlook_words import told
from services.trainings.cohorts.schemas import ReasonSchema
from services.trainings.cohorts.views import Standing
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform
from shared.web.etag import required_version
from shared.web.pagination import PageArguments, PageRequest

API = "/trainings/api/v1"
READ = "trainings.cohorts.read"
WRITE = "trainings.cohorts.write"

blueprint = ApiBlueprint("cohort_enrolment_api", __name__, url_prefix=API)


@blueprint.route("/cohorts/<cohort_id>/details", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(DetailsSchema)
@blueprint.response(200, ReceiptSchema)
def change_details(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Say where a cohort is run and for how many from now on."""
    row, by = acting.found(cohort_id, WRITE), actor()
    details = NewDetails(**arguments)
    return _perform(
        row,
        lambda work: handling.change_details(work, by=by, cohort_id=row.cohort_id, details=details),
    )


@blueprint.route("/cohorts/<cohort_id>/outlook", methods=["GET"])
@requires(READ)
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, OutlookPageSchema)
def list_outlook(page: PageRequest, cohort_id: str) -> dict[str, Any]:
    """List who takes part, whether they can still qualify, and what they need for it."""
    row = acting.found(cohort_id, READ)
    after = page.after(str)
    people = sorted(acting.participants(row), key=lambda one: one.registration_id)
    left = [
        one
        for one in people
        if one.takes_part and (after is None or one.registration_id > after[0])
    ]
    answer = page.answer(left, lambda one: (one.registration_id,))
    return {"items": [_outlook(one) for one in answer["items"]], "next": answer["next"]}


@blueprint.route("/cohorts/<cohort_id>/hours", methods=["GET"])
@requires(READ)
@blueprint.response(200, HoursSchema)
def show_hours(cohort_id: str) -> dict[str, Any]:
    """Compare the hours of the course version with those that are scheduled, by module."""
    found = plan(acting.found(cohort_id, READ))
    modules = [{**asdict(one), "short": one.short} for one in found.modules]
    return {**asdict(found), "modules": modules, "short": found.short, "over": found.over}


@blueprint.route("/cohorts/<cohort_id>/sessions/several", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(SessionsSchema)
@blueprint.response(201, SessionsReceiptSchema)
def add_sessions(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Put a session of one length on each of some days, all or none."""
    row, by = acting.found(cohort_id, WRITE), actor()
    made: list[int] = []

    def act(work: Work) -> None:
        made[:] = handling.schedule_all(
            work,
            by=by,
            cohort_id=row.cohort_id,
            days=arguments["days"],
            minutes=arguments["minutes"],
            slot=acting.slot_of(arguments),
        )

    acted = acting.on(row.cohort_id, required_version(), act, status=201, location=_place(row))

    def handler(work: Work) -> Answer:
        answer = acted(work)
        body = {**answer.body, "sessions": made}
        return Answer(body, answer.status, answer.version, answer.location)

    return perform(row.programme, handler)


@blueprint.route("/cohorts/<cohort_id>/waiting", methods=["GET"])
@requires(READ)
@blueprint.response(200, WaitingListSchema)
def list_waiting(cohort_id: str) -> dict[str, Any]:
    """List who waits for a place, who waits longest first."""
    row = acting.found(cohort_id, READ)
    items = [{**one._asdict(), "reference": one.reference or ""} for one in waiting_list(row)]
    return {"items": items, "places": places(row)}


@blueprint.route("/cohorts/<cohort_id>/waiting/promote", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(PromoteSchema)
@blueprint.response(200, ReceiptSchema)
def promote(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Let those who wait longest take part, when places are free."""
    row, by = acting.found(cohort_id, WRITE), actor()
    return _perform(
        row,
        lambda work: taking_part.promote(work, by=by, cohort_id=row.cohort_id, **arguments),
    )


@blueprint.route("/cohorts/<cohort_id>/waiting/<registration_id>/remove", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def take_off(arguments: dict[str, Any], cohort_id: str, registration_id: str) -> Response:
    """Let somebody wait no more."""
    row, by = acting.found(cohort_id, WRITE), actor()
    return _perform(
        row,
        lambda work: taking_part.take_off(
            work,
            by=by,
            cohort_id=row.cohort_id,
            registration_id=registration_id,
            **arguments,
        ),
    )


@blueprint.route("/cohorts/<cohort_id>/participants/<registration_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, LeaverSchema)
def show_participant(cohort_id: str, registration_id: str) -> dict[str, Any]:
    """Show somebody's outlook, and why they left for who may read it."""
    row = acting.found(cohort_id, READ)
    one = participant(row, registration_id)
    reason = reason_of_leaving(row, one.registration_id) if one.left_on else None
    return {
        **_outlook(one),
        "left_on": one.left_on,
        "left_reason": reason,
        "transferred_to": one.left_for,
    }


@blueprint.route("/cohorts/<cohort_id>/participants/<registration_id>/drop-out", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ReasonOfLeavingSchema)
@blueprint.response(200, ReceiptSchema)
def drop_out(arguments: dict[str, Any], cohort_id: str, registration_id: str) -> Response:
    """Say that somebody takes part no more, and why. Enrolled again, they come back."""
    row, by = acting.found(cohort_id, WRITE), actor()
    return _perform(
        row,
        lambda work: taking_part.drop_out(
            work,
            by=by,
            cohort_id=row.cohort_id,
            registration_id=registration_id,
            **arguments,
        ),
    )


@blueprint.route("/cohorts/<cohort_id>/participants/<registration_id>/transfer", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(TransferSchema)
@blueprint.response(200, ReceiptSchema)
def transfer(arguments: dict[str, Any], cohort_id: str, registration_id: str) -> Response:
    """Let somebody go on in another cohort of the same course version, with their hours."""
    row, by = acting.found(cohort_id, WRITE), actor()
    target = acting.found(arguments["to_cohort_id"], WRITE)
    return _perform(
        row,
        lambda work: taking_part.transfer(
            work,
            by=by,
            cohort_id=row.cohort_id,
            registration_id=registration_id,
            to_cohort_id=target.cohort_id,
        ),
    )


def _perform(row: Row[Any], act: Callable[[Work], object]) -> Response:
    handler = acting.on(row.cohort_id, required_version(), act, location=_place(row))
    return perform(row.programme, handler)


def _place(row: Row[Any]) -> str:
    return f"{API}/cohorts/{row.cohort_id}"


def _outlook(one: Standing) -> dict[str, Any]:
    found = one.outlook
    return {
        **asdict(found),
        "registration_id": one.registration_id,
        "reference": one.reference,
        "full_name": one.full_name,
        "can_qualify": found.can_qualify,
        "at_risk": found.at_risk,
        "words": told(one).phrases,
    }

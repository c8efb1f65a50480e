"""JSON routes of registering, under ``/trainings/api/v1``.

GET  /people/drafts                  own unfinished registrations
POST /people/drafts                  begin one, with the answers that there are
GET  /people/drafts/<id>             one of them
POST /people/drafts/<id>             more answers, or other ones
POST /people/drafts/<id>/register    register the person
POST /people/drafts/<id>/discard     throw it away
POST /people/table                   many people at once, each judged by itself
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response

from services.trainings.asking import programme_of
from services.trainings.people.schemas import RegisteredSchema
from services.trainings.registering import acting, answering, drafts, rows
from services.trainings.registering.acting import WRITE
from services.trainings.registering.drafts import GUIDED, Draft
from services.trainings.registering.rows import Done, Row
from services.trainings.registering.schemas import (
    BeginRegistrationSchema,
    PeopleTableDoneSchema,
    PeopleTableSchema,
    RegistrationAnswersSchema,
    RegistrationDraftSchema,
    RegistrationDraftsSchema,
)
from services.trainings.registering.steps import first_needed
from shared.errors import Missing
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, actor, perform, service
from shared.web.idempotency import request_key

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("registering_api", __name__, url_prefix=BASE)


@blueprint.route("/people/drafts", methods=["GET"])
@requires(WRITE)
@blueprint.response(200, RegistrationDraftsSchema)
def list_drafts() -> dict[str, Any]:
    """List one's own unfinished registrations, the one saved last first."""
    return {"items": [_shown(draft) for draft in acting.own_drafts(GUIDED)]}


@blueprint.route("/people/drafts", methods=["POST"])
@requires(WRITE)
@command(idempotent=False)
@blueprint.arguments(BeginRegistrationSchema)
@blueprint.response(201, RegistrationDraftSchema)
def begin(arguments: dict[str, Any]) -> Response:
    """Begin a registration; nobody is registered yet."""
    programme = programme_of(WRITE, arguments["programme"])
    answers = _floored(arguments["answers"])
    draft_id = drafts.begin(service(), account=actor(), programme=programme, kind=GUIDED)
    draft = drafts.save(service(), draft_id, account=actor(), answers=answers)
    response = make_response(jsonify(RegistrationDraftSchema().dump(_shown(draft))), 201)
    response.headers["Location"] = f"{BASE}/people/drafts/{draft_id}"
    return response


@blueprint.route("/people/drafts/<draft_id>", methods=["GET"])
@requires(WRITE)
@blueprint.response(200, RegistrationDraftSchema)
def show_draft(draft_id: str) -> dict[str, Any]:
    """Show an unfinished registration of one's own."""
    return _shown(acting.own(draft_id))


@blueprint.route("/people/drafts/<draft_id>", methods=["POST"])
@requires(WRITE)
@command(idempotent=False)
@blueprint.arguments(RegistrationAnswersSchema)
@blueprint.response(200, RegistrationDraftSchema)
def save_draft(arguments: dict[str, Any], draft_id: str) -> dict[str, Any]:
    """Keep answers; those that are not sent stay as they are, null takes one away."""
    draft = acting.own(draft_id)
    answers = _floored(arguments)
    return _shown(drafts.save(service(), draft.draft_id, account=actor(), answers=answers))


@blueprint.route("/people/drafts/<draft_id>/register", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.response(201, RegisteredSchema)
def register_draft(draft_id: str) -> Response:
    """Register whom a draft is about; sent again, the answer is the same registration."""
    try:
        draft = acting.own(draft_id)
    except Missing:
        row = acting.registered_before(draft_id)
        if row is None:
            raise
        body = {"id": row.registration_id, "version": row.version, "person_id": row.person_id}
        return make_response(jsonify({**body, "warnings": []}), 201)

    def handler(work: Work) -> Answer:
        return acting.register(work, draft, by=actor(), location=f"{BASE}/people")

    response = acting.once(draft, lambda: perform(draft.programme, handler))
    acting.finished(draft.draft_id)
    return response


@blueprint.route("/people/drafts/<draft_id>/discard", methods=["POST"])
@requires(WRITE)
@command(idempotent=False)
@blueprint.response(204)
def discard_draft(draft_id: str) -> None:
    """Throw an unfinished registration away; what was answered is gone."""
    drafts.discard(service(), acting.own(draft_id).draft_id, account=actor())


@blueprint.route("/people/table", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(PeopleTableSchema)
@blueprint.response(200, PeopleTableDoneSchema)
def register_table(arguments: dict[str, Any]) -> dict[str, Any]:
    """Register many people at once. A row that is wrong says why and keeps no other one back."""
    programme, by = programme_of(WRITE, arguments["programme"]), actor()
    asked = request_key()
    key = asked.key if asked else service().store.identifiers.new()
    done = [
        rows.register_row(
            Row(number=number, typed={}),
            values,
            by=by,
            programme=programme,
            key=key,
            holds=False,
        )
        for number, values in enumerate(arguments["rows"], 1)
    ]
    registered = sum(one.registration_id is not None for one in done)
    return {"registered": registered, "rows": [_row_done(one) for one in done]}


def _floored(given: dict[str, Any]) -> dict[str, Any]:
    answers = answering.written(given)
    answering.floor(answers, today=service().clock.now().date())
    return answers


def _shown(draft: Draft) -> dict[str, Any]:
    known = RegistrationAnswersSchema().fields
    kept = {name: value for name, value in draft.answers.items() if name in known}
    return {
        "id": draft.draft_id,
        "programme": draft.programme,
        "answers": RegistrationAnswersSchema().load(kept),
        "next": first_needed(draft.answers),
        "began_at": draft.began_at,
        "saved_at": draft.saved_at,
    }


def _row_done(done: Done) -> dict[str, Any]:
    return {
        "row": done.row.number,
        "id": done.registration_id,
        "person_id": done.person_id,
        "warnings": done.warnings,
        "errors": [
            {"field": "" if name == "main" else name, "detail": text} for name, text in done.errors
        ],
    }

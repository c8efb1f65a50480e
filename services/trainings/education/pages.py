"""Pages of education outcomes, under ``/trainings``.

GET  /outcomes                  the latest first; ?outcome=
GET  /people/<id>/outcome       record one of a person; POST sends it
GET  /outcomes/<id>             one of them
POST /outcomes/<id>/withdraw    it was recorded in error
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
    page_request,
    reach,
    record_reading,
    typed,
    typed_day,
    validated,
)
from services.trainings.education import acting, documents, views
from services.trainings.education.acting import READ, WRITE, found
from services.trainings.education.outcome import DOCUMENTS_MAX, OUTCOME
from services.trainings.education.schemas import OUTCOMES, NewOutcomeSchema, WithdrawSchema
from services.trainings.education.wording import FILE_WORDS, OUTCOME_WORDS
from services.trainings.people.views import staff_names
from services.trainings.people.wording import ERASED
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

LABELS: Final = {
    "outcome": N_("What was completed"),
    "completed_on": N_("Day on the paper"),
    "institution": N_("Institution"),
    "evidence": N_("Evidence"),
    "reason": N_("Why"),
}
"""Field → the words beside it."""

FIELDS_OF: Final = {"not-completed-yet": "completed_on"}
_FIELDS: Final = (
    *("outcome", "institution", "evidence"),
    *("completed_on-day", "completed_on-month", "completed_on-year"),
)
_EVENTS: Final = {
    "Recorded": N_("Recorded."),
    "Withdrawn": N_("Withdrawn: {reason}"),
    "DocumentAdded": N_("A document was added."),
    "DocumentRemoved": N_("A document was removed."),
}

blueprint = Blueprint("education", __name__, url_prefix="/trainings")


@blueprint.get("/outcomes")
@requires(READ)
def list_outcomes() -> ResponseReturnValue:
    """Outcomes, the latest first."""
    page = page_request()
    kind = request.args.get("outcome", "")
    kind = kind if kind in OUTCOMES else ""
    after = acting.after(page)
    with service().database.reading() as connection:
        rows = views.outcomes(
            connection, reach(READ), outcome=kind, after=after, limit=page.limit + 1
        )
        count = views.count(connection, reach(READ), outcome=kind)
    answer = page.answer(rows, views.key_of)
    record_reading(
        {row.programme for row in answer["items"]}, what="outcomes", subject="/trainings/outcomes"
    )
    following = url_for(".list_outcomes", outcome=kind or None, cursor=answer["next"])
    return render_template(
        "trainings/education/list.html",
        outcomes=[_told(row) for row in answer["items"]],
        count=count,
        kind=kind,
        kinds=_kinds(),
        following=following if answer["next"] else "",
        may_write=may(signed_in(), WRITE),
    )


@blueprint.get("/people/<registration_id>/outcome")
@requires(WRITE)
def new(registration_id: str) -> ResponseReturnValue:
    """Ask what the school's paper says."""
    return _new_page(acting.person_of(registration_id), dict.fromkeys(_FIELDS, ""))


@blueprint.post("/people/<registration_id>/outcome")
@requires(WRITE)
def record(registration_id: str) -> ResponseReturnValue:
    """Record what somebody completed."""
    person = acting.person_of(registration_id)

    def run() -> Response:
        values: dict[str, Any] = {
            **{name: typed(name) for name in ("outcome", "institution", "evidence")},
            "completed_on": typed_day("completed_on"),
        }
        outcome = acting.new_outcome(validated(NewOutcomeSchema(), values))
        back = url_for("people.show", registration_id=registration_id)
        handler = acting.recording(person, by=actor(), outcome=outcome, location=lambda _: back)
        response = perform_page(person.programme, handler)
        flash(say(N_("The outcome is recorded.")), "info")
        return response

    def again(errors: Errors) -> str:
        return _new_page(person, {name: request.form.get(name, "") for name in _FIELDS}, errors)

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


@blueprint.get("/outcomes/<outcome_id>")
@requires(READ)
def show(outcome_id: str) -> ResponseReturnValue:
    """One outcome with its evidence."""
    return _show_page(found(outcome_id, READ))


@blueprint.post("/outcomes/<outcome_id>/withdraw")
@requires(WRITE)
def withdraw(outcome_id: str) -> ResponseReturnValue:
    """Take back what was recorded in error."""
    row = found(outcome_id, WRITE)

    def run() -> Response:
        given = validated(WithdrawSchema(), {"reason": typed("reason")})
        handler = acting.withdrawing(
            outcome_id,
            by=actor(),
            version=required_version(),
            reason=given["reason"],
            location=url_for(".show", outcome_id=outcome_id),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The outcome is withdrawn and counts no more.")), "info")
        return response

    def again(errors: Errors) -> str:
        return _show_page(found(outcome_id, WRITE), errors)

    return attempt(run, again, labels=LABELS)


def _new_page(person: Row[Any], shown: dict[str, str], errors: Errors = ()) -> str:
    record_reading(
        [person.programme], what="identity", subject=f"registration/{person.registration_id}"
    )
    return render_template(
        "trainings/education/new.html",
        registration_id=person.registration_id,
        name=person.full_name or say(ERASED),
        typed=shown,
        errors=errors,
        wrong=dict(errors),
        labels={field: say(words) for field, words in LABELS.items()},
        kinds=_kinds(),
        key=new_key(),
    )


def _show_page(row: Row[Any], errors: Errors = ()) -> str:
    record_reading([row.programme], what="outcome", subject=f"outcome/{row.outcome_id}")
    with service().database.reading() as connection:
        history = service().store.history(connection, OUTCOME.stream(row.outcome_id))
        names = staff_names(connection)
    return render_template(
        "trainings/education/outcome.html",
        outcome=_told(row),
        history=[
            {
                "what": say(
                    _EVENTS[type(one.event).__name__],
                    {"reason": service().text(getattr(one.event, "reason", None)) or ""},
                ),
                "who": names.get(one.actor, one.actor),
                "at": one.at,
            }
            for one in reversed(history)
        ],
        documents=[
            {
                "number": one.number,
                "sha256": one.row.sha256,
                "kind": say(FILE_WORDS[one.row.media_type]),
                "kilobytes": -(-one.row.size // 1024),
                "by": names.get(one.row.added_by, one.row.added_by),
                "at": one.row.added_at,
            }
            for one in documents.listed(row.outcome_id)
        ],
        documents_max=DOCUMENTS_MAX,
        may_remove=may(signed_in(), WRITE, row.programme),
        may_withdraw=may(signed_in(), WRITE, row.programme) and not row.withdrawn,
        reason=typed("reason"),
        errors=errors,
        key=new_key(),
    )


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.outcome_id,
        "version": row.version,
        "registration_id": row.registration_id,
        "name": row.full_name or say(ERASED),
        "reference": row.reference or "",
        "programme": row.programme,
        "what": say(OUTCOME_WORDS[row.outcome]),
        "completed_on": row.completed_on,
        "institution": row.institution,
        "evidence": row.evidence if row.evidence is not None else say(N_("(erased)")),
        "withdrawn": row.withdrawn,
    }


def _kinds() -> list[tuple[str, str]]:
    return [(code, say(words)) for code, words in OUTCOME_WORDS.items()]

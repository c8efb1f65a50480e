"""Pages of retention, under ``/trainings``.

GET  /retention             what will be erased and when, how long data are kept, what is held back
GET  /people/<id>/hold      keep somebody's data out of it until a day
POST /people/<id>/hold      do so
POST /people/<id>/end-hold  no more
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
    record_reading,
    typed,
    typed_day,
    validated,
)
from services.trainings.erasure.wording import CLASS_WORDS
from services.trainings.people.wording import ERASED
from services.trainings.retention import acting
from services.trainings.retention.acting import HOLD, READ
from services.trainings.retention.schemas import HoldSchema
from services.trainings.retention.wording import HOLD_WORDS
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page, service
from shared.web.language import say

FIELDS: Final = ("until-day", "until-month", "until-year", "reason")
LABELS: Final = {"until": N_("Until when"), "reason": N_("Why")}

blueprint = Blueprint("retention", __name__, url_prefix="/trainings")


@blueprint.get("/retention")
@requires(READ)
def show() -> ResponseReturnValue:
    """What will be erased and when."""
    told = acting.told()
    held = told["held"]
    record_reading({one["programme"] for one in held}, what="names", subject="/trainings/retention")
    today = service().clock.now().date()
    return render_template(
        "trainings/retention/show.html",
        coming=[_named(one) for one in reversed(told["announced"]) if one["erase_on"] >= today],
        past=[_named(one) for one in told["announced"] if one["erase_on"] < today],
        rules=[_named(one) for one in told["rules"]],
        held=[
            one
            | {
                "name": one["full_name"] or say(ERASED),
                "why": say(HOLD_WORDS[one["reason"]]),
                "may_end": may(signed_in(), HOLD, one["programme"]),
            }
            for one in held
        ],
        key=new_key(),
    )


@blueprint.get("/people/<registration_id>/hold")
@requires(HOLD)
def ask_hold(registration_id: str) -> ResponseReturnValue:
    """Ask until when and why."""
    return _hold_page(acting.registration(registration_id))


@blueprint.post("/people/<registration_id>/hold")
@requires(HOLD)
def hold(registration_id: str) -> ResponseReturnValue:
    """Keep somebody's data out of what is erased by itself."""
    row = acting.registration(registration_id)

    def run() -> Response:
        values: dict[str, Any] = {
            "registration_id": registration_id,
            "until": typed_day("until"),
            "reason": typed("reason"),
        }
        given = validated(HoldSchema(), values)
        handler = acting.holding(
            row,
            by=actor(),
            until=given["until"],
            reason=given["reason"],
            location=url_for(".show"),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("Held back. An end of retention does not touch these data before.")), "info")
        return response

    return attempt(run, lambda errors: _hold_page(row, errors), labels=LABELS)


@blueprint.post("/people/<registration_id>/end-hold")
@requires(HOLD)
def end_hold(registration_id: str) -> ResponseReturnValue:
    """Hold somebody's data back no more."""
    row = acting.registration(registration_id)
    handler = acting.ending(row, by=actor(), location=url_for(".show"))
    response = perform_page(row.programme, handler)
    flash(say(N_("These data are held back no more.")), "info")
    return response


def _hold_page(row: Row[Any], errors: Errors = ()) -> str:
    record_reading([row.programme], what="identity", subject=f"registration/{row.registration_id}")
    return render_template(
        "trainings/retention/hold.html",
        registration_id=row.registration_id,
        name=row.full_name or say(ERASED),
        reasons=[(code, say(words)) for code, words in HOLD_WORDS.items()],
        typed={name: request.form.get(name, "") for name in FIELDS},
        labels={field: say(words) for field, words in LABELS.items()},
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def _named(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"name": say(CLASS_WORDS[one["what"]][0])}

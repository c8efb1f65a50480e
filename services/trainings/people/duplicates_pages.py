"""Pages of likely duplicates, under ``/trainings``.

GET  /people/duplicates          who may be one person
POST /people/<id>/duplicates     settles it
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from services.trainings.asking import (
    LIST_SIZE_MAX,
    Errors,
    attempt,
    new_key,
    programmes,
    record_reading,
    typed,
    validated,
)
from services.trainings.people import acting
from services.trainings.people.acting import RESOLVE, found
from services.trainings.people.schemas import DecideDuplicateSchema
from services.trainings.people.showing import record_page, told
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import actor, perform_page
from shared.web.etag import required_version
from shared.web.language import say

blueprint = Blueprint("duplicates", __name__, url_prefix="/trainings")


@blueprint.get("/people/duplicates")
@requires(RESOLVE)
def list_duplicates() -> ResponseReturnValue:
    """Pairs of registrations that may be of one person."""
    return _duplicates_page({})


@blueprint.post("/people/<registration_id>/duplicates")
@requires(RESOLVE)
def decide_duplicate(registration_id: str) -> ResponseReturnValue:
    """Say whether two registrations are of one person."""
    row = found(registration_id, RESOLVE)
    same = {"yes": True, "no": False}.get(typed("same"))
    back = url_for("people.show", registration_id=registration_id)
    apart_page = typed("from") == "record"

    def run() -> Response:
        values = {
            "other_registration_id": typed("other_registration_id"),
            "same": same,
            "reason": typed("reason"),
        }
        handler = acting.decide_duplicate(
            row,
            by=actor(),
            version=required_version(),
            given=validated(DecideDuplicateSchema(), values),
            location=back if apart_page else url_for(".list_duplicates"),
        )
        response = perform_page(row.programme, handler)
        done = N_("They are one person from now on.") if same else N_("They are held apart.")
        flash(say(done), "info")
        return response

    def again(errors: Errors) -> str:
        kept = {name: typed(name) for name in ("other_registration_id", "reason")}
        if apart_page:
            return record_page(found(registration_id, RESOLVE), errors=errors, typed=kept)
        return _duplicates_page({**kept, "registration_id": registration_id}, errors)

    return attempt(run, again, labels={"reason": N_("Why")})


def _duplicates_page(kept: Mapping[str, str], errors: Errors = ()) -> str:
    pairs = acting.pairs(programmes(RESOLVE))
    shown = pairs[:LIST_SIZE_MAX]
    record_reading(
        {one.programme for one, _ in shown},
        what="likely_duplicates",
        subject="/trainings/people/duplicates",
    )
    return render_template(
        "trainings/people/duplicates.html",
        pairs=[(told(one), told(other)) for one, other in shown],
        count=len(pairs),
        kept=kept,
        errors=errors,
        key=new_key(),
    )

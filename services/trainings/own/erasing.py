"""Pages on which a participant asks that their own data be erased, under ``/trainings/mine``.

GET  /erase                  what would go and what follows; how far it is, once it was asked for
POST /erase                  ask for it; an officer looks at it and confirms
POST /erase/<id>/cancel      call it off before that

Another's registration, and another's erasure, is answered as one that never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import Errors, attempt, new_key, typed, validated
from services.trainings.erasure import acting, showing
from services.trainings.erasure import views as erasures
from services.trainings.erasure.acting import REQUEST_OWN
from services.trainings.erasure.schemas import OwnErasureSchema
from services.trainings.erasure.wording import CLASS_WORDS, OWN_BLOCK_WORDS
from services.trainings.own import views
from shared.clock import day_in
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

CHOICES: Final = ("identity", "contact", "special", "financial")
LABELS: Final = {
    "registration_id": N_("Which registration"),
    "classes": N_("What shall be erased"),
}

blueprint = Blueprint("own_erasure", __name__, url_prefix="/trainings/mine/erase")


@blueprint.get("")
@requires(REQUEST_OWN)
def show() -> ResponseReturnValue:
    """What would go, what follows, and how far it is."""
    return _page(CHOICES)


@blueprint.post("")
@requires(REQUEST_OWN)
def ask() -> ResponseReturnValue:
    """Ask for it."""
    classes = request.form.getlist("classes")

    def run() -> Response:
        values = {"registration_id": typed("registration_id"), "classes": classes}
        given = validated(OwnErasureSchema(), values)
        row = acting.own_registration(given["registration_id"])
        handler = acting.requesting(
            row,
            by=actor(),
            classes=given["classes"],
            ground="request_of_the_person",
            by_the_person=True,
            location=lambda _: url_for(".show"),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("We have your wish. Somebody of us looks at it and confirms it.")), "info")
        return response

    return attempt(run, lambda errors: _page(tuple(classes), errors), labels=LABELS)


@blueprint.post("/<erasure_id>/cancel")
@requires(REQUEST_OWN)
def cancel(erasure_id: str) -> ResponseReturnValue:
    """Call it off."""
    row = acting.own_erasure(erasure_id)

    def run() -> Response:
        handler = acting.cancelling(
            erasure_id, by=actor(), version=required_version(), location=url_for(".show")
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("Cancelled. Nothing was erased.")), "info")
        return response

    return attempt(run, lambda errors: _page(CHOICES, errors))


def _page(chosen: tuple[str, ...], errors: Errors = ()) -> str:
    own = signed_in().registrations
    with service().database.reading() as connection:
        registrations = views.own_registrations(connection, own)
        asked = erasures.of_registrations(connection, own)
        busy = {
            one
            for row in asked
            if row.state in erasures.OPEN
            for one in erasures.registrations(connection, row.erasure_id)
        }
    free = [row for row in registrations if row.registration_id not in busy]
    return render_template(
        "trainings/own/erase.html",
        asked=[_told(row) for row in asked if row.state != "cancelled"],
        registrations=[(row.registration_id, f"{row.reference}, {row.programme}") for row in free],
        registration_id=typed("registration_id") or (free[0].registration_id if free else ""),
        choices=[_choice(one) for one in CHOICES],
        chosen=chosen,
        stays=_stays(free),
        labels={field: say(words) for field, words in LABELS.items()},
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def _told(row: Row[Any]) -> dict[str, Any]:
    return showing.line(row) | {
        "version": row.version,
        "asked_on": day_in(row.requested_at, DEFAULT_ZONE),
        "completed_on": row.completed_on,
        "may_cancel": row.state == "asked" and row.by_the_person,
    }


def _choice(data_class: str) -> dict[str, str]:
    name, hint = CLASS_WORDS[data_class]
    return {"value": data_class, "text": say(name), "hint": say(hint)}


def _stays(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """What is in the way, and what law keeps, as the person is told; each once."""
    found: list[dict[str, Any]] = []
    for row in rows:
        found += [one for one in showing.blocks(row, words=OWN_BLOCK_WORDS) if one not in found]
    return found

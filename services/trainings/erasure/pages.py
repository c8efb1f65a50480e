"""Pages of erasures, under ``/trainings``.

GET  /erasures                      all of them, and how many wait for a second person
GET  /people/<id>/erase             choose what goes and why; says what is in the way
POST /people/<id>/erase             ask for it
GET  /erasures/<id>/progress        how far it is, a piece of the next
GET  /erasures/<id>                 the preview, who must confirm, then how far it is
POST /erasures/<id>/confirm         by a second person, with a factor just proved
POST /erasures/<id>/cancel          before that
GET  /erasures/<id>/certificate     to print
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    LIST_SIZE_MAX,
    Errors,
    attempt,
    new_key,
    page_request,
    record_reading,
    validated,
)
from services.trainings.erasure import acting, showing, views
from services.trainings.erasure.acting import CONFIRM, READ, REQUEST, certificate, found
from services.trainings.erasure.schemas import STATES, ErasureChoiceSchema
from services.trainings.erasure.wording import STATE_WORDS
from services.trainings.imports.naming import CLASSES
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

LABELS: Final = {"classes": N_("What is to be erased"), "ground": N_("Why")}

blueprint = Blueprint("erasures", __name__, url_prefix="/trainings")


@blueprint.get("/erasures")
@requires(READ)
def list_erasures() -> ResponseReturnValue:
    """All erasures, or those in one state."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    page = page_request()
    programmes = signed_in().programmes(READ)
    with service().database.reading() as connection:
        rows = views.erasures(
            connection,
            programmes,
            state=state,
            after=page.after(datetime, str),
            limit=page.limit + 1,
        )
        waiting = views.waiting(connection, programmes)
    answer = page.answer(rows, views.key_of)
    following = url_for(".list_erasures", state=state or None, cursor=answer["next"])
    return render_template(
        "trainings/erasure/list.html",
        erasures=[showing.line(row) for row in answer["items"]],
        waiting=waiting,
        state=state,
        states=[(one, say(words[0])) for one, words in STATE_WORDS.items()],
        following=following if answer["next"] else "",
        may_request=may(signed_in(), REQUEST),
    )


@blueprint.get("/people/<registration_id>/erase")
@requires(REQUEST)
def new(registration_id: str) -> ResponseReturnValue:
    """Ask what is to be erased and why."""
    return _new_page(acting.person_to_erase(registration_id), (), "")


@blueprint.post("/people/<registration_id>/erase")
@requires(REQUEST)
def request_erasure(registration_id: str) -> ResponseReturnValue:
    """Ask for it; everybody counts what they hold."""
    row = acting.person_to_erase(registration_id)
    classes, ground = request.form.getlist("classes"), request.form.get("ground", "")

    def run() -> Response:
        given = validated(ErasureChoiceSchema(), {"classes": classes, "ground": ground})
        handler = acting.requesting(
            row,
            by=actor(),
            classes=given["classes"],
            ground=given["ground"],
            location=lambda one: url_for(".show", erasure_id=one),
        )
        return perform_page(row.programme, handler)

    def again(errors: Errors) -> str:
        return _new_page(row, tuple(classes), ground, errors)

    return attempt(run, again, labels=LABELS)


@blueprint.get("/erasures/<erasure_id>")
@requires(READ)
def show(erasure_id: str) -> ResponseReturnValue:
    """What would go or went, and what anybody can do now."""
    return _show_page(found(erasure_id, READ))


@blueprint.get("/erasures/<erasure_id>/progress")
@requires(READ)
def progress(erasure_id: str) -> ResponseReturnValue:
    """How far it is, as a piece of the page that asks for it again and again."""
    row = found(erasure_id, READ)
    return render_template(
        "trainings/erasure/progress.html",
        erasure=showing.whole(row, acting.whole(row)),
        polled=True,
    )


@blueprint.post("/erasures/<erasure_id>/confirm")
@requires(CONFIRM, fresh=True)
def confirm(erasure_id: str) -> ResponseReturnValue:
    """Confirm what somebody else asked for."""
    row = found(erasure_id, CONFIRM)

    def run() -> Response:
        back = url_for(".show", erasure_id=erasure_id)
        handler = acting.confirming(
            erasure_id, by=actor(), version=required_version(), location=back
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("Confirmed. The keys are destroyed now; nothing stops it any more.")), "info")
        return response

    return attempt(run, lambda errors: _show_page(found(erasure_id, READ), errors))


@blueprint.post("/erasures/<erasure_id>/cancel")
@requires(REQUEST)
def cancel(erasure_id: str) -> ResponseReturnValue:
    """Call it off."""
    row = found(erasure_id, REQUEST)

    def run() -> Response:
        back = url_for(".show", erasure_id=erasure_id)
        handler = acting.cancelling(
            erasure_id, by=actor(), version=required_version(), location=back
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("Cancelled. Nothing was erased.")), "info")
        return response

    return attempt(run, lambda errors: _show_page(found(erasure_id, READ), errors))


@blueprint.get("/erasures/<erasure_id>/certificate")
@requires(READ)
def print_certificate(erasure_id: str) -> ResponseReturnValue:
    """The certificate of a completed erasure, to print."""
    row = found(erasure_id, READ)
    told = certificate(row)
    return render_template(
        "trainings/erasure/certificate.html",
        erasure=showing.whole(row, told),
        legal_basis=say(told["legal_basis"]),
        verifies=told["verifies"],
        key_ids=told["key_ids"],
        searches_sheets=bool(CLASSES.intersection(row.classes.split("\n"))),
    )


def _new_page(row: Row[Any], classes: tuple[str, ...], ground: str, errors: Errors = ()) -> str:
    record_reading([row.programme], what="identity", subject=f"registration/{row.registration_id}")
    return render_template(
        "trainings/erasure/new.html",
        person=showing.person(row),
        choices=showing.choices(row),
        blocks=showing.blocks(row),
        grounds=showing.grounds(),
        chosen=classes,
        ground=ground,
        labels={field: say(words) for field, words in LABELS.items()},
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def _show_page(row: Row[Any], errors: Errors = ()) -> str:
    reader = signed_in()
    people = showing.people(row, limit=LIST_SIZE_MAX)
    if any(one["name"] for one in people):
        record_reading([row.programme], what="identity", subject=f"erasure/{row.erasure_id}")
    return render_template(
        "trainings/erasure/show.html",
        erasure=showing.whole(row, acting.whole(row)),
        people=people,
        polled=False,
        mine=row.requested_by == reader.account_id,
        may_confirm=may(reader, CONFIRM, row.programme) and row.state == "asked",
        may_cancel=may(reader, REQUEST, row.programme) and row.state == "asked",
        history=showing.history(row),
        sheets=acting.sheets_that_wait(row),
        errors=errors,
        key=new_key(),
    )

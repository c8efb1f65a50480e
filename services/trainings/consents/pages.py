"""Pages of consents, under ``/trainings/people/<id>/consents``.

GET  …            how it stands with each purpose, and what happened before
GET  …/<purpose>  give or withdraw one, with what follows
POST …/<purpose>  note it
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
    not_found,
    record_reading,
    typed,
    validated,
)
from services.trainings.consents import acting
from services.trainings.consents.acting import READ, SPECIAL_WRITE, WRITE, found
from services.trainings.consents.schemas import ConsentSchema
from services.trainings.consents.wording import ERASURE_FOLLOWS, FORM_WORDS, LABELS
from services.trainings.people.purposes import PURPOSES, Words
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.registration_events import Purpose
from services.trainings.people.showing import told
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

blueprint = Blueprint("consents", __name__, url_prefix="/trainings")


@blueprint.get("/people/<registration_id>/consents")
@requires(READ)
def show(registration_id: str) -> ResponseReturnValue:
    """For what somebody consents, and since when."""
    row = found(registration_id, READ)
    record_reading([row.programme], what="consents", subject=f"registration/{registration_id}")
    with service().database.reading() as connection:
        names = staff_names(connection)
    return render_template(
        "trainings/consents/list.html",
        person=told(row),
        consents=[_worded(one) for one in acting.told(row)],
        history=[
            {**_worded(one), "by": names.get(one["by"], one["by"]), "at": one["at"]}
            for one in acting.history(row)
        ],
        may_write=may(signed_in(), WRITE, row.programme),
    )


@blueprint.get("/people/<registration_id>/consents/<purpose>")
@requires(WRITE)
def ask(registration_id: str, purpose: str) -> ResponseReturnValue:
    """Ask whether a consent is given or withdrawn, and say what follows."""
    row, words = _one(registration_id, purpose)
    record_reading([row.programme], what="consents", subject=f"registration/{registration_id}")
    return _page(row, words)


@blueprint.post("/people/<registration_id>/consents/<purpose>")
@requires(WRITE)
def change(registration_id: str, purpose: str) -> ResponseReturnValue:
    """Note that a consent is given or withdrawn."""
    row, words = _one(registration_id, purpose)
    by, back = actor(), url_for(".show", registration_id=registration_id)

    def run() -> Response:
        given = validated(
            ConsentSchema(),
            {"purpose": purpose, "given": typed("given"), "form": typed("form")},
        )
        version = required_version()

        def handler(work: Work) -> Answer:
            work.expect(REGISTRATION, registration_id, version)
            return acting.change(work, row, by=by, given=given, location=back)

        response = perform_page(row.programme, handler)
        flash(say(_done(given["given"], acting.follow(row, given))), "info")
        return response

    return attempt(
        run,
        lambda errors: _page(found(registration_id, WRITE), words, errors),
        labels=LABELS,
    )


def _done(given: bool, erasure: bool) -> str:
    if given:
        return N_("The consent is noted.")
    if erasure:
        return ERASURE_FOLLOWS
    return N_("The withdrawal is noted.")


def _one(registration_id: str, purpose: str) -> tuple[Row[Any], Words]:
    row = found(registration_id, WRITE)
    words = PURPOSES.get(cast(Purpose, purpose))
    if words is None:
        raise not_found()
    if words.special:
        ensure(SPECIAL_WRITE, row.programme)
    return row, words


def _page(row: Row[Any], words: Words, errors: Errors = ()) -> str:
    (purpose,) = [code for code, one in PURPOSES.items() if one is words]
    # What an officer may not know of another's case is asked as if it never had been.
    unknown = {"purpose": purpose, "asked": False, "given": False, "on": None, "form": None}
    standing = next((one for one in acting.told(row) if one["purpose"] == purpose), unknown)
    return render_template(
        "trainings/consents/change.html",
        person=told(row),
        purpose=purpose,
        name=say(words.name),
        agrees=say(words.agrees),
        follows=say(words.follows),
        standing=_worded(standing),
        forms=[(code, say(text)) for code, text in FORM_WORDS.items()],
        labels={field: say(text) for field, text in LABELS.items()},
        typed={field: typed(field) for field in LABELS},
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def _worded(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "purpose": one["purpose"],
        "name": say(PURPOSES[one["purpose"]].name),
        "asked": one.get("asked", True),
        "given": one["given"],
        "on": one["on"],
        "form": say(FORM_WORDS[one["form"]]) if one["form"] else "",
    }

"""Pages of guided registration, under ``/trainings/people/guided``: one question a page.

GET  /                    own unfinished registrations; POST begins one
GET  /<draft>             the first question that is not answered
GET  /<draft>/<question>  one question; POST keeps the answer and goes on
GET  /<draft>/check       all answers; POST registers the person
GET  /<draft>/discard     asks whether to throw it away; POST does

Each answer is kept, sealed, as soon as its page is sent: whoever signs out or closes the browser
finds the registration under the unfinished ones.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    not_found,
    programme_of,
    typed,
)
from services.trainings.people.national_number import normalise
from services.trainings.registering import acting, answering, drafts, showing
from services.trainings.registering.acting import WRITE
from services.trainings.registering.drafts import GUIDED, Draft
from services.trainings.registering.steps import BY_NAME, CHECK, after, first, path
from services.trainings.registering.wording import LABELS
from shared.errors import Missing
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.language import say

FIELDS_OF: Final = {
    "text-length": "",
    "reference-taken": "reference",
    "number-length": "jmbg",
    "country-code": "country",
    "not-an-email": "email",
    "ask-again-day": "ask_again_on",
}
"""Code of a refusal → the field that it is about."""

blueprint = Blueprint("guided", __name__, url_prefix="/trainings/people/guided")


@blueprint.get("")
@requires(WRITE)
def list_drafts() -> ResponseReturnValue:
    """What one has begun and not finished, and a beginning."""
    return showing.list_page()


@blueprint.post("")
@requires(WRITE)
def begin() -> ResponseReturnValue:
    """Begin a registration."""

    def run() -> Response:
        programme = programme_of(WRITE, typed("programme"))
        draft_id = drafts.begin(service(), account=actor(), programme=programme, kind=GUIDED)
        return _to(draft_id, "name")

    return attempt(run, showing.list_page, labels=LABELS)


@blueprint.get("/<draft_id>")
@requires(WRITE)
def resume(draft_id: str) -> ResponseReturnValue:
    """Go on where one stopped."""
    return _to(draft_id, first(acting.own(draft_id).answers))


@blueprint.get("/<draft_id>/<step>")
@requires(WRITE)
def ask(draft_id: str, step: str) -> ResponseReturnValue:
    """One question, with what was answered before."""
    draft = _open(draft_id, step)
    if isinstance(draft, Response):
        return draft
    if step == CHECK:
        waiting = first(draft.answers)
        return showing.check_page(draft) if waiting == CHECK else _to(draft_id, waiting)
    return showing.step_page(draft, step, answering.shown(draft.answers))


@blueprint.post("/<draft_id>/<step>")
@requires(WRITE)
def answer(draft_id: str, step: str) -> ResponseReturnValue:
    """Keep an answer and go on; on the last page: register the person."""
    draft = _open(draft_id, step)
    if isinstance(draft, Response):
        return draft
    if step == CHECK:
        return _register(draft)

    def run() -> Response:
        given = answering.checked(step, answering.read(step), today=acting.today())
        now = drafts.save(service(), draft_id, account=actor(), answers=given)
        if step == "number" and not _warned(now):
            return _to(draft_id, "number")
        waiting = first(now.answers)
        back = request.args.get("then") == CHECK
        return _to(draft_id, waiting if back else after(step, now.answers))

    def again(errors: Errors) -> str:
        return showing.step_page(draft, step, answering.shown_as_typed(step), errors)

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


@blueprint.get("/<draft_id>/discard")
@requires(WRITE)
def ask_discard(draft_id: str) -> ResponseReturnValue:
    """Ask whether it is to be thrown away."""
    return showing.discard_page(acting.own(draft_id))


@blueprint.post("/<draft_id>/discard")
@requires(WRITE)
def discard(draft_id: str) -> ResponseReturnValue:
    """Throw it away; what was typed is gone."""
    acting.own(draft_id)
    drafts.discard(service(), draft_id, account=actor())
    flash(say(N_("Thrown away. Nobody was registered.")), "info")
    return redirect(url_for(".list_drafts"), 303)


def _register(draft: Draft) -> ResponseReturnValue:
    if (waiting := first(draft.answers)) != CHECK:
        return _to(draft.draft_id, waiting)
    location = url_for("people.list_people")

    def run() -> Response:
        given = answering.checked(CHECK, answering.read(CHECK), today=acting.today())
        whole = drafts.save(service(), draft.draft_id, account=actor(), answers=given)

        def handler(work: Work) -> Answer:
            return acting.register(work, whole, by=actor(), location=location)

        response = acting.once(draft, lambda: perform_page(draft.programme, handler))
        acting.finished(draft.draft_id)
        flash(say(N_("Registered. Somebody else must confirm who this is.")), "info")
        return response

    def again(errors: Errors) -> str:
        return showing.check_page(draft, errors, reference=typed("reference"))

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


def _warned(draft: Draft) -> bool:
    """Whether whoever typed the number has seen what is odd about it, if anything is.

    They see it once for each number that they type; the second time it is taken as it is.
    """
    number = normalise(str(draft.answers.get("jmbg")))
    if draft.answers.get("warned") == number or not acting.looked_at(draft.answers):
        return True
    drafts.save(service(), draft.draft_id, account=actor(), answers={"warned": number})
    return False


def _open(draft_id: str, step: str) -> Draft | Response:
    """The draft, or the way to its registration where it became one."""
    if step not in BY_NAME:
        raise not_found()
    try:
        draft = acting.own(draft_id)
    except Missing:
        row = acting.registered_before(draft_id)
        if row is None:
            raise
        return redirect(url_for("people.show", registration_id=row.registration_id), 303)
    if BY_NAME[step] not in path(draft.answers):
        return _to(draft_id, first(draft.answers))
    return draft


def _to(draft_id: str, step: str) -> Response:
    return redirect(url_for(".ask", draft_id=draft_id, step=step), 303)

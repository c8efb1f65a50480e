"""Pages of certificates from elsewhere, under ``/trainings``.

GET      /recognitions                     the latest first; ?state=
GET POST /people/<id>/recognition          recognise one of a person, with a copy of the paper
GET      /recognitions/<id>                one, and by whom it was recognised
GET      /recognitions/<id>/document       the copy of the paper; on record
POST     /recognitions/<id>/withdrawal     propose it; …/confirm and …/decline by a second person
"""

from __future__ import annotations

from collections.abc import Callable
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
from services.trainings.cohorts.hours import MINUTES_AN_HOUR
from services.trainings.courses.wording import KIND_WORDS
from services.trainings.education.acting import after
from services.trainings.people.views import staff_names
from services.trainings.people.wording import ERASED
from services.trainings.recognition import acting, handling, views
from services.trainings.recognition.acting import READ, WITHDRAW, WRITE
from services.trainings.recognition.handling import Paper
from services.trainings.recognition.recognition import RECOGNITION
from services.trainings.recognition.schemas import STATES, PaperSchema, WithdrawalSchema
from services.trainings.recognition.wording import LABELS, state_of, told
from shared.access.reader import may
from shared.events.work import Work
from shared.files.kinds import DOCUMENTS, ENDINGS
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.app import body_bytes_max
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.uploads import UPLOAD_BYTES_MAX, received

FIELDS_OF: Final = {"not-issued-yet": "issued_on", "hours": "hours"}
_FIELDS: Final = (
    *("issuer", "number", "title", "kind", "hours"),
    *("issued_on-day", "issued_on-month", "issued_on-year"),
)

blueprint = Blueprint("recognitions", __name__, url_prefix="/trainings")


@blueprint.get("/recognitions")
@requires(READ)
def list_recognitions() -> ResponseReturnValue:
    """Certificates from elsewhere, the latest recognised first."""
    page = page_request()
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    with service().database.reading() as connection:
        rows = views.recognitions(
            connection, reach(READ), state=state, after=after(page), limit=page.limit + 1
        )
        count = views.count(connection, reach(READ), state=state)
    answer = page.answer(rows, views.key_of)
    acting.read(answer["items"], "recognitions")
    following = url_for(".list_recognitions", state=state or None, cursor=answer["next"])
    return render_template(
        "trainings/recognition/list.html",
        recognitions=[_told(row) for row in answer["items"]],
        count=count,
        state=state,
        states=[(code, state_of(code).text) for code in STATES],
        following=following if answer["next"] else "",
    )


@blueprint.get("/people/<registration_id>/recognition")
@requires(WRITE)
def new(registration_id: str) -> ResponseReturnValue:
    """Ask what the paper says, and for a copy of it."""
    return _new_page(acting.person_of(registration_id), dict.fromkeys(_FIELDS, ""))


@blueprint.post("/people/<registration_id>/recognition")
@requires(WRITE)
@body_bytes_max(UPLOAD_BYTES_MAX)
def recognise(registration_id: str) -> ResponseReturnValue:
    """Recognise it."""
    person = acting.person_of(registration_id)

    def run() -> Response:
        names = ("issuer", "number", "title", "kind", "hours")
        values = {**{name: typed(name) for name in names}, "issued_on": typed_day("issued_on")}
        given = validated(PaperSchema(), values)
        minutes = given.pop("hours") * MINUTES_AN_HOUR
        response = acting.recognise(
            person,
            Paper(**given, minutes=minutes),
            received("file"),
            by=actor(),
            location=lambda one: url_for(".show", recognition_id=one),
        )
        flash(say(N_("It is recognised and counts as a certificate of its kind.")), "info")
        return response

    def again(errors: Errors) -> str:
        return _new_page(person, {name: request.form.get(name, "") for name in _FIELDS}, errors)

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


@blueprint.get("/recognitions/<recognition_id>")
@requires(READ)
def show(recognition_id: str) -> ResponseReturnValue:
    """One of them."""
    return _show_page(acting.found(recognition_id, READ))


@blueprint.get("/recognitions/<recognition_id>/document")
@requires(READ)
def document(recognition_id: str) -> ResponseReturnValue:
    """The copy of the paper, to be saved."""
    return acting.copy_of(acting.found(recognition_id, READ))


@blueprint.post("/recognitions/<recognition_id>/withdrawal")
@requires(WITHDRAW)
def propose(recognition_id: str) -> ResponseReturnValue:
    """Propose that it must not count."""
    by = actor()

    def act(work: Work) -> None:
        given = validated(WithdrawalSchema(), {"reason": typed("reason")})
        handling.propose_withdrawal(
            work, by=by, recognition_id=recognition_id, reason=given["reason"]
        )

    done = N_("Its withdrawal is proposed. It counts until a second person agrees.")
    return _change(recognition_id, lambda _row: act, done)


@blueprint.post("/recognitions/<recognition_id>/withdrawal/confirm")
@requires(WITHDRAW)
def confirm(recognition_id: str) -> ResponseReturnValue:
    """Agree, as the second person."""
    by = actor()

    def act(row: Row[Any]) -> Callable[[Work], None]:
        return lambda work: handling.withdraw(
            work, by=by, recognition_id=recognition_id, country=row.country
        )

    return _change(recognition_id, act, N_("It is withdrawn and counts no more."))


@blueprint.post("/recognitions/<recognition_id>/withdrawal/decline")
@requires(WITHDRAW)
def decline(recognition_id: str) -> ResponseReturnValue:
    """Let it count."""
    by = actor()

    def act(work: Work) -> None:
        handling.decline_withdrawal(work, by=by, recognition_id=recognition_id)

    return _change(recognition_id, lambda _row: act, N_("It counts."))


def _change(
    recognition_id: str, act: Callable[[Row[Any]], Callable[[Work], None]], done: str
) -> ResponseReturnValue:
    row = acting.found(recognition_id, WITHDRAW)

    def run() -> Response:
        place = url_for(".show", recognition_id=recognition_id)
        handler = acting.on(recognition_id, required_version(), act(row), location=place)
        response = perform_page(row.programme, handler)
        flash(say(done), "info")
        return response

    def again(errors: Errors) -> str:
        return _show_page(acting.found(recognition_id, WITHDRAW), errors)

    return attempt(run, again, labels=LABELS)


def _new_page(person: Row[Any], shown: dict[str, str], errors: Errors = ()) -> str:
    record_reading(
        [person.programme], what="identity", subject=f"registration/{person.registration_id}"
    )
    return render_template(
        "trainings/recognition/new.html",
        registration_id=person.registration_id,
        name=person.full_name or say(ERASED),
        typed=shown,
        errors=errors,
        wrong=dict(errors),
        labels={field: say(words) for field, words in LABELS.items()},
        kinds=[(code, say(words)) for code, words in KIND_WORDS.items()],
        accept=",".join((*DOCUMENTS, *(f".{ending}" for ending in ENDINGS.values()))),
        key=new_key(),
    )


def _show_page(row: Row[Any], errors: Errors = ()) -> str:
    acting.read([row], f"recognition/{row.recognition_id}")
    with service().database.reading() as connection:
        history = service().store.history(connection, RECOGNITION.stream(row.recognition_id))
        names = staff_names(connection)
        others = views.of_others(connection, reach(READ), row)
    acting.read([*others], f"recognition/{row.recognition_id}")
    reader = signed_in()
    return render_template(
        "trainings/recognition/recognition.html",
        one=_told(row),
        row=row,
        others=[_told(other) for other in others],
        proposer=names.get(row.proposed_by or "", row.proposed_by or ""),
        own=row.proposed_by == reader.account_id,
        history=told(history, names),
        withdraws=may(reader, WITHDRAW, row.programme),
        reads_people=may(reader, "trainings.people.read", row.programme),
        reason=typed("reason") if request.method == "POST" else "",
        errors=errors,
        key=new_key(),
        other_key=new_key(),
    )


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.recognition_id,
        "name": row.full_name or say(ERASED),
        "reference": row.reference,
        "issuer": row.issuer,
        "number": say(ERASED) if row.number is None else row.number or say(N_("None")),
        "title": row.title,
        "kind": say(KIND_WORDS[row.kind]),
        "hours": row.minutes // MINUTES_AN_HOUR,
        "issued_on": row.issued_on,
        "recognised_on": row.recognised_on,
        "state": state_of(row.state),
    }

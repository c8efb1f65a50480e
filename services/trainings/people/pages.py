"""Pages of people, under ``/trainings``.

GET  /people                     everybody by name, or those who wait for a second person
POST /people/search              by name, reference or national number, none of them in an address
GET  /people/new                 register somebody
GET  /people/<id>                the record: training, outcomes, history
GET  /people/<id>/confirm        by a second person; also /correct, /contact, /declaration
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
    programme_of,
    record_reading,
    typed,
    validated,
)
from services.trainings.consents.acting import follow
from services.trainings.consents.wording import ERASURE_FOLLOWS
from services.trainings.people import acting, forms, handling
from services.trainings.people.acting import READ, READ_NUMBER, RESOLVE, Search, found
from services.trainings.people.forms import FIELDS_OF, LABELS
from services.trainings.people.handling import Contact, looking_again
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.schemas import (
    SEARCH_LENGTH_MAX,
    STATES,
    ConfirmSchema,
    ContactSchema,
    DeclarationSchema,
    RegisterSchema,
)
from services.trainings.people.showing import record_page, standing_of, told
from services.trainings.people.wording import STATE_WORDS
from shared.access.reader import may
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, receipt, service
from shared.web.etag import required_version
from shared.web.language import say

WRITE: Final = "trainings.people.write"
CONFIRM: Final = "trainings.people.confirm"
DECLARE: Final = "trainings.vulnerability.write"

blueprint = Blueprint("people", __name__, url_prefix="/trainings")


@blueprint.get("/people")
@requires(READ)
def list_people() -> ResponseReturnValue:
    """Everybody by name, or those in one state."""
    state = request.args.get("state", "")
    return _list_page(Search.of("", state=state if state in STATES else ""), "")


@blueprint.post("/people/search")
@requires(READ)
def search() -> ResponseReturnValue:
    """Find people; what is looked for stands in no address."""
    text = typed("q")[:SEARCH_LENGTH_MAX]
    return _list_page(Search.of(text), text)


@blueprint.get("/people/new")
@requires(WRITE)
def new() -> ResponseReturnValue:
    """Ask who is to be registered."""
    return forms.new_page(forms.blank())


@blueprint.post("/people/new")
@requires(WRITE)
def register() -> ResponseReturnValue:
    """Register somebody."""

    def run() -> Response:
        given = validated(RegisterSchema(), forms.typed_person())
        programme, by = programme_of(WRITE, given["programme"]), actor()
        person = acting.new_person(given)

        def handler(work: Work) -> Answer:
            return acting.register(work, by=by, person=person, location=url_for(".list_people"))

        response = looking_again(lambda: perform_page(programme, handler))
        flash(say(N_("Registered. Somebody else must confirm who this is.")), "info")
        return response

    def again(errors: Errors) -> str:
        return forms.new_page(forms.as_typed(), errors)

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


@blueprint.get("/people/<registration_id>")
@requires(READ)
def show(registration_id: str) -> ResponseReturnValue:
    """The record of a person."""
    row = found(registration_id, READ)
    _record(row, "identity")
    return record_page(row)


@blueprint.get("/people/<registration_id>/confirm")
@requires(CONFIRM)
def confirm(registration_id: str) -> ResponseReturnValue:
    """Ask by what the second person saw who it is."""
    row = found(registration_id, CONFIRM)
    return _confirm_page(row)


@blueprint.post("/people/<registration_id>/confirm")
@requires(CONFIRM)
def confirmed(registration_id: str) -> ResponseReturnValue:
    """Confirm who somebody is."""
    row = found(registration_id, CONFIRM)

    def act(work: Work, given: dict[str, Any]) -> None:
        handling.confirm(work, by=actor(), registration_id=registration_id, **given)

    return _change(
        row,
        act,
        read=lambda: validated(
            ConfirmSchema(), {"means": typed("means"), "witness": typed("witness")}
        ),
        again=lambda errors: _confirm_page(found(registration_id, CONFIRM), errors),
        done=N_("Confirmed. This person can get certificates and apply for grants."),
    )


@blueprint.get("/people/<registration_id>/correct")
@requires(WRITE)
def correct(registration_id: str) -> ResponseReturnValue:
    """Ask for the identity as it should have been written."""
    row = found(registration_id, WRITE)
    _record(row, "identity")
    return forms.correct_page(row, forms.identity_of(row))


@blueprint.post("/people/<registration_id>/correct")
@requires(WRITE)
def corrected(registration_id: str) -> ResponseReturnValue:
    """Correct who somebody is."""
    row = found(registration_id, WRITE)

    def act(work: Work, given: dict[str, Any]) -> None:
        handling.correct(
            work, by=actor(), registration_id=registration_id, identity=acting.identity(given)
        )

    return _change(
        row,
        act,
        read=forms.read_identity,
        again=lambda errors: forms.correct_page(
            found(registration_id, WRITE), forms.as_typed(), errors
        ),
        done=N_("Corrected. Somebody else must confirm who this is."),
    )


@blueprint.get("/people/<registration_id>/contact")
@requires(WRITE)
def contact(registration_id: str) -> ResponseReturnValue:
    """Ask where somebody lives and how to reach them."""
    row = found(registration_id, WRITE)
    _record(row, "contact")
    return forms.contact_page(row, forms.contact_of(row))


@blueprint.post("/people/<registration_id>/contact")
@requires(WRITE)
def contact_changed(registration_id: str) -> ResponseReturnValue:
    """Note where somebody lives and how to reach them from now on."""
    row = found(registration_id, WRITE)

    def act(work: Work, given: dict[str, Any]) -> None:
        handling.change_contact(
            work, by=actor(), registration_id=registration_id, contact=Contact(**given)
        )

    return _change(
        row,
        act,
        read=lambda: validated(ContactSchema(), forms.typed_contact()),
        again=lambda errors: forms.contact_page(
            found(registration_id, WRITE), forms.as_typed(), errors
        ),
        done=N_("Place and phone are noted."),
    )


@blueprint.get("/people/<registration_id>/declaration")
@requires(DECLARE)
def declaration(registration_id: str) -> ResponseReturnValue:
    """Ask whether somebody consents, and what they say of their origin."""
    row = found(registration_id, DECLARE)
    _record(row, "declaration" if acting.sees_declared(row) else "identity")
    return forms.declaration_page(row, forms.declaration_of(row))


@blueprint.post("/people/<registration_id>/declaration")
@requires(DECLARE)
def declared(registration_id: str) -> ResponseReturnValue:
    """Note whether somebody consents and what they say of their origin."""
    row = found(registration_id, DECLARE)

    def act(work: Work, given: dict[str, Any]) -> None:
        handling.declare(
            work, by=actor(), registration_id=registration_id, country=row.country, **given
        )

    def done(given: dict[str, Any]) -> str:
        if follow(row, {"given": given["consented"]}):
            return ERASURE_FOLLOWS
        return N_("What the person says is noted.")

    return _change(
        row,
        act,
        read=lambda: validated(DeclarationSchema(), forms.typed_declaration()),
        again=lambda errors: forms.declaration_page(
            found(registration_id, DECLARE), forms.as_typed(), errors
        ),
        done=done,
    )


def _change(
    row: Row[Any],
    act: Callable[[Work, dict[str, Any]], None],
    *,
    read: Callable[[], dict[str, Any]],
    again: Callable[[Errors], str],
    done: str | Callable[[dict[str, Any]], str],
) -> Response:
    """A form on one registration, at the version that it was shown with."""
    registration_id = row.registration_id

    def run() -> Response:
        given, version = read(), required_version()

        def handler(work: Work) -> Answer:
            work.expect(REGISTRATION, registration_id, version)
            act(work, given)
            location = url_for(".show", registration_id=registration_id)
            return receipt(work, REGISTRATION, registration_id, location=location)

        response = looking_again(lambda: perform_page(row.programme, handler))
        flash(say(done if isinstance(done, str) else done(given)), "info")
        return response

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


def _list_page(search: Search, text: str) -> str:
    page, reader = page_request(), signed_in()
    with service().database.reading() as connection:
        listing = search.listing(connection, page)
    answer = page.answer(listing.rows, lambda one: one.place)
    record_reading(
        {one.row.programme for one in answer["items"]}, what="people", subject="/trainings/people"
    )
    return render_template(
        "trainings/people/list.html",
        people=[told(one.row) for one in answer["items"] if not one.similar],
        similar=[told(one.row) for one in answer["items"] if one.similar],
        count=listing.exact,
        at_least=listing.at_least,
        text=text,
        state=search.state,
        states=[(code, say(words[0])) for code, words in STATE_WORDS.items()],
        cursor=answer["next"] or "",
        by_number=may(reader, READ_NUMBER),
        may_write=may(reader, WRITE),
        may_resolve=may(reader, RESOLVE),
        sees_outcomes=may(reader, "trainings.outcomes.read"),
        sees_courses=may(reader, "trainings.courses.read"),
    )


def _confirm_page(row: Row[Any], errors: Errors = ()) -> str:
    with service().database.reading() as connection:
        standing = standing_of(connection, row.registration_id, actor())
    reads_number = row.has_number and may(signed_in(), READ_NUMBER, row.programme)
    _record(row, "identity")
    warnings = acting.number_warnings(row) if reads_number else []
    return render_template(
        "trainings/people/confirm.html",
        person=told(row),
        warnings=[one["detail"] for one in warnings],
        **standing,
        means=forms.means(),
        chosen=typed("means"),
        witness=typed("witness"),
        errors=errors,
        key=new_key(),
    )


def _record(row: Row[Any], what: str) -> None:
    record_reading([row.programme], what=what, subject=f"registration/{row.registration_id}")

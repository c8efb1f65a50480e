"""Pages on which an officer writes an application for a person.

GET  /grants/applications/new?call=&person=   choose a call, a person, then write
POST /grants/applications/people?call=        search people; names stand in no address
POST /grants/applications/new                 save the draft
POST /grants/applications/paper               note that the paper came in
GET  /grants/applications/<id>/edit           write it anew
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping

from services.grants.applications import forms, handling, listing
from services.grants.applications.reading import call_row, missing_call, programmes_read
from services.grants.applications.wording import CERTIFICATES, CHANNELS, KINDS, STATES
from services.grants.calls import views as calls
from services.grants.foreign import certificates_of, registration
from services.grants.payments.account_number import masked
from shared.errors import Invalid, Missing, Problem, Refused
from shared.events.work import Work
from shared.identifiers import Uuid7, is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

SEARCH_LENGTH_MAX: Final = 120
WRITE: Final = "grants.applications.write"
EDITABLE: Final = ("received", "draft", "changes_requested")
_TEMPLATES: Final = "grants/applications"

blueprint = Blueprint("writing", __name__, url_prefix="/applications")


@blueprint.get("/new")
@requires("grants.applications.write")
def new() -> ResponseReturnValue:
    """Choose the call, then the person, then write."""
    call_id, person = request.args.get("call", ""), request.args.get("person", "")
    if not call_id:
        with service().database.reading() as connection:
            found = listing.calls_of(connection, signed_in().programmes(WRITE))
        return render_template(
            f"{_TEMPLATES}/choose_call.html",
            calls=[one for one in found if one["state"] == "open"],
            person=person if is_identifier(person) else "",
        )
    call = _open_to(call_id)
    if not person:
        return _choose_person(call, typed="", found=None)
    return _form_of_new(call, person, forms.blank(), {})


@blueprint.post("/people")
@requires("grants.applications.write")
def find_people() -> ResponseReturnValue:
    """People with the call's certificate whose name or certificate number was typed."""
    call = _open_to(request.args.get("call", ""))
    typed = request.form.get("who", "")[:SEARCH_LENGTH_MAX].strip()
    if not typed:
        return _choose_person(call, typed="", found=None, error=say(N_("Type a name or a number.")))
    with service().database.reading() as connection:
        found = listing.find_certified(
            connection, call["programme"], calls.terms(call).certificate_kind, typed
        )
    if found:
        programmes_read([call["programme"]], subject="/grants/applications/people")
    return _choose_person(call, typed=typed, found=found)


@blueprint.post("/new")
@requires("grants.applications.write")
def create() -> ResponseReturnValue:
    """Save the draft."""
    person = request.args.get("person", "")
    call = _open_to(request.args.get("call", ""))
    typed, by = forms.typed_fields(), actor()
    content, errors = forms.read_form(typed, currency=call["currency"], kept_account=None)
    channel = typed["channel"]
    if channel not in forms.CHANNELS_OF_OFFICERS:
        errors["channel"] = say(N_("Choose how the application came about."))
    if content is None or errors:
        return _form_of_new(call, person, typed, errors, status=422)

    def handler(work: Work) -> Answer:
        return handling.draft(
            work,
            by=by,
            call_id=call["call_id"],
            registration_id=person,
            channel="paper" if channel == "paper" else "assisted",
            content=content,
        )

    try:
        response = handling.numbered(perform_page, call["programme"], handler)
    except (Invalid, Refused) as problem:
        found = forms.errors_of(problem)
        return _form_of_new(call, person, typed, found, status=problem.status)
    flash(say(N_("The draft is saved. It counts once it is handed in.")), "info")
    return response


@blueprint.post("/paper")
@requires("grants.applications.write")
def receive() -> ResponseReturnValue:
    """Note that the paper came in; it is typed in later."""
    person = request.args.get("person", "")
    call, by = _open_to(request.args.get("call", "")), actor()

    def handler(work: Work) -> Answer:
        return handling.receive(work, by=by, call_id=call["call_id"], registration_id=person)

    try:
        response = handling.numbered(perform_page, call["programme"], handler)
    except (Invalid, Refused) as problem:
        found = forms.errors_of(problem)
        return _form_of_new(call, person, forms.blank(), found, status=problem.status)
    flash(say(N_("The reception is on record. Type in what the paper says when you can.")), "info")
    return response


@blueprint.get("/<application_id>/edit")
@requires("grants.applications.write")
def edit(application_id: str) -> ResponseReturnValue:
    """What the application says, to be written anew."""
    row = handling.of_programme(application_id, WRITE)
    _require_editable(row)
    return _form_of(row, forms.filled(row), {}, version=row["version"])


@blueprint.post("/<application_id>/edit")
@requires("grants.applications.write")
def save(application_id: str) -> ResponseReturnValue:
    """Save what was written anew."""
    row, version, by = handling.of_programme(application_id, WRITE), required_version(), actor()
    typed = forms.typed_fields()
    with service().database.reading() as connection:
        kept = handling.account_of(connection, application_id)
        call = calls.call(connection, row["call_id"])
    currency = row["currency"] or (call["currency"] if call else "")
    content, errors = forms.read_form(typed, currency=currency, kept_account=kept)
    if content is None:
        return _form_of(row, typed, errors, version=version, status=422)

    def handler(work: Work) -> Answer:
        return handling.revise(work, application_id, by=by, content=content, version=version)

    try:
        response = perform_page(row["programme"], handler)
    except Missing:
        raise
    except Problem as problem:
        found = forms.errors_of(problem)
        return _form_of(row, typed, found, version=version, status=problem.status)
    flash(say(N_("What you wrote is saved.")), "info")
    return response


def _open_to(call_id: str) -> RowMapping:
    call = call_row(call_id)
    ensure(WRITE, call["programme"], missing=missing_call())
    return call


def _require_editable(row: Mapping[str, Any]) -> None:
    if row["state"] not in EDITABLE:
        raise Refused(
            "application-state",
            N_("The application is {state}; this is not possible now."),
            state=say(STATES[row["state"]].words),
        )


def _choose_person(
    call: RowMapping, *, typed: str, found: Any, error: str = ""
) -> ResponseReturnValue:
    page = render_template(
        f"{_TEMPLATES}/choose_person.html",
        call=call,
        typed=typed,
        found=None if found is None else found[: listing.FOUND_MAX],
        more=found is not None and len(found) > listing.FOUND_MAX,
        error=error,
        certificate=say(CERTIFICATES[calls.terms(call).certificate_kind]),
    )
    return make_response(page, 422 if error else 200)


def _form_of_new(
    call: RowMapping,
    person: str,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> ResponseReturnValue:
    terms = calls.terms(call)
    with service().database.reading() as connection:
        row = registration(connection, person) if is_identifier(person) else None
        if row is None or row["programme"] != call["programme"]:
            raise Missing("registration-missing", N_("There is no such registration here yet."))
        certificates = certificates_of(connection, row["person_id"])
    programmes_read([call["programme"]], subject="/grants/applications/new")
    valid = [
        one
        for one in certificates
        if one["kind"] == terms.certificate_kind and one["revoked_on"] is None
    ]
    page = render_template(
        f"{_TEMPLATES}/form.html",
        is_new=True,
        name=row["full_name"],
        person=row,
        certificate=valid[0] if valid else None,
        asked_kind=say(CERTIFICATES[terms.certificate_kind]),
        call_code=call["code"],
        currency=call["currency"],
        ceiling=terms.ceiling,
        last_moment=terms.last_moment(),
        zone=terms.timezone,
        action=url_for(".create", call=call["call_id"], person=person),
        paper_action=url_for(".receive", call=call["call_id"], person=person),
        back=url_for(".new", call=call["call_id"]),
        **_choices(typed, errors),
    )
    return make_response(page, status)


def _form_of(
    row: Mapping[str, Any],
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    version: int,
    status: int = 200,
) -> ResponseReturnValue:
    with service().database.reading() as connection:
        call = calls.call(connection, row["call_id"])
        kept = handling.account_of(connection, row["application_id"])
    if call is None:
        raise Missing("call-missing", N_("There is no such call."))
    programmes_read([row["programme"]], subject="/grants/applications/edit")
    terms = calls.terms(call)
    page = render_template(
        f"{_TEMPLATES}/form.html",
        is_new=False,
        name=row["full_name"],
        row=row,
        account=masked(kept) if kept else "",
        call_code=call["code"],
        currency=call["currency"],
        ceiling=terms.ceiling,
        last_moment=terms.last_moment(),
        zone=terms.timezone,
        action=url_for(".save", application_id=row["application_id"]),
        back=url_for("applications.show", application_id=row["application_id"]),
        version=version,
        **_choices(typed, errors),
    )
    return make_response(page, status)


def _choices(typed: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "typed": typed,
        "errors": errors,
        "kinds": [(code, say(words)) for code, words in KINDS.items()],
        "channels": [(code, say(CHANNELS[code])) for code in forms.CHANNELS_OF_OFFICERS],
        "key": Uuid7().new(),
    }

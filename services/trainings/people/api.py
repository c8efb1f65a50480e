"""JSON routes of people, under ``/trainings/api/v1``.

GET  /people                    by name; ?q= part of a name or a reference, ?state=
POST /people/search             the same, and by national number, which no address may carry
POST /people                    register somebody
GET  /people/<id>               one registration, its national number covered
GET  /people/<id>/number        the number, covered, and what is odd about it
POST /people/<id>/confirm       by a second person
POST /people/<id>/correct       the identity, whole
POST /people/<id>/contact       place and phone, whole
POST /people/<id>/declaration   consent, and what the person says of their origin
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.trainings.asking import programme_of, record_reading
from services.trainings.consents.acting import follow
from services.trainings.people import acting, handling
from services.trainings.people.acting import READ, READ_NUMBER, Search, found, shown
from services.trainings.people.handling import Contact, looking_again
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.schemas import (
    ConfirmSchema,
    ContactSchema,
    CorrectSchema,
    DeclarationSchema,
    NumberSchema,
    PeopleArguments,
    PeoplePageSchema,
    PersonSchema,
    RegisteredSchema,
    RegisterSchema,
    SearchSchema,
)
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, receipt, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"
WRITE = "trainings.people.write"
CONFIRM = "trainings.people.confirm"
DECLARE = "trainings.vulnerability.write"

blueprint = ApiBlueprint("people_api", __name__, url_prefix=BASE)


@blueprint.route("/people", methods=["GET"])
@requires(READ)
@blueprint.arguments(PeopleArguments, location="query")
@blueprint.response(200, PeoplePageSchema)
def list_people(arguments: dict[str, Any]) -> dict[str, Any]:
    """List people by name. Neither a name nor a national number may stand in the address."""
    acting.refuse_number_in_address(arguments["reference"])
    search = Search(reference=arguments["reference"].strip(), state=arguments["state"])
    return _listed(search, arguments["page"])


@blueprint.route("/people/search", methods=["POST"])
@requires(READ)
@command(idempotent=False)
@blueprint.arguments(SearchSchema)
@blueprint.response(200, PeoplePageSchema)
def search_people(arguments: dict[str, Any]) -> dict[str, Any]:
    """Find people by name, reference or national number. Changes nothing."""
    search = Search.of(arguments["q"], state=arguments["state"], jmbg=arguments["jmbg"])
    return _listed(search, arguments["page"])


@blueprint.route("/people", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(RegisterSchema)
@blueprint.response(201, RegisteredSchema)
def register(arguments: dict[str, Any]) -> Response:
    """Register somebody; a national number known already makes this the same person's."""
    programme, by = programme_of(WRITE, arguments["programme"]), actor()
    person = acting.new_person(arguments)

    def handler(work: Work) -> Answer:
        return acting.register(work, by=by, person=person, location=f"{BASE}/people")

    return looking_again(lambda: perform(programme, handler))


@blueprint.route("/people/<registration_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, PersonSchema)
def show_person(registration_id: str) -> Response:
    """Show a registration; its national number is covered but for the last digits."""
    row = found(registration_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    record_reading([row.programme], what="identity", subject=f"registration/{registration_id}")
    return set_version(jsonify(PersonSchema().dump(shown(row))), row.version)


@blueprint.route("/people/<registration_id>/number", methods=["GET"])
@requires(READ_NUMBER)
@blueprint.response(200, NumberSchema)
def show_number(registration_id: str) -> Response:
    """Show a national number, covered, and what about it deserves a second look; on record."""
    row = found(registration_id, READ_NUMBER)
    record_reading(
        [row.programme], what="national_number", subject=f"registration/{registration_id}"
    )
    body = {
        "registration_id": registration_id,
        "number_masked": acting.number_shown(row),
        "warnings": acting.number_warnings(row),
    }
    return jsonify(NumberSchema().dump(body))


@blueprint.route("/people/<registration_id>/confirm", methods=["POST"])
@requires(CONFIRM)
@command(versioned=True)
@blueprint.arguments(ConfirmSchema)
@blueprint.response(200, ReceiptSchema)
def confirm(arguments: dict[str, Any], registration_id: str) -> Response:
    """Confirm who somebody is; who registered or corrected them may not."""
    return _on(
        registration_id,
        CONFIRM,
        lambda work, by: handling.confirm(
            work, by=by, registration_id=registration_id, **arguments
        ),
    )


@blueprint.route("/people/<registration_id>/correct", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(CorrectSchema)
@blueprint.response(200, RegisteredSchema)
def correct(arguments: dict[str, Any], registration_id: str) -> Response:
    """Write the identity as it should have been; somebody else confirms it anew."""
    row, by, version = found(registration_id, WRITE), actor(), required_version()
    identity = acting.identity(arguments)

    def handler(work: Work) -> Answer:
        work.expect(REGISTRATION, registration_id, version)
        return acting.correct(work, by=by, registration_id=registration_id, identity=identity)

    return looking_again(lambda: perform(row.programme, handler))


@blueprint.route("/people/<registration_id>/contact", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ContactSchema)
@blueprint.response(200, ReceiptSchema)
def change_contact(arguments: dict[str, Any], registration_id: str) -> Response:
    """Note where somebody lives and how to reach them from now on."""
    return _on(
        registration_id,
        WRITE,
        lambda work, by: handling.change_contact(
            work, by=by, registration_id=registration_id, contact=Contact(**arguments)
        ),
    )


@blueprint.route("/people/<registration_id>/declaration", methods=["POST"])
@requires(DECLARE)
@command(versioned=True)
@blueprint.arguments(DeclarationSchema)
@blueprint.response(200, ReceiptSchema)
def declare(arguments: dict[str, Any], registration_id: str) -> Response:
    """Note whether somebody consents and what they say of their origin."""
    row = found(registration_id, DECLARE)
    response = _on(
        registration_id,
        DECLARE,
        lambda work, by: handling.declare(
            work, by=by, registration_id=registration_id, country=row.country, **arguments
        ),
    )
    follow(row, {"given": arguments["consented"]})
    return response


def _listed(search: Search, page: PageRequest) -> dict[str, Any]:
    with service().database.reading() as connection:
        listing = search.listing(connection, page)
    answer = page.answer(listing.rows, lambda one: one.place)
    _record_list([one.row for one in answer["items"]], "people")
    items = [{**shown(one.row), "similar": one.similar} for one in answer["items"]]
    return {"items": items, "next": answer["next"]}


def _record_list(rows: list[Row[Any]], what: str) -> None:
    record_reading({row.programme for row in rows}, what=what, subject="/trainings/people")


def _on(registration_id: str, permission: str, act: Callable[[Work, str], None]) -> Response:
    """A command on the version that was seen."""
    row, by, version = found(registration_id, permission), actor(), required_version()

    def handler(work: Work) -> Answer:
        work.expect(REGISTRATION, registration_id, version)
        act(work, by)
        return receipt(work, REGISTRATION, registration_id)

    return perform(row.programme, handler)

"""JSON routes of applications, under ``/grants/api/v1``.

GET  /applications                            those of the reader, what waits for them first
POST /applications                            begin one for a person
POST /applications/paper                      note that one came in on paper
GET  /applications/<id>                       as the reader may see it
PUT  /applications/<id>                       write it anew, whole
POST /applications/<id>/submit                hand in, also again after completing
POST /applications/<id>/return                return it to be completed
GET  /applications/<id>/eligibility           the rules one by one
POST /applications/<id>/check                 record what the rules say
POST /applications/<id>/override              propose to let it through all the same
POST /applications/<id>/override/confirm      agree, as a second person
POST /applications/<id>/withdraw              the applicant takes it back
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, jsonify

from services.grants.applications import checking, handling, listing
from services.grants.applications.reading import (
    as_json_list,
    content_of,
    eligibility_of,
    missing_call,
    programme_of_call,
    programmes_read,
    seen_as_json,
)
from services.grants.applications.schemas import (
    ApplicationArguments,
    ApplicationCheckSchema,
    ApplicationContentSchema,
    ApplicationPageSchema,
    ApplicationSchema,
    EligibilitySchema,
    NewApplicationSchema,
    OverrideSchema,
    PaperApplicationSchema,
    ReturnedApplicationSchema,
)
from shared.events.work import Work
from shared.web.access import ensure, requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("applications_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/applications", methods=["GET"])
@requires("grants.applications.read")
@blueprint.arguments(ApplicationArguments, location="query")
@blueprint.response(200, ApplicationPageSchema)
def list_applications(arguments: dict[str, Any]) -> dict[str, Any]:
    """List the reader's applications, what waits for them first, then by number."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = listing.list_applications(
            connection,
            listing.Scope.of(signed_in()),
            limit=page.limit + 1,
            call_id=arguments["call"],
            state=arguments["state"],
            after=page.after(int, str, str),
        )
    answer = page.answer(rows, listing.list_key)
    programmes_read(
        {row["programme"] for row in answer["items"]}, subject="/grants/api/v1/applications"
    )
    return {"items": as_json_list(answer["items"]), "next": answer["next"]}


@blueprint.route("/applications", methods=["POST"])
@requires("grants.applications.write")
@command()
@blueprint.arguments(NewApplicationSchema)
@blueprint.response(201, ReceiptSchema)
def draft(arguments: dict[str, Any]) -> Response:
    """Begin an application for a person; refused when they have one in this call."""
    programme = programme_of_call(arguments["call_id"])
    ensure("grants.applications.write", programme, missing=missing_call())
    by, content = actor(), content_of(arguments, account=None)
    return handling.numbered(
        perform,
        programme,
        lambda work: _created(
            handling.draft(
                work,
                by=by,
                call_id=arguments["call_id"],
                registration_id=arguments["registration_id"],
                channel=arguments["channel"],
                content=content,
            )
        ),
    )


@blueprint.route("/applications/paper", methods=["POST"])
@requires("grants.applications.write")
@command()
@blueprint.arguments(PaperApplicationSchema)
@blueprint.response(201, ReceiptSchema)
def receive(arguments: dict[str, Any]) -> Response:
    """Note that a paper application came in now; it counts as handed in at this moment."""
    programme = programme_of_call(arguments["call_id"])
    ensure("grants.applications.write", programme, missing=missing_call())
    by = actor()
    return handling.numbered(
        perform, programme, lambda work: _created(handling.receive(work, by=by, **arguments))
    )


@blueprint.route("/applications/<application_id>", methods=["GET"])
@requires("grants.applications.read")
@blueprint.response(200, ApplicationSchema)
def show(application_id: str) -> Response:
    """Show an application, as far as this reader may see it."""
    row = handling.of_programme(application_id, "grants.applications.read")
    body = seen_as_json(row)
    if not_modified(row["version"]):
        return set_version(Response(status=304), row["version"])
    return set_version(jsonify(ApplicationSchema().dump(body)), row["version"])


@blueprint.route("/applications/<application_id>", methods=["PUT"])
@requires("grants.applications.write")
@command(versioned=True)
@blueprint.arguments(ApplicationContentSchema)
@blueprint.response(200, ReceiptSchema)
def revise(arguments: dict[str, Any], application_id: str) -> Response:
    """Write the application anew, whole; for paper that came in: type it in."""
    programme, by, version = _acting(application_id, "grants.applications.write")

    def handler(work: Work) -> Answer:
        kept = handling.account_of(work.connection, application_id)
        content = content_of(arguments, account=kept)
        return handling.revise(work, application_id, by=by, content=content, version=version)

    return perform(programme, handler)


@blueprint.route("/applications/<application_id>/submit", methods=["POST"])
@requires("grants.applications.submit")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def submit(application_id: str) -> Response:
    """Hand it in; refused when late, without the certificate or for a second application."""
    programme, by, version = _acting(application_id, "grants.applications.submit")
    return perform(
        programme,
        lambda work: handling.submit(work, application_id, by=by, version=version),
    )


@blueprint.route("/applications/<application_id>/return", methods=["POST"])
@requires("grants.applications.check")
@command(versioned=True)
@blueprint.arguments(ReturnedApplicationSchema)
@blueprint.response(200, ReceiptSchema)
def request_changes(arguments: dict[str, Any], application_id: str) -> Response:
    """Return it to be completed; the moment of handing in stays."""
    programme, by, version = _acting(application_id, "grants.applications.check")
    return perform(
        programme,
        lambda work: handling.request_changes(
            work, application_id, by=by, version=version, **arguments
        ),
    )


@blueprint.route("/applications/<application_id>/eligibility", methods=["GET"])
@requires("grants.applications.check")
@blueprint.response(200, EligibilitySchema)
def show_eligibility(application_id: str) -> dict[str, Any]:
    """Show the rules one by one: as recorded, or as they would be recorded now."""
    row = handling.of_programme(application_id, "grants.applications.check")
    checks, recorded = eligibility_of(row)
    return {
        "finding": checking.finding(checks),
        "recorded": recorded,
        "checks": [
            {"rule": one.rule, "rule_version": one.rule_version, "passed": one.passed}
            for one in checks
        ],
    }


@blueprint.route("/applications/<application_id>/check", methods=["POST"])
@requires("grants.applications.check")
@command(versioned=True)
@blueprint.arguments(ApplicationCheckSchema)
@blueprint.response(200, ReceiptSchema)
def check(arguments: dict[str, Any], application_id: str) -> Response:
    """Record what the rules say: on to the committee, or not eligible with the reason."""
    programme, by, version = _acting(application_id, "grants.applications.check")
    return perform(
        programme,
        lambda work: checking.check(
            work, application_id, by=by, version=version, expected=arguments["expected"]
        ),
    )


@blueprint.route("/applications/<application_id>/override", methods=["POST"])
@requires("grants.applications.override")
@command(versioned=True)
@blueprint.arguments(OverrideSchema)
@blueprint.response(200, ReceiptSchema)
def propose_override(arguments: dict[str, Any], application_id: str) -> Response:
    """Propose to let it through all the same; a second person decides."""
    programme, by, version = _acting(application_id, "grants.applications.override")
    return perform(
        programme,
        lambda work: checking.propose_override(
            work, application_id, by=by, version=version, reason=arguments["reason"]
        ),
    )


@blueprint.route("/applications/<application_id>/override/confirm", methods=["POST"])
@requires("grants.applications.override")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_override(application_id: str) -> Response:
    """Agree to let it through; never whoever proposed it."""
    programme, by, version = _acting(application_id, "grants.applications.override")
    return perform(
        programme,
        lambda work: checking.confirm_override(work, application_id, by=by, version=version),
    )


@blueprint.route("/applications/<application_id>/withdraw", methods=["POST"])
@requires("grants.applications.withdraw")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def withdraw(application_id: str) -> Response:
    """The applicant takes it back, before the decision."""
    programme, by, version = _acting(application_id, "grants.applications.withdraw")
    return perform(
        programme,
        lambda work: handling.withdraw(work, application_id, by=by, version=version),
    )


def _acting(application_id: str, permission: str) -> tuple[str, str, int]:
    """(programme, account, version seen) of a command by somebody with the permission there."""
    row = handling.of_programme(application_id, permission)
    return row["programme"], actor(), required_version()


def _created(answer: Answer) -> Answer:
    return replace(answer, location=f"/grants/api/v1/applications/{answer.body['id']}")

"""JSON routes of programmes, partners, donors and budget lines; under ``/grants/api/v1``.

GET  /programmes, /programmes/<code>
POST /programmes                                  open one (administrators of every programme)
POST /programmes/<code>/change                    name, regions, further currencies
POST /programmes/<code>/close-history, /end
GET, POST /programmes/<code>/partners, /donors, /budget-lines
GET  /partners/<id>, /donors/<id>, /budget-lines/<id>
POST /partners/<id>/rename, /leave;  /donors/<id>/rename, /leave;  /budget-lines/<id>/revise, /close
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema
from sqlalchemy import RowMapping

from services.grants.programmes import handling, views
from services.grants.programmes.schemas import (
    BudgetLinePageSchema,
    BudgetLineSchema,
    ChangedProgrammeSchema,
    DonorPageSchema,
    DonorSchema,
    EndReasonSchema,
    NewBudgetLineSchema,
    NewOrganisationSchema,
    NewProgrammeSchema,
    OtherNameSchema,
    PartnerPageSchema,
    PartnerSchema,
    ProgrammePageSchema,
    ProgrammeSchema,
    RevisedBudgetSchema,
)
from shared.access.roles import EVERY_PROGRAMME
from shared.web.access import ensure, requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageArguments, PageRequest

PREFIX = "/grants/api/v1"
blueprint = ApiBlueprint("programmes_api", __name__, url_prefix=PREFIX)


@blueprint.route("/programmes", methods=["GET"])
@requires("grants.programmes.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, ProgrammePageSchema)
def list_programmes(page: PageRequest) -> dict[str, Any]:
    """List the programmes in which the reader has a role, by code."""
    after = page.after(str)
    with service().database.reading() as connection:
        rows = views.programmes(
            connection,
            within=signed_in().programmes("grants.programmes.read"),
            after=after[0] if after else None,
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row["programme"],))
    return {"items": [_programme(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/programmes", methods=["POST"])
@requires("grants.programmes.write")
@command()
@blueprint.arguments(NewProgrammeSchema)
@blueprint.response(201, ReceiptSchema)
def create_programme(arguments: dict[str, Any]) -> Response:
    """Open a programme; only who administers every programme may."""
    ensure("grants.programmes.write", EVERY_PROGRAMME)
    code, by = arguments.pop("code"), actor()
    return perform(
        code,
        lambda work: replace(
            handling.create_programme(work, by=by, **arguments),
            location=f"{PREFIX}/programmes/{code}",
        ),
    )


@blueprint.route("/programmes/<programme>", methods=["GET"])
@requires("grants.programmes.read")
@blueprint.response(200, ProgrammeSchema)
def show_programme(programme: str) -> Response:
    """Show a programme."""
    return _shown(ProgrammeSchema(), _programme(handling.programme_row(programme)))


@blueprint.route("/programmes/<programme>/change", methods=["POST"])
@requires("grants.programmes.write")
@command(versioned=True)
@blueprint.arguments(ChangedProgrammeSchema)
@blueprint.response(200, ReceiptSchema)
def change_programme(arguments: dict[str, Any], programme: str) -> Response:
    """Give it another name, other regions, further currencies: what is sent, at once."""
    by, version = actor(), required_version()
    return perform(
        programme,
        lambda work: handling.change_programme(work, by=by, version=version, **arguments),
    )


@blueprint.route("/programmes/<programme>/close-history", methods=["POST"])
@requires("grants.history.close")
@command(versioned=True)
@blueprint.arguments(EndReasonSchema)
@blueprint.response(200, ReceiptSchema)
def close_history(arguments: dict[str, Any], programme: str) -> Response:
    """Close the permission to bring the past in; nothing opens it again."""
    by, version = actor(), required_version()
    return perform(
        programme, lambda work: handling.close_history(work, by=by, version=version, **arguments)
    )


@blueprint.route("/programmes/<programme>/end", methods=["POST"])
@requires("grants.programmes.write")
@command(versioned=True)
@blueprint.arguments(EndReasonSchema)
@blueprint.response(200, ReceiptSchema)
def end_programme(arguments: dict[str, Any], programme: str) -> Response:
    """End the programme."""
    by, version = actor(), required_version()
    return perform(
        programme, lambda work: handling.end_programme(work, by=by, version=version, **arguments)
    )


@blueprint.route("/programmes/<programme>/partners", methods=["GET"])
@requires("grants.partners.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, PartnerPageSchema)
def list_partners(page: PageRequest, programme: str) -> dict[str, Any]:
    """List the programme's partners by name, with those who have left."""
    handling.programme_row(programme)
    with service().database.reading() as connection:
        rows = views.partners(
            connection, programme, after=page.after(str, str), limit=page.limit + 1
        )
    return page.answer(rows, lambda row: (row["name"], row["partner_id"]))


@blueprint.route("/programmes/<programme>/partners", methods=["POST"])
@requires("grants.partners.write")
@command()
@blueprint.arguments(NewOrganisationSchema)
@blueprint.response(201, ReceiptSchema)
def add_partner(arguments: dict[str, Any], programme: str) -> Response:
    """Let a partner join."""
    by = actor()
    return perform(
        programme, lambda work: _at("partners", handling.add_partner(work, by=by, **arguments))
    )


@blueprint.route("/partners/<partner_id>", methods=["GET"])
@requires("grants.partners.read")
@blueprint.response(200, PartnerSchema)
def show_partner(partner_id: str) -> Response:
    """Show a partner."""
    return _shown(PartnerSchema(), handling.partner_row(partner_id, "grants.partners.read"))


@blueprint.route("/partners/<partner_id>/rename", methods=["POST"])
@requires("grants.partners.write")
@command(versioned=True)
@blueprint.arguments(OtherNameSchema)
@blueprint.response(200, ReceiptSchema)
def rename_partner(arguments: dict[str, Any], partner_id: str) -> Response:
    """Give a partner another name."""
    row, facts = handling.partner_row(partner_id, "grants.partners.write"), _facts()
    return perform(
        row["programme"],
        lambda work: handling.rename_partner(work, partner_id, **facts, **arguments),
    )


@blueprint.route("/partners/<partner_id>/leave", methods=["POST"])
@requires("grants.partners.write")
@command(versioned=True)
@blueprint.arguments(EndReasonSchema)
@blueprint.response(200, ReceiptSchema)
def remove_partner(arguments: dict[str, Any], partner_id: str) -> Response:
    """Note that a partner takes part no more."""
    row, facts = handling.partner_row(partner_id, "grants.partners.write"), _facts()
    return perform(
        row["programme"],
        lambda work: handling.remove_partner(work, partner_id, **facts, **arguments),
    )


@blueprint.route("/programmes/<programme>/donors", methods=["GET"])
@requires("grants.donors.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, DonorPageSchema)
def list_donors(page: PageRequest, programme: str) -> dict[str, Any]:
    """List the programme's donors by name, with those who have left."""
    handling.programme_row(programme)
    with service().database.reading() as connection:
        rows = views.donors(connection, programme, after=page.after(str, str), limit=page.limit + 1)
    return page.answer(rows, lambda row: (row["name"], row["donor_id"]))


@blueprint.route("/programmes/<programme>/donors", methods=["POST"])
@requires("grants.donors.write")
@command()
@blueprint.arguments(NewOrganisationSchema)
@blueprint.response(201, ReceiptSchema)
def add_donor(arguments: dict[str, Any], programme: str) -> Response:
    """Let a donor join."""
    by = actor()
    return perform(
        programme, lambda work: _at("donors", handling.add_donor(work, by=by, **arguments))
    )


@blueprint.route("/donors/<donor_id>", methods=["GET"])
@requires("grants.donors.read")
@blueprint.response(200, DonorSchema)
def show_donor(donor_id: str) -> Response:
    """Show a donor."""
    return _shown(DonorSchema(), handling.donor_row(donor_id, "grants.donors.read"))


@blueprint.route("/donors/<donor_id>/rename", methods=["POST"])
@requires("grants.donors.write")
@command(versioned=True)
@blueprint.arguments(OtherNameSchema)
@blueprint.response(200, ReceiptSchema)
def rename_donor(arguments: dict[str, Any], donor_id: str) -> Response:
    """Give a donor another name."""
    row, facts = handling.donor_row(donor_id, "grants.donors.write"), _facts()
    return perform(
        row["programme"], lambda work: handling.rename_donor(work, donor_id, **facts, **arguments)
    )


@blueprint.route("/donors/<donor_id>/leave", methods=["POST"])
@requires("grants.donors.write")
@command(versioned=True)
@blueprint.arguments(EndReasonSchema)
@blueprint.response(200, ReceiptSchema)
def remove_donor(arguments: dict[str, Any], donor_id: str) -> Response:
    """Note that a donor takes part no more."""
    row, facts = handling.donor_row(donor_id, "grants.donors.write"), _facts()
    return perform(
        row["programme"], lambda work: handling.remove_donor(work, donor_id, **facts, **arguments)
    )


@blueprint.route("/programmes/<programme>/budget-lines", methods=["GET"])
@requires("grants.budget_lines.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, BudgetLinePageSchema)
def list_budget_lines(page: PageRequest, programme: str) -> dict[str, Any]:
    """List the programme's budget lines by code, closed ones too."""
    handling.programme_row(programme)
    with service().database.reading() as connection:
        rows = views.budget_lines(
            connection, programme, after=page.after(str, str), limit=page.limit + 1
        )
    answer = page.answer(rows, lambda row: (row["code"], row["budget_line_id"]))
    return {"items": [_line(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/programmes/<programme>/budget-lines", methods=["POST"])
@requires("grants.budget_lines.write")
@command()
@blueprint.arguments(NewBudgetLineSchema)
@blueprint.response(201, ReceiptSchema)
def open_budget_line(arguments: dict[str, Any], programme: str) -> Response:
    """Open a line for a donor's money."""
    by = actor()
    return perform(
        programme,
        lambda work: _at("budget-lines", handling.open_budget_line(work, by=by, **arguments)),
    )


@blueprint.route("/budget-lines/<budget_line_id>", methods=["GET"])
@requires("grants.budget_lines.read")
@blueprint.response(200, BudgetLineSchema)
def show_budget_line(budget_line_id: str) -> Response:
    """Show a budget line."""
    row = handling.budget_line_row(budget_line_id, "grants.budget_lines.read")
    return _shown(BudgetLineSchema(), _line(row))


@blueprint.route("/budget-lines/<budget_line_id>/revise", methods=["POST"])
@requires("grants.budget_lines.revise")
@command(versioned=True)
@blueprint.arguments(RevisedBudgetSchema)
@blueprint.response(200, ReceiptSchema)
def revise_budget_line(arguments: dict[str, Any], budget_line_id: str) -> Response:
    """Give the line another amount, whole; its currency stays."""
    row, facts = handling.budget_line_row(budget_line_id, "grants.budget_lines.revise"), _facts()
    return perform(
        row["programme"],
        lambda work: handling.revise_budget_line(work, budget_line_id, **facts, **arguments),
    )


@blueprint.route("/budget-lines/<budget_line_id>/close", methods=["POST"])
@requires("grants.budget_lines.revise")
@command(versioned=True)
@blueprint.arguments(EndReasonSchema)
@blueprint.response(200, ReceiptSchema)
def close_budget_line(arguments: dict[str, Any], budget_line_id: str) -> Response:
    """Close the line; nothing is charged to it any more."""
    row, facts = handling.budget_line_row(budget_line_id, "grants.budget_lines.revise"), _facts()
    return perform(
        row["programme"],
        lambda work: handling.close_budget_line(work, budget_line_id, **facts, **arguments),
    )


def _facts() -> dict[str, Any]:
    """Who acts, on which version."""
    return {"by": actor(), "version": required_version()}


def _at(part: str, answer: Answer) -> Answer:
    """The receipt with the record's address in this interface."""
    return replace(answer, location=f"{PREFIX}/{part}/{answer.body['id']}")


def _shown(schema: Schema, record: dict[str, Any] | RowMapping) -> Response:
    if not_modified(record["version"]):
        return set_version(Response(status=304), record["version"])
    return set_version(jsonify(schema.dump(record)), record["version"])


def _programme(row: RowMapping) -> dict[str, Any]:
    return {**row, "regions": views.regions(row), "currencies": views.currencies(row)}


def _line(row: RowMapping) -> dict[str, Any]:
    return {**row, "budget": views.line_budget(row)}

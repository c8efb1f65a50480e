"""JSON routes of reviews: who reads, conflicts declared, score sheets; under ``/grants/api/v1``.

GET  /reviews                            the reader's own, those that wait first
GET  /calls/<id>/reviews                 how far each application of a call is
POST /calls/<id>/reviews                 assign the whole committee to all under review
POST /reviews                            assign members to one application
GET  /reviews/<application id>           the review as the reader may see it
POST /reviews/<application id>/declaration
POST /reviews/<application id>/sheet     hand in the own sheet, sealed from then on
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, url_for
from sqlalchemy import RowMapping

from services.grants.committee import handling, reading, review_lists
from services.grants.committee.ranking import Sheet
from services.grants.committee.reading import Shown
from services.grants.committee.review import REVIEW, NoReview, Scored
from services.grants.committee.schemas import (
    ConflictDeclarationSchema,
    OwnReviewArguments,
    OwnReviewPageSchema,
    ProgressPageSchema,
    ReviewAssignmentSchema,
    ReviewsAssignedSchema,
    ReviewSchema,
    ScoreSheetSchema,
)
from shared.errors import Forbidden
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, receipt, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageArguments, PageRequest

blueprint = ApiBlueprint("reviews_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/reviews", methods=["GET"])
@requires("grants.reviews.score")
@blueprint.arguments(OwnReviewArguments, location="query")
@blueprint.response(200, OwnReviewPageSchema)
def list_reviews(arguments: dict[str, Any]) -> dict[str, Any]:
    """List the reader's own reviews: to declare, to score, then the rest."""
    page: PageRequest = arguments["page"]
    reader = signed_in()
    with service().database.reading() as connection:
        rows = review_lists.mine(
            connection,
            reader.account_id,
            within=reader.programmes("grants.reviews.score"),
            after=page.after(int, str, str),
            limit=page.limit + 1,
            waiting_only=arguments["waiting"],
        )
    answer = page.answer(
        rows, lambda row: (row["urgency"], row["application_no"], row["application_id"])
    )
    reading.record_names(answer["items"], subject="/grants/reviews")
    return {"items": [own_review(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/calls/<call_id>/reviews", methods=["GET"])
@requires("grants.reviews.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, ProgressPageSchema)
def list_progress(page: PageRequest, call_id: str) -> dict[str, Any]:
    """List the applications of a call that the committee has in hand, with counts of sheets."""
    reading.find_call(call_id, "grants.reviews.read")
    with service().database.reading() as connection:
        rows = review_lists.progress(
            connection, call_id, after=page.after(str, str), limit=page.limit + 1
        )
    answer = page.answer(rows, lambda row: (row.application_no, row.application_id))
    return {"items": [asdict(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/calls/<call_id>/reviews", methods=["POST"])
@requires("grants.reviews.assign")
@command()
@blueprint.response(200, ReviewsAssignedSchema)
def assign_committee(call_id: str) -> Response:
    """Assign the whole committee to every application under review, but whoever assisted it."""
    call = reading.find_call(call_id, "grants.reviews.assign")
    by = actor()

    def handler(work: Work) -> Answer:
        assigned = handling.assign_committee(work, call_id, by=by)
        return Answer({"id": call_id, "version": call["version"], "assigned": assigned})

    return perform(call["programme"], handler)


@blueprint.route("/reviews", methods=["POST"])
@requires("grants.reviews.assign")
@command()
@blueprint.arguments(ReviewAssignmentSchema)
@blueprint.response(201, ReceiptSchema)
def assign(arguments: dict[str, Any]) -> Response:
    """Assign members of the call's committee to an application, beside any before."""
    application_id = arguments["application_id"]
    programme = reading.programme_of(application_id, "grants.reviews.assign")
    by, location = actor(), url_for(".show_review", application_id=application_id)

    def handler(work: Work) -> Answer:
        handling.assign(work, application_id, by=by, member_ids=arguments["member_ids"])
        return receipt(work, REVIEW, application_id, status=201, location=location)

    return perform(programme, handler)


@blueprint.route("/reviews/<application_id>", methods=["GET"])
@requires("grants.reviews.read")
@blueprint.response(200, ReviewSchema)
def show_review(application_id: str) -> Response:
    """Show a review: its members, and the sheets that the reader may see."""
    shown = reading.open_review(application_id, "grants.reviews.read")
    if shown.part == "recused":
        raise Forbidden("recused", N_("You declared a conflict and take no part in this."))
    if shown.comments:
        subject = f"review/{application_id}"
        reading.record_names([{**shown.application, "declared": "clear"}], subject=subject)
    if not_modified(shown.version):
        return set_version(Response(status=304), shown.version)
    return set_version(jsonify(ReviewSchema().dump(review_body(shown))), shown.version)


@blueprint.route("/reviews/<application_id>/declaration", methods=["POST"])
@requires("grants.reviews.declare")
@command(versioned=True)
@blueprint.arguments(ConflictDeclarationSchema)
@blueprint.response(200, ReceiptSchema)
def declare(arguments: dict[str, Any], application_id: str) -> Response:
    """Declare a conflict, with its reason, or that there is none; before reading."""
    programme = reading.programme_of(application_id, "grants.reviews.declare")
    by, version = actor(), required_version()
    reason = arguments["reason"] if arguments["conflict"] else None
    own = signed_in().registrations

    def handler(work: Work) -> Answer:
        work.expect(REVIEW, application_id, version)
        handling.declare(work, application_id, by=by, reason=reason, own_registrations=own)
        return receipt(work, REVIEW, application_id)

    return perform(programme, handler)


@blueprint.route("/reviews/<application_id>/sheet", methods=["POST"])
@requires("grants.reviews.score")
@command(versioned=True)
@blueprint.arguments(ScoreSheetSchema)
@blueprint.response(200, ReceiptSchema)
def submit(arguments: dict[str, Any], application_id: str) -> Response:
    """Hand in the own sheet. It is sealed from then on, for the member too."""
    programme = reading.programme_of(application_id, "grants.reviews.score")
    by, version = actor(), required_version()
    points, comment = tuple(arguments["points"]), arguments["comment"]

    def handler(work: Work) -> Answer:
        work.expect(REVIEW, application_id, version)
        handling.submit(work, application_id, by=by, points=points, comment=comment)
        return receipt(work, REVIEW, application_id)

    return perform(programme, handler)


def own_review(row: RowMapping) -> dict[str, Any]:
    """One of the reader's own reviews; without the name once they stepped aside."""
    aside = row["declared"] == "recused"
    return {
        **row,
        "full_name": None if aside else row["full_name"],
        "version": row["review_version"],
    }


def review_body(shown: Shown) -> dict[str, Any]:
    """A review as JSON."""
    state, members = shown.state, []
    scoring = "none"
    if not isinstance(state, NoReview):
        scoring = "closed" if isinstance(state, Scored) else "open"
        members = [
            {
                "member_id": one,
                "declared": "recused"
                if one in state.recused
                else ("clear" if one in state.cleared else "no"),
                "submitted": one in state.sheets,
            }
            for one in state.member_ids
        ]
    return {
        **shown.application,
        "scoring": scoring,
        "part": shown.part,
        "may_submit": shown.may_submit,
        "criteria": shown.terms.criteria,
        "members": members,
        "sheets": [
            _sheet(member, sheet, shown.comments.get(member, ""))
            for member, sheet in shown.sheets().items()
        ],
        "version": shown.version,
    }


def _sheet(member_id: str, sheet: Sheet, comment: str) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "points": sheet,
        "points_total": sum(one.points for one in sheet),
        "comment": comment,
    }

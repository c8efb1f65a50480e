"""JSON routes of referrals, under ``/trainings/api/v1``.

GET  /referrals                  those that changed last first; ?state= ?aim=
POST /referrals                  record one of a person
GET  /referrals/<id>             one of them
POST /referrals/<id>/steps       how it stands now
POST /referrals/<id>/reminder    when to ask
POST /referrals/<id>/withdraw    it was recorded in error
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.trainings.asking import reach, record_reading
from services.trainings.education.acting import after
from services.trainings.referrals import acting, views
from services.trainings.referrals.acting import READ, WRITE, found
from services.trainings.referrals.handling import NewReferral, News
from services.trainings.referrals.schemas import (
    NewsSchema,
    ReferralArguments,
    ReferralPageSchema,
    ReferralSchema,
    ReferSchema,
    ReminderSchema,
    WithdrawReferralSchema,
)
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("referrals_api", __name__, url_prefix=BASE)


@blueprint.route("/referrals", methods=["GET"])
@requires(READ)
@blueprint.arguments(ReferralArguments, location="query")
@blueprint.response(200, ReferralPageSchema)
def list_referrals(arguments: dict[str, Any]) -> dict[str, Any]:
    """List referrals, those that changed last first."""
    page: PageRequest = arguments["page"]
    search = views.Search(today=acting.today(), state=arguments["state"], aim=arguments["aim"])
    last = after(page)
    with service().database.reading() as connection:
        rows = views.referrals(connection, reach(READ), search, after=last, limit=page.limit + 1)
    answer = page.answer(rows, views.key_of)
    record_reading(
        {row.programme for row in answer["items"]}, what="referrals", subject="/trainings/referrals"
    )
    return answer


@blueprint.route("/referrals", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(ReferSchema)
@blueprint.response(201, ReceiptSchema)
def refer(arguments: dict[str, Any]) -> Response:
    """Record that somebody was sent to an institution."""
    person = acting.person_of(arguments.pop("registration_id"))
    handler = acting.referring(
        person,
        by=actor(),
        new=NewReferral(**arguments),
        location=lambda referral_id: f"{BASE}/referrals/{referral_id}",
    )
    return perform(person.programme, handler)


@blueprint.route("/referrals/<referral_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, ReferralSchema)
def show_referral(referral_id: str) -> Response:
    """Show how a referral stands."""
    row = found(referral_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    record_reading([row.programme], what="referral", subject=f"referral/{referral_id}")
    return set_version(jsonify(ReferralSchema().dump(row._asdict())), row.version)


@blueprint.route("/referrals/<referral_id>/steps", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(NewsSchema)
@blueprint.response(200, ReceiptSchema)
def progress(arguments: dict[str, Any], referral_id: str) -> Response:
    """Record how it stands now, since when."""
    row, version = found(referral_id, WRITE), required_version()
    handler = acting.progressing(row, by=actor(), version=version, news=News(**arguments))
    return perform(row.programme, handler)


@blueprint.route("/referrals/<referral_id>/reminder", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ReminderSchema)
@blueprint.response(200, ReceiptSchema)
def set_reminder(arguments: dict[str, Any], referral_id: str) -> Response:
    """Set another day to ask how it stands, or none."""
    row, version = found(referral_id, WRITE), required_version()
    handler = acting.reminding(row, by=actor(), version=version, remind_on=arguments["remind_on"])
    return perform(row.programme, handler)


@blueprint.route("/referrals/<referral_id>/withdraw", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(WithdrawReferralSchema)
@blueprint.response(200, ReceiptSchema)
def withdraw_referral(arguments: dict[str, Any], referral_id: str) -> Response:
    """Take back what was recorded in error; it stays in the history."""
    row, version = found(referral_id, WRITE), required_version()
    handler = acting.withdrawing(row, by=actor(), version=version, reason=arguments["reason"])
    return perform(row.programme, handler)

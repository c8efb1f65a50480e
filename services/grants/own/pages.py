"""Pages of an applicant's own applications, under ``/grants/mine``.

GET /grants/mine                        how far each is, in one sentence, and what to do next
GET /grants/mine/<application id>       one: what was asked for, the award, the payments

Another's application is answered as one that never was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row

from services.grants.applications.reading import amount
from services.grants.applications.views import hundredths
from services.grants.applications.wording import KINDS, RULES
from services.grants.own import views
from services.grants.own.wording import AWARDS, PAYMENTS, STATES, OwnWords
from services.grants.payments.account_number import masked
from shared.errors import Missing
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say

READ: Final = "grants.applications.read_own"
DECIDED: Final = ("approved", "waitlisted", "rejected")

blueprint = Blueprint("own", __name__, url_prefix="/grants/mine")


@blueprint.get("")
@requires(READ)
def mine() -> ResponseReturnValue:
    """How far the reader's own applications are."""
    own = signed_in().registrations
    with service().database.reading() as connection:
        rows = views.own_applications(connection, own)
        awards = views.awards_of(connection, own)
    told = [_told(row, awards.get(row["application_id"])) for row in rows]
    return render_template("grants/own/list.html", applications=told)


@blueprint.get("/<application_id>")
@requires(READ)
def one(application_id: str) -> ResponseReturnValue:
    """One of the reader's own applications."""
    own = signed_in().registrations
    with service().database.reading() as connection:
        row = None
        if is_identifier(application_id):
            row = views.own_application(connection, own, application_id)
        if row is None:
            raise Missing("application-missing", N_("There is no such application."))
        award = views.awards_of(connection, own).get(application_id)
        money = _money(connection, award)
    rule = RULES.get(row["reason"]) if row["state"] == "ineligible" else None
    return render_template(
        "grants/own/application.html",
        row=row,
        told=_told(row, award),
        award=award,
        kind=say(KINDS.get(row["kind"] or "", "")),
        requested=amount(row, "requested"),
        rule=say(rule.failed) if rule else "",
        note=row["note"] if row["state"] == "changes_requested" else "",
        score=hundredths(row["score_hundredths"]) if _has_score(row) else "",
        **money,
    )


def _has_score(row: Mapping[str, Any]) -> bool:
    """Whether the committee's points are known to the applicant: after the decision."""
    return row["state"] in DECIDED and row["score_hundredths"] is not None


def _told(row: Mapping[str, Any], award: Row[Any] | None) -> dict[str, Any]:
    """The application in one sentence, and what its applicant does next."""
    found: OwnWords = STATES[row["state"]]
    if row["state"] == "approved" and award is not None:
        found = AWARDS[award.status]
    words, colour, shape = found.tag
    return {
        "id": row["application_id"],
        "number": row["application_no"],
        "call": row["call_title"],
        "says": say(found.says),
        "next": say(found.next) if found.next else "",
        "tag": {"text": say(words), "colour": colour, "shape": shape},
        "pictogram": found.pictogram,
        "until": award.lapses_on if award is not None and award.status == "offered" else None,
    }


def _money(connection: Connection, award: Row[Any] | None) -> dict[str, Any]:
    if award is None:
        return {"granted": None, "payments": [], "visits": [], "account": ""}
    payments = []
    for payment in views.payments_of(connection, award.award_id):
        words, colour, shape = PAYMENTS[payment.status]
        payments.append(
            {
                "tranche": payment.tranche,
                "amount": Money(payment.amount_minor, payment.currency),
                "day": payment.booked_on,
                "tag": {"text": say(words), "colour": colour, "shape": shape},
            }
        )
    return {
        "granted": Money(award.amount_minor, award.currency),
        "payments": payments,
        "visits": views.next_visits(connection, award.award_id),
        "account": masked(award.account_number) if award.account_number else "",
    }

"""The page behind a figure: the records that it is made of, for those who may read the audit.

GET /grants/reports/behind?figure=disbursed&currency=RSD    which records, how much, their history
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.addresses import address_of, kind_words
from services.grants.ledger.choosing import choose
from services.grants.reports.behind import (
    CALL_SUMS,
    FIGURES,
    SUMS,
    Asked,
    Behind,
    Line,
    behind,
)
from services.grants.reports.indicators import STAGES
from shared.access.reader import may
from shared.errors import Missing
from shared.language.marking import N_
from shared.money import CURRENCIES
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import service
from shared.web.language import say

READ: Final = "grants.reports.trace"
PAGE_ROWS: Final = 200

WORDS: Final[dict[str, str]] = {
    "certified": N_("Certified"),
    "granted": N_("Received a grant"),
    "paid": N_("Were paid"),
    "visited": N_("Were visited"),
    "working": N_("Business works"),
    "applications": N_("Applications"),
    "approved": N_("Approved applications"),
    "tranches_paid": N_("Tranches paid"),
    "visits": N_("Visits made"),
    "jobs": N_("People who work in the businesses visited"),
    "alive_visited": N_("Businesses visited"),
    "alive_working": N_("Businesses that work"),
    "budgets": N_("Budgets of the calls"),
    "approved_amount": N_("Approved"),
    "disbursed": N_("Paid and not come back"),
    "returned": N_("Came back"),
    "call_paid": N_("Paid by the bank"),
    "call_back": N_("Came back"),
    "call_budget": N_("Budget of the call"),
    "call_available": N_("Available in the call"),
    "call_committed": N_("Committed in the call"),
    "call_obligated": N_("Obligated in the call"),
    "call_spent": N_("Spent in the call"),
}
_NEEDS: Final = {
    **dict.fromkeys(STAGES, "trainings.people.read"),
    **dict.fromkeys(("applications", "approved"), "grants.applications.read"),
    **dict.fromkeys(("visits", "jobs", "alive_visited", "alive_working"), "grants.visits.read"),
    **dict.fromkeys(("tranches_paid", *SUMS, *CALL_SUMS), "grants.ledger.read"),
}
"""What else a reader must be allowed to read, by figure."""

blueprint = Blueprint("behind", __name__, url_prefix="/grants")


@blueprint.app_template_global()
def behind_href(figure: str, programme: str, **values: Any) -> str:
    """The page behind a figure; empty for those who may not look there."""
    reader, where = signed_in(), programme or None
    if not (may(reader, READ, where) and may(reader, _NEEDS[figure], where)):
        return ""
    return url_for("behind.show_behind", figure=figure, programme=programme, **values)


@blueprint.app_template_global()
def history_href(stream: str, programme: str) -> str:
    """Where the audit tells a record's history; empty for those who may not read it."""
    allowed = may(signed_in(), READ, programme or None)
    return f"/audit/histories/{stream}" if allowed else ""


@blueprint.get("/reports/behind")
@requires(READ)
def show_behind() -> ResponseReturnValue:
    """The records behind a figure, which add up to it, each with its history."""
    given = {name: request.args.get(name, "")[:120].strip() for name in _ARGUMENTS}
    chosen = choose("grants.reports.read", given["programme"][:40])
    asked = _asked(given)
    for permission in (READ, _NEEDS[asked.figure]):
        ensure(permission, chosen.code or None)
    with service().database.reading() as connection:
        found = behind(connection, service().store, chosen.code, asked)
    start = int(given["start"]) if given["start"].isdecimal() else 0
    shown = found.lines[start : start + PAGE_ROWS]
    return render_template(
        "grants/reports/behind.html",
        words=say(WORDS[asked.figure]),
        asked=asked,
        found=found,
        rows=[_row(line) for line in shown],
        first=start + 1,
        last=start + len(shown),
        programme=chosen.code,
        previous=_page(given, start - PAGE_ROWS) if start else "",
        following=_page(given, start + PAGE_ROWS) if _more(found, start) else "",
        back=url_for("ledger.show_balance") if asked.call_id else url_for("reports.show_report"),
    )


_ARGUMENTS: Final = (
    *("figure", "programme", "currency", "call", "by", "sex", "country", "municipality"),
    *("month", "start"),
)


def _asked(given: dict[str, str]) -> Asked:
    """The figure in the address. Raises Missing for one that there is not."""
    money = given["figure"] in {*SUMS, *CALL_SUMS}
    if given["figure"] not in FIGURES or (money and given["currency"] not in CURRENCIES):
        raise Missing("figure-missing", N_("There is no such figure."))
    return Asked(
        figure=given["figure"],
        currency=given["currency"],
        call_id=given["call"],
        by=given["by"] if given["by"] in ("sex", "place") else "",
        sex=given["sex"],
        country=given["country"],
        municipality=given["municipality"],
        month=int(given["month"]) if given["month"].isdecimal() else 0,
    )


def _row(line: Line) -> dict[str, Any]:
    """A line as the page shows it: the record's own page, and where its events are."""
    kind, _, identifier = line.stream.partition("/")
    proof = f"/audit/entries/grants/{line.position}" if line.position is not None else ""
    return {
        "line": line,
        "kind": say(kind_words(kind)),
        "words": line.words or identifier,
        "href": address_of(line.stream) or "",
        "history": f"/audit/histories/{kind}/{identifier}",
        "proof": proof,
    }


def _more(found: Behind, start: int) -> bool:
    return len(found.lines) > start + PAGE_ROWS


def _page(given: dict[str, str], start: int) -> str:
    values: dict[str, Any] = {name: text for name, text in given.items() if text}
    return url_for(".show_behind", **{**values, "start": max(0, start)})

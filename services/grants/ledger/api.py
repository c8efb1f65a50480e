"""JSON routes of the ledger and its exports; under ``/grants/api/v1``.

GET /ledger/trial-balance        sums by currency and account
GET /ledger/postings             every posting, in the order of booking
GET /ledger/entries/<event_id>   one event with its postings
GET /ledger/disbursements        what the bank paid and took back
GET /ledger/disbursements.csv    the same as a file, with control totals; on record
GET /ledger/export               what that file would hold
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.grants.awards.schemas import money_out
from services.grants.ledger import handling, queries, views
from services.grants.ledger.balancing import AccountSum, Sheet, balance_sheets
from services.grants.ledger.choosing import named
from services.grants.ledger.exporting import Period
from services.grants.ledger.queries import PostingKey, Search
from services.grants.ledger.schemas import (
    BalanceArguments,
    DisbursementArguments,
    DisbursementPageSchema,
    ExportArguments,
    LedgerEntrySchema,
    LedgerFileSchema,
    PostingArguments,
    PostingPageSchema,
    TrialBalanceSchema,
)
from shared.errors import Invalid
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import requires
from shared.web.api import ApiBlueprint
from shared.web.commands import service
from shared.web.etag import not_modified, set_version
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("ledger_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/ledger/trial-balance", methods=["GET"])
@requires("grants.ledger.read")
@blueprint.arguments(BalanceArguments, location="query")
@blueprint.response(200, TrialBalanceSchema)
def show_trial_balance(arguments: dict[str, Any]) -> dict[str, Any]:
    """Sum debits and credits by currency and account; in each currency they are equal."""
    arguments["programme"] = named("grants.ledger.read", arguments["programme"])
    search = Search(**arguments)
    with service().database.reading() as connection:
        rows = views.trial_balance(connection, search.programme, **search.filters())
    sheets = balance_sheets(rows)
    return {
        "programme": search.programme,
        "balanced": all(sheet.balanced for sheet in sheets),
        "currencies": [_sheet(sheet) for sheet in sheets],
    }


@blueprint.route("/ledger/postings", methods=["GET"])
@requires("grants.ledger.read")
@blueprint.arguments(PostingArguments, location="query")
@blueprint.response(200, PostingPageSchema)
def list_postings(arguments: dict[str, Any]) -> dict[str, Any]:
    """List postings by day; those of one event stand together, the debit first."""
    page: PageRequest = arguments.pop("page")
    arguments["programme"] = named("grants.ledger.read", arguments["programme"])
    with service().database.reading() as connection:
        rows = queries.postings(
            connection, Search(**arguments), limit=page.limit + 1, after=posting_place(page)
        )
    answer = page.answer(rows, posting_key)
    return {"items": [_posting(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/ledger/entries/<event_id>", methods=["GET"])
@requires("grants.ledger.read")
@blueprint.response(200, LedgerEntrySchema)
def show_entry(event_id: str) -> Response:
    """Show an event with its postings. It never changes: a correction is another event."""
    found = handling.entry(event_id)
    recorded = found.recorded
    if not_modified(recorded.version):
        return set_version(Response(status=304), recorded.version)
    body = {
        "event": {
            "id": recorded.envelope.id,
            "type": recorded.envelope.type,
            "recorded_at": recorded.at,
            "actor": recorded.actor,
            "stream": recorded.stream,
            "stream_version": recorded.version,
            "position": found.position,
        },
        "postings": [_posting(row) for row in found.postings],
    }
    return set_version(jsonify(LedgerEntrySchema().dump(body)), recorded.version)


@blueprint.route("/ledger/disbursements", methods=["GET"])
@requires("grants.ledger.read")
@blueprint.arguments(DisbursementArguments, location="query")
@blueprint.response(200, DisbursementPageSchema)
def list_disbursements(arguments: dict[str, Any]) -> dict[str, Any]:
    """List what the bank paid and took back, in the order of the export."""
    page: PageRequest = arguments["page"]
    period = _period(arguments)
    programme = named("grants.ledger.read", arguments["programme"])
    with service().database.reading() as connection:
        rows = views.disbursement_rows(
            connection,
            programme,
            limit=page.limit + 1,
            after=disbursement_place(page),
            kind=arguments["kind"] or None,
            **period.filters(),
        )
    answer = page.answer(rows, disbursement_key)
    items = [row._asdict() | {"amount": _of_row(row)} for row in answer["items"]]
    return {"items": items, "next": answer["next"]}


@blueprint.route("/ledger/disbursements.csv", methods=["GET"])
@requires("grants.ledger.export")
@blueprint.arguments(ExportArguments, location="query")
@blueprint.response(
    200,
    content_type="text/csv",
    headers={
        "Content-Digest": {
            "description": "SHA-256 of the file (RFC 9530).",
            "schema": {"type": "string"},
        },
        "Zanat-Control-Count": {
            "description": "How many entries the file has.",
            "schema": {"type": "integer"},
        },
        "Zanat-Control-Totals": {
            "description": "By currency: count, debit, credit and net (RFC 9651).",
            "schema": {"type": "string"},
        },
    },
)
def download_disbursements(arguments: dict[str, Any]) -> Response:
    """Give the disbursement ledger as CSV: UTF-8, no cell a formula, control totals at its end.

    The last lines are ``count``, one ``sum`` a currency and ``sha256``; the answer's headers have
    the same totals. Each export is recorded with its digest.
    """
    programme = named("grants.ledger.export", arguments["programme"])
    return handling.download(programme, _period(arguments), arguments["sha256"])


@blueprint.route("/ledger/export", methods=["GET"])
@requires("grants.ledger.export")
@blueprint.arguments(BalanceArguments, location="query")
@blueprint.response(200, LedgerFileSchema)
def show_export(arguments: dict[str, Any]) -> dict[str, Any]:
    """Say what the CSV would hold now: entries, control totals by currency, and its digest."""
    programme = named("grants.ledger.export", arguments["programme"])
    file = handling.announced(programme, _period(arguments), "")
    totals = [
        {
            "currency": total.currency,
            "count": total.count,
            "debit": money_out(total.debit),
            "credit": money_out(total.credit),
            "net": money_out(total.net),
        }
        for total in file.totals
    ]
    return {"name": file.name, "count": file.count, "sha256": file.sha256, "totals": totals}


def posting_key(row: Row[Any]) -> tuple[str, str, str]:
    """What a page of postings goes on after."""
    return row.booked_on.isoformat(), row.event_id, row.side


def posting_place(page: PageRequest) -> PostingKey | None:
    """The place in a cursor of postings. Raises Invalid."""
    after = page.after(str, str, str)
    return None if after is None else (_day_in(after[0]), after[1], after[2])


def disbursement_key(row: Row[Any]) -> tuple[str, str, int, str]:
    """What a page of disbursements goes on after."""
    return row.booked_on.isoformat(), row.end_to_end_id, row.kind_order, row.event_id


def disbursement_place(page: PageRequest) -> tuple[date, str, int, str] | None:
    """The place in a cursor of disbursements. Raises Invalid."""
    after = page.after(str, str, int, str)
    return None if after is None else (_day_in(after[0]), after[1], after[2] % 10, after[3])


def _day_in(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "cursor-unknown", N_("The cursor is not one of ours. Begin with the first page again.")
        ) from None


def _period(arguments: dict[str, Any]) -> Period:
    return Period(
        call_id=arguments["call_id"],
        currency=arguments["currency"],
        since=arguments["since"],
        until=arguments["until"],
    )


def _of_row(row: Row[Any]) -> dict[str, str]:
    return money_out(Money(row.amount_minor, row.currency))


def _posting(row: Row[Any]) -> dict[str, Any]:
    return {**row._asdict(), "amount": _of_row(row)}


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "currency": sheet.currency,
        "debit": money_out(sheet.debit),
        "credit": money_out(sheet.credit),
        "balanced": sheet.balanced,
        "accounts": [_account(one) for one in sheet.accounts],
    }


def _account(one: AccountSum) -> dict[str, Any]:
    return {
        "account": one.account,
        "postings": one.postings,
        "debit": money_out(one.debit),
        "credit": money_out(one.credit),
        "balance": money_out(one.balance),
    }

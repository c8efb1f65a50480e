"""Pages of the ledger; under ``/grants``. Filters stand in the address.

GET  /grants/ledger                       whether it balances, by currency and account; the calls
GET  /grants/ledger/postings              what an account's figure is made of
GET  /grants/ledger/entries/<event_id>    one event with its postings
GET  /grants/ledger/disbursements         what the bank paid and took back
GET  /grants/ledger/export                what the file will hold
POST /grants/ledger/export                export it: on to the receipt, where the download begins
GET  /grants/ledger/export/receipt        what was exported
GET  /grants/ledger/disbursements.csv     the file itself, on record
"""

from __future__ import annotations

from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from services.addresses import address_of
from services.grants.ledger import handling, queries, views
from services.grants.ledger.api import (
    disbursement_key,
    disbursement_place,
    posting_key,
    posting_place,
)
from services.grants.ledger.balancing import balance_sheets
from services.grants.ledger.choosing import Chosen, choose
from services.grants.ledger.filtering import Filter, filter_of
from services.grants.ledger.wording import ACCOUNTS, MOVEMENTS, account_words, class_words
from services.grants.payments.line_views import line_counts
from services.grants.staff import called
from shared.access.reader import may
from shared.errors import Refused
from shared.money import CURRENCIES, Money
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

PAGE_ROWS: Final = 100
READ: Final = "grants.ledger.read"
EXPORT: Final = "grants.ledger.export"
_STARTED: Final = "ledger_export"

blueprint = Blueprint("ledger", __name__, url_prefix="/grants")


@blueprint.get("/ledger")
@requires(READ)
def show_balance() -> ResponseReturnValue:
    """Whether debits equal credits, what each account came to, and each call beside it."""
    chosen, chosen_filter = _asked(READ)
    search = chosen_filter.search(chosen.code)
    with service().database.reading() as connection:
        rows = views.trial_balance(connection, chosen.code, **search.filters())
        calls = queries.calls_beside(connection, search) if not chosen_filter.days else ()
        lines = line_counts(connection, (chosen.code,))
        shared = _shared(connection, chosen, chosen_filter)
    reads_lines = may(signed_in(), "grants.statements.read", chosen.code or None)
    return render_template(
        "grants/ledger/balance.html",
        sheets=balance_sheets(rows),
        calls=[row._asdict() | {"agrees": _agrees(row)} for row in calls],
        open_lines=lines.get("unmatched", 0) if reads_lines else 0,
        as_of=service().clock.now(),
        may_export=may(signed_in(), EXPORT, chosen.code or None),
        reads_calls=may(signed_in(), "grants.calls.read", chosen.code or None),
        **shared,
    )


@blueprint.get("/ledger/postings")
@requires(READ)
def list_postings() -> ResponseReturnValue:
    """The postings behind a figure, each with its event; a running balance for one account."""
    chosen, chosen_filter = _asked(READ)
    page, search = _page(), chosen_filter.search(chosen.code)
    after = posting_place(page)
    with service().database.reading() as connection:
        rows = queries.postings(connection, search, limit=page.limit + 1, after=after)
        sums = views.trial_balance(connection, chosen.code, **search.filters())
        opening = queries.balance_before(connection, search, after) if search.one_account else 0
        shared = _shared(connection, chosen, chosen_filter)
    answer = page.answer(rows, posting_key)
    return render_template(
        "grants/ledger/postings.html",
        rows=_with_balances(answer["items"], opening),
        sums=balance_sheets(sums),
        opening=Money(opening, search.currency) if search.one_account else None,
        following=_following(".list_postings", shared["values"], answer["next"]),
        reads_payments=may(signed_in(), "grants.payments.read", chosen.code or None),
        **shared,
    )


@blueprint.get("/ledger/entries/<event_id>")
@requires(READ)
def show_entry(event_id: str) -> ResponseReturnValue:
    """One event: what happened, when and by whom it was recorded, and its postings."""
    found = handling.entry(event_id)
    row = found.postings[0]
    reader = signed_in()
    reads = may(reader, "grants.payments.read", row.programme)
    actor = found.recorded.actor
    with service().database.reading() as connection:
        who = called(connection, [actor])[actor]
    return render_template(
        "grants/ledger/entry.html",
        postings=found.postings,
        row=row,
        what=say(MOVEMENTS[row.what]),
        recorded=found.recorded,
        position=found.position,
        who=who,
        imported=bool(getattr(found.recorded.event, "imported", False)),
        line_id=getattr(found.recorded.event, "line_id", ""),
        reads_lines=may(reader, "grants.statements.read", row.programme),
        payment_href=address_of(f"payment/{row.payment_id}") if reads else "",
        award_href=address_of(f"award/{row.award_id}")
        if may(reader, "grants.awards.read", row.programme)
        else "",
        log_href=f"/audit/streams/{found.recorded.stream}"
        if may(reader, "grants.reports.trace", row.programme)
        else "",
        account_words=_account_words,
        money_of=_money,
    )


@blueprint.get("/ledger/disbursements")
@requires(READ)
def list_disbursements() -> ResponseReturnValue:
    """What the bank paid and took back, as the export has it."""
    chosen, chosen_filter = _asked(READ)
    page, period = _page(), chosen_filter.period()
    kind = request.args.get("kind", "")
    kind = kind if kind in ("paid", "returned", "reversed") else ""
    filters = {**period.filters(), "kind": kind or None}
    with service().database.reading() as connection:
        rows = views.disbursement_rows(
            connection, chosen.code, limit=page.limit + 1, after=disbursement_place(page), **filters
        )
        totals = views.disbursement_totals(connection, chosen.code, **filters)
        shared = _shared(connection, chosen, chosen_filter)
    answer = page.answer(rows, disbursement_key)
    if kind:
        shared["values"]["kind"] = kind
    return render_template(
        "grants/ledger/disbursements.html",
        rows=answer["items"],
        totals=totals,
        kind=kind,
        kinds=[(code, say(MOVEMENTS[code])) for code in ("paid", "returned", "reversed")],
        following=_following(".list_disbursements", shared["values"], answer["next"]),
        may_export=may(signed_in(), EXPORT, chosen.code or None),
        reads_payments=may(signed_in(), "grants.payments.read", chosen.code or None),
        **shared,
    )


@blueprint.get("/ledger/export")
@requires(EXPORT)
def prepare_export() -> ResponseReturnValue:
    """What the file will hold: rows, control totals by currency, its digest."""
    return _prepare(*_asked(EXPORT))


@blueprint.post("/ledger/export")
@requires(EXPORT)
def export() -> ResponseReturnValue:
    """Go to the receipt, where the download begins; back when the ledger changed meanwhile."""
    chosen, chosen_filter = _asked(EXPORT, request.form)
    sha256 = request.form.get("sha256", "")[:64]
    try:
        file = handling.announced(chosen.code, chosen_filter.period(), sha256)
    except Refused as refused:
        return _prepare(chosen, chosen_filter, refused)
    session[_STARTED] = file.sha256
    values: dict[str, Any] = {**_values(chosen, chosen_filter), "sha256": file.sha256}
    return redirect(url_for(".show_receipt", **values), 303)


@blueprint.get("/ledger/export/receipt")
@requires(EXPORT)
def show_receipt() -> ResponseReturnValue:
    """What was exported; straight after the export its download begins by itself."""
    chosen, chosen_filter = _asked(EXPORT)
    sha256 = request.args.get("sha256", "")[:64]
    file = handling.announced(chosen.code, chosen_filter.period(), sha256)
    with service().database.reading() as connection:
        shared = _shared(connection, chosen, chosen_filter)
    href = url_for(".download", **shared["values"], sha256=file.sha256)
    response = make_response(
        render_template(
            "grants/ledger/receipt.html", file=file, href=href, now=service().clock.now(), **shared
        )
    )
    if session.pop(_STARTED, "") == file.sha256:
        response.headers["Refresh"] = f"0; url={href}"
    return response


@blueprint.get("/ledger/disbursements.csv")
@requires(EXPORT)
def download() -> Response:
    """The file; that it leaves is recorded."""
    chosen, chosen_filter = _asked(EXPORT)
    sha256 = request.args.get("sha256", "")[:64]
    return handling.download(chosen.code, chosen_filter.period(), sha256)


def _prepare(
    chosen: Chosen, chosen_filter: Filter, refused: Refused | None = None
) -> ResponseReturnValue:
    file = None
    if chosen.code and not chosen_filter.errors:
        file = handling.announced(chosen.code, chosen_filter.period(), "")
    with service().database.reading() as connection:
        shared = _shared(connection, chosen, chosen_filter)
    if refused is not None:
        shared["errors"] = {"": say(refused.sentence, refused.facts)}
    page = render_template("grants/ledger/export.html", file=file, **shared)
    return page, 200 if refused is None else refused.status


def _asked(permission: str, given: Any = None) -> tuple[Chosen, Filter]:
    """The programme and the filter of the address (or of the form)."""
    given = request.args if given is None else given
    return choose(permission, given.get("programme", "")[:40].strip()), filter_of(given)


def _shared(connection: Any, chosen: Chosen, chosen_filter: Filter) -> dict[str, Any]:
    """What every page of the ledger shows: the filter, the names of calls and accounts."""
    names = views.call_names(connection, (chosen.code,))
    return {
        "programme": chosen.code,
        "programmes": chosen.codes,
        "typed": chosen_filter.typed,
        "errors": chosen_filter.errors,
        "filtered": chosen_filter.filtered,
        "values": _values(chosen, chosen_filter),
        "call_options": [(row.call_id, f"{row.code} – {row.title}") for row in names],
        "call_codes": {row.call_id: row.code for row in names},
        "account_options": [(code, say(words)) for code, words in ACCOUNTS.items()],
        "currency_options": [(code, code) for code in CURRENCIES],
        "movements": {code: say(words) for code, words in MOVEMENTS.items()},
        "account_words": _account_words,
        "class_words": lambda account: say(class_words(account)),
        "money_of": _money,
    }


def _values(chosen: Chosen, chosen_filter: Filter) -> dict[str, str]:
    """What an address of the ledger carries on: the filter, and the programme where it is one of

    several.
    """
    values = chosen_filter.values()
    return {"programme": chosen.code, **values} if len(chosen.codes) > 1 else values


def _with_balances(rows: Any, opening: int) -> list[dict[str, Any]]:
    balance, found = opening, []
    for row in rows:
        balance += row.amount_minor if row.side == "debit" else -row.amount_minor
        found.append(row._asdict() | {"balance": Money(balance, row.currency)})
    return found


def _agrees(row: Any) -> bool:
    """Whether the call's budget has spent what the bank paid net."""
    return bool(row.spent_minor == row.paid_minor - row.back_minor)


def _account_words(account: str) -> str:
    return say(account_words(account))


def _money(minor: Any, currency: str) -> Money:
    return Money(int(minor), currency)


def _page() -> PageRequest:
    cursor = (request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None
    return PageRequest(limit=PAGE_ROWS, cursor=cursor)


def _following(endpoint: str, values: dict[str, Any], cursor: str | None) -> str:
    return url_for(endpoint, **values, cursor=cursor) if cursor else ""

"""Pages of the bank's statement.

GET       /grants/statements               lines that wait, each with payments it may be about
GET, POST /grants/statements/import        check a statement row by row, then take it in
GET       /grants/statements/<id>          one line
GET, POST /grants/statements/<id>/<act>    ask for a binding act, then do it
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.grants.awards.acting import note_names_read, note_read, reach
from services.grants.awards.acts import Act, Asked, add_acts, ask, take
from services.grants.awards.history_words import told
from services.grants.awards.pages import money_of, tags
from services.grants.payments import line_views, wording
from services.grants.payments.acting import line_of, line_step, payment_of
from services.grants.payments.importing import (
    check_programme,
    import_statement,
    programmes_to_import,
    today,
)
from services.grants.payments.matching import Line
from services.grants.payments.payment_acts import LINE_ACTS, MATCH
from services.grants.payments.statement_csv import CHARACTERS_MAX, RowError, read_statement
from services.grants.payments.statement_line import STATEMENT_LINE
from services.grants.payments.views import one_payment
from shared.access.reader import may
from shared.errors import Invalid
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest
from shared.web.uploads import received_text

BYTES_MAX: Final = 4 * CHARACTERS_MAX
blueprint = Blueprint("statements", __name__, url_prefix="/grants")


@blueprint.get("/statements")
@requires("grants.statements.read")
def list_lines() -> ResponseReturnValue:
    """Lines that wait for a person, or those of another state."""
    state = request.args.get("state", "unmatched")
    state = state if state in wording.LINE_TAGS else "unmatched"
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    where = reach("grants.statements.read")
    with service().database.reading() as connection:
        rows = line_views.line_list(
            connection, where, status=state, after=page.after(str, str), limit=page.limit + 1
        )
        shown = rows[: page.limit]
        suggested = line_views.suggested_payments(connection, shown) if state == "unmatched" else {}
        counts = line_views.line_counts(connection, where)
    answer = page.answer(rows, lambda row: (row.end_to_end_id, row.line_id))
    payments = [one for found in suggested.values() for one in found]
    note_names_read(payments, subject="/grants/statements")
    reader, cursor = signed_in(), answer["next"]
    return render_template(
        "grants/payments/statements.html",
        state=state,
        states=[(code, tag[0], counts.get(code, 0)) for code, tag in _line_tags().items()],
        count=counts.get(state, 0),
        lines=[
            {
                "row": row,
                "amount": money_of(row),
                "ground": say(wording.OPEN_GROUNDS[row.ground]) if row.ground else "",
                "kind": say(wording.LINE_KINDS[row.kind]),
                "suggested": suggested.get(row.line_id, ()),
                "matches": may(reader, "grants.statements.match", row.programme),
            }
            for row in answer["items"]
        ],
        imports=may(reader, "grants.statements.import"),
        following=url_for(".list_lines", state=state, cursor=cursor) if cursor else "",
    )


def _line_tags() -> dict[str, tuple[str, str, str]]:
    return tags({code: tag for code, tag in wording.LINE_TAGS.items() if code != "received"})


@blueprint.get("/statements/<line_id>")
@requires("grants.statements.read")
def show(line_id: str) -> ResponseReturnValue:
    """One line: what it is about, or what it may be about."""
    row = line_of(line_id, "grants.statements.read")
    with service().database.reading() as connection:
        history = service().store.history(connection, STATEMENT_LINE.stream(line_id))
        payment = one_payment(connection, row.payment_id) if row.payment_id else None
        waits = row.status in ("unmatched", "dismissed")
        suggested = line_views.suggested_payments(connection, [row]) if waits else {}
    found = suggested.get(line_id, [])
    if payment or found:
        note_read("names", subject=f"statement_line/{line_id}", programme=row.programme)
    return render_template(
        "grants/payments/line.html",
        line=row,
        amount=money_of(row),
        tag=tags(wording.LINE_TAGS)[row.status],
        ground=say(wording.OPEN_GROUNDS[row.ground]) if row.ground else "",
        kind=say(wording.LINE_KINDS[row.kind]),
        payment=payment,
        asked_by_me=payment and payment.reversal_by == signed_in().account_id,
        acts=[act for act in LINE_ACTS if act is not MATCH and _offered(act, row, payment)],
        matches=may(signed_in(), MATCH.permission, row.programme),
        suggested=found,
        history=told(history),
    )


def _offered(act: Act, row: Row[Any], payment: Row[Any] | None) -> bool:
    """Whether the page offers an act to this reader now; the decider has the last word."""
    reader = signed_in()
    if row.status not in act.statuses or not may(reader, act.permission, row.programme):
        return False
    paid = payment is not None and payment.status in ("paid", "reconciled")
    if act.name == "unmatch":
        return paid and row.kind == "debit" and payment.reversal_by is None  # type: ignore[union-attr]
    if act.name == "confirm-unmatch":
        return paid and payment.reversal_by not in (None, reader.account_id)  # type: ignore[union-attr]
    return True


def line_act(act: Act, line_id: str) -> ResponseReturnValue:
    """Ask for an act on a line, or do it."""
    row = line_of(line_id, act.permission)
    facts: list[tuple[str, Any]] = [
        (say(N_("Text of the line")), row.end_to_end_id or say(N_("None"))),
        (say(N_("Amount")), money_of(row)),
    ]
    hidden: dict[str, str] = {}
    payment_id = row.payment_id
    if act is MATCH:
        payment_id = request.form.get("payment_id") or request.args.get("payment", "")
        hidden = {"payment_id": payment_id}
    if payment_id:
        payment = payment_of(payment_id, "grants.payments.read")
        note_read("name", subject=f"payment/{payment_id}", programme=payment.programme)
        facts.append((say(N_("Payment")), payment.end_to_end_id))
        facts.append((say(N_("Grantee")), payment.full_name or say(N_("Name erased"))))
    asked = Asked(
        act=act,
        about=say(N_("Line of {day}"), {"day": row.booked_on.isoformat()}),
        back=url_for("statements.show", line_id=line_id),
        version=row.version,
        facts=tuple(facts),
        hidden=hidden,
    )
    if request.method == "GET":
        return ask(asked)
    return take(asked, line_step(line_id, act.permission))


@blueprint.get("/statements/import")
@requires("grants.statements.import")
def import_form() -> ResponseReturnValue:
    """Ask for a statement."""
    return _import_page()


@blueprint.post("/statements/import")
@requires("grants.statements.import")
def take_statement() -> ResponseReturnValue:
    """Check it row by row, or take it in."""
    try:
        text = _sent()
        lines, wrong = read_statement(text, today=today())
    except Invalid as error:
        return _import_page(errors={"csv": say(error.sentence, error.facts)})
    if wrong or request.form.get("act") != "take":
        return _import_page(text=text, lines=lines, wrong=wrong)
    programme, by = check_programme(request.form.get("programme", "")), actor()

    def take_in(work: Work) -> Answer:
        return Answer(import_statement(work, lines, by=by), location="/grants/statements")

    response = perform_page(programme, take_in)
    flash(say(N_("The statement is taken in. Lines without a payment are shown here.")))
    return response


def _sent() -> str:
    """The text sent, as a file or typed. Raises Invalid when it is none or too long."""
    text = received_text("file", bytes_max=BYTES_MAX)
    text = request.form.get("csv", "") if text is None else text
    if not text.strip():
        raise Invalid("statement-missing", N_("Choose the file of the statement."))
    if len(text) > CHARACTERS_MAX or "\x00" in text:
        raise Invalid("statement-unreadable", N_("This cannot be read as a table."))
    return text


def _import_page(
    *,
    text: str | None = None,
    lines: list[Line] | None = None,
    wrong: list[RowError] | None = None,
    errors: dict[str, str] | None = None,
) -> ResponseReturnValue:
    said = [(one.row, one.column, say(one.sentence)) for one in wrong or ()]
    page = render_template(
        "grants/payments/import.html",
        text=request.form.get("csv", "") if text is None else text,
        lines=lines or [],
        wrong=said,
        errors=errors or {},
        checked=text is not None and not said,
        programmes=programmes_to_import(),
        programme=request.form.get("programme", ""),
        kinds={code: say(words) for code, words in wording.LINE_KINDS.items()},
        key=Uuid7().new(),
    )
    return page, 422 if said or errors else 200


add_acts(blueprint, "/statements/<line_id>", LINE_ACTS, line_act)

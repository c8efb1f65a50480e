"""Pages of batches.

GET       /grants/batches                 batches, those that wait first in words
GET, POST /grants/batches/new             choose payments and put them together
GET       /grants/batches/<id>            one: its lines, control totals, who did what
GET, POST /grants/batches/<id>/<act>      ask for a binding act, then do it
GET       /grants/batches/<id>/file       the file for the bank, the same bytes each time
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.grants.awards.acting import (
    account_shown,
    note_names_read,
    note_read,
    reach,
    reads_accounts,
)
from services.grants.awards.acts import Act, Asked, add_acts, ask, take
from services.grants.awards.history_words import told
from services.grants.awards.pages import money_of, tags
from services.grants.payments import batch_views, preparing, wording
from services.grants.payments.acting import batch_of, batch_step, one_programme
from services.grants.payments.batch import BATCH, LINES_MAX
from services.grants.payments.batch_export import export_step, file_answer
from services.grants.payments.pages import duties
from services.grants.payments.payment_acts import BATCH_ACTS, EXPORT
from shared.access.reader import may
from shared.errors import Invalid
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

READY_MAX: Final = LINES_MAX
blueprint = Blueprint("batches", __name__, url_prefix="/grants")


@blueprint.get("/batches")
@requires("grants.batches.read")
def list_batches() -> ResponseReturnValue:
    """Batches, newest first."""
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    before = page.after(str)
    where = reach("grants.batches.read")
    with service().database.reading() as connection:
        rows = batch_views.batch_list(
            connection, where, before=before[0] if before else None, limit=page.limit + 1
        )
        counts = batch_views.batch_counts(connection, where)
    answer = page.answer(rows, lambda row: (row.batch_id,))
    cursor = answer["next"]
    return render_template(
        "grants/payments/batches.html",
        batches=[
            {"row": row, "total": total_of(row), "next": next_step(row)} for row in answer["items"]
        ],
        waiting=sum(counts.get(state, 0) for state in ("prepared", "authorised", "released")),
        tags=tags(wording.BATCH_TAGS),
        builds=may(signed_in(), "grants.batches.write"),
        following=url_for(".list_batches", cursor=cursor) if cursor else "",
    )


def next_step(row: Row[Any]) -> str:
    """In words, who goes on with a batch."""
    mine = signed_in().account_id
    match row.status:
        case "prepared" if row.prepared_by == mine:
            return say(N_("You prepared it: somebody else, a controller, authorises it."))
        case "prepared":
            return say(N_("A controller authorises it."))
        case "authorised" if mine in (row.prepared_by, row.authorised_by):
            return say(N_("You did your part: another controller releases it."))
        case "authorised":
            return say(N_("A third person, another controller, releases it."))
        case "released":
            return say(N_("Finance makes the file for the bank."))
        case "exported":
            return say(N_("The bank's statement confirms its payments."))
        case _:
            return ""


@blueprint.get("/batches/new")
@requires("grants.batches.write")
def new_form() -> ResponseReturnValue:
    """Payments that may go into a batch."""
    return _new_page({})


@blueprint.post("/batches/new")
@requires("grants.batches.write")
def prepare() -> ResponseReturnValue:
    """Put the chosen payments together."""
    chosen, by = request.form.getlist("payments")[: LINES_MAX + 1], actor()

    def put_together(work: Work) -> Answer:
        batch_id = preparing.prepare_batch(work, chosen, by=by)
        return Answer(location=url_for(".show", batch_id=batch_id))

    try:
        response = perform_page(one_programme(chosen, "grants.batches.write"), put_together)
    except Invalid as error:
        return _new_page({"payments": say(error.sentence, error.facts)})
    flash(say(N_("The batch is prepared. Somebody else, a controller, authorises it.")))
    return response


def _new_page(errors: dict[str, str]) -> ResponseReturnValue:
    with service().database.reading() as connection:
        ready = batch_views.ready_payments(
            connection, reach("grants.batches.write"), limit=READY_MAX
        )
    note_names_read(ready, subject="/grants/batches/new")
    page = render_template(
        "grants/payments/new_batch.html",
        ready=[
            {"row": row, "amount": money_of(row), "account": account_shown(row, whole=False)}
            for row in ready
        ],
        tags=tags(wording.PAYMENT_TAGS),
        chosen=set(request.form.getlist("payments")),
        errors=errors,
        key=Uuid7().new(),
    )
    return page, 422 if errors else 200


@blueprint.get("/batches/<batch_id>")
@requires("grants.batches.read")
def show(batch_id: str) -> ResponseReturnValue:
    """One batch."""
    row = batch_of(batch_id, "grants.batches.read")
    reader = signed_in()
    with service().database.reading() as connection:
        lines = batch_views.batch_lines(connection, batch_id)
        history = service().store.history(connection, BATCH.stream(batch_id))
    whole = reads_accounts(row.programme)
    note_read(
        "names_and_accounts" if whole else "names",
        subject=f"batch/{batch_id}",
        programme=row.programme,
    )
    return render_template(
        "grants/payments/batch.html",
        batch=row,
        total=total_of(row),
        tag=tags(wording.BATCH_TAGS)[row.status],
        payment_tags=tags(wording.PAYMENT_TAGS),
        next=next_step(row),
        lines=[
            {
                "row": line,
                "amount": money_of(line),
                "account": account_shown(line, whole=whole),
                "changed": line.account_version != line.account_version_now,
            }
            for line in lines
        ],
        duties=duties(row),
        acts=[act for act in BATCH_ACTS if _offered(act, row)],
        downloads=row.file_sha256 and may(reader, "grants.batches.export", row.programme),
        history=told(history),
    )


def _offered(act: Act, row: Row[Any]) -> bool:
    """Whether the page offers an act to this reader now; the decider has the last word."""
    reader = signed_in()
    if row.status not in act.statuses or not may(reader, act.permission, row.programme):
        return False
    taken = {
        "authorise": (row.prepared_by,),
        "release": (row.prepared_by, row.authorised_by),
    }
    return reader.account_id not in taken.get(act.name, ())


def batch_act(act: Act, batch_id: str) -> ResponseReturnValue:
    """Ask for an act on a batch, or do it."""
    row = batch_of(batch_id, act.permission)
    asked = Asked(
        act=act,
        about=say(N_("Batch of {day}"), {"day": row.prepared_at.date().isoformat()}),
        back=url_for("batches.show", batch_id=batch_id),
        version=row.version,
        facts=((say(N_("Payments")), row.count), (say(N_("Sum")), total_of(row))),
    )
    if request.method == "GET":
        return ask(asked)
    if act is not EXPORT:
        return take(asked, batch_step(batch_id, act.permission))
    step, export = export_step(batch_id)
    return take(asked, step, do=lambda work, _: step.take(work, export))


@blueprint.get("/batches/<batch_id>/file")
@requires("grants.batches.export", fresh=True)
def show_file(batch_id: str) -> Response:
    """The file for the bank."""
    return file_answer(batch_id)


def total_of(row: Row[Any]) -> Money:
    """The control total of a batch."""
    return Money(row.total_minor, row.currency)


add_acts(blueprint, "/batches/<batch_id>", BATCH_ACTS, batch_act)

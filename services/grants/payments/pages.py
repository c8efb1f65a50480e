"""Pages of payments.

GET       /grants/payments               what waits: due tranches, payments to go on with, trouble
GET       /grants/payments/<id>          one: who did what, what may be done now, history
GET, POST /grants/payments/<id>/<act>    ask for a binding act, then do it
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
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
from services.grants.awards.views import due_tranches
from services.grants.payments import batch_views, line_views, views, wording
from services.grants.payments.acting import payment_of, payment_step
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_acts import PAYMENT_ACTS
from services.grants.staff import called
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

DUE_MAX: Final = 100
WAITING: Final = ("scheduled", "requested", "authorised", "released")
TROUBLE: Final = ("held", "failed", "returned", "reversed")
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "waiting": (*WAITING, *TROUBLE),
    "held": ("held",),
    "returned": ("failed", "returned", "reversed"),
    "bank": ("exported",),
    "paid": ("paid", "reconciled"),
    "cancelled": ("cancelled",),
}
"""Filters of the list → states of payments."""

blueprint = Blueprint("payments", __name__, url_prefix="/grants")


@blueprint.get("/payments")
@requires("grants.payments.read")
def list_payments() -> ResponseReturnValue:
    """What waits, or the payments of another group."""
    group = request.args.get("group", "waiting")
    group = group if group in GROUPS else "waiting"
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    where = reach("grants.payments.read")
    with service().database.reading() as connection:
        rows = views.payment_list(
            connection,
            where,
            statuses=GROUPS[group],
            after=page.after(str, str),
            limit=page.limit + 1,
        )
        counts = views.payment_counts(connection, where)
        due = due_tranches(connection, where, limit=DUE_MAX)
        open_lines = line_views.line_counts(connection, reach("grants.statements.read"))
    answer = page.answer(rows, lambda row: (row.end_to_end_id, row.payment_id))
    groups = _groups(counts, due=len(due))
    if group != "waiting":
        due = ()
    note_names_read([*due, *answer["items"]], subject="/grants/payments")
    reader, cursor = signed_in(), answer["next"]
    return render_template(
        "grants/payments/list.html",
        group=group,
        groups=groups,
        payments=[
            {"row": row, "amount": money_of(row), "next": next_step(row)} for row in answer["items"]
        ],
        due=[
            {
                "row": row,
                "amount": money_of(row),
                "prepares": may(reader, "grants.payments.prepare", row.programme),
            }
            for row in due
        ],
        count=sum(counts.get(state, 0) for state in GROUPS[group]) + len(due),
        tags=tags(wording.PAYMENT_TAGS),
        awards=may(reader, "grants.awards.read"),
        batches=may(reader, "grants.batches.read"),
        builds=may(reader, "grants.batches.write"),
        unmatched=open_lines.get("unmatched", 0) if may(reader, "grants.statements.read") else None,
        following=url_for(".list_payments", group=group, cursor=cursor) if cursor else "",
    )


def _groups(counts: dict[str, int], *, due: int) -> list[tuple[str, str, int]]:
    words = {
        "waiting": N_("What waits"),
        "held": N_("Held"),
        "returned": N_("Came back or refused"),
        "bank": N_("With the bank"),
        "paid": N_("Paid"),
        "cancelled": N_("Cancelled"),
    }
    return [
        (
            name,
            say(words[name]),
            sum(counts.get(state, 0) for state in states) + (due if name == "waiting" else 0),
        )
        for name, states in GROUPS.items()
    ]


def next_step(row: Row[Any]) -> str:
    """In words, who goes on with a payment."""
    mine = signed_in().account_id
    match row.status:
        case "scheduled":
            return say(N_("Finance prepares it"))
        case "requested" if row.requested_by == mine:
            return say(N_("You prepared it: somebody else authorises it"))
        case "requested":
            return say(N_("A controller authorises it"))
        case "authorised" if mine in (row.requested_by, row.authorised_by):
            return say(N_("Another controller releases it"))
        case "authorised":
            return say(N_("A controller, the third person, releases it"))
        case "released":
            return say(N_("Finance makes the file for the bank"))
        case "exported":
            return say(N_("The bank's statement confirms it"))
        case "held":
            return say(wording.HOLD_GROUNDS.get(row.hold_ground, N_("Held")))
        case "failed":
            return say(N_("Finance pays it again, or a controller cancels it"))
        case "returned":
            return say(N_("Finance pays it again, or cancels it"))
        case "reversed":
            return say(N_("Its line of the statement is matched again"))
        case _:
            return ""


@blueprint.get("/payments/<payment_id>")
@requires("grants.payments.read")
def show(payment_id: str) -> ResponseReturnValue:
    """One payment."""
    row = payment_of(payment_id, "grants.payments.read")
    reader = signed_in()
    with service().database.reading() as connection:
        history = service().store.history(connection, PAYMENT.stream(payment_id))
        lines = line_views.lines_of_payment(connection, payment_id)
        batch_id = batch_views.open_batch_of(connection, payment_id) or row.batch_id
    whole = reads_accounts(row.programme)
    note_read(
        "name_and_account" if whole else "name",
        subject=f"payment/{payment_id}",
        programme=row.programme,
    )
    return render_template(
        "grants/payments/payment.html",
        payment=row,
        amount=money_of(row),
        account=account_shown(row, whole=whole),
        account_waits=row.account_changed_by and not row.account_called_back_by,
        tag=tags(wording.PAYMENT_TAGS)[row.status],
        next=next_step(row),
        ground=say(wording.HOLD_GROUNDS[row.hold_ground]) if row.hold_ground else "",
        duties=duties(row),
        acts=[act for act in PAYMENT_ACTS if _offered(act, row)],
        batch_id=batch_id,
        lines=[{"row": one, "amount": money_of(one)} for one in lines],
        line_kinds={code: say(words) for code, words in wording.LINE_KINDS.items()},
        history=told(history),
        reads_awards=may(reader, "grants.awards.read", row.programme),
        reads_batches=may(reader, "grants.batches.read", row.programme),
        reads_lines=may(reader, "grants.statements.read", row.programme),
    )


def duties(row: Row[Any]) -> list[tuple[str, str]]:
    """(duty, who did it) of a payment or batch, in words."""
    requested = "requested_by" in row._fields
    said = (
        ("requested_by" if requested else "prepared_by", N_("Prepared by"), N_("You prepared it")),
        ("authorised_by", N_("Authorised by"), N_("You authorised it")),
        ("released_by", N_("Released by"), N_("You released it")),
    )
    found, mine = [], signed_in().account_id
    with service().database.reading() as connection:
        names = called(connection, {getattr(row, name) for name, _, _ in said} - {None})
    for name, words, own in said:
        who = getattr(row, name)
        told_as = say(own) if who == mine else names[who] if who else say(N_("Nobody yet"))
        found.append((say(words), told_as))
    return found


def _offered(act: Act, row: Row[Any]) -> bool:
    """Whether the page offers an act to this reader now; the decider has the last word."""
    reader = signed_in()
    if row.status not in act.statuses or not may(reader, act.permission, row.programme):
        return False
    mine = reader.account_id
    taken = {
        "authorise": (row.requested_by, row.account_typed_by),
        "release": (row.requested_by, row.authorised_by, row.account_typed_by),
        "cancel-failed": (row.failed_by,),
        "lift": (row.account_changed_by,) if row.hold_ground == "account_changed" else (),
    }
    return mine not in taken.get(act.name, ())


def payment_act(act: Act, payment_id: str) -> ResponseReturnValue:
    """Ask for an act on a payment, or do it."""
    row = payment_of(payment_id, act.permission)
    note_read("name", subject=f"payment/{payment_id}", programme=row.programme)
    account = account_shown(row, whole=reads_accounts(row.programme))
    asked = Asked(
        act=act,
        about=say(N_("Payment {number}"), {"number": row.end_to_end_id}),
        back=url_for("payments.show", payment_id=payment_id),
        version=row.version,
        facts=(
            (say(N_("Grantee")), row.full_name or say(N_("Name erased"))),
            (say(N_("Account")), account or say(N_("Not known"))),
            (say(N_("Amount")), money_of(row)),
        ),
    )
    if request.method == "GET":
        return ask(asked)
    return take(asked, payment_step(payment_id, act.permission))


add_acts(blueprint, "/payments/<payment_id>", PAYMENT_ACTS, payment_act)

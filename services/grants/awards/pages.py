"""Pages of awards.

GET       /grants/awards                                  awards, with a filter in the address
GET       /grants/awards/<id>                             one: money, tranches, account, history
GET, POST /grants/awards/<id>/<act>                       ask for a binding act, then do it
GET, POST /grants/awards/<id>/tranches/<n>/<act>          the same for one tranche
GET, POST /grants/awards/<id>/tranches/<n>/receipts       receipts that account for it
GET       /grants/awards/<id>/tranches/<n>/receipts/<k>   one of them, to be saved; on record
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.grants.awards import handling, receipts, views, wording
from services.grants.awards.acting import (
    account_shown,
    award_of,
    award_step,
    note_names_read,
    note_read,
    reach,
    reads_accounts,
    tranche_number,
)
from services.grants.awards.acts import Act, Asked, add_acts, ask, take
from services.grants.awards.award import AWARD
from services.grants.awards.award_acts import AWARD_ACTS, SCHEDULE, TRANCHE_ACTS
from services.grants.awards.history_words import told
from services.grants.awards.schemas import account_state, parse_amount
from shared.access.reader import may
from shared.errors import Busy, Invalid, Missing
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import requires, signed_in
from shared.web.app import body_bytes_max
from shared.web.commands import Answer, perform_page, service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest
from shared.web.uploads import UPLOAD_BYTES_MAX, handed_out

blueprint = Blueprint("awards", __name__, url_prefix="/grants")


@blueprint.get("/awards")
@requires("grants.awards.read")
def list_awards() -> ResponseReturnValue:
    """Awards by application number."""
    status = request.args.get("status", "")
    status = status if status in wording.STATUS_TAGS else ""
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    where = reach("grants.awards.read")
    with service().database.reading() as connection:
        rows = views.award_list(
            connection,
            where,
            status=status or None,
            after=page.after(str, str),
            limit=page.limit + 1,
        )
        counts = views.counts_by_status(connection, where)
    answer = page.answer(rows, lambda row: (row.application_no, row.award_id))
    note_names_read(answer["items"], subject="/grants/awards")
    cursor = answer["next"]
    return render_template(
        "grants/awards/list.html",
        awards=answer["items"],
        amounts={row.award_id: money_of(row) for row in answer["items"]},
        status=status,
        counts=counts,
        count=counts.get(status, 0) if status else sum(counts.values()),
        tags=tags(wording.STATUS_TAGS),
        following=url_for(".list_awards", status=status or None, cursor=cursor) if cursor else "",
    )


@blueprint.get("/awards/<award_id>")
@requires("grants.awards.read")
def show(award_id: str) -> ResponseReturnValue:
    """One award: what was granted, what of it is paid, what may be done now."""
    row = award_of(award_id, "grants.awards.read")
    with service().database.reading() as connection:
        tranches = views.tranches_of(connection, award_id)
        history = service().store.history(connection, AWARD.stream(award_id))
    whole = reads_accounts(row.programme)
    note_read(
        "name_and_account" if whole else "name",
        subject=f"award/{award_id}",
        programme=row.programme,
    )
    reader = signed_in()
    return render_template(
        "grants/awards/award.html",
        award=row,
        amount=money_of(row),
        account=account_shown(row, whole=whole),
        account_state=account_state(row),
        tag=tags(wording.STATUS_TAGS)[row.status],
        account_tag=tags(wording.ACCOUNT_TAGS)[account_state(row)],
        requirement_tags=tags(wording.REQUIREMENT_TAGS),
        kind=say(wording.KINDS.get(row.kind, row.kind)),
        tranches=[
            {"row": one, "amount": money_of(one), "acts": _tranche_acts(row, tranches, number)}
            for number, one in enumerate(tranches)
        ],
        acts=[act for act in AWARD_ACTS if _offered(act, row)],
        history=told(history),
        receipts=receipts.listed(award_id),
        programme=row.programme,
        reads_payments=may(reader, "grants.payments.read", row.programme),
        reads_application=may(reader, "grants.applications.read", row.programme),
    )


def _offered(act: Act, row: Row[Any]) -> bool:
    """Whether the page offers an act to this reader now; the decider has the last word."""
    if row.status not in act.statuses or not may(signed_in(), act.permission, row.programme):
        return False
    if act.name == "confirm-account":
        return account_state(row) == "changed" and row.account_changed_by != signed_in().account_id
    # Something paid: it is terminated; nothing paid: it is cancelled.
    if act.name == "cancel":
        return row.handed_over_on is None
    return act.name != "terminate" or row.handed_over_on is not None


def _tranche_acts(award: Row[Any], tranches: Any, place: int) -> list[tuple[str, str]]:
    """(words, address) of what the reader may do with a tranche now."""
    tranche, reader, found = tranches[place], signed_in(), []

    def offer(act: str, words: str, permission: str) -> None:
        if may(reader, permission, award.programme):
            address = url_for(f".tranche-{act}", award_id=award.award_id, tranche=tranche.tranche)
            found.append((say(words), address))

    payable = award.status in ("accepted", "active")
    settled = all(
        one.paid and (one.imported or {one.receipts, one.visit} <= {"met", "waived"})
        for one in tranches[:place]
    )
    if tranche.payment_id is None and payable and settled:
        offer("schedule", N_("Make the payment"), "grants.payments.prepare")
    if tranche.paid and not tranche.imported:
        if tranche.receipts in ("open", "asked"):
            offer("receipts", N_("Accept receipts"), "grants.awards.write")
        if "open" in (tranche.receipts, tranche.visit):
            offer("ask-waiver", N_("Ask for a waiver"), "grants.payments.waive")
    if "asked" in (tranche.receipts, tranche.visit):
        offer("confirm-waiver", N_("Agree to the waiver"), "grants.payments.waive")
    return found


def award_act(act: Act, award_id: str) -> ResponseReturnValue:
    """Ask for an act on an award, or do it."""
    row = award_of(award_id, act.permission)
    asked = _asked(act, row)
    if request.method == "GET":
        return ask(asked)
    return take(asked, award_step(award_id, act.permission))


def tranche_act(act: Act, award_id: str, tranche: str) -> ResponseReturnValue:
    """Ask for an act on a tranche, or do it."""
    row, number = award_of(award_id, act.permission), tranche_number(tranche)
    asked = _asked(act, row, number)
    if request.method == "GET":
        return ask(asked)
    step = award_step(award_id, act.permission)
    if act is not SCHEDULE:
        return take(asked, step, tranche=number)

    def schedule(work: Work, facts: dict[str, Any]) -> Answer:
        work.expect(AWARD, award_id, step.version)
        payment_id = handling.schedule_tranche(work, award_id, by=step.by, **facts)
        return Answer(location=f"/grants/payments/{payment_id}")

    return take(asked, step, do=schedule, tranche=number)


def _asked(act: Act, row: Row[Any], number: int | None = None) -> Asked:
    facts: list[tuple[str, Any]] = [(say(N_("Application")), row.application_no)]
    if row.full_name:
        note_read("name", subject=f"award/{row.award_id}", programme=row.programme)
        facts.append((say(N_("Grantee")), row.full_name))
    if number is None:
        facts.append((say(N_("Amount")), money_of(row)))
    else:
        facts += _tranche_facts(row, number)
    if act.name == "confirm-account":
        account = account_shown(row, whole=reads_accounts(row.programme))
        facts.append((say(N_("Changed account")), account or ""))
    return Asked(
        act=act,
        about=say(N_("Award {number}"), {"number": row.application_no}),
        back=url_for("awards.show", award_id=row.award_id),
        version=row.version,
        facts=tuple(facts),
    )


def _tranche_facts(row: Row[Any], number: int) -> list[tuple[str, Any]]:
    tranche = _tranche(row.award_id, number)
    return [(say(N_("Tranche")), number), (say(N_("Amount")), money_of(tranche))]


def _tranche(award_id: str, number: int) -> Row[Any]:
    with service().database.reading() as connection:
        for one in views.tranches_of(connection, award_id):
            if one.tranche == number:
                return one
    raise Missing("tranche-missing", N_("There is no such tranche."))


@blueprint.get("/awards/<award_id>/tranches/<tranche>/receipts", endpoint="tranche-receipts")
@requires("grants.awards.write")
def receipts_form(award_id: str, tranche: str) -> ResponseReturnValue:
    """Ask for receipts."""
    return _receipts_page(award_of(award_id, "grants.awards.write"), tranche, {})


@blueprint.post("/awards/<award_id>/tranches/<tranche>/receipts")
@requires("grants.awards.write")
@body_bytes_max(UPLOAD_BYTES_MAX)
def accept_receipts(award_id: str, tranche: str) -> ResponseReturnValue:
    """Keep the receipts sealed and accept them."""
    row, number = award_of(award_id, "grants.awards.write"), tranche_number(tranche)
    step = award_step(award_id, "grants.awards.write")
    try:
        amount = parse_amount(request.form.get("amount", "").replace(",", "."), row.currency)
    except ValueError:
        sentence = say(N_("Write an amount like 126612.00."))
        return _receipts_page(row, tranche, {"amount": sentence})
    try:
        with receipts.kept(row) as hashes:
            response = perform_page(
                row.programme,
                lambda work: step.take(
                    work, handling.accept_receipts, tranche=number, amount=amount, receipts=hashes
                ),
            )
    except (Invalid, Busy) as error:
        return _receipts_page(row, tranche, {"receipts": say(error.sentence, error.facts)})
    flash(say(N_("The receipts are accepted.")))
    return response


@blueprint.get("/awards/<award_id>/tranches/<tranche>/receipts/<int:number>")
@requires("grants.awards.read")
def show_receipt(award_id: str, tranche: str, number: int) -> ResponseReturnValue:
    """A receipt, to be saved; who read it is on record before it leaves."""
    row, place = award_of(award_id, "grants.awards.read"), tranche_number(tranche)
    content, media_type = receipts.content_of(award_id, place, number)
    note_read("receipt", subject=f"award/{award_id}", programme=row.programme)
    return handed_out(content, media_type, name=f"receipt-{place}-{number}")


def _receipts_page(row: Row[Any], tranche: str, errors: dict[str, str]) -> ResponseReturnValue:
    number = tranche_number(tranche)
    page = render_template(
        "grants/awards/receipts.html",
        award=row,
        number=number,
        amount=money_of(_tranche(row.award_id, number)),
        typed=request.form.get("amount", ""),
        version=request.form.get("version") or row.version,
        errors=errors,
        accept=",".join(receipts.KINDS),
        key=Uuid7().new(),
    )
    return page, 422 if errors else 200


def money_of(row: Row[Any]) -> Money:
    """The amount of a row."""
    return Money(row.amount_minor, row.currency)


def tags(table: dict[str, wording.Tag]) -> dict[str, tuple[str, str, str]]:
    """Tags in the reader's language."""
    return {name: (say(words), colour, shape) for name, (words, colour, shape) in table.items()}


add_acts(blueprint, "/awards/<award_id>", AWARD_ACTS, award_act)
add_acts(
    blueprint,
    "/awards/<award_id>/tranches/<tranche>",
    TRANCHE_ACTS,
    tranche_act,
    prefix="tranche-",
)

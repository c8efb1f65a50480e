"""The history of an award, a payment, a batch or a statement line, told in words.

told(store.history(connection, "payment/0192…"))
->  [{"what": "Authorised", "who": "You", "at": datetime(…), "note": ""}, …]   newest first

Who did it is ``You``, a name, or the account where accounts told no name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.grants.staff import called
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.language.marking import N_
from shared.web.commands import service
from shared.web.language import say

ENTRIES_MAX: Final = 100

WORDS: Final = {
    "award.offered": N_("Offered"),
    "award.declined": N_("Declined"),
    "award.lapsed": N_("Lapsed: nobody signed in time"),
    "award.agreement_signed": N_("The agreement was signed"),
    "award.account_changed": N_("The account was changed"),
    "award.account_confirmed": N_("The changed account was confirmed by calling back"),
    "award.tranche_scheduled": N_("The payment of a tranche was made"),
    "award.tranche_unscheduled": N_("The payment of a tranche was cancelled"),
    "award.tranche_paid": N_("A tranche was paid"),
    "award.tranche_returned": N_("A tranche came back"),
    "award.activated": N_("The award became active"),
    "award.receipts_accepted": N_("Receipts were accepted"),
    "award.visit_done": N_("The visit of a tranche was accepted"),
    "award.waiver_requested": N_("A waiver was asked for"),
    "award.requirement_waived": N_("A requirement was waived"),
    "award.suspended": N_("Suspended"),
    "award.resumed": N_("Resumed"),
    "award.completed": N_("Completed"),
    "award.closed": N_("The file was closed"),
    "award.cancelled": N_("Cancelled"),
    "award.terminated": N_("Terminated"),
    "payment.scheduled": N_("Made"),
    "payment.handed_over": N_("Handed over in kind"),
    "payment.requested": N_("Prepared"),
    "payment.authorised": N_("Authorised"),
    "payment.released": N_("Released"),
    "payment.exported": N_("Sent to the bank"),
    "payment.paid": N_("The bank paid it"),
    "payment.returned": N_("The bank sent it back"),
    "payment.reconciled": N_("Reconciled with the ledger"),
    "payment.held": N_("Held; what was agreed to is void"),
    "payment.hold_lifted": N_("Let go again"),
    "payment.failed": N_("The bank refused it"),
    "payment.reissued": N_("Issued again"),
    "payment.cancelled": N_("Cancelled"),
    "payment.reversal_requested": N_("Somebody asked to undo the match with the bank"),
    "payment.reversed": N_("The match with the bank was undone"),
    "batch.prepared": N_("Put together"),
    "batch.authorised": N_("Authorised"),
    "batch.released": N_("Released"),
    "batch.exported": N_("The file for the bank was made"),
    "batch.rebuilt": N_("Payments were taken out; it is agreed to anew"),
    "batch.dissolved": N_("Given up"),
    "statement_line.received": N_("Taken in from the statement"),
    "statement_line.matched": N_("Matched to a payment"),
    "statement_line.left_open": N_("Left open"),
    "statement_line.dismissed": N_("Dismissed: about no grant"),
}
"""``<stream kind>.<past tense>`` → msgid."""


def told(history: Sequence[Recorded]) -> list[dict[str, Any]]:
    """The entries, newest first, in the reader's language."""
    shown = history[-ENTRIES_MAX:]
    with service().database.reading() as connection:
        who = called(connection, {one.actor for one in shown})
    return [
        {
            "what": say(WORDS.get(name_of(recorded), N_("Something happened"))),
            "who": _outside(recorded) or who[recorded.actor],
            "at": recorded.at,
            "note": reason_of(recorded.event),
        }
        for recorded in reversed(shown)
    ]


def reason_of(event: Event) -> str:
    """The reason in an event, opened if it is sealed; empty without one."""
    given = getattr(event, "reason", "")
    text = service().text(given)
    return say(N_("(erased)")) if text is None else text


def name_of(recorded: Recorded) -> str:
    """``award.signed`` of ``org.zanat.grants.award.signed.v1``."""
    return ".".join(recorded.envelope.type.split(".")[-3:-1])


def _outside(recorded: Recorded) -> str:
    """Who did what came in with a programme's past; empty for the rest."""
    return say(N_("Outside this system")) if getattr(recorded.event, "imported", False) else ""

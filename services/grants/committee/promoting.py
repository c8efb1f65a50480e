"""The waiting list: when money comes back to a call, the first in rank is approved with it.

    first_waiting(connection, call_id, keyring)             Waiting(application_no="A-4", ...)
    promote(work, call_id, by=actor(), application_id=...)  the one that people were shown

Approval, reservation and offer are one append; nobody is overtaken, also not by a smaller amount.
Whose name or account was erased waits for nothing more: an offer could not be signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import PromoteApplication
from services.grants.applications.application_state import WaitlistedCase
from services.grants.applications.views import APPLICATIONS
from services.grants.awards.handling import offer_award
from services.grants.calls.budget import BUDGET, Balance
from services.grants.calls.budget_commands import Reserve
from services.grants.calls.call import ClosedCase, DecidedCase
from services.grants.committee.handling import require_call
from shared.errors import Refused
from shared.events.work import Work
from shared.language.marking import N_
from shared.money import Money
from shared.privacy.keyring import KeyName, Keyring

NEEDED: Final = ("identity", "financial")
"""What an offer cannot be signed without."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The first on a call's waiting list, and how many wait together with it."""

    application_id: str
    application_no: str
    requested: Money
    waiting: int


def first_waiting(connection: Connection, call_id: str, keyring: Keyring) -> Waiting | None:
    """Who goes on first: the highest score, then the rank; None when nobody waits."""
    query = (
        select(APPLICATIONS)
        .where(APPLICATIONS.c.call_id == call_id, APPLICATIONS.c.state == "waitlisted")
        .order_by(
            APPLICATIONS.c.score_hundredths.desc(),
            APPLICATIONS.c.rank,
            APPLICATIONS.c.submitted_at,
            APPLICATIONS.c.application_no,
        )
    )
    rows = connection.execute(query).mappings().all()
    erased = erased_of(keyring, [str(row["registration_id"]) for row in rows])
    rows = [row for row in rows if row["registration_id"] not in erased]
    if not rows:
        return None
    return Waiting(
        application_id=rows[0]["application_id"],
        application_no=rows[0]["application_no"],
        requested=Money(rows[0]["requested_minor"], rows[0]["currency"]),
        waiting=len(rows),
    )


def erased_of(keyring: Keyring, registration_ids: Sequence[str]) -> frozenset[str]:
    """Those of these people whose name or account is there no more."""
    names = {KeyName(one, data_class) for one in registration_ids for data_class in NEEDED}
    keys = keyring.ensure(names)
    return frozenset(name.owner for name, key in keys.items() if key.cipher is None)


def promote(work: Work, call_id: str, *, by: str, application_id: str) -> None:
    """Approve the first on the waiting list. Refused when it is another one, or money lacks.

    A call that was cancelled or put away gives nothing any more.
    """
    # The money is locked before the list is read, so that two people never promote past it.
    balance = work.load(BUDGET, call_id)
    terms = require_call(work, call_id, ClosedCase, DecidedCase).terms
    first = first_waiting(work.connection, call_id, work.store.keyring)
    state = work.load(APPLICATION, application_id)
    if (
        not isinstance(state, WaitlistedCase)
        or first is None
        or erased_of(work.store.keyring, [state.whose.registration_id])
    ):
        raise Refused("not-waiting", N_("This application is not on the waiting list any more."))
    if first.application_id != application_id:
        raise Refused(
            "not-first",
            N_("{application_no} is first on the waiting list; nobody is overtaken."),
            application_no=first.application_no,
        )
    if isinstance(balance, Balance) and first.requested > balance.available:
        raise Refused(
            "over-budget",
            N_("{left} is left of this call's money; this application needs {needed}."),
            left=balance.available,
            needed=first.requested,
        )
    promotion = PromoteApplication(by=by, now=work.now, zone=terms.timezone)
    work.decide(APPLICATION, application_id, promotion)
    amount, whose = state.content.requested, state.whose
    reserve = Reserve(by=by, now=work.now, application_id=application_id, amount=amount)
    work.decide(BUDGET, call_id, reserve)
    offer_award(
        work,
        by=by,
        application_id=application_id,
        application_no=whose.application_no,
        call_id=call_id,
        registration_id=whose.registration_id,
        person_id=whose.person_id,
        kind=state.content.kind,
        amount=amount,
        tranche_percents=terms.tranche_percents,
        zone=terms.timezone,
    )

"""A call closes by itself once its deadline and grace are over, also after downtime.

    schedule(work, call_id, terms)                       when the call opens
    schedule_rest(work, call_id)                         when an officer closes it
    Definition(name="grants", due=closing.DUE, ...)

Doing it twice changes nothing: a call that an officer closed or cancelled is left as it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from services.grants.applications.handling import lapse_drafts
from services.grants.calls.call import CALL, CloseCall, ClosedCase, OpenCase
from services.grants.calls.terms import Terms
from shared.events.append import DueWork
from shared.events.work import Work
from shared.service import DueHandler, Service

KIND: Final = "grants.call.close"


class Closing(msgspec.Struct, frozen=True):
    """Which call of which programme."""

    call_id: str
    programme: str


def schedule(work: Work, call_id: str, terms: Terms) -> None:
    """Have the call closed after its last moment."""
    due_at = terms.last_moment() + timedelta(seconds=1)
    work.schedule(DueWork(f"call-close/{call_id}", KIND, due_at, _payload(work, call_id)))


def schedule_rest(work: Work, call_id: str) -> None:
    """Have the drafts lapse that were begun at the moment of closing, unseen by who closed."""
    work.schedule(DueWork(f"call-lapse/{call_id}", KIND, work.now, _payload(work, call_id)))


def _payload(work: Work, call_id: str) -> bytes:
    return msgspec.json.encode(Closing(call_id, work.context.programme))


def close_when_due(service: Service, payload: bytes) -> None:
    """Close the call if it is still open and its time is over; no draft is left in a closed one."""
    closing = msgspec.json.decode(payload, type=Closing)

    def close(work: Work) -> None:
        state = work.load(CALL, closing.call_id)
        if isinstance(state, OpenCase) and work.now > state.terms.last_moment():
            by = work.context.actor
            work.decide(CALL, closing.call_id, CloseCall(by=by, now=work.now))
            lapse_drafts(work, closing.call_id, by=by)

    def lapse_rest(work: Work) -> None:
        if isinstance(work.guard(CALL, closing.call_id), ClosedCase):
            lapse_drafts(work, closing.call_id, by=work.context.actor)

    context = service.system_context(closing.programme, cause=service.store.identifiers.new())
    service.transact(context, close)
    # Nobody begins a draft in a closed call; what was on its way then is committed and seen now.
    service.transact(context, lapse_rest)


DUE: Final[dict[str, DueHandler]] = {KIND: close_when_due}

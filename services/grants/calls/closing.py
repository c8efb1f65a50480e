"""A call closes by itself once its deadline and grace are over, also after downtime.

    schedule(work, call_id, terms)                       when the call opens
    Definition(name="grants", due=closing.DUE, ...)

Doing it twice changes nothing: a call that an officer closed or cancelled is left as it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from services.grants.applications.handling import lapse_drafts
from services.grants.calls.call import CALL, CloseCall, OpenCase
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
    payload = msgspec.json.encode(Closing(call_id, work.context.programme))
    due_at = terms.last_moment() + timedelta(seconds=1)
    work.schedule(DueWork(f"call-close/{call_id}", KIND, due_at, payload))


def close_when_due(service: Service, payload: bytes) -> None:
    """Close the call if it is still open and its time is over."""
    closing = msgspec.json.decode(payload, type=Closing)

    def handler(work: Work) -> None:
        state = work.load(CALL, closing.call_id)
        if isinstance(state, OpenCase) and work.now > state.terms.last_moment():
            by = work.context.actor
            work.decide(CALL, closing.call_id, CloseCall(by=by, now=work.now))
            lapse_drafts(work, closing.call_id, by=by)

    context = service.system_context(closing.programme, cause=service.store.identifiers.new())
    service.transact(context, handler)


DUE: Final[dict[str, DueHandler]] = {KIND: close_when_due}

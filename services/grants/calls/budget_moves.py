"""How each event of a call's budget moved its parts, so that a figure is a sum of events.

    moves = moved_by(connection, store, "0192…")
    moves[1].committed    ->  Money(12661200, "RSD"), by the event at moves[1].position

The parts are those that the budget's decider keeps: the same fold, one event at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from services.grants.calls.budget import BUDGET, Balance
from shared.events.store import Store
from shared.events.tables import LOG
from shared.money import Money, zero


@dataclass(frozen=True, kw_only=True)
class Move:
    """What one event moved. ``position``: in the log, None until it is sequenced."""

    event_id: str
    position: int | None
    at: datetime
    application_id: str | None
    budget: Money
    available: Money
    committed: Money
    obligated: Money
    spent: Money


def moved_by(connection: Connection, store: Store, call_id: str) -> list[Move]:
    """Every event of the call's budget in order; none where the call has no budget yet."""
    history = store.history(connection, BUDGET.stream(call_id))
    identifiers = [recorded.envelope.id for recorded in history]
    positions: dict[str, int] = {}
    for start in range(0, len(identifiers), 500):
        rows = connection.execute(
            select(LOG.c.event_id, LOG.c.position).where(
                LOG.c.event_id.in_(identifiers[start : start + 500])
            )
        )
        positions |= {row.event_id: row.position for row in rows}
    moves: list[Move] = []
    state = BUDGET.initial
    for recorded in history:
        before, state = state, BUDGET.evolve(state, recorded.event)
        if not isinstance(state, Balance):
            continue
        nothing = zero(state.budget.currency)
        was = before if isinstance(before, Balance) else None
        moves.append(
            Move(
                event_id=recorded.envelope.id,
                position=positions.get(recorded.envelope.id),
                at=recorded.at,
                application_id=getattr(recorded.event, "application_id", None),
                budget=state.budget - (was.budget if was else nothing),
                available=state.available - (was.available if was else nothing),
                committed=state.committed - (was.committed if was else nothing),
                obligated=state.obligated - (was.obligated if was else nothing),
                spent=state.spent - (was.spent if was else nothing),
            )
        )
    return moves

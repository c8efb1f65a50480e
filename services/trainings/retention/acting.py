"""What retention's routes do, for the JSON interface and the pages alike.

told("RS-2011")["rules"]    # how long each class is kept there
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, programmes, reach
from services.trainings.people import views as people
from services.trainings.people.acting import READ as READ_PEOPLE
from services.trainings.retention import handling, views
from services.trainings.retention.retention import RETENTION, months_of
from services.trainings.retention.rules import RULES
from shared.access.roles import EVERY_PROGRAMME
from shared.events.work import Work
from shared.web.access import ensure, signed_in
from shared.web.commands import Answer, receipt, service
from shared.web.language import say

READ: Final = "trainings.retention.read"
HOLD: Final = "trainings.retention.hold"


def codes(given: str = "") -> list[str]:
    """The programmes that are asked about: the one given, else all that may be read."""
    if given:
        ensure(READ, given)
        return [given]
    if EVERY_PROGRAMME not in signed_in().programmes(READ):
        return programmes(READ)
    with service().database.reading() as connection:
        return [code for code, _ in views.programmes(connection)]


def told(given: str = "") -> dict[str, Any]:
    """Rules, announcements and holds."""
    wanted = codes(given)
    with service().database.reading() as connection:
        rules = []
        for code in wanted:
            events, _ = service().store.stream(connection, RETENTION.stream(code))
            state = RETENTION.fold(events)
            rules += [
                {
                    "programme": code,
                    "what": rule.what,
                    "since": rule.since,
                    "months": months_of(state, rule.what),
                    "basis": say(rule.basis),
                }
                for rule in RULES.values()
            ]
        return {
            "rules": rules,
            "announced": [row._asdict() for row in views.announced(connection, wanted)],
            "held": [row._asdict() for row in views.holds(connection, wanted)],
        }


def registration(registration_id: str) -> Row[Any]:
    """A registration of a programme in which the one who asks may hold data back."""
    with service().database.reading() as connection:
        row = people.registration(connection, reach(READ_PEOPLE), identifier(registration_id))
    if row is None:
        raise not_found()
    ensure(HOLD, row.programme)
    return row


def holding(
    row: Row[Any], *, by: str, until: date, reason: str, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that holds a registration back."""

    def handler(work: Work) -> Answer:
        handling.hold_back(
            work,
            by=by,
            programme=row.programme,
            registration_id=row.registration_id,
            until=until,
            reason=reason,
        )
        return receipt(work, RETENTION, row.programme, location=location)

    return handler


def ending(row: Row[Any], *, by: str, location: str = "") -> Callable[[Work], Answer]:
    """A handler that holds a registration back no more."""

    def handler(work: Work) -> Answer:
        handling.end_hold(work, by=by, programme=row.programme, registration_id=row.registration_id)
        return receipt(work, RETENTION, row.programme, location=location)

    return handler


def setting(
    programme: str, *, by: str, what: str, months: int, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that keeps a class of data longer or shorter."""

    def handler(work: Work) -> Answer:
        handling.set_months(work, by=by, programme=programme, what=what, months=months)
        return receipt(work, RETENTION, programme, location=location)

    return handler

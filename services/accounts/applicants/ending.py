"""Ends an applicant's sessions once another phone or address is theirs, or a registration moved.

    ContactChanged(registration_id="r1", …)   ->  SessionRevoked for each session of its person
    MovedToPerson(registration_id="r1", …)    ->  the same for both people

Whoever held the phone of before is out with it, in every service.
"""

from __future__ import annotations

from typing import Final

from services.accounts.applicants.people import (
    CHANNELS,
    PEOPLE,
    ContactChanged,
    MovedToPerson,
    accounts_of,
)
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import RevokeSession
from services.accounts.staff.account_state import Held
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.service import Reaction


def react(work: Work, recorded: Recorded) -> None:
    """End the sessions of whom the event is about."""
    for account_id in accounts_of(work.connection, _people(work, recorded)):
        state = work.load(ACCOUNT, account_id)
        for session_id in state.sessions if isinstance(state, Held) else ():
            command = RevokeSession(
                by=work.context.actor, now=work.now, account_id=account_id, session_id=session_id
            )
            work.decide(ACCOUNT, account_id, command)


def _people(work: Work, recorded: Recorded) -> list[str]:
    match recorded.event:
        case MovedToPerson() as event:
            return [event.from_person_id, event.person_id]
        case ContactChanged() as event:
            # The row was written just before: what this very event changed waits since then.
            row = work.connection.execute(
                PEOPLE.select().where(PEOPLE.c.registration_id == event.registration_id)
            ).one_or_none()
            changed = row is not None and any(
                getattr(row, f"{name}_since") == recorded.at for name in CHANNELS
            )
            return [row.person_id] if row is not None and changed else []
        case _:
            return []


ENDING_REACTION: Final = Reaction(events=(ContactChanged, MovedToPerson), react=react)

"""Applications go with the registration that handed them in, to whichever person it belongs.

MovedToPerson(registration_id="r1", person_id="p2")    ->  MovedToPerson of each application of r1

Awards, payments and visits name the registration too, and whoever counts persons asks for the
registration's: they need no entry of their own. When two are taken apart, the same comes back.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from services.grants.applications import claims
from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import FollowPerson
from services.grants.applications.application_state import NoApplication
from services.grants.applications.views import APPLICATIONS
from services.grants.foreign import MovedToPerson
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.service import Reaction


def react(work: Work, recorded: Recorded) -> None:
    """A registration belongs to another person from now on."""
    event = recorded.event
    if not isinstance(event, MovedToPerson):
        raise TypeError(f"{type(event).__name__} moves no application")
    theirs = select(APPLICATIONS.c.application_id).where(
        APPLICATIONS.c.registration_id == event.registration_id
    )
    ids = work.connection.execute(theirs.order_by(APPLICATIONS.c.application_id)).scalars().all()
    for application_id in ids:
        command = FollowPerson(by=work.context.actor, now=work.now, person_id=event.person_id)
        if work.decide(APPLICATION, application_id, command):
            state = work.load(APPLICATION, application_id)
            if not isinstance(state, NoApplication):
                claims.follow(work, state.whose)


FOLLOWING: Final = Reaction(events=(MovedToPerson,), react=react)

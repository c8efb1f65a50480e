"""Puts registrations of one person together, and takes them apart again: both on record.

    decide_duplicate(work, by="officer-1", registration_id="r1", other_id="r2", same=True, …)
    came_with(work.store, connection, row, other)    # who would go back with r1, and to whom

Nothing is copied and nothing deleted: a registration says to whom it belongs, and everything that
was recorded of somebody names the registration. So all of it follows, here and in other services,
and goes back with the registration when two are taken apart. What was decided in between stays.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection

from services.trainings.people import belonging, views
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.people.registration_commands import DecideLikelyDuplicate, MoveToPerson
from services.trainings.people.registration_events import LikelyDuplicateDecided, MovedToPerson
from shared.access.own import check_not_own
from shared.errors import Missing, Refused
from shared.events.store import Store
from shared.events.work import Work
from shared.language.marking import N_

SAME_NUMBER: Final = N_(
    "Both have one national number, which is one person's. Correct the number of one of them first."
)


class Back(NamedTuple):
    """To whom a registration goes back, and which others came with it and go back too."""

    person_id: str | None
    registration_ids: tuple[str, ...]


def decide_duplicate(
    work: Work, *, by: str, registration_id: str, other_id: str, same: bool, reason: str
) -> None:
    """Say whether two registrations are of one person.

    If they are, all registrations of the first one's person follow. If they are not though they
    were put together, the one on which that was decided goes back to the person that it came from,
    with those that came along or have its national number.
    """
    for one in (registration_id, other_id):
        check_not_own(one, work.context.own)
    held, other = _held(work, registration_id), _held(work, other_id)
    own, person_id = held.person_id, held.person_id
    mine = belonging.members(work, own)
    moving: tuple[str, ...] = ()
    if same and own != other.person_id:
        person_id, moving = other.person_id, mine
        belonging.check_one_household(work, mine, belonging.members(work, person_id))
    elif not same and own == other.person_id:
        registration_id, other_id = leaver(work.store, work.connection, registration_id, other_id)
        back = came_with(work.store, work.connection, registration_id, other_id)
        if back.person_id is not None:
            belonging.members(work, back.person_id)
        if other_id in back.registration_ids and other_id in _held(work, registration_id).decided:
            raise Refused("same-number", SAME_NUMBER)
        person_id = back.person_id or work.new_id()
        moving = back.registration_ids
    command = DecideLikelyDuplicate(
        by=by,
        now=work.now,
        registration_id=registration_id,
        other_registration_id=other_id,
        same=same,
        person_id=person_id,
        reason=reason,
    )
    work.decide(REGISTRATION, registration_id, command)
    for one in moving:
        if one not in (registration_id, other_id):
            follow = MoveToPerson(
                by=by,
                now=work.now,
                registration_id=one,
                person_id=person_id,
                because="likely_duplicate",
            )
            work.decide(REGISTRATION, one, follow)


def leaver(
    store: Store, connection: Connection, registration_id: str, other_id: str
) -> tuple[str, str]:
    """Of two that are together, first the one that was put to the other, or else was decided on."""
    both = ((registration_id, other_id), (other_id, registration_id))
    for one, other in both:
        if came_with(store, connection, one, other).person_id is not None:
            return one, other
    for one, other in both:
        if together_by_decision(store, connection, one, other):
            return one, other
    return both[0]


def together_by_decision(
    store: Store, connection: Connection, registration_id: str, other_id: str
) -> bool:
    """Whether it was decided on the first of two that they are one person."""
    state = REGISTRATION.fold(store.stream(connection, REGISTRATION.stream(registration_id))[0])
    return isinstance(state, Held) and state.decided.get(other_id) is True


def came_with(store: Store, connection: Connection, registration_id: str, other_id: str) -> Back:
    """From which person a registration came when it was put together with another, and who else.

    Those who were moved once more since, by something else, are not among them; those who have a
    national number of theirs are, the other one too: one number is never two persons'.
    """
    decided, person_id, correlation = False, None, ""
    for recorded in store.history(connection, REGISTRATION.stream(registration_id)):
        match recorded.event:
            case LikelyDuplicateDecided(other_registration_id=other) if other == other_id:
                decided = recorded.event.same
            case MovedToPerson() as event if decided:
                person_id, correlation = event.from_person_id, recorded.envelope.correlationid
                decided = False
    row = views.record(connection, registration_id)
    if row is None:
        return Back(None, ())
    along = [registration_id]
    if person_id == row.person_id:
        person_id = None
    for one in views.registrations_of(connection, row.person_id) if person_id is not None else ():
        if one.registration_id in (registration_id, other_id):
            continue
        moves = [
            (recorded.event.from_person_id, recorded.envelope.correlationid)
            for recorded in store.history(connection, REGISTRATION.stream(one.registration_id))
            if isinstance(recorded.event, MovedToPerson)
        ]
        if moves and moves[-1] == (person_id, correlation):
            along.append(one.registration_id)
    leaving = belonging.with_their_numbers(connection, along, row.person_id)
    return Back(person_id, tuple(one for one in leaving if one != registration_id))


def _held(work: Work, registration_id: str) -> Held:
    state = work.load(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    return state

"""What is done with households, for JSON and pages alike: handlers of one unit of work.

    household_id = form(work, by=actor(), home=NewHome(registration_id="r1", address="Ulica 1"))

Nobody lives in two households at once: a claim on the registration lets one through.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import cast

from services.trainings.households import views
from services.trainings.households.household import (
    HOUSEHOLD,
    ChooseHead,
    FormHousehold,
    Household,
    JoinCause,
    JoinHousehold,
    LeaveCause,
    LeaveHousehold,
    NoteAddress,
)
from services.trainings.people import views as people
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.zones import zone_of
from shared.access.own import check_not_own
from shared.errors import Missing, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_
from shared.privacy.keyring import KeyName


@dataclass(frozen=True, kw_only=True)
class NewHome:
    """A household that is written down with its first member."""

    registration_id: str
    address: str | None = None
    is_head: bool = False


def form(work: Work, *, by: str, home: NewHome) -> str:
    """Write a household down with its first member; returns its id."""
    household_id = work.new_id()
    command = FormHousehold(
        by=by,
        now=work.now,
        zone=_zone(work, home.registration_id),
        household_id=household_id,
        reference=f"H-{household_id[-8:].upper()}",
    )
    work.decide(HOUSEHOLD, household_id, command)
    _join(
        work,
        by=by,
        household_id=household_id,
        registration_id=home.registration_id,
        because="formed",
        address=home.address,
    )
    if home.is_head:
        choose_head(work, by=by, household_id=household_id, registration_id=home.registration_id)
    return household_id


def join(work: Work, *, by: str, household_id: str, registration_id: str, because: str) -> None:
    """Somebody lives in it from today, at the address that the others have."""
    addresses = (one.address for one in views.living(work.connection, household_id))
    address = next((one for one in addresses if one), None)
    _join(
        work,
        by=by,
        household_id=household_id,
        registration_id=registration_id,
        because=because,
        address=address,
    )


def leave(work: Work, *, by: str, household_id: str, registration_id: str, because: str) -> None:
    """Somebody lives in it no more from today."""
    check_not_own(registration_id, work.context.own)
    command = LeaveHousehold(
        by=by,
        now=work.now,
        zone=_zone(work, registration_id),
        household_id=household_id,
        registration_id=registration_id,
        because=cast(LeaveCause, because),
        erased=_erased(work, registration_id, "identity"),
    )
    if work.decide(HOUSEHOLD, household_id, command):
        work.release(_claim(household_id, registration_id))


def choose_head(work: Work, *, by: str, household_id: str, registration_id: str | None) -> None:
    """Say who speaks for it."""
    command = ChooseHead(
        by=by,
        now=work.now,
        zone="UTC",
        household_id=household_id,
        registration_id=registration_id,
    )
    work.decide(HOUSEHOLD, household_id, command)


def note_address(work: Work, *, by: str, household_id: str, address: str) -> None:
    """Note where they live, with each of them."""
    state = work.load(HOUSEHOLD, household_id)
    members = state.members if isinstance(state, Household) else ()
    erased = frozenset(one for one in members if _erased(work, one, "contact"))
    command = NoteAddress(
        by=by,
        now=work.now,
        zone="UTC",
        household_id=household_id,
        address=address,
        erased=erased,
    )
    work.decide(HOUSEHOLD, household_id, command)


def _join(
    work: Work,
    *,
    by: str,
    household_id: str,
    registration_id: str,
    because: str,
    address: str | None,
) -> None:
    check_not_own(registration_id, work.context.own)
    homes = [one for one in _homes_of_person(work, registration_id) if one[0] != household_id]
    if homes:
        raise Refused(
            "in-another-household",
            N_("This person lives in the household {reference}. They leave that one first."),
            reference=homes[0][1],
        )
    command = JoinHousehold(
        by=by,
        now=work.now,
        zone=_zone(work, registration_id),
        household_id=household_id,
        registration_id=registration_id,
        because=cast(JoinCause, because),
        address=address,
    )
    if work.decide(HOUSEHOLD, household_id, command):
        work.claim(_claim(household_id, registration_id))


def _homes_of_person(work: Work, registration_id: str) -> tuple[tuple[str, str], ...]:
    """Where any registration of the person lives now, up to the commit.

    Whoever puts people together guards their registrations, and waits while one is locked here.
    """
    work.store.lock(work.connection, REGISTRATION.stream(registration_id))
    state = work.load(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    question = partial(views.households_of_person, person_id=state.person_id)
    work.guard(REGISTRATION, registration_id)
    return work.ask(question)


def _zone(work: Work, registration_id: str) -> str:
    row = people.record(work.connection, registration_id)
    if row is None:
        raise Missing("no-registration", N_("There is no such registration."))
    return zone_of(row.country)


def _erased(work: Work, registration_id: str, data_class: str) -> bool:
    name = KeyName(registration_id, data_class)
    return work.store.keyring.ensure({name})[name].cipher is None


def _claim(household_id: str, registration_id: str) -> Claim:
    stream = HOUSEHOLD.stream(household_id)
    sentence = N_("This person was put into another household at the same moment.")
    return Claim("household-member", registration_id, stream, "in-another-household", sentence)

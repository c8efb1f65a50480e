"""What is done with registrations, for JSON and pages alike: handlers of one unit of work.

    registration_id = register(work, by=actor(), person=NewPerson(full_name="Mira …", …))

A national number that was registered before makes the new registration the same person's. Two who
register one number at the same moment agree: the claim lets one through, the other looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from services.trainings.people import views
from services.trainings.people.projecting import NUMBER_PURPOSE, number_index
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.people.registration_commands import (
    ConfirmIdentity,
    DecideLikelyDuplicate,
    MoveToPerson,
    RegisterPerson,
)
from services.trainings.people.registration_events import DeclaredRoma, Means, Sex
from services.trainings.zones import zone_of
from shared.errors import Missing, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_

NUMBER_TAKEN: Final = "number-registered-meanwhile"
LOOKS_MAX: Final = 5

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Somebody who is here to be registered. Without a reference one is made."""

    full_name: str
    birth_date: str
    sex: str
    country: str
    municipality: str
    jmbg: str | None
    phone: str | None
    declared_roma: str
    consented: bool
    reference: str | None = None


def register(work: Work, *, by: str, person: NewPerson) -> str:
    """Register somebody; returns the registration's id."""
    programme = work.context.programme
    registration_id = work.new_id()
    index = number_index(work.store.keyring, person.jmbg)
    person_id = None
    if index is not None:
        person_id = views.person_with_number(work.connection, programme, index)
        if person_id is None:
            stream = REGISTRATION.stream(registration_id)
            sentence = N_("Somebody registered this number at the same moment. Look again.")
            work.claim(Claim(NUMBER_PURPOSE, index, stream, NUMBER_TAKEN, sentence))
    reference = person.reference or f"R-{registration_id[-8:].upper()}"
    if views.reference_exists(work.connection, programme, reference):
        raise Refused("reference-taken", N_("Another registration has this reference already."))
    command = RegisterPerson(
        by=by,
        now=work.now,
        zone=zone_of(person.country),
        registration_id=registration_id,
        person_id=person_id or work.new_id(),
        reference=reference,
        full_name=person.full_name,
        birth_date=person.birth_date,
        sex=cast(Sex, person.sex),
        country=person.country,
        municipality=person.municipality,
        jmbg=person.jmbg,
        phone=person.phone,
        declared_roma=cast(DeclaredRoma, person.declared_roma),
        consented=person.consented,
    )
    work.decide(REGISTRATION, registration_id, command)
    return registration_id


def looking_again(run: Callable[[], R]) -> R:
    """Run a registration again when somebody else claimed the number meanwhile."""
    for look in range(LOOKS_MAX):
        try:
            return run()
        except Refused as error:
            if error.code != NUMBER_TAKEN or look == LOOKS_MAX - 1:
                raise
    raise AssertionError("unreachable")


def confirm(work: Work, *, by: str, registration_id: str, means: str) -> None:
    """A second person stands for who it is."""
    command = ConfirmIdentity(
        by=by, now=work.now, registration_id=registration_id, means=cast(Means, means)
    )
    work.decide(REGISTRATION, registration_id, command)


def decide_duplicate(
    work: Work, *, by: str, registration_id: str, other_id: str, same: bool, reason: str
) -> None:
    """Say whether two registrations are of one person; if so, all of the first one's follow."""
    own = _held(work, registration_id).person_id
    other = _held(work, other_id).person_id
    person_id = other if same else own
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
    if person_id == own:
        return
    for row in views.registrations_of(work.connection, own):
        if row.registration_id != registration_id:
            follow = MoveToPerson(
                by=by,
                now=work.now,
                registration_id=row.registration_id,
                person_id=person_id,
                because="likely_duplicate",
            )
            work.decide(REGISTRATION, row.registration_id, follow)


def _held(work: Work, registration_id: str) -> Held:
    state = work.load(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    return state

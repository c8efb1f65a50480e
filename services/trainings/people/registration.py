"""One registration of a person: who they are, who confirmed it, to which person it belongs.

A person is one identity; each time somebody was registered is a registration, and registrations of
one person may disagree: both are kept. An officer registers Mira, a second one confirms her:

    RegisterPerson(by="officer-1", registration_id="r1", person_id="p1", full_name="Mira …", …)
        -> Registered
    ConfirmIdentity(by="officer-1", …) -> Forbidden: the second person is somebody else
    ConfirmIdentity(by="officer-2", …) -> Confirmed

The registration's id owns the keys under which the personal fields are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, TypeAlias, TypeVar, get_args

from services.trainings.people.consenting import (
    consent_form,
    declarable,
    declared,
    given,
    withdrawn,
)
from services.trainings.people.fields import (
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    country_code,
    line,
    optional_email,
    optional_line,
    optional_text,
    past_day,
    term,
    text,
)
from services.trainings.people.papers import papers_noted
from services.trainings.people.purposes import consented
from services.trainings.people.registration_commands import (
    ChangeContact,
    ConfirmIdentity,
    CorrectRegistration,
    DecideLikelyDuplicate,
    DeclareRoma,
    GiveConsent,
    ImportRegistration,
    MoveToPerson,
    NotePapers,
    RegisterPerson,
    RegistrationCommand,
    WithdrawConsent,
)
from services.trainings.people.registration_events import (
    Confirmed,
    ConsentGiven,
    ConsentWithdrawn,
    ContactChanged,
    Corrected,
    DeclaredRoma,
    LikelyDuplicateDecided,
    Means,
    MoveCause,
    MovedToPerson,
    PapersNoted,
    Registered,
    RegistrationEvent,
    RomaDeclared,
    Sex,
)
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

NATIONAL_NUMBER_LENGTH_MAX: Final = 32
PHONE_LENGTH_MAX: Final = 40
WITNESS_LENGTH_MAX: Final = 200


# State


@dataclass(frozen=True)
class NoRegistration:
    """Nobody was registered under this id."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What every registration has.

    authors: who wrote what a second person confirms.
    consents: purpose to whether the consent was given or withdrawn, of those it was asked of.
    decided: other registration to whether it is the same person.
    changed_by: who wrote a contact down, or moved it, where nobody else saw it since.
    """

    person_id: str
    authors: frozenset[str]
    changed_by: frozenset[str | None] = frozenset()
    consents: Mapping[str, bool] = field(default_factory=dict)
    decided: Mapping[str, bool] = field(default_factory=dict)

    @property
    def consented(self) -> bool:
        """Whether what the person says of their origin may be held."""
        return consented(self.consents, "ethnicity")


@dataclass(frozen=True, kw_only=True)
class Unconfirmed(Held):
    """Waits for a second person."""


@dataclass(frozen=True, kw_only=True)
class ConfirmedOutside(Held):
    """Came with the history; whoever confirmed it did so outside this system."""


@dataclass(frozen=True, kw_only=True)
class IdentityConfirmed(Held):
    """A second person confirmed it here."""


H = TypeVar("H", bound=Held)
RegistrationState: TypeAlias = NoRegistration | Unconfirmed | ConfirmedOutside | IdentityConfirmed


def is_confirmed(state: RegistrationState) -> bool:
    """Whether a second person stands for the identity, here or outside this system."""
    return isinstance(state, ConfirmedOutside | IdentityConfirmed)


def evolve(state: RegistrationState, event: RegistrationEvent) -> RegistrationState:
    """State after one more event."""
    if isinstance(event, Registered):
        case = ConfirmedOutside if event.imported else Unconfirmed
        return case(
            person_id=event.person_id,
            authors=frozenset([event.registered_by] if event.registered_by else []),
            consents={} if event.consent_on is None else {"programme": True},
        )
    if isinstance(state, NoRegistration):
        raise TypeError(f"{type(event).__name__} before Registered")
    match event:
        case Confirmed():
            left = (state.changed_by & {event.confirmed_by}) - {None}
            return _as(IdentityConfirmed, replace(state, changed_by=left))
        case Corrected():
            authors = state.authors | {event.corrected_by}
            return replace(_as(Unconfirmed, state), authors=authors)
        case ConsentGiven() | ConsentWithdrawn():
            given = isinstance(event, ConsentGiven)
            return replace(state, consents={**state.consents, event.purpose: given})
        case LikelyDuplicateDecided():
            decided = {**state.decided, event.other_registration_id: event.same}
            return replace(state, decided=decided)
        case MovedToPerson():
            by = state.changed_by | {event.moved_by}
            return replace(state, person_id=event.person_id, changed_by=by)
        case ContactChanged():
            return replace(state, changed_by=state.changed_by | {event.changed_by})
        case RomaDeclared() | PapersNoted():
            return state
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a registration")


def _as(case: type[H], state: Held) -> H:
    return case(**{one.name: getattr(state, one.name) for one in fields(Held)})


# Decide


def decide(state: RegistrationState, command: RegistrationCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, RegisterPerson | ImportRegistration):
        return _register(state, command)
    if isinstance(state, NoRegistration):
        raise Missing("no-registration", N_("There is no such registration."))
    match command:
        case ConfirmIdentity():
            return _confirm(state, command)
        case CorrectRegistration():
            return _correct(state, command)
        case ChangeContact():
            place, phone, email = _contact(command)
            return (
                ContactChanged(
                    registration_id=command.registration_id,
                    country=country_code(command.country),
                    municipality=place,
                    phone=phone,
                    email=email,
                    changed_by=command.by,
                    phone_before=command.phone_before,
                    email_before=command.email_before,
                ),
            )
        case DeclareRoma():
            declarable(command.declared_roma, consented=state.consented)
            return (declared(command.registration_id, command.declared_roma),)
        case GiveConsent():
            return given(state.consents, command)
        case WithdrawConsent():
            return withdrawn(state.consents, command)
        case NotePapers():
            return (papers_noted(command),)
        case DecideLikelyDuplicate():
            return _decide_duplicate(state, command)
        case MoveToPerson():
            return _moved(state, command, command.because)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a registration")


def _register(
    state: RegistrationState, command: RegisterPerson | ImportRegistration
) -> tuple[Event, ...]:
    if not isinstance(state, NoRegistration):
        raise Refused("already-registered", N_("This registration was made before."))
    imported, form = isinstance(command, ImportRegistration), None
    if isinstance(command, ImportRegistration):
        consent_on = command.consent_on
    else:
        form = consent_form(command)
        consent_on = day_in(command.now, command.zone) if command.consented else None
        # What came with the history is taken as given; here and now the declaration needs consent.
        declarable(command.declared_roma, consented=command.consented)
    term(command.declared_roma, get_args(DeclaredRoma), field="declared_roma")
    name, birth_date, jmbg = _identity(command)
    place, phone, email = _contact(command)
    return (
        Registered(
            registration_id=command.registration_id,
            person_id=command.person_id,
            reference=line(command.reference, field="reference", length_max=REFERENCE_LENGTH_MAX),
            full_name=name,
            birth_date=birth_date,
            sex=command.sex,
            country=country_code(command.country),
            municipality=place,
            jmbg=jmbg,
            phone=phone,
            declared_roma=command.declared_roma,
            consent_on=consent_on,
            registered_by=None if imported else command.by,
            imported=imported,
            email=email,
            consent_form=form,
        ),
    )


def _confirm(state: Held, command: ConfirmIdentity) -> tuple[Event, ...]:
    if isinstance(state, IdentityConfirmed):
        if not state.changed_by - {command.by}:
            return ()
    elif command.by in state.authors:
        raise Forbidden(
            "own-registration",
            N_("Somebody who did not register or correct this person must confirm them."),
        )
    term(command.means, get_args(Means), field="means")
    witness = optional_text(command.witness, field="witness", length_max=WITNESS_LENGTH_MAX)
    if command.means == "witness" and witness is None:
        raise Invalid(
            "witness-needed",
            N_("Say who knows the person, and from where: nobody vouches without a name."),
            field="witness",
        )
    return (
        Confirmed(
            registration_id=command.registration_id,
            person_id=state.person_id,
            means=command.means,
            confirmed_by=command.by,
            witness=witness if command.means == "witness" else None,
        ),
    )


def _correct(state: Held, command: CorrectRegistration) -> tuple[Event, ...]:
    name, birth_date, jmbg = _identity(command)
    corrected = Corrected(
        registration_id=command.registration_id,
        full_name=name,
        birth_date=birth_date,
        sex=command.sex,
        jmbg=jmbg,
        reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
        corrected_by=command.by,
    )
    moved = _moved(state, command, "national_number")
    return (corrected, *moved)


def _decide_duplicate(state: Held, command: DecideLikelyDuplicate) -> tuple[Event, ...]:
    other = command.other_registration_id
    if other == command.registration_id:
        raise Invalid("same-registration", N_("A registration cannot be compared with itself."))
    moved = _moved(state, command, "likely_duplicate")
    before = state.decided.get(other)
    if before is command.same:
        return moved
    if moved and not command.same and before is None:
        raise Invalid(
            "never-together",
            N_("Registrations that were never put together cannot be taken apart."),
        )
    decided = LikelyDuplicateDecided(
        registration_id=command.registration_id,
        other_registration_id=other,
        same=command.same,
        reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
    )
    return (decided, *moved)


def _moved(
    state: Held,
    command: CorrectRegistration | DecideLikelyDuplicate | MoveToPerson,
    because: MoveCause,
) -> tuple[Event, ...]:
    if command.person_id == state.person_id:
        return ()
    term(because, get_args(MoveCause), field="because")
    return (
        MovedToPerson(
            registration_id=command.registration_id,
            person_id=command.person_id,
            from_person_id=state.person_id,
            because=because,
            moved_by=command.by,
        ),
    )


def _identity(
    command: RegisterPerson | ImportRegistration | CorrectRegistration,
) -> tuple[str, str, str | None]:
    # The later of UTC's day and any zone's differs by a day at most, which no birth date shows.
    term(command.sex, get_args(Sex), field="sex")
    return (
        line(command.full_name, field="full_name", length_max=NAME_LENGTH_MAX),
        past_day(command.birth_date, field="birth_date", today=command.now.date()),
        optional_line(command.jmbg, field="jmbg", length_max=NATIONAL_NUMBER_LENGTH_MAX),
    )


def _contact(
    command: RegisterPerson | ImportRegistration | ChangeContact,
) -> tuple[str, str | None, str | None]:
    return (
        line(command.municipality, field="municipality", length_max=PLACE_LENGTH_MAX),
        optional_line(command.phone, field="phone", length_max=PHONE_LENGTH_MAX),
        optional_email(command.email, field="email"),
    )


REGISTRATION: Final[Decider[RegistrationState]] = Decider(
    kind="registration",
    initial=NoRegistration(),
    evolve=evolve,
    decide=decide,
    events=get_args(RegistrationEvent),
)

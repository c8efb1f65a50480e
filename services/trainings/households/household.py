"""One household: who lives in it, who joined and left and why, and who speaks for it.

    FormHousehold(by="officer-1", household_id="h1", reference="H-1", …)  -> HouseholdFormed
    JoinHousehold(registration_id="r1", because="formed", address="Ulica 1", …) -> MemberJoined
    LeaveHousehold(registration_id="r1", because="moved_out", …)  -> MemberLeft, and no head is left

A household has no data of its own. Its address is written with each member, under that member's
keys, and so are the reasons: whoever is erased takes their copy along, and the others keep theirs.
Other services read ids and days alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from services.trainings.people.fields import REFERENCE_LENGTH_MAX, line, optional_text, term, text
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.language.marking import N_

ADDRESS_LENGTH_MAX: Final = 300
MEMBERS_MAX: Final = 40

JoinCause: TypeAlias = Literal["formed", "moved_in", "married", "born", "returned", "other"]
LeaveCause: TypeAlias = Literal["moved_out", "married", "separated", "died", "mistake", "other"]


# Events


@event_type("trainings.household.formed.v1")
class HouseholdFormed(Event, frozen=True, kw_only=True):
    """A household was written down."""

    household_id: str
    reference: str
    formed_on: date


@event_type("trainings.household.member_joined.v1", seals_for="registration_id")
class MemberJoined(Event, frozen=True, kw_only=True):
    """Somebody lives in it from now on. ``because``: one of ``JoinCause``."""

    household_id: str
    registration_id: str
    joined_on: date
    because: Personal.identity
    address: Personal.contact | None = None


@event_type("trainings.household.member_left.v1", seals_for="registration_id")
class MemberLeft(Event, frozen=True, kw_only=True):
    """Somebody lives in it no more. ``because``: one of ``LeaveCause``; None of who was erased."""

    household_id: str
    registration_id: str
    left_on: date
    because: Personal.identity | None = None


@event_type("trainings.household.address_noted.v1", seals_for="registration_id")
class AddressNoted(Event, frozen=True, kw_only=True):
    """Where a member lives with the others; one of these for each member."""

    household_id: str
    registration_id: str
    address: Personal.contact


@event_type("trainings.household.head_chosen.v1")
class HeadChosen(Event, frozen=True, kw_only=True):
    """Who speaks for the household; None: nobody in particular."""

    household_id: str
    registration_id: str | None


HouseholdEvent: TypeAlias = HouseholdFormed | MemberJoined | MemberLeft | AddressNoted | HeadChosen


# State


@dataclass(frozen=True)
class NoHousehold:
    """Nothing was written down under this id."""


@dataclass(frozen=True, kw_only=True)
class Household:
    """members: registrations that live in it now, in the order in which they joined."""

    members: tuple[str, ...] = field(default_factory=tuple)
    head: str | None = None


HouseholdState: TypeAlias = NoHousehold | Household


def evolve(state: HouseholdState, event: HouseholdEvent) -> HouseholdState:
    """State after one more event."""
    if isinstance(event, HouseholdFormed):
        return Household()
    if isinstance(state, NoHousehold):
        raise TypeError(f"{type(event).__name__} before HouseholdFormed")
    match event:
        case MemberJoined():
            return replace(state, members=(*state.members, event.registration_id))
        case MemberLeft():
            left = tuple(one for one in state.members if one != event.registration_id)
            return replace(state, members=left)
        case HeadChosen():
            return replace(state, head=event.registration_id)
        case AddressNoted():
            return state
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a household")


# Commands


@dataclass(frozen=True, kw_only=True)
class HouseholdAct:
    """What every command on a household carries. ``zone``: whose day it is."""

    by: str
    now: datetime
    zone: str
    household_id: str


@dataclass(frozen=True, kw_only=True)
class FormHousehold(HouseholdAct):
    """Write a household down; its members join by commands of their own."""

    reference: str


@dataclass(frozen=True, kw_only=True)
class JoinHousehold(HouseholdAct):
    """Somebody lives in it from today. ``address``: the household's, for their own copy."""

    registration_id: str
    because: JoinCause
    address: str | None = None


@dataclass(frozen=True, kw_only=True)
class LeaveHousehold(HouseholdAct):
    """Somebody lives in it no more from today. ``erased``: nothing can be written of them."""

    registration_id: str
    because: LeaveCause
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class ChooseHead(HouseholdAct):
    """Say who speaks for it; None for nobody."""

    registration_id: str | None


@dataclass(frozen=True, kw_only=True)
class NoteAddress(HouseholdAct):
    """Note where they live. ``erased``: members of whom nothing can be written any more."""

    address: str
    erased: frozenset[str] = frozenset()


HouseholdCommand: TypeAlias = (
    FormHousehold | JoinHousehold | LeaveHousehold | ChooseHead | NoteAddress
)


# Decide


def decide(state: HouseholdState, command: HouseholdCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    day = day_in(command.now, command.zone)
    if isinstance(command, FormHousehold):
        if not isinstance(state, NoHousehold):
            raise Refused("household-there", N_("This household was written down before."))
        reference = line(command.reference, field="reference", length_max=REFERENCE_LENGTH_MAX)
        formed = HouseholdFormed(
            household_id=command.household_id, reference=reference, formed_on=day
        )
        return (formed,)
    if isinstance(state, NoHousehold):
        raise Missing("no-household", N_("There is no such household."))
    match command:
        case JoinHousehold():
            return _join(state, command, day)
        case LeaveHousehold():
            return _leave(state, command, day)
        case ChooseHead():
            return _choose(state, command)
        case NoteAddress():
            return _address(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a household")


def _join(state: Household, command: JoinHousehold, day: date) -> tuple[Event, ...]:
    if command.registration_id in state.members:
        return ()
    term(command.because, get_args(JoinCause), field="because")
    if len(state.members) >= MEMBERS_MAX:
        raise Refused(
            "household-full", N_("A household has at most {count} members."), count=MEMBERS_MAX
        )
    return (
        MemberJoined(
            household_id=command.household_id,
            registration_id=command.registration_id,
            joined_on=day,
            because=command.because,
            address=optional_text(command.address, field="address", length_max=ADDRESS_LENGTH_MAX),
        ),
    )


def _leave(state: Household, command: LeaveHousehold, day: date) -> tuple[Event, ...]:
    if command.registration_id not in state.members:
        raise Refused("not-in-household", N_("This person does not live in the household."))
    term(command.because, get_args(LeaveCause), field="because")
    left = MemberLeft(
        household_id=command.household_id,
        registration_id=command.registration_id,
        left_on=day,
        because=None if command.erased else command.because,
    )
    if state.head != command.registration_id:
        return (left,)
    return left, HeadChosen(household_id=command.household_id, registration_id=None)


def _choose(state: Household, command: ChooseHead) -> tuple[Event, ...]:
    chosen = command.registration_id
    if chosen == state.head:
        return ()
    if chosen is not None and chosen not in state.members:
        raise Refused("not-in-household", N_("This person does not live in the household."))
    return (HeadChosen(household_id=command.household_id, registration_id=chosen),)


def _address(state: Household, command: NoteAddress) -> tuple[Event, ...]:
    address = text(command.address, field="address", length_max=ADDRESS_LENGTH_MAX)
    writable = [one for one in state.members if one not in command.erased]
    if not writable:
        raise Invalid("nobody-there", N_("Nobody lives in this household any more."))
    return tuple(
        AddressNoted(household_id=command.household_id, registration_id=one, address=address)
        for one in writable
    )


HOUSEHOLD: Final[Decider[HouseholdState]] = Decider(
    kind="household",
    initial=NoHousehold(),
    evolve=evolve,
    decide=decide,
    events=get_args(HouseholdEvent),
)

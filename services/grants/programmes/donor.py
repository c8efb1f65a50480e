"""A donor of a programme: an organisation that pays for it and asks for figures.

AddDonor(donor_id="d1", name="Fond Most", country="NO", …) -> Joined
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from services.grants.programmes.region import country_code
from services.grants.programmes.wording import reason, worded
from shared.errors import Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

# Events


@event_type("grants.donor.joined.v1")
class Joined(Event, frozen=True, kw_only=True):
    """The organisation pays for the programme."""

    donor_id: str
    name: str
    country: str


@event_type("grants.donor.renamed.v1")
class Renamed(Event, frozen=True, kw_only=True):
    """The donor has another name."""

    donor_id: str
    name: str


@event_type("grants.donor.left.v1")
class Left(Event, frozen=True, kw_only=True):
    """It pays no more."""

    donor_id: str
    reason: str


DonorEvent: TypeAlias = Joined | Renamed | Left


# State


@dataclass(frozen=True)
class NoDonor:
    """No donor under this id."""


@dataclass(frozen=True, kw_only=True)
class Active:
    """The donor takes part."""

    donor_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Gone:
    """The donor took part once."""

    donor_id: str


DonorState: TypeAlias = NoDonor | Active | Gone


def evolve(state: DonorState, event: DonorEvent) -> DonorState:
    """State after one more event."""
    match state, event:
        case _, Joined():
            return Active(donor_id=event.donor_id, name=event.name)
        case Active(), Renamed():
            return replace(state, name=event.name)
        case Active(), Left():
            return Gone(donor_id=event.donor_id)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class DonorCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class AddDonor(DonorCommand):
    """Let a donor join. ``country``: where it has its seat, ISO 3166-1 alpha-2."""

    donor_id: str
    name: str
    country: str


@dataclass(frozen=True, kw_only=True)
class RenameDonor(DonorCommand):
    """Give it another name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class RemoveDonor(DonorCommand):
    """Note that it takes part no more."""

    reason: str


# Decide


def decide(state: DonorState, command: DonorCommand) -> tuple[Event, ...]:
    """Events that follow from the command; Refused, Invalid or Missing when it breaks a rule."""
    match state, command:
        case NoDonor(), AddDonor():
            return (
                Joined(
                    donor_id=command.donor_id,
                    name=worded(command.name, field="name"),
                    country=country_code(command.country),
                ),
            )
        case _, AddDonor():
            raise Refused("donor-exists", N_("This donor joined before."))
        case NoDonor(), _:
            raise Missing("donor-missing", N_("There is no such donor."))
        case Gone(), RemoveDonor():
            return ()
        case Gone(), _:
            raise Refused("donor-gone", N_("This donor takes part no more."))
        case Active(), RenameDonor():
            name = worded(command.name, field="name")
            return (Renamed(donor_id=state.donor_id, name=name),) if name != state.name else ()
        case Active(), RemoveDonor():
            return (Left(donor_id=state.donor_id, reason=reason(command.reason)),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a donor")


DONOR: Final = Decider[DonorState](
    kind="donor",
    initial=NoDonor(),
    evolve=evolve,
    decide=decide,
    events=(Joined, Renamed, Left),
)

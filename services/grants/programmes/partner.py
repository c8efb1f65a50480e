"""A partner of a programme: an organisation that runs it in a country.

AddPartner(partner_id="o1", name="Otvorena vrata", country="RS", …) -> Joined
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


@event_type("grants.partner.joined.v1")
class Joined(Event, frozen=True, kw_only=True):
    """The organisation runs the programme in a country."""

    partner_id: str
    name: str
    country: str


@event_type("grants.partner.renamed.v1")
class Renamed(Event, frozen=True, kw_only=True):
    """The partner has another name."""

    partner_id: str
    name: str


@event_type("grants.partner.left.v1")
class Left(Event, frozen=True, kw_only=True):
    """It runs the programme no more."""

    partner_id: str
    reason: str


PartnerEvent: TypeAlias = Joined | Renamed | Left


# State


@dataclass(frozen=True)
class NoPartner:
    """No partner under this id."""


@dataclass(frozen=True, kw_only=True)
class Active:
    """The partner takes part."""

    partner_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Gone:
    """The partner took part once."""

    partner_id: str


PartnerState: TypeAlias = NoPartner | Active | Gone


def evolve(state: PartnerState, event: PartnerEvent) -> PartnerState:
    """State after one more event."""
    match state, event:
        case _, Joined():
            return Active(partner_id=event.partner_id, name=event.name)
        case Active(), Renamed():
            return replace(state, name=event.name)
        case Active(), Left():
            return Gone(partner_id=event.partner_id)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class PartnerCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class AddPartner(PartnerCommand):
    """Let a partner join. ``country``: where it has its seat, ISO 3166-1 alpha-2."""

    partner_id: str
    name: str
    country: str


@dataclass(frozen=True, kw_only=True)
class RenamePartner(PartnerCommand):
    """Give it another name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class RemovePartner(PartnerCommand):
    """Note that it takes part no more."""

    reason: str


# Decide


def decide(state: PartnerState, command: PartnerCommand) -> tuple[Event, ...]:
    """Events that follow from the command; Refused, Invalid or Missing when it breaks a rule."""
    match state, command:
        case NoPartner(), AddPartner():
            return (
                Joined(
                    partner_id=command.partner_id,
                    name=worded(command.name, field="name"),
                    country=country_code(command.country),
                ),
            )
        case _, AddPartner():
            raise Refused("partner-exists", N_("This partner joined before."))
        case NoPartner(), _:
            raise Missing("partner-missing", N_("There is no such partner."))
        case Gone(), RemovePartner():
            return ()
        case Gone(), _:
            raise Refused("partner-gone", N_("This partner takes part no more."))
        case Active(), RenamePartner():
            name = worded(command.name, field="name")
            return (Renamed(partner_id=state.partner_id, name=name),) if name != state.name else ()
        case Active(), RemovePartner():
            return (Left(partner_id=state.partner_id, reason=reason(command.reason)),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a partner")


PARTNER: Final = Decider[PartnerState](
    kind="partner",
    initial=NoPartner(),
    evolve=evolve,
    decide=decide,
    events=(Joined, Renamed, Left),
)

"""A programme: where it works, in which currencies, and whether its past may still be brought in.

    OpenProgramme(programme_id="p1", code="second-chance", …) -> Opened
    CloseHistory(reason="The register of 2009 to 2014 is in.") -> HistoryClosed
    CloseHistory(…) again -> nothing: it is closed for good

Import commands of every other stream carry ``history_open``, which a view of this stream answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from services.grants.programmes.region import Region, checked_regions
from services.grants.programmes.wording import code, reason, worded
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_
from shared.money import CURRENCIES

# Events


@event_type("grants.programme.opened.v1")
class Opened(Event, frozen=True, kw_only=True):
    """The programme exists from now on."""

    programme_id: str
    code: str
    name: str
    regions: tuple[Region, ...]
    currencies: tuple[str, ...]


@event_type("grants.programme.renamed.v1")
class Renamed(Event, frozen=True, kw_only=True):
    """The programme has another name. Its code stays."""

    programme_id: str
    name: str


@event_type("grants.programme.regions_changed.v1")
class RegionsChanged(Event, frozen=True, kw_only=True):
    """Where the programme works, whole."""

    programme_id: str
    regions: tuple[Region, ...]


@event_type("grants.programme.currency_added.v1")
class CurrencyAdded(Event, frozen=True, kw_only=True):
    """The programme keeps money in one more currency."""

    programme_id: str
    currency: str


@event_type("grants.programme.history_closed.v1")
class HistoryClosed(Event, frozen=True, kw_only=True):
    """From now on nothing of the past may be brought in; nothing opens this again."""

    programme_id: str
    reason: str


@event_type("grants.programme.closed.v1")
class Closed(Event, frozen=True, kw_only=True):
    """The programme has ended."""

    programme_id: str
    reason: str


ProgrammeEvent: TypeAlias = (
    Opened | Renamed | RegionsChanged | CurrencyAdded | HistoryClosed | Closed
)


# State


@dataclass(frozen=True)
class NoProgramme:
    """No programme under this id."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """The programme runs. ``history_open``: the past may still be imported."""

    programme_id: str
    name: str
    regions: tuple[Region, ...]
    currencies: tuple[str, ...]
    history_open: bool


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The programme has ended."""

    programme_id: str


ProgrammeState: TypeAlias = NoProgramme | Running | Ended


def evolve(state: ProgrammeState, event: ProgrammeEvent) -> ProgrammeState:
    """State after one more event."""
    match state, event:
        case _, Opened():
            return Running(
                programme_id=event.programme_id,
                name=event.name,
                regions=event.regions,
                currencies=event.currencies,
                history_open=True,
            )
        case Running(), Renamed():
            return replace(state, name=event.name)
        case Running(), RegionsChanged():
            return replace(state, regions=event.regions)
        case Running(), CurrencyAdded():
            return replace(state, currencies=(*state.currencies, event.currency))
        case Running(), HistoryClosed():
            return replace(state, history_open=False)
        case Running(), Closed():
            return Ended(programme_id=event.programme_id)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class ProgrammeCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class OpenProgramme(ProgrammeCommand):
    """Open a programme. That its code is new is claimed with the append."""

    programme_id: str
    code: str
    name: str
    regions: tuple[Region, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RenameProgramme(ProgrammeCommand):
    """Give it another name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ChangeRegions(ProgrammeCommand):
    """Say where the programme works, whole."""

    regions: tuple[Region, ...]


@dataclass(frozen=True, kw_only=True)
class AddCurrency(ProgrammeCommand):
    """Keep money in one more currency."""

    currency: str


@dataclass(frozen=True, kw_only=True)
class CloseHistory(ProgrammeCommand):
    """Close the permission to import the past, for good."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class CloseProgramme(ProgrammeCommand):
    """End the programme."""

    reason: str


# Decide


def decide(state: ProgrammeState, command: ProgrammeCommand) -> tuple[Event, ...]:
    """Events that follow from the command; Refused, Invalid or Missing when it breaks a rule."""
    if isinstance(command, OpenProgramme):
        return _open(state, command)
    match state:
        case NoProgramme():
            raise Missing("programme-missing", N_("There is no such programme."))
        case Ended():
            raise Refused("programme-closed", N_("The programme has ended."))
        case Running():
            return _decide_running(state, command)


def _decide_running(state: Running, command: ProgrammeCommand) -> tuple[Event, ...]:
    programme_id = state.programme_id
    match command:
        case RenameProgramme():
            name = worded(command.name, field="name")
            changed = name != state.name
            return (Renamed(programme_id=programme_id, name=name),) if changed else ()
        case ChangeRegions():
            regions = checked_regions(command.regions)
            if regions == state.regions:
                return ()
            return (RegionsChanged(programme_id=programme_id, regions=regions),)
        case AddCurrency():
            _check_currencies((command.currency,))
            if command.currency in state.currencies:
                return ()
            return (CurrencyAdded(programme_id=programme_id, currency=command.currency),)
        case CloseHistory():
            if not state.history_open:
                return ()
            return (HistoryClosed(programme_id=programme_id, reason=reason(command.reason)),)
        case CloseProgramme():
            return (Closed(programme_id=programme_id, reason=reason(command.reason)),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a programme")


def _open(state: ProgrammeState, command: OpenProgramme) -> tuple[Event, ...]:
    if not isinstance(state, NoProgramme):
        raise Refused("programme-exists", N_("This programme was opened before."))
    _check_currencies(command.currencies)
    return (
        Opened(
            programme_id=command.programme_id,
            code=code(command.code),
            name=worded(command.name, field="name"),
            regions=checked_regions(command.regions),
            currencies=command.currencies,
        ),
    )


def _check_currencies(currencies: tuple[str, ...]) -> None:
    known = all(currency in CURRENCIES for currency in currencies)
    if not currencies or not known or len(set(currencies)) != len(currencies):
        raise Invalid(
            "currencies",
            N_("Name the currencies, each once, out of: {known}."),
            known=", ".join(CURRENCIES),
        )


PROGRAMME: Final = Decider[ProgrammeState](
    kind="programme",
    initial=NoProgramme(),
    evolve=evolve,
    decide=decide,
    events=(Opened, Renamed, RegionsChanged, CurrencyAdded, HistoryClosed, Closed),
)

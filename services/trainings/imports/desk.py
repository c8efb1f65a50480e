"""A programme's desk of imports: one import is entered at a time, and the past until it is closed.

    TakeDesk(import_id="m1", history=True)  -> DeskTaken
    TakeDesk(import_id="m2", history=False) -> Refused: m1 is being entered
    LeaveDesk(import_id="m1")               -> DeskLeft
    CloseHistory(reason="All of 2009 to 2014 is in.") -> HistoryClosed
    TakeDesk(import_id="m3", history=True)  -> Refused: the past is closed for good

What took the desk before history was closed may end. Source: domain, *History from before*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, get_args

from services.trainings.people.fields import REASON_LENGTH_MAX, text
from shared.errors import Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

# Events


@event_type("trainings.import_desk.taken.v1")
class DeskTaken(Event, frozen=True, kw_only=True):
    """An import is entered now; others wait."""

    import_id: str
    history: bool


@event_type("trainings.import_desk.left.v1")
class DeskLeft(Event, frozen=True, kw_only=True):
    """The import is over; the next may begin."""

    import_id: str


@event_type("trainings.import_desk.history_closed.v1")
class HistoryClosed(Event, frozen=True, kw_only=True):
    """Nothing of the past may be brought into this programme any more; nothing opens this again."""

    reason: str
    closed_by: str


DeskEvent: TypeAlias = DeskTaken | DeskLeft | HistoryClosed


# State


@dataclass(frozen=True, kw_only=True)
class Desk:
    """import_id: which import is being entered, "" for none; history: whether of the past."""

    import_id: str = ""
    history: bool = False
    history_open: bool = True


def evolve(state: Desk, event: DeskEvent) -> Desk:
    """State after one more event."""
    match event:
        case DeskTaken():
            return replace(state, import_id=event.import_id, history=event.history)
        case DeskLeft():
            return replace(state, import_id="", history=False)
        case HistoryClosed():
            return replace(state, history_open=False)
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a desk")


# Commands


@dataclass(frozen=True, kw_only=True)
class TakeDesk:
    """Enter an import."""

    by: str
    now: datetime
    import_id: str
    history: bool


@dataclass(frozen=True, kw_only=True)
class LeaveDesk:
    """The import is over."""

    by: str
    now: datetime
    import_id: str


@dataclass(frozen=True, kw_only=True)
class CloseHistory:
    """Close the past for good."""

    by: str
    now: datetime
    reason: str


DeskCommand: TypeAlias = TakeDesk | LeaveDesk | CloseHistory


# Decide


def decide(state: Desk, command: DeskCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused."""
    match command:
        case TakeDesk():
            if state.import_id == command.import_id:
                return ()
            if state.import_id:
                raise Refused(
                    "desk-taken", N_("Another import is being entered. Wait for its end.")
                )
            if command.history:
                require_open(state)
            return (DeskTaken(import_id=command.import_id, history=command.history),)
        case LeaveDesk():
            if state.import_id != command.import_id:
                return ()
            return (DeskLeft(import_id=command.import_id),)
        case CloseHistory():
            if not state.history_open:
                return ()
            reason = text(command.reason, field="reason", length_max=REASON_LENGTH_MAX)
            return (HistoryClosed(reason=reason, closed_by=command.by),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a desk")


def require_open(state: Desk, import_id: str = "") -> None:
    """Raise Refused once the programme's past is closed, but for the import that is at the desk."""
    if state.history and import_id and state.import_id == import_id:
        return
    if not state.history_open:
        raise Refused(
            "history-closed", N_("The history of this programme is closed; nothing can be added.")
        )


DESK: Final[Decider[Desk]] = Decider(
    kind="import_desk", initial=Desk(), evolve=evolve, decide=decide, events=get_args(DeskEvent)
)
"""Its stream's id is the programme's code."""

"""A call for applications: draft, published, open, closed, decided, archived; or cancelled.

DraftCall(call_id="c1", code="RS-2026", title="…", terms=Terms(…)) -> Drafted
PublishCall() -> Published              with the terms as everybody may read them
AmendCall(terms=…) -> Amended           until it opens; then Refused: terms are frozen
OpenCall() -> Opened                    not before its first day
CloseCall() -> Closed                   not before its deadline and grace are over
RecordCallDecision(meeting_id="m1") -> Decided
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias, TypedDict

from services.grants.calls.call_events import (
    Amended,
    Archived,
    CallEvent,
    Cancelled,
    Closed,
    Decided,
    Drafted,
    Opened,
    Published,
)
from services.grants.calls.terms import Terms, checked
from services.grants.programmes.history import require_open
from services.grants.programmes.wording import CODE_LENGTH_MAX, reason, worded
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

# State


@dataclass(frozen=True)
class NoCall:
    """No call under this id."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What every call has."""

    call_id: str
    code: str
    title: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class DraftCase(Held):
    """Staff prepare it."""


@dataclass(frozen=True, kw_only=True)
class PublishedCase(Held):
    """Everybody may read it, nobody may apply yet."""


@dataclass(frozen=True, kw_only=True)
class OpenCase(Held):
    """Applications come in."""


@dataclass(frozen=True, kw_only=True)
class ClosedCase(Held):
    """The committee works."""


@dataclass(frozen=True, kw_only=True)
class DecidedCase(Held):
    """The committee decided."""

    decided_on: date


@dataclass(frozen=True, kw_only=True)
class ArchivedCase(Held):
    """Over for good."""


@dataclass(frozen=True, kw_only=True)
class CancelledCase(Held):
    """Will not be decided."""


CallState: TypeAlias = (
    NoCall
    | DraftCase
    | PublishedCase
    | OpenCase
    | ClosedCase
    | DecidedCase
    | ArchivedCase
    | CancelledCase
)


def evolve(state: CallState, event: CallEvent) -> CallState:
    """State after one more event."""
    match event:
        case Drafted():
            return DraftCase(**_held(event))
        case Published():
            return PublishedCase(**_held(event))
    if isinstance(state, NoCall):
        raise TypeError(f"{type(event).__name__} before Drafted or Published")
    match event:
        case Amended():
            return replace(state, title=event.title, terms=event.terms)
        case Opened():
            return OpenCase(**_held(state))
        case Closed():
            return ClosedCase(**_held(state))
        case Decided():
            return DecidedCase(**_held(state), decided_on=event.decided_on)
        case Archived():
            return ArchivedCase(**_held(state))
        case Cancelled():
            return CancelledCase(**_held(state))
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a call")


class _HeldFields(TypedDict):
    call_id: str
    code: str
    title: str
    terms: Terms


def _held(source: Held | Drafted | Published) -> _HeldFields:
    return {
        "call_id": source.call_id,
        "code": source.code,
        "title": source.title,
        "terms": source.terms,
    }


# Commands


@dataclass(frozen=True, kw_only=True)
class CallCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class DraftCall(CallCommand):
    """Prepare a call. That its code is new in the programme is claimed with the append."""

    call_id: str
    code: str
    title: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class AmendCall(CallCommand):
    """Give a call that is not open yet other terms, whole."""

    title: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class PublishCall(CallCommand):
    """Let everybody read the call."""


@dataclass(frozen=True, kw_only=True)
class OpenCall(CallCommand):
    """Let applications come in and freeze the terms."""


@dataclass(frozen=True, kw_only=True)
class CloseCall(CallCommand):
    """Close the call after its deadline: due work does, or an officer."""


@dataclass(frozen=True, kw_only=True)
class RecordCallDecision(CallCommand):
    """Note that the committee's meeting decided, today in the call's time zone."""

    meeting_id: str


@dataclass(frozen=True, kw_only=True)
class ArchiveCall(CallCommand):
    """Put a decided call away."""


@dataclass(frozen=True, kw_only=True)
class CancelCall(CallCommand):
    """Cancel a call that is not decided."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportCall(CallCommand):
    """Bring a call from before: published and opened on its own day."""

    history_open: bool
    call_id: str
    code: str
    title: str
    terms: Terms


@dataclass(frozen=True, kw_only=True)
class ImportCallDecision(CallCommand):
    """Bring how a call from before ended: closed at its deadline, decided on its own day."""

    history_open: bool
    meeting_id: str
    decided_on: date


# Decide


def decide(state: CallState, command: CallCommand) -> tuple[Event, ...]:
    """Events that follow from the command; Refused, Invalid or Missing when it breaks a rule."""
    match command:
        case DraftCall() | ImportCall():
            return _begin(state, command)
    if isinstance(state, NoCall):
        raise Missing("call-missing", N_("There is no such call."))
    match command:
        case AmendCall():
            return _amend(state, command)
        case PublishCall():
            return _publish(state)
        case OpenCall():
            return _open(state, command)
        case CloseCall():
            return _close(state, command)
        case RecordCallDecision():
            today = day_in(command.now, state.terms.timezone)
            return _decided(state, command.meeting_id, decided_on=today)
        case ImportCallDecision():
            return _import_decision(state, command)
        case ArchiveCall():
            return _archive(state)
        case CancelCall():
            return _cancel(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a call")


def _begin(state: CallState, command: DraftCall | ImportCall) -> tuple[Event, ...]:
    if not isinstance(state, NoCall):
        raise Refused("call-exists", N_("This call was drafted before."))
    terms = checked(command.terms)
    call_id, call_code = (
        command.call_id,
        worded(command.code, field="code", length_max=CODE_LENGTH_MAX),
    )
    title = worded(command.title, field="title")
    if isinstance(command, DraftCall):
        return (Drafted(call_id=call_id, code=call_code, title=title, terms=terms),)
    require_open(history_open=command.history_open)
    if terms.last_moment() >= command.now:
        raise Refused("not-history", N_("This call still runs; draft it instead of importing it."))
    return (
        Published(call_id=call_id, code=call_code, title=title, terms=terms, imported=True),
        Opened(call_id=call_id, code=call_code, opened_on=terms.opens_on, imported=True),
    )


def _amend(state: CallState, command: AmendCall) -> tuple[Event, ...]:
    if not isinstance(state, DraftCase | PublishedCase):
        raise Refused("terms-frozen", N_("The terms of a call are frozen once it opens."))
    title, terms = worded(command.title, field="title"), checked(command.terms)
    if (title, terms) == (state.title, state.terms):
        return ()
    return (Amended(call_id=state.call_id, title=title, terms=terms),)


def _publish(state: CallState) -> tuple[Event, ...]:
    match state:
        case DraftCase():
            return (Published(**_held(state)),)
        case PublishedCase():
            return ()
        case _:
            raise _impossible(state)


def _open(state: CallState, command: OpenCall) -> tuple[Event, ...]:
    match state:
        case OpenCase():
            return ()
        case PublishedCase(terms=terms):
            today = day_in(command.now, terms.timezone)
            if today < terms.opens_on:
                raise Refused(
                    "before-opening",
                    N_("The call opens on {opens_on}."),
                    opens_on=terms.opens_on.isoformat(),
                )
            if command.now > terms.deadline:
                raise Refused("deadline-over", N_("The deadline of this call is over."))
            return (Opened(call_id=state.call_id, code=state.code, opened_on=today),)
        case _:
            raise _impossible(state)


def _close(state: CallState, command: CloseCall) -> tuple[Event, ...]:
    match state:
        case ClosedCase():
            return ()
        case OpenCase(terms=terms):
            if command.now <= terms.last_moment():
                raise Refused(
                    "before-deadline",
                    N_("The call is open until {deadline}."),
                    deadline=terms.last_moment().isoformat(),
                )
            return (Closed(call_id=state.call_id, closed_at=command.now),)
        case _:
            raise _impossible(state)


def _decided(state: CallState, meeting_id: str, *, decided_on: date) -> tuple[Event, ...]:
    match state:
        case ClosedCase():
            call_id = state.call_id
            return (Decided(call_id=call_id, meeting_id=meeting_id, decided_on=decided_on),)
        case _:
            raise _impossible(state)


def _import_decision(state: CallState, command: ImportCallDecision) -> tuple[Event, ...]:
    require_open(history_open=command.history_open)
    if not isinstance(state, OpenCase):
        raise _impossible(state)
    terms, call_id, day = state.terms, state.call_id, command.decided_on
    today = day_in(command.now, terms.timezone)
    if not day_in(terms.deadline, terms.timezone) <= day <= today:
        raise Invalid(
            "decided-on", N_("A call is decided after its deadline and not in the future.")
        )
    return (
        Closed(call_id=call_id, closed_at=terms.last_moment(), imported=True),
        Decided(call_id=call_id, meeting_id=command.meeting_id, decided_on=day, imported=True),
    )


def _archive(state: CallState) -> tuple[Event, ...]:
    match state:
        case ArchivedCase():
            return ()
        case DecidedCase():
            return (Archived(call_id=state.call_id),)
        case _:
            raise _impossible(state)


def _cancel(state: CallState, command: CancelCall) -> tuple[Event, ...]:
    match state:
        case CancelledCase():
            return ()
        case DraftCase() | PublishedCase() | OpenCase() | ClosedCase():
            return (Cancelled(call_id=state.call_id, reason=reason(command.reason)),)
        case _:
            raise _impossible(state)


def _impossible(state: CallState) -> Refused:
    return Refused(
        "call-state", N_("The call is {state}; this is not possible now."), state=status(state)
    )


def status(state: CallState) -> str:
    """The state in one word: draft, published, open, closed, decided, archived or cancelled."""
    return type(state).__name__.removesuffix("Case").removeprefix("No").lower()


CALL: Final = Decider[CallState](
    kind="call",
    initial=NoCall(),
    evolve=evolve,
    decide=decide,
    events=(Drafted, Amended, Published, Opened, Closed, Decided, Archived, Cancelled),
)

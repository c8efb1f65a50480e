"""How long a programme keeps data: its own months, what was announced, what is held back.

    SetMonths(what="special", months=24, by="officer-1", …)  -> MonthsSet
    Announce(what="special", due_on=day, …)                  -> Announced, for whom it was not said
    HoldBack(registration_id="r1", until=day, reason="complaint", …) -> HeldBack

What accounting law keeps is never kept shorter, and nothing is erased that was not announced a
month before: for that registration, not long ago, and since it was last held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args

from services.trainings.retention.rules import ANNOUNCED_DAYS, LAPSES_DAYS, RULES
from shared.errors import Invalid
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

HoldReason: TypeAlias = Literal["complaint", "legal_claim", "audit", "request_of_the_person"]
MONTHS_MAX: Final = 600
HOLD_DAYS_MAX: Final = 5 * 366


# Events


@event_type("trainings.retention.months_set.v1")
class MonthsSet(Event, frozen=True, kw_only=True):
    """This class of data is kept so many months in the programme from now on."""

    what: str
    months: int
    set_by: str


@event_type("trainings.retention.announced.v1")
class Announced(Event, frozen=True, kw_only=True):
    """Data of so many registrations are erased on ``erase_on``; they were due on ``due_on``.

    registration_ids: whose. An announcement from before they were named erases nobody's data.
    """

    what: str
    due_on: date
    erase_on: date
    registrations: int
    registration_ids: tuple[str, ...] = ()
    announced_on: date | None = None


@event_type("trainings.retention.held_back.v1")
class HeldBack(Event, frozen=True, kw_only=True):
    """An end of retention does not touch this registration before ``until``."""

    registration_id: str
    until: date
    reason: HoldReason
    held_by: str


@event_type("trainings.retention.hold_ended.v1")
class HoldEnded(Event, frozen=True, kw_only=True):
    """It is held back no more."""

    registration_id: str
    ended_by: str


RetentionEvent: TypeAlias = MonthsSet | Announced | HeldBack | HoldEnded


# State


@dataclass(frozen=True, kw_only=True)
class Said:
    """An announcement as it concerns one registration."""

    due_on: date
    erase_on: date
    announced_on: date

    @property
    def lapses_on(self) -> date:
        """From then on it counts no more: what was in the way all that time is said anew."""
        return self.erase_on + timedelta(days=LAPSES_DAYS)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """months: where they are not the rule's. announced: by what and registration, the newest."""

    months: Mapping[str, int] = field(default_factory=dict)
    announced: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    held: Mapping[str, date] = field(default_factory=dict)


def evolve(state: Retention, event: RetentionEvent) -> Retention:
    """State after one more event."""
    match event:
        case MonthsSet():
            return replace(state, months={**state.months, event.what: event.months})
        case Announced():
            if event.announced_on is None:
                return state
            said = Said(
                due_on=event.due_on, erase_on=event.erase_on, announced_on=event.announced_on
            )
            news = {(event.what, one): said for one in event.registration_ids}
            return replace(state, announced={**state.announced, **news})
        case HeldBack():
            held = {**state.held, event.registration_id: event.until}
            return replace(_unsaid(state, event.registration_id), held=held)
        case HoldEnded():
            held = {k: v for k, v in state.held.items() if k != event.registration_id}
            return replace(_unsaid(state, event.registration_id), held=held)
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a retention")


def _unsaid(state: Retention, registration_id: str) -> Retention:
    """Without what was announced of a registration: it is said anew after it was held back."""
    kept = {key: said for key, said in state.announced.items() if key[1] != registration_id}
    return replace(state, announced=kept)


def said_of(
    state: Retention, what: str, registration_id: str, *, due_on: date, today: date
) -> Said | None:
    """The announcement that counts today for one registration; None when it must be said (anew)."""
    said = state.announced.get((what, registration_id))
    if said is None or said.due_on != due_on or today >= said.lapses_on:
        return None
    return said


def held_on(state: Retention, registration_id: str, day: date) -> bool:
    """Whether an end of retention leaves it alone on a day."""
    return state.held.get(registration_id, date.min) > day


def months_of(state: Retention, what: str) -> int:
    """How many months the programme keeps a class of data."""
    return state.months.get(what, RULES[what].months)


# Commands


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command carries. ``today``: the day where the programme is."""

    by: str
    now: datetime
    today: date


@dataclass(frozen=True, kw_only=True)
class SetMonths(Act):
    """Keep a class of data longer or shorter."""

    what: str
    months: int


@dataclass(frozen=True, kw_only=True)
class Announce(Act):
    """Say a month ahead what will be erased, and whose."""

    what: str
    due_on: date
    registration_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HoldBack(Act):
    """Keep one registration out of it until a day."""

    registration_id: str
    until: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class EndHold(Act):
    """Hold it back no more."""

    registration_id: str


RetentionCommand: TypeAlias = SetMonths | Announce | HoldBack | EndHold


# Decide


def decide(state: Retention, command: RetentionCommand) -> tuple[Event, ...]:
    """Events that follow, or Invalid."""
    match command:
        case SetMonths():
            return _set_months(state, command)
        case Announce():
            return _announce(state, command)
        case HoldBack():
            return _hold_back(state, command)
        case EndHold():
            if command.registration_id not in state.held:
                return ()
            return (HoldEnded(registration_id=command.registration_id, ended_by=command.by),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a retention")


def _announce(state: Retention, command: Announce) -> tuple[Event, ...]:
    unsaid = tuple(
        one
        for one in command.registration_ids
        if said_of(state, command.what, one, due_on=command.due_on, today=command.today) is None
    )
    if not unsaid:
        return ()
    earliest = command.today + timedelta(days=ANNOUNCED_DAYS)
    return (
        Announced(
            what=command.what,
            due_on=command.due_on,
            erase_on=max(command.due_on, earliest),
            registrations=len(unsaid),
            registration_ids=unsaid,
            announced_on=command.today,
        ),
    )


def _set_months(state: Retention, command: SetMonths) -> tuple[Event, ...]:
    rule = RULES.get(command.what)
    if rule is None:
        raise Invalid("retention-class", N_("There is no rule for these data."), field="what")
    least = max(1, rule.months_min)
    if not least <= command.months <= MONTHS_MAX:
        raise Invalid(
            "retention-months",
            N_("These data are kept from {least} to {most} months."),
            field="months",
            least=least,
            most=MONTHS_MAX,
        )
    if months_of(state, command.what) == command.months:
        return ()
    return (MonthsSet(what=command.what, months=command.months, set_by=command.by),)


def _hold_back(state: Retention, command: HoldBack) -> tuple[Event, ...]:
    if command.reason not in get_args(HoldReason):
        raise Invalid("hold-reason", N_("Say why they are held back."), field="reason")
    last = command.today + timedelta(days=HOLD_DAYS_MAX)
    if not command.today < command.until <= last:
        raise Invalid(
            "hold-day",
            N_("They can be held back until a day in the next five years."),
            field="until",
        )
    if state.held.get(command.registration_id) == command.until:
        return ()
    return (
        HeldBack(
            registration_id=command.registration_id,
            until=command.until,
            reason=command.reason,  # type: ignore[arg-type]
            held_by=command.by,
        ),
    )


RETENTION: Final[Decider[Retention]] = Decider(
    kind="retention",
    initial=Retention(),
    evolve=evolve,
    decide=decide,
    events=get_args(RetentionEvent),
)

"""A referral of a person to an institution, through its states, with a day to ask for news.

    Refer(institution="School for adults", aim="primary_completed", sent_on=…, …)  -> Referred
    Progress(state="accepted", on=…, remind_on=…)                                  -> Progressed
    Progress(state="completed", on=…)            -> Refused: nobody completes before being enrolled
    Progress(state="dropped_out", reason="work") -> Progressed; enrolled again later, perhaps
    Remind(today=…)                              -> NewsDue, once for each day that was set

sent → accepted → enrolled → progressing → completed | dropped out; an institution may decline.
``on`` is when it happened, as the institution or the person says; the time of recording is another
fact. Source: domain, *Training and education*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from services.trainings.education.outcome import OutcomeKind
from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX, line, term, text
from services.trainings.people.fields import optional_text as maybe_text
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.language.marking import N_

Step: TypeAlias = Literal[
    "sent", "accepted", "declined", "enrolled", "progressing", "completed", "dropped_out"
]
DropOut: TypeAlias = Literal[
    "work", "health", "moved", "family", "transport", "cost", "other", "not_told"
]

NOTE_LENGTH_MAX: Final = REASON_LENGTH_MAX
FOLLOWING: Final[dict[Step, tuple[Step, ...]]] = {
    "sent": ("accepted", "enrolled", "declined", "dropped_out"),
    "accepted": ("enrolled", "declined", "dropped_out"),
    "declined": (),
    "enrolled": ("progressing", "completed", "dropped_out"),
    "progressing": ("progressing", "completed", "dropped_out"),
    "completed": (),
    "dropped_out": ("enrolled",),
}
"""What may come after each state. Progressing repeats: each time with its own note."""


# Events


@event_type("trainings.referral.made.v1", seals_for="registration_id")
class Referred(Event, frozen=True, kw_only=True):
    """A person was sent to an institution. ``remind_on``: when to ask how it stands."""

    referral_id: str
    registration_id: str
    person_id: str
    institution: str
    aim: OutcomeKind
    sent_on: date
    remind_on: date | None
    note: Personal.identity | None
    referred_by: str


@event_type("trainings.referral.progressed.v1", seals_for="registration_id")
class Progressed(Event, frozen=True, kw_only=True):
    """How it stands since ``on``. ``reason``: of a drop-out, as the person told it."""

    referral_id: str
    registration_id: str
    state: Step
    on: date
    remind_on: date | None
    note: Personal.identity | None = None
    reason: Personal.special | None = None


@event_type("trainings.referral.reminder_set.v1")
class ReminderSet(Event, frozen=True, kw_only=True):
    """Another day to ask how it stands; None: no more."""

    referral_id: str
    remind_on: date | None


@event_type("trainings.referral.news_due.v1")
class NewsDue(Event, frozen=True, kw_only=True):
    """The day to ask is here; whoever made the referral is told."""

    referral_id: str
    registration_id: str
    remind_on: date
    referred_by: str


@event_type("trainings.referral.withdrawn.v1", seals_for="registration_id")
class Withdrawn(Event, frozen=True, kw_only=True):
    """It was recorded in error and counts no more."""

    referral_id: str
    registration_id: str
    reason: Personal.identity


ReferralEvent: TypeAlias = Referred | Progressed | ReminderSet | NewsDue | Withdrawn


# State


@dataclass(frozen=True)
class NoReferral:
    """Nothing was recorded under this id."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """It counts. ``since``: of the last step; ``told``: the day of the last reminder that fell."""

    registration_id: str
    referred_by: str
    state: Step
    since: date
    remind_on: date | None
    told: date | None = None


@dataclass(frozen=True)
class Gone:
    """It was withdrawn."""


ReferralState: TypeAlias = NoReferral | Standing | Gone


def evolve(state: ReferralState, event: ReferralEvent) -> ReferralState:
    """State after one more event."""
    match state, event:
        case NoReferral(), Referred():
            return Standing(
                registration_id=event.registration_id,
                referred_by=event.referred_by,
                state="sent",
                since=event.sent_on,
                remind_on=event.remind_on,
            )
        case Standing(), Progressed():
            return replace(state, state=event.state, since=event.on, remind_on=event.remind_on)
        case Standing(), ReminderSet():
            return replace(state, remind_on=event.remind_on)
        case Standing(), NewsDue():
            return replace(state, told=event.remind_on)
        case Standing(), Withdrawn():
            return Gone()
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on a referral carries; ``zone`` says which day it is."""

    by: str
    now: datetime
    zone: str
    referral_id: str


@dataclass(frozen=True, kw_only=True)
class Refer(Act):
    """Record that somebody was sent to an institution, today or lately."""

    registration_id: str
    person_id: str
    institution: str
    aim: OutcomeKind
    sent_on: date
    remind_on: date | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class Progress(Act):
    """Record how it stands now."""

    state: Step
    on: date
    remind_on: date | None
    note: str | None
    reason: DropOut | None = None


@dataclass(frozen=True, kw_only=True)
class SetReminder(Act):
    """Ask on another day, or no more."""

    remind_on: date | None


@dataclass(frozen=True, kw_only=True)
class Remind(Act):
    """Tell whoever made it that the day is here."""


@dataclass(frozen=True, kw_only=True)
class WithdrawReferral(Act):
    """Take back what was recorded in error."""

    reason: str


ReferralCommand: TypeAlias = Refer | Progress | SetReminder | Remind | WithdrawReferral


# Decide


def decide(state: ReferralState, command: ReferralCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    today = day_in(command.now, command.zone)
    if isinstance(command, Refer):
        return _refer(state, command, today)
    if isinstance(state, NoReferral):
        raise Missing("no-referral", N_("There is no such referral."))
    if isinstance(state, Gone):
        if isinstance(command, WithdrawReferral | Remind):
            return ()
        raise Refused("referral-withdrawn", N_("This referral is withdrawn. Record it anew."))
    match command:
        case Progress():
            return _progress(state, command, today)
        case SetReminder():
            _ahead(command.remind_on, today)
            if command.remind_on == state.remind_on:
                return ()
            return (ReminderSet(referral_id=command.referral_id, remind_on=command.remind_on),)
        case Remind():
            return _remind(state, command, today)
        case WithdrawReferral():
            return (
                Withdrawn(
                    referral_id=command.referral_id,
                    registration_id=state.registration_id,
                    reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
                ),
            )
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a referral")


def _refer(state: ReferralState, command: Refer, today: date) -> tuple[Event, ...]:
    if not isinstance(state, NoReferral):
        raise Refused("already-referred", N_("This referral was recorded before."))
    term(command.aim, get_args(OutcomeKind), field="aim")
    _past(command.sent_on, today, field="sent_on")
    _ahead(command.remind_on, today)
    return (
        Referred(
            referral_id=command.referral_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            institution=line(command.institution, field="institution", length_max=NAME_LENGTH_MAX),
            aim=command.aim,
            sent_on=command.sent_on,
            remind_on=command.remind_on,
            note=maybe_text(command.note, field="note", length_max=NOTE_LENGTH_MAX),
            referred_by=command.by,
        ),
    )


def _progress(state: Standing, command: Progress, today: date) -> tuple[Event, ...]:
    term(command.state, get_args(Step), field="state")
    if command.state not in FOLLOWING[state.state]:
        raise Refused(
            "step-out-of-order",
            N_("This cannot follow what was recorded last. Look at the history of the referral."),
            field="state",
        )
    _past(command.on, today, field="on")
    if command.on < state.since:
        raise Invalid(
            "before-last-step",
            N_("{field} lies before what was recorded last, on {since}."),
            field="on",
            since=state.since.isoformat(),
        )
    dropped = command.state == "dropped_out"
    if dropped:
        term(command.reason or "", get_args(DropOut), field="reason")
    ended = not FOLLOWING[command.state] or dropped
    if not ended:
        _ahead(command.remind_on, today)
    return (
        Progressed(
            referral_id=command.referral_id,
            registration_id=state.registration_id,
            state=command.state,
            on=command.on,
            remind_on=None if ended else command.remind_on,
            note=maybe_text(command.note, field="note", length_max=NOTE_LENGTH_MAX),
            reason=command.reason if dropped else None,
        ),
    )


def _remind(state: Standing, command: Remind, today: date) -> tuple[Event, ...]:
    if state.remind_on is None or state.remind_on > today or state.told == state.remind_on:
        return ()
    return (
        NewsDue(
            referral_id=command.referral_id,
            registration_id=state.registration_id,
            remind_on=state.remind_on,
            referred_by=state.referred_by,
        ),
    )


def _past(day: date, today: date, *, field: str) -> None:
    if day > today:
        raise Invalid("not-happened-yet", N_("{field} cannot lie in the future."), field=field)


def _ahead(day: date | None, today: date) -> None:
    if day is not None and day <= today:
        raise Invalid(
            "reminder-in-the-past",
            N_("{field} must be a day that comes."),
            field="remind_on",
        )


REFERRAL: Final[Decider[ReferralState]] = Decider(
    kind="referral",
    initial=NoReferral(),
    evolve=evolve,
    decide=decide,
    events=get_args(ReferralEvent),
)

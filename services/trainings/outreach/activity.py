"""An activity of outreach: what, with whom, how many, what was agreed, what follows.

    RecordActivity(content=Content(kind="advocacy", partners=(…), women=4, …))  -> Recorded
    CorrectActivity(content=…, whole)                                           -> Corrected
    FollowUp(result="the school opens a class for adults", on=…)                -> FollowedUp

Nobody is named: partners are institutions, people are counted. Source: domain, *Outreach*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from services.trainings.people.fields import (
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    country_code,
    line,
    optional_line,
    optional_text,
    term,
    text,
)
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

ActivityKind: TypeAlias = Literal["motivation", "advocacy", "awareness"]
PartnerKind: TypeAlias = Literal[
    "ministry", "school", "employment_service", "roma_organisation", "municipality", "other"
]

PARTNERS_MAX: Final = 30
PEOPLE_MAX: Final = 100_000
TEXT_LENGTH_MAX: Final = 2_000


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """An institution that took part; ``name`` is the institution's, not a person's."""

    kind: PartnerKind
    name: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about an activity, whole. ``follows``: what is to follow on ``follow_up_on``."""

    kind: ActivityKind
    title: str
    held_on: date
    country: str
    municipality: str
    partners: tuple[Partner, ...]
    women: int
    men: int
    not_known: int
    place: str | None = None
    agreed: str | None = None
    follows: str | None = None
    follow_up_on: date | None = None

    @property
    def people(self) -> int:
        """How many took part."""
        return self.women + self.men + self.not_known


# Events


@event_type("trainings.activity.recorded.v1")
class Recorded(Event, frozen=True, kw_only=True):
    """It was held."""

    activity_id: str
    content: Content
    recorded_by: str


@event_type("trainings.activity.corrected.v1")
class Corrected(Event, frozen=True, kw_only=True):
    """What should have been written, whole."""

    activity_id: str
    content: Content


@event_type("trainings.activity.followed_up.v1")
class FollowedUp(Event, frozen=True, kw_only=True):
    """What came of it. ``follow_up_on``: when to look again; None: nothing more follows."""

    activity_id: str
    on: date
    result: str
    follow_up_on: date | None


@event_type("trainings.activity.follow_up_due.v1")
class FollowUpDue(Event, frozen=True, kw_only=True):
    """The day is here on which something was to follow; whoever recorded it is told."""

    activity_id: str
    title: str
    follow_up_on: date
    recorded_by: str


@event_type("trainings.activity.withdrawn.v1")
class Withdrawn(Event, frozen=True, kw_only=True):
    """It was recorded in error and counts no more. ``reason`` names nobody."""

    activity_id: str
    reason: str


ActivityEvent: TypeAlias = Recorded | Corrected | FollowedUp | FollowUpDue | Withdrawn


# State


@dataclass(frozen=True)
class NoActivity:
    """Nothing was recorded under this id."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """It counts. ``told``: the day of the last reminder that fell."""

    content: Content
    recorded_by: str
    follow_up_on: date | None
    told: date | None = None


@dataclass(frozen=True)
class Gone:
    """It was withdrawn."""


ActivityState: TypeAlias = NoActivity | Held | Gone


def evolve(state: ActivityState, event: ActivityEvent) -> ActivityState:
    """State after one more event."""
    match state, event:
        case NoActivity(), Recorded():
            return Held(
                content=event.content,
                recorded_by=event.recorded_by,
                follow_up_on=event.content.follow_up_on,
            )
        case Held(), Corrected():
            return replace(state, content=event.content, follow_up_on=event.content.follow_up_on)
        case Held(), FollowedUp():
            return replace(state, follow_up_on=event.follow_up_on)
        case Held(), FollowUpDue():
            return replace(state, told=event.follow_up_on)
        case Held(), Withdrawn():
            return Gone()
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on an activity carries; ``zone`` says which day it is."""

    by: str
    now: datetime
    zone: str
    activity_id: str


@dataclass(frozen=True, kw_only=True)
class RecordActivity(Act):
    """Record what was held."""

    content: Content


@dataclass(frozen=True, kw_only=True)
class CorrectActivity(Act):
    """Write it as it should have been."""

    content: Content


@dataclass(frozen=True, kw_only=True)
class FollowUp(Act):
    """Record what came of it."""

    on: date
    result: str
    follow_up_on: date | None


@dataclass(frozen=True, kw_only=True)
class Remind(Act):
    """Tell whoever recorded it that something was to follow by now."""


@dataclass(frozen=True, kw_only=True)
class WithdrawActivity(Act):
    """Take back what was recorded in error."""

    reason: str


ActivityCommand: TypeAlias = RecordActivity | CorrectActivity | FollowUp | Remind | WithdrawActivity


# Decide


def decide(state: ActivityState, command: ActivityCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    today = day_in(command.now, command.zone)
    if isinstance(command, RecordActivity):
        if not isinstance(state, NoActivity):
            raise Refused("already-recorded", N_("This activity was recorded before."))
        content = _content(command.content, today)
        return (Recorded(activity_id=command.activity_id, content=content, recorded_by=command.by),)
    if isinstance(state, NoActivity):
        raise Missing("no-activity", N_("There is no such activity."))
    if isinstance(state, Gone):
        if isinstance(command, WithdrawActivity | Remind):
            return ()
        raise Refused("activity-withdrawn", N_("This activity is withdrawn. Record it anew."))
    match command:
        case CorrectActivity():
            content = _content(command.content, today)
            if content == state.content:
                return ()
            return (Corrected(activity_id=command.activity_id, content=content),)
        case FollowUp():
            return _follow_up(state, command, today)
        case Remind():
            return _remind(state, command, today)
        case WithdrawActivity():
            reason = text(command.reason, field="reason", length_max=REASON_LENGTH_MAX)
            return (Withdrawn(activity_id=command.activity_id, reason=reason),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for an activity")


def _content(given: Content, today: date) -> Content:
    term(given.kind, get_args(ActivityKind), field="kind")
    if given.held_on > today:
        raise Invalid("not-held-yet", N_("{field} cannot lie in the future."), field="held_on")
    if len(given.partners) > PARTNERS_MAX:
        raise Invalid(
            "too-many-partners",
            N_("An activity has at most {partners_max} institutions."),
            field="partners",
            partners_max=PARTNERS_MAX,
        )
    counts = (given.women, given.men, given.not_known)
    if min(counts) < 0 or max(counts) > PEOPLE_MAX:
        raise Invalid(
            "people-out-of-range",
            N_("{field} needs a number from 0 to {people_max}."),
            field="women",
            people_max=PEOPLE_MAX,
        )
    if given.follow_up_on is not None and given.follows is None:
        raise Invalid("follow-up-of-nothing", N_("Say what follows on that day."), field="follows")
    return Content(
        kind=given.kind,
        title=line(given.title, field="title", length_max=NAME_LENGTH_MAX),
        held_on=given.held_on,
        country=country_code(given.country),
        municipality=line(given.municipality, field="municipality", length_max=PLACE_LENGTH_MAX),
        place=optional_line(given.place, field="place", length_max=PLACE_LENGTH_MAX),
        partners=tuple(_partner(one) for one in given.partners),
        women=given.women,
        men=given.men,
        not_known=given.not_known,
        agreed=optional_text(given.agreed, field="agreed", length_max=TEXT_LENGTH_MAX),
        follows=optional_text(given.follows, field="follows", length_max=TEXT_LENGTH_MAX),
        follow_up_on=given.follow_up_on,
    )


def _partner(given: Partner) -> Partner:
    term(given.kind, get_args(PartnerKind), field="partners")
    return Partner(
        kind=given.kind, name=line(given.name, field="partners", length_max=NAME_LENGTH_MAX)
    )


def _follow_up(state: Held, command: FollowUp, today: date) -> tuple[Event, ...]:
    if command.on > today:
        raise Invalid("not-held-yet", N_("{field} cannot lie in the future."), field="on")
    if command.on < state.content.held_on:
        raise Invalid(
            "before-the-activity", N_("{field} lies before the activity itself."), field="on"
        )
    if command.follow_up_on is not None and command.follow_up_on <= today:
        raise Invalid(
            "reminder-in-the-past",
            N_("{field} must be a day that comes."),
            field="follow_up_on",
        )
    return (
        FollowedUp(
            activity_id=command.activity_id,
            on=command.on,
            result=text(command.result, field="result", length_max=TEXT_LENGTH_MAX),
            follow_up_on=command.follow_up_on,
        ),
    )


def _remind(state: Held, command: Remind, today: date) -> tuple[Event, ...]:
    day = state.follow_up_on
    if day is None or day > today or state.told == day:
        return ()
    return (
        FollowUpDue(
            activity_id=command.activity_id,
            title=state.content.title,
            follow_up_on=day,
            recorded_by=state.recorded_by,
        ),
    )


ACTIVITY: Final[Decider[ActivityState]] = Decider(
    kind="activity",
    initial=NoActivity(),
    evolve=evolve,
    decide=decide,
    events=get_args(ActivityEvent),
)

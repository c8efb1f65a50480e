"""An erasure: asked for, counted by every service, agreed to by a second person, done, proved.

    RequestErasure(by="officer-1", erasure_id="e1", classes=("special",), …) -> Requested
    NoteCount(service="grants", …)                                           -> ServiceCounted
    ConfirmErasure(by="officer-1", …) -> Forbidden: the second person is somebody else
    ConfirmErasure(by="officer-2", …) -> Confirmed
    NoteKeysDestroyed(…)              -> KeysDestroyed
    NotePurged(service="grants", …)   -> ServicePurged, and Completed after the last one

Until it is confirmed it can be called off. An end of retention that was announced a month before is
confirmed by the software itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias, get_args

from services.trainings.erasure.erasure_commands import (
    CancelErasure,
    ConfirmErasure,
    ErasureCommand,
    NoteCount,
    NoteKeysDestroyed,
    NotePurged,
    RequestErasure,
    Standing,
)
from services.trainings.erasure.erasure_events import (
    Cancelled,
    Completed,
    Confirmed,
    Erasable,
    ErasureEvent,
    Ground,
    Kept,
    KeysDestroyed,
    Requested,
    ServiceCounted,
    ServicePurged,
)
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "identity": ("identity/programme",),
    "contact": ("contact/programme",),
    "special": ("special/programme",),
    "financial": ("financial/programme",),
    "agreement": ("identity/agreement", "financial/agreement"),
}
"""What each choice is as keys: data class and retention group."""

NEEDED: Final = ("identity", "financial")
"""What an application or an offer under way cannot do without."""

REGISTRATIONS_MAX: Final = 500


# State


@dataclass(frozen=True)
class NoErasure:
    """Nothing was asked for under this id."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Waits for counts and for a second person. ``owners``: all whose keys will go."""

    erasure_id: str
    registration_ids: tuple[str, ...]
    classes: tuple[str, ...]
    kinds: tuple[str, ...]
    requested_by: str
    announced: bool
    by_the_person: bool
    services: frozenset[str]
    counted: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether everybody has counted."""
        return self.services <= self.counted


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """Confirmed: the keys are about to be destroyed."""

    was: Asked


@dataclass(frozen=True, kw_only=True)
class KeysGone:
    """The keys are destroyed; services purge what they had shown."""

    was: Asked
    purged: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Done:
    """Every service answered."""

    was: Asked
    number: str


@dataclass(frozen=True, kw_only=True)
class CalledOff:
    """It was cancelled."""

    was: Asked


ErasureState: TypeAlias = NoErasure | Asked | Agreed | KeysGone | Done | CalledOff


def evolve(state: ErasureState, event: ErasureEvent) -> ErasureState:
    """State after one more event."""
    match state, event:
        case NoErasure(), Requested():
            return Asked(
                erasure_id=event.erasure_id,
                registration_ids=event.registration_ids,
                classes=event.classes,
                kinds=event.kinds,
                requested_by=event.requested_by,
                announced=event.announced_on is not None,
                by_the_person=event.by_the_person,
                services=frozenset(event.services),
                owners=frozenset(event.registration_ids),
            )
        case Asked(), ServiceCounted():
            return replace(
                state,
                counted=state.counted | {event.service},
                owners=state.owners | frozenset(event.owners),
            )
        case Asked(), Confirmed():
            return Agreed(was=state)
        case Asked(), Cancelled():
            return CalledOff(was=state)
        case Agreed(), KeysDestroyed():
            return KeysGone(was=state.was)
        case KeysGone(), ServicePurged():
            return replace(state, purged=state.purged | {event.service})
        case KeysGone(), Completed():
            return Done(was=state.was, number=event.number)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


# Decide


def decide(state: ErasureState, command: ErasureCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    match command:
        case RequestErasure():
            return _request(state, command)
        case NoteCount():
            return _count(state, command)
        case ConfirmErasure():
            return _confirm(state, command)
        case CancelErasure():
            return _cancel(state, command)
        case NoteKeysDestroyed():
            return _keys_destroyed(state, command)
        case NotePurged():
            return _purged(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for an erasure")


def kept(classes: tuple[str, ...], standing: Standing) -> tuple[Kept, ...]:
    """What stays when these classes are erased, until when and why."""
    found: list[Kept] = [
        Kept(what=one, because="not_asked_for", until=None)
        for one in get_args(Erasable)
        if one not in classes and one != "agreement"
    ]
    if standing.agreement and "agreement" not in classes:
        because: Final = "accounting_law" if standing.agreement_until else "money_under_way"
        found.append(Kept(what="agreement", because=because, until=standing.agreement_until))
    return tuple(found)


def _request(state: ErasureState, command: RequestErasure) -> tuple[Event, ...]:
    if not isinstance(state, NoErasure):
        raise Refused("erasure-exists", N_("This erasure was asked for before."))
    classes = tuple(one for one in get_args(Erasable) if one in command.classes)
    if not classes or len(classes) != len(set(command.classes)):
        raise Invalid("erasure-classes", N_("Say which data are to be erased."), field="classes")
    if command.ground not in get_args(Ground):
        raise Invalid("erasure-ground", N_("Say why they are to be erased."), field="ground")
    if (command.ground == "retention_ended") != (command.announced_on is not None):
        raise Invalid(
            "retention-not-announced",
            N_("An end of retention is announced first; nobody asks for it by hand."),
            field="ground",
        )
    if not 0 < len(command.registration_ids) <= REGISTRATIONS_MAX:
        raise Invalid("erasure-of-nobody", N_("An erasure is of 1 to 500 registrations."))
    _allowed(classes, command)
    return (
        Requested(
            erasure_id=command.erasure_id,
            registration_ids=command.registration_ids,
            classes=classes,
            kinds=tuple(kind for one in classes for kind in KINDS[one]),
            ground=command.ground,  # type: ignore[arg-type]
            kept=kept(classes, command.standing),
            services=command.services,
            requested_by=command.by,
            by_the_person=command.by_the_person,
            announced_on=command.announced_on,
        ),
    )


def _allowed(classes: tuple[str, ...], command: RequestErasure | ConfirmErasure) -> None:
    """Raise Refused while money is under way that cannot do without what would go."""
    standing = command.standing
    if set(classes).intersection(NEEDED) and standing.blocks:
        raise Refused(_BLOCKS[standing.blocks[0]][0], _BLOCKS[standing.blocks[0]][1])
    if "agreement" not in classes or not standing.agreement:
        return
    if standing.agreement_until is None:
        raise Refused(
            "money-under-way",
            N_("The agreement is needed until its award is closed. Leave it out for now."),
        )
    if standing.agreement_until > command.today:
        raise Refused(
            "agreement-kept",
            N_("Accounting law keeps the agreement until {until}. Leave it out for now."),
            until=standing.agreement_until.isoformat(),
        )


_BLOCKS: Final = {
    "application_open": (
        "application-open",
        N_(
            "An application of this person is not decided. It cannot be decided without name and"
            " account. Withdraw it first, or leave these out for now."
        ),
    ),
    "award_offered": (
        "award-offered",
        N_(
            "A grant is offered to this person. It cannot be signed without name and account."
            " Record that it is declined first, or leave these out for now."
        ),
    ),
}


def _count(state: ErasureState, command: NoteCount) -> tuple[Event, ...]:
    # A count that comes after the decision changes nothing any more.
    if not isinstance(state, Asked) or command.service in state.counted:
        return ()
    return (
        ServiceCounted(
            erasure_id=command.erasure_id,
            service=command.service,
            rows=command.rows,
            owners=command.owners,
            log_size=command.log_size,
            log_root=command.log_root,
        ),
    )


def _confirm(state: ErasureState, command: ConfirmErasure) -> tuple[Event, ...]:
    if isinstance(state, NoErasure):
        raise _missing()
    if not isinstance(state, Asked):
        raise Refused("erasure-decided", N_("This erasure was decided already."))
    if command.by == state.requested_by and not state.announced:
        raise Forbidden(
            "own-erasure", N_("Somebody who did not ask for this erasure must confirm it.")
        )
    if not state.complete:
        raise Refused(
            "counts-missing",
            N_("Not every part of the system has said yet what it holds. Look again in a moment."),
        )
    if set(command.registration_ids) != set(state.registration_ids) and not state.announced:
        raise Refused(
            "registrations-changed",
            N_("Registrations of this person changed meanwhile. Cancel this and ask again."),
        )
    _allowed(state.classes, command)
    return (Confirmed(erasure_id=state.erasure_id, confirmed_by=command.by),)


def _cancel(state: ErasureState, command: CancelErasure) -> tuple[Event, ...]:
    match state:
        case NoErasure():
            raise _missing()
        case CalledOff():
            return ()
        case Asked():
            return (Cancelled(erasure_id=state.erasure_id, cancelled_by=command.by),)
    raise Refused("erasure-decided", N_("This erasure was decided already."))


def _keys_destroyed(state: ErasureState, command: NoteKeysDestroyed) -> tuple[Event, ...]:
    if not isinstance(state, Agreed):
        return ()
    return (
        KeysDestroyed(
            erasure_id=state.was.erasure_id,
            owners=tuple(sorted(state.was.owners)),
            kinds=state.was.kinds,
            key_ids=command.key_ids,
        ),
    )


def _purged(state: ErasureState, command: NotePurged) -> tuple[Event, ...]:
    if not isinstance(state, KeysGone) or command.service in state.purged:
        return ()
    purged = ServicePurged(
        erasure_id=state.was.erasure_id,
        service=command.service,
        rows=command.rows,
        files=command.files,
        key_ids=command.key_ids,
        log_size=command.log_size,
        log_root=command.log_root,
    )
    if not state.was.services <= state.purged | {command.service}:
        return (purged,)
    completed = Completed(
        erasure_id=state.was.erasure_id, number=command.number, completed_on=command.today
    )
    return (purged, completed)


def _missing() -> Missing:
    return Missing("no-erasure", N_("There is no such erasure."))


ERASURE: Final[Decider[ErasureState]] = Decider(
    kind="erasure",
    initial=NoErasure(),
    evolve=evolve,
    decide=decide,
    events=get_args(ErasureEvent),
)

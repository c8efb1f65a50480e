"""Who takes part in a cohort, who waits for a place, who leaves and who comes back.

    enrol(state, Enrol(registration_id="r3", …))          -> (Enrolled(…),)         a place is free
                                                          -> (PutOnWaitingList(…),) none is
    drop_out(state, DropOut(registration_id="r1", reason="work"))   -> (DroppedOut(…),)
    promote(state, PromoteWaiting(count=1))               -> (Enrolled(registration_id="r3", …),)

A place that becomes free goes to who waits longest, by the act of a person who has asked whether
they can still come: nobody is enrolled, and counted as missing, without knowing of it. Whoever does
not want it any more is taken off the list, on record, and only then is it the next one's turn.

Part of the cohort's decider (``cohort.py``), which asks it for events.
"""

from __future__ import annotations

from services.trainings.cohorts.cohort_commands import (
    DropOut,
    Enrol,
    ImportEnrolment,
    PromoteWaiting,
    TakeOffWaitingList,
    TransferIn,
    TransferOut,
)
from services.trainings.cohorts.cohort_events import (
    CameBack,
    DroppedOut,
    Enrolled,
    PutOnWaitingList,
    TakenOffWaitingList,
    Transferred,
)
from services.trainings.cohorts.cohort_state import (
    PLACES_MAX,
    Participant,
    Running,
    places_left,
)
from services.trainings.cohorts.leaving import REASONS
from services.trainings.cohorts.recording import participant, today
from services.trainings.people.fields import REASON_LENGTH_MAX, term, text
from shared.errors import Invalid, Missing, Refused
from shared.events.event import Event
from shared.language.marking import N_


def enrol(state: Running, command: Enrol) -> tuple[Event, ...]:
    """They take part, come back, or wait behind the others for a place."""
    before = state.participants.get(command.registration_id)
    if command.registration_id in state.waiting or (before and before.takes_part):
        return ()
    if before and before.left_for is not None:
        raise Refused(
            "transferred-away",
            N_("This participant goes on in another cohort; transfer them back from there."),
        )
    if isinstance(command, ImportEnrolment):
        return _from_before(state, command)
    _once(state, command.others)
    # Who waits has a claim on the next place, so that nobody overtakes them.
    if state.waiting or not places_left(state):
        if len(state.waiting) >= PLACES_MAX:
            raise Refused("waiting-list-full", N_("Too many people wait for this cohort already."))
        waits = PutOnWaitingList(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            on=today(state, command),
        )
        return (waits,)
    return (_takes_part(state, command, command.registration_id, command.person_id),)


def _from_before(state: Running, command: ImportEnrolment) -> tuple[Event, ...]:
    # History may hold one person twice under two registrations; it is kept as it was.
    if not places_left(state) and state.details.capacity is None:
        raise Refused(
            "cohort-full",
            N_("A cohort has at most {participants_max} participants."),
            participants_max=PLACES_MAX,
        )
    return (
        Enrolled(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            imported=True,
        ),
    )


def _once(state: Running, others: frozenset[str]) -> None:
    # Whose registration it is, today says; what was written at enrolment may be over.
    there = {other for other, one in state.participants.items() if one.takes_part}
    if others & (there | state.waiting.keys()):
        raise Refused(
            "person-enrolled",
            N_("This person takes part or waits already, under another registration."),
        )


def _takes_part(
    state: Running, command: Enrol | PromoteWaiting, registration_id: str, person_id: str
) -> Event:
    if registration_id in state.participants:
        return CameBack(
            cohort_id=command.cohort_id,
            registration_id=registration_id,
            on=today(state, command),
        )
    return Enrolled(
        cohort_id=command.cohort_id,
        registration_id=registration_id,
        person_id=person_id,
        on=today(state, command),
        waited=registration_id in state.waiting,
    )


def promote(state: Running, command: PromoteWaiting) -> tuple[Event, ...]:
    """Who waits longest takes part, so many of them; Refused when there are not as many places."""
    if not 1 <= command.count <= len(state.waiting):
        raise Refused(
            "nobody-waits", N_("{waiting} wait for this cohort."), waiting=len(state.waiting)
        )
    if command.count > places_left(state):
        raise Refused(
            "cohort-full", N_("{places} places are free in this cohort."), places=places_left(state)
        )
    first = list(state.waiting.items())[: command.count]
    for registration_id, _ in first:
        _once(state, command.others.get(registration_id, frozenset()))
    return tuple(_takes_part(state, command, *one) for one in first)


def take_off(state: Running, command: TakeOffWaitingList) -> tuple[Event, ...]:
    """They wait no more."""
    if command.registration_id not in state.waiting:
        raise Missing("not-waiting", N_("This registration does not wait for the cohort."))
    reason = text(command.reason, field="reason", length_max=REASON_LENGTH_MAX)
    return (
        TakenOffWaitingList(
            cohort_id=command.cohort_id, registration_id=command.registration_id, reason=reason
        ),
    )


def drop_out(state: Running, command: DropOut) -> tuple[Event, ...]:
    """They take part no more; what was recorded of them stays, and counts if they come back."""
    _taking_part(state, command.registration_id)
    return (
        DroppedOut(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            on=today(state, command),
            reason=term(command.reason, REASONS, field="reason"),
        ),
    )


def transfer_out(state: Running, command: TransferOut) -> tuple[Event, ...]:
    """They go on elsewhere; attendance and tests stay here as they were recorded."""
    _taking_part(state, command.registration_id)
    if command.to_cohort_id == command.cohort_id:
        raise Invalid("same-cohort", N_("Choose another cohort ({field})."), field="to")
    return (
        Transferred(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            on=today(state, command),
            to_cohort_id=command.to_cohort_id,
        ),
    )


def transfer_in(state: Running, command: TransferIn) -> tuple[Event, ...]:
    """They go on here, in a free place that nobody waits for, with what they attended before."""
    before = state.participants.get(command.registration_id)
    if before is not None and before.left_for != command.from_cohort_id:
        raise Refused("person-enrolled", N_("This person took part in that cohort before."))
    _once(state, command.others)
    if state.waiting or not places_left(state):
        raise Refused("no-place", N_("No place is free in that cohort."))
    # Whoever comes back from there again brings what they brought before, and what is new.
    carried = command.carried_minutes + (
        sum(held for one, held in before.carried.items() if one != command.from_cohort_id)
        if before
        else 0
    )
    return (
        Enrolled(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            on=today(state, command),
            from_cohort_id=command.from_cohort_id,
            carried_minutes=carried,
            carried_pre_test=command.carried_pre_test,
        ),
    )


def _taking_part(state: Running, registration_id: str) -> Participant:
    found = participant(state, registration_id)
    if not found.takes_part:
        raise Refused("left-before", N_("This participant does not take part any more."))
    return found

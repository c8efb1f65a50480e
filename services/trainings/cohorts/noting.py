"""Entries that trainers make one by one, often two of them at once and often later than they think.

    note(state, NoteEntry(place="3", value=300, entry_id="e2", seen="e1", …))
        -> (AttendanceRecorded(attended_minutes=300, entry_id="e2", …),)   if e1 still stands there
        -> (EntryContested(value=300, entry_id="e2", …),)                  if something else does
    settle(state, SettleEntry(entry_id="e2", take=True, seen="e9"))
        -> (AttendanceRecorded(attended_minutes=300, …), EntrySettled(entry_id="e2", taken=True))

Nothing that somebody recorded is overwritten by one who had not seen it: the entry is put aside,
and a person chooses. An entry that arrives twice, or says what is recorded anyway, leaves no event.
Part of the cohort's decider (``cohort.py``).
"""

from __future__ import annotations

from typing import Final

from services.trainings.cohorts.cohort_commands import NoteEntry, SettleEntry
from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    EntryContested,
    EntrySettled,
    TestRecorded,
)
from services.trainings.cohorts.cohort_state import Participant, Running, session_dates
from services.trainings.cohorts.entries import BEFORE, TESTS
from services.trainings.cohorts.recording import (
    REASONS,
    by_trainer,
    participant,
    today,
    took_part,
)
from services.trainings.people.fields import REASON_LENGTH_MAX, optional_text, term
from shared.errors import Invalid, Missing, Refused
from shared.events.event import Event
from shared.language.marking import N_

MAXIMUM_MAX: Final = 1000
ENTRY_ID_LENGTH_MAX: Final = 36


def note(state: Running, command: NoteEntry) -> tuple[Event, ...]:
    """Record an entry, put it aside, or nothing where it was recorded before."""
    by_trainer(state, command)
    person = participant(state, command.registration_id)
    if command.entry_id in person.entries.known:
        return ()
    _check(state, command)
    if _stands(person, command):
        return ()
    _took_part(state, person, command.place)
    if command.seen == person.entries.standing.get(command.place):
        return (_recorded(person, command),)
    taken_back = command.seen if command.seen in person.entries.contests else None
    return (
        EntryContested(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            place=command.place,
            entry_id=command.entry_id,
            value=command.value,
            maximum=command.maximum,
            excused_as=command.excused_as,
            excused=_excused(command.excused),
            instead_of=taken_back,
            noted_at=command.noted_at,
        ),
    )


def settle(state: Running, command: SettleEntry) -> tuple[Event, ...]:
    """Take a contesting entry or leave what stands; nothing where that was decided before."""
    by_trainer(state, command)
    person = participant(state, command.registration_id)
    contest = person.entries.contests.get(command.entry_id)
    if contest is None:
        return ()
    if command.seen != person.entries.standing.get(contest.place):
        raise Refused(
            "entry-changed",
            N_("Somebody recorded something else there meanwhile. Look at it again."),
        )
    settled = EntrySettled(
        cohort_id=command.cohort_id,
        registration_id=command.registration_id,
        place=contest.place,
        entry_id=contest.entry_id,
        taken=command.take,
    )
    if not command.take:
        return (settled,)
    taken = NoteEntry(
        by=command.by,
        now=command.now,
        cohort_id=command.cohort_id,
        registration_id=command.registration_id,
        place=contest.place,
        value=contest.value,
        entry_id=contest.entry_id,
        seen=command.seen,
        maximum=contest.maximum,
        excused_as=command.excused_as,
        excused=command.excused,
    )
    _check(state, taken)
    _took_part(state, person, contest.place)
    return (_recorded(person, taken), settled)


def _took_part(state: Running, person: Participant, place: str) -> None:
    if place not in TESTS:
        took_part(person, state.sessions[int(place)])


def percent(points: int, maximum: int) -> int:
    """Points of a maximum in whole per cent, rounded down: nobody passes by rounding.

    >>> percent(12, 25), percent(2, 3)
    (48, 66)
    """
    return points * 100 // maximum


def _check(state: Running, command: NoteEntry) -> None:
    if not command.entry_id or len(command.entry_id) > ENTRY_ID_LENGTH_MAX:
        raise Invalid("entry-id", N_("An entry needs an id of its own."))
    if command.place in TESTS:
        _check_test(state, command)
    else:
        _check_session(state, command)
    if command.excused_as is not None:
        term(command.excused_as, REASONS, field="excused_as")


def _check_session(state: Running, command: NoteEntry) -> None:
    number = int(command.place) if command.place.isascii() and command.place.isdigit() else 0
    session = state.sessions.get(number)
    if session is None or str(number) != command.place:
        raise Missing("no-session", N_("There is no such session."))
    if today(state, command) < session.on:
        raise Refused("session-not-held", N_("The session has not been held yet."))
    if command.maximum is not None or not 0 <= command.value <= session.minutes:
        raise Invalid(
            "attendance-too-long",
            N_("The session lasted {session_minutes} minutes; nobody was there longer."),
            session_minutes=session.minutes,
        )


def _check_test(state: Running, command: NoteEntry) -> None:
    days = session_dates(state)
    if not days or today(state, command) < days[0]:
        raise Refused("cohort-not-begun", N_("The cohort has not had its first session yet."))
    if command.maximum is not None and not 1 <= command.maximum <= MAXIMUM_MAX:
        raise Invalid(
            "maximum-out-of-range",
            N_("A test has 1 to {maximum_max} points."),
            maximum_max=MAXIMUM_MAX,
        )
    if not 0 <= command.value <= (command.maximum or 100):
        raise Invalid(
            "score-out-of-range",
            N_("A test score is from 0 to {most}."),
            most=command.maximum or 100,
        )
    if command.excused is not None or command.excused_as is not None:
        raise Invalid("no-excuse", N_("A test has a score and no excuse."))


def _stands(person: Participant, command: NoteEntry) -> bool:
    """Whether what the entry says is recorded already."""
    if command.place in TESTS:
        before = person.pre_test if command.place == BEFORE else person.post_test
        return command.maximum is None and before == command.value
    attended = person.attended.get(int(command.place))
    if attended is None or attended.minutes != command.value:
        return False
    plain = attended.excused is None and attended.excused_as is None
    return command.excuse_stands or (
        plain and command.excused_as is None and _excused(command.excused) is None
    )


def _recorded(person: Participant, command: NoteEntry) -> Event:
    if command.place not in TESTS:
        return AttendanceRecorded(
            cohort_id=command.cohort_id,
            session=int(command.place),
            registration_id=command.registration_id,
            attended_minutes=command.value,
            excused=_excused(command.excused),
            excused_as=command.excused_as,
            entry_id=command.entry_id,
            noted_at=command.noted_at,
        )
    in_points = command.maximum is not None
    score = percent(command.value, command.maximum) if command.maximum else command.value
    before = command.place == BEFORE
    return TestRecorded(
        cohort_id=command.cohort_id,
        registration_id=command.registration_id,
        pre_test=score if before else person.pre_test,
        post_test=person.post_test if before else score,
        test=command.place,
        points=command.value if in_points else None,
        maximum=command.maximum,
        entry_id=command.entry_id,
        noted_at=command.noted_at,
    )


def _excused(given: str | None) -> str | None:
    return optional_text(given, field="excused", length_max=REASON_LENGTH_MAX)

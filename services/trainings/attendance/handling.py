"""What is done with trainers' entries, for JSON and pages alike: a batch, each decided by itself.

    outcomes = note_all(work, by=actor(), cohort_id=cohort_id, entries=[NewEntry(place="3", …), …])
    outcomes[0].outcome        # recorded, known, same, contested or refused

One that is refused leaves the others as they are; what is told of it has its place in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import select

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import NoteEntry, SettleEntry
from services.trainings.cohorts.cohort_events import AttendanceRecorded, EntryContested
from services.trainings.cohorts.cohort_state import Participant, Running
from services.trainings.cohorts.entries import Contest
from services.trainings.tables import MARKS
from shared.access.own import check_not_own, is_own, own_case
from shared.errors import Forbidden, Missing, Problem
from shared.events.event import PersonalText, Sealed
from shared.events.work import Work
from shared.language.marking import N_
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import open_text, seal_text

Told: TypeAlias = Literal["recorded", "known", "same", "contested", "refused"]


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """One entry as it came in; see ``NoteEntry``."""

    registration_id: str
    place: str
    value: int
    entry_id: str
    seen: str | None = None
    maximum: int | None = None
    excused_as: str | None = None
    excused: str | None = None
    noted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an entry; ``standing``: the id of the one that stands there now."""

    entry: NewEntry
    outcome: Told
    standing: str | None = None
    problem: Problem | None = None


def note_all(work: Work, *, by: str, cohort_id: str, entries: Sequence[NewEntry]) -> list[Outcome]:
    """Record a batch in its order. Raises Forbidden when the one who asks records nothing here."""
    excuses = _excuses(work, cohort_id)
    touched: set[tuple[str, str]] = set()
    left_out: dict[str, str | None] = {}
    outcomes = []
    for given in entries:
        cell = (given.registration_id, given.place)
        # Who made an entry after one of theirs that left no trace saw what that one saw.
        entry = replace(given, seen=left_out.get(given.seen or "", given.seen))
        stands = cell not in touched and excuses.get(cell) == (entry.excused_as, entry.excused)
        touched.add(cell)
        outcome = _note(work, by, cohort_id, entry, excuse_stands=stands)
        if outcome.outcome == "same":
            left_out[entry.entry_id] = outcome.standing
        elif outcome.outcome == "refused":
            left_out[entry.entry_id] = entry.seen
        outcomes.append(outcome)
    return outcomes


def settle(
    work: Work, *, by: str, cohort_id: str, entry_id: str, take: bool, seen: str | None
) -> None:
    """Decide about a contesting entry; deciding again changes nothing. Raises Missing, Refused."""
    state = work.load(COHORT, cohort_id)
    people = state.participants if isinstance(state, Running) else {}
    owner = next((one for one, held in people.items() if entry_id in held.entries.known), None)
    if owner is None:
        raise Missing("no-entry", N_("There is no such entry."))
    check_not_own(owner, work.context.own)
    contest = people[owner].entries.contests.get(entry_id)
    excused_as, excused = _opened(work, contest)
    command = SettleEntry(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        registration_id=owner,
        entry_id=entry_id,
        take=take,
        seen=seen,
        excused_as=excused_as,
        excused=excused,
    )
    work.decide(COHORT, cohort_id, command)


def _note(work: Work, by: str, cohort_id: str, entry: NewEntry, *, excuse_stands: bool) -> Outcome:
    if is_own(entry.registration_id, work.context.own):
        return Outcome(entry=entry, outcome="refused", problem=own_case())
    before = _participant(work, cohort_id, entry)
    known = before is not None and entry.entry_id in before.entries.known
    command = NoteEntry(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        registration_id=entry.registration_id,
        place=entry.place,
        value=entry.value,
        entry_id=entry.entry_id,
        seen=entry.seen,
        maximum=entry.maximum,
        excused_as=entry.excused_as,
        excused=entry.excused,
        excuse_stands=excuse_stands,
        noted_at=entry.noted_at if entry.noted_at and entry.noted_at <= work.now else None,
    )
    try:
        if before is not None and not known:
            _check_can_be_told(work, entry)
        events = work.decide(COHORT, cohort_id, command)
    except Forbidden:
        raise
    except Problem as problem:
        return Outcome(entry=entry, outcome="refused", problem=problem)
    after = _participant(work, cohort_id, entry)
    told: Told = "recorded"
    if not events:
        told = "known" if known else "same"
    elif isinstance(events[0], EntryContested):
        told = "contested"
    standing = after.entries.standing.get(entry.place) if after else None
    return Outcome(entry=entry, outcome=told, standing=standing)


def _check_can_be_told(work: Work, entry: NewEntry) -> None:
    """Raise DataErased here, for this entry, where its reason cannot be written any more."""
    if entry.excused is None and entry.excused_as is None:
        return
    kept = AttendanceRecorded.personal_fields["excused"]
    seal_text(work.store.keyring, KeyName(entry.registration_id, kept.name, kept.group), "")


def _participant(work: Work, cohort_id: str, entry: NewEntry) -> Participant | None:
    state = work.load(COHORT, cohort_id)
    people = state.participants if isinstance(state, Running) else {}
    return people.get(entry.registration_id)


def _excuses(work: Work, cohort_id: str) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """The excuses on record, opened: in the stream's state they are sealed."""
    query = select(MARKS).where(MARKS.c.cohort_id == cohort_id)
    return {
        (row.registration_id, str(row.session)): (row.excused_as, row.excused)
        for row in work.connection.execute(query)
        if row.excused is not None or row.excused_as is not None
    }


def _opened(work: Work, contest: Contest | None) -> tuple[str | None, str | None]:
    if contest is None:
        return (None, None)

    def text(given: PersonalText | None) -> str | None:
        return open_text(work.store.keyring, given) if isinstance(given, Sealed) else given

    return text(contest.excused_as), text(contest.excused)

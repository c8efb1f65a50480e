"""What is read about entries: what stands in each cell, by whom, what was there before, disputes.

    grid = entries_of(connection, store, cohort_id)
    grid.cells["r1", "3"].value          # 300: minutes of session 3
    grid.earlier["r1", "3"]              # what was recorded there before, oldest first
    grid.contests                        # entries that a person has to decide about

It is read from the stream itself, since who and when stand on the envelopes. Reasons stay sealed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import Connection

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    EntryContested,
    EntrySettled,
    TestRecorded,
)
from services.trainings.cohorts.cohort_state import Running
from services.trainings.cohorts.entries import AFTER, BEFORE
from shared.events.event import PersonalText
from shared.events.projection import Recorded
from shared.events.store import Store

Place: TypeAlias = tuple[str, str]
"""(registration id, session's number or test)"""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One entry: minutes, or per cent, or points of ``maximum``; who recorded it and when.

    noted_at: when, by the clock of the device on which it was made.
    """

    entry_id: str
    value: int
    maximum: int | None = None
    excused_as: PersonalText | None = None
    excused: PersonalText | None = None
    by: str
    at: datetime
    noted_at: datetime | None = None

    @property
    def is_excused(self) -> bool:
        """Whether a reason was given."""
        return self.excused is not None or self.excused_as is not None


@dataclass(frozen=True, kw_only=True)
class Grid:
    """All entries of a cohort. ``contests``: by the id of the contesting entry.

    left: since when somebody takes part no more, by registration.
    """

    version: int
    cells: Mapping[Place, Cell]
    earlier: Mapping[Place, Sequence[Cell]]
    contests: Mapping[str, tuple[Place, Cell]]
    left: Mapping[str, date]


def entries_of(connection: Connection, store: Store, cohort_id: str) -> Grid:
    """Everything that was entered in a cohort."""
    history = store.history(connection, COHORT.stream(cohort_id))
    state = COHORT.fold(one.event for one in history)
    people = state.participants if isinstance(state, Running) else {}
    written: dict[Place, list[Cell]] = defaultdict(list)
    offered: dict[str, tuple[Place, Cell]] = {}
    for recorded in history:
        for place, cell in _cells(recorded):
            written[place].append(cell)
        match recorded.event:
            case EntryContested() as event:
                offered[event.entry_id] = _offered(recorded, event)
            case EntrySettled() as event:
                offered.pop(event.entry_id, None)
    cells = {}
    for key, found in written.items():
        registration_id, where = key
        standing = people[registration_id].entries.standing[where]
        cells[key] = replace(found[-1], entry_id=standing)
    open_ = {one for held in people.values() for one in held.entries.contests}
    return Grid(
        version=history[-1].version if history else 0,
        cells=cells,
        earlier={place: tuple(found[:-1]) for place, found in written.items()},
        contests={one: offered[one] for one in offered if one in open_},
        left={one: held.left_on for one, held in people.items() if held.left_on is not None},
    )


def _cells(recorded: Recorded) -> Iterator[tuple[Place, Cell]]:
    match recorded.event:
        case AttendanceRecorded() as event:
            yield (
                (event.registration_id, str(event.session)),
                Cell(
                    entry_id=event.entry_id or "",
                    value=event.attended_minutes,
                    excused_as=event.excused_as,
                    excused=event.excused,
                    by=recorded.actor,
                    at=recorded.at,
                    noted_at=event.noted_at,
                ),
            )
        case TestRecorded() as event:
            for test, score in ((BEFORE, event.pre_test), (AFTER, event.post_test)):
                if score is not None and event.test in (None, test):
                    yield (event.registration_id, test), _score(recorded, event, score)


def _score(recorded: Recorded, event: TestRecorded, score: int) -> Cell:
    return Cell(
        entry_id=event.entry_id or "",
        value=score if event.points is None else event.points,
        maximum=event.maximum,
        by=recorded.actor,
        at=recorded.at,
        noted_at=event.noted_at,
    )


def _offered(recorded: Recorded, event: EntryContested) -> tuple[Place, Cell]:
    cell = Cell(
        entry_id=event.entry_id,
        value=event.value,
        maximum=event.maximum,
        excused_as=event.excused_as,
        excused=event.excused,
        by=recorded.actor,
        at=recorded.at,
        noted_at=event.noted_at,
    )
    return (event.registration_id, event.place), cell

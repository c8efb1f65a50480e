"""However somebody is transferred, no minute that they attended counts twice anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    CohortCommand,
    Enrol,
    Mark,
    RecordAttendance,
    ScheduleSession,
    TransferIn,
    TransferOut,
)
from services.trainings.cohorts.cohort_state import Running
from services.trainings.cohorts.qualification import minutes_to_carry, qualification
from shared.errors import Refused
from shared.events.event import Event
from tests.unit.trainings.test_enrolling import BEFORE, PLAN

COHORTS = ("k1", "k2", "k3")
SESSIONS = 6
MINUTES = 100


@dataclass
class Travels:
    """One participant among three cohorts of the same course, each with a session a day."""

    now = BEFORE
    at: str = "k1"
    events: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    attended: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in COHORTS:
            self.do(one, replace(PLAN, cohort_id=one, reference=one, capacity=None))
            for n in range(1, SESSIONS + 1):
                self.do(
                    one,
                    ScheduleSession(
                        by="trainer-1",
                        now=self.now,
                        cohort_id=one,
                        session=n,
                        on=BEFORE.date() + timedelta(days=n),
                        minutes=MINUTES,
                    ),
                )
        enrol = Enrol(
            by="officer-1", now=self.now, cohort_id="k1", registration_id="r1", person_id="p1"
        )
        self.do("k1", enrol)

    def do(self, cohort_id: str, command: CohortCommand) -> None:
        """Decide and keep."""
        before = self.events.get(cohort_id, ())
        self.events[cohort_id] = before + COHORT.decide(COHORT.fold(before), command)

    def state(self, cohort_id: str) -> Running:
        """A cohort as it is now."""
        found = COHORT.fold(self.events[cohort_id])
        assert isinstance(found, Running)
        return found

    def attend(self, session: int, minutes: int) -> None:
        """Be in a session of the cohort of now, as long as before or longer."""
        if self.now.date() < BEFORE.date() + timedelta(days=session):
            return
        longer = max(minutes, self.attended.get((self.at, session), 0))
        marks = (Mark(registration_id="r1", attended_minutes=longer),)
        self.do(
            self.at,
            RecordAttendance(
                by="trainer-1", now=self.now, cohort_id=self.at, session=session, marks=marks
            ),
        )
        self.attended[self.at, session] = longer

    def go(self, to: str) -> None:
        """Go on in another cohort, where that is not refused."""
        source = self.state(self.at)
        into = TransferIn(
            by="officer-1",
            now=self.now,
            cohort_id=to,
            registration_id="r1",
            person_id="p1",
            from_cohort_id=self.at,
            carried_minutes=minutes_to_carry(source, source.participants["r1"], to),
            carried_pre_test=None,
        )
        try:
            self.do(to, into)
        except Refused:
            return
        out = TransferOut(
            by="officer-1", now=self.now, cohort_id=self.at, registration_id="r1", to_cohort_id=to
        )
        self.do(self.at, out)
        self.at = to

    def counted(self, cohort_id: str) -> int:
        """What counts of them in a cohort."""
        return qualification(self.state(cohort_id), "r1").attended_minutes


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("go"), st.sampled_from(COHORTS), st.just(0)),
        st.tuples(st.just("attend"), st.integers(1, SESSIONS), st.integers(0, MINUTES)),
        st.tuples(st.just("sleep"), st.just(0), st.just(0)),
    ),
    max_size=25,
)
DAY = ("sleep", 0, 0)


@given(steps=STEPS)
@example(
    steps=[
        *(DAY, ("attend", 1, 100), DAY, DAY, DAY),
        *(("go", "k2", 0), ("go", "k1", 0), ("go", "k2", 0), ("go", "k1", 0), ("go", "k2", 0)),
    ]
)
def test_nobody_has_more_minutes_than_they_attended_nor_than_there_are(
    steps: list[tuple[str, str | int, int]],
) -> None:
    travels = Travels()
    for kind, where, minutes in steps:
        if kind == "sleep":
            travels.now += timedelta(days=1)
        elif kind == "go" and where != travels.at:
            travels.go(str(where))
        elif kind == "attend":
            travels.attend(int(where), minutes)
        for one in COHORTS:
            assert travels.counted(one) <= sum(travels.attended.values())
            assert travels.counted(one) <= SESSIONS * MINUTES


def test_what_was_attended_in_both_counts_in_both_however_often_they_go() -> None:
    travels = Travels()
    travels.now += timedelta(days=1)
    travels.attend(1, 100)
    travels.now += timedelta(days=1)
    travels.go("k2")
    travels.attend(2, 60)
    travels.now += timedelta(days=1)
    for _ in range(3):
        travels.go("k1")
        assert travels.counted("k1") == 160
        travels.go("k2")
        assert travels.counted("k2") == 160

"""Trainers who enter in the same cells at once: nothing is overwritten, lost or recorded twice.

On SQLite and, where a server runs, on PostgreSQL. Each thread saw an empty grid and sends each of
its batches twice, as a browser does whose answer was lost.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from services.trainings.cohorts.cohort_events import AttendanceRecorded, EntryContested
from tests.http.trainings.cohort_home import API, OTHER_TRAINER, TRAINER, Cohort
from tests.http.trainings.conftest import House

THREADS: Final = 6
PEOPLE: Final = 3
SESSIONS: Final = ("1", "2")


def value(thread: int, person: int) -> int:
    """What a thread enters: each another number."""
    return 10 * (thread + 1) + person


def enter(cohort: Cohort, thread: int, wrong: list[Any]) -> None:
    """Send the thread's entries, a batch for each session, each batch twice."""
    ana = cohort.trainer(TRAINER if thread % 2 else OTHER_TRAINER)
    for session in SESSIONS:
        entries = [
            {
                "entry_id": f"t{thread}-p{n}-s{session}",
                "registration_id": person,
                "place": session,
                "value": value(thread, n),
                "seen": None,
            }
            for n, person in enumerate(cohort.people)
        ]
        arrived = 0
        for _ in range(40):
            answer = ana.post(f"{API}/cohorts/{cohort.id}/entries", {"entries": entries})
            if answer.status_code == 200:
                arrived += 1
                wrong += [one for one in answer.json["outcomes"] if "problem" in one]
            elif "changed-meanwhile" not in answer.json["type"]:
                wrong.append(answer.json)
            if arrived == 2:
                break
        else:
            wrong.append("gave up")


def test_six_who_enter_at_once_overwrite_nothing_and_lose_nothing(
    busy: House,
) -> None:
    cohort = Cohort.begun(busy, people=PEOPLE)
    cohort.on_last_day()
    barrier = threading.Barrier(THREADS)
    wrong: list[Any] = []

    def run(thread: int) -> None:
        barrier.wait()
        enter(cohort, thread, wrong)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []

    with busy.service.database.reading() as connection:
        events, _ = busy.service.store.stream(connection, f"cohort/{cohort.id}")
    stood = [
        (one.registration_id, str(one.session), one.attended_minutes)
        for one in events
        if isinstance(one, AttendanceRecorded)
    ]
    offered = [
        (one.registration_id, one.place, one.value)
        for one in events
        if isinstance(one, EntryContested)
    ]
    # One entry stands in each cell; every other one was put aside, each once.
    assert len(stood) == len({one[:2] for one in stood}) == PEOPLE * len(SESSIONS)
    everything = {
        (person, session, value(thread, n))
        for thread in range(THREADS)
        for n, person in enumerate(cohort.people)
        for session in SESSIONS
    }
    assert sorted(stood + offered) == sorted(everything)
    told = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/entries").json
    assert len(told["contests"]) == (THREADS - 1) * PEOPLE * len(SESSIONS)

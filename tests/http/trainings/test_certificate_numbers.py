"""Certificate numbers have no gap and no double, however many issue at once.

Eight threads issue in one series, each in cohorts of its own, one of them asking for what is
refused; on SQLite and, where a server runs, on PostgreSQL.
"""

from __future__ import annotations

import threading
import uuid
from typing import Any, Final

from services.trainings.certificates.numbering import NUMBERING, NumberTaken, numbering_id
from services.trainings.tables import CERTIFICATES
from tests.http.trainings.cohort_home import API, Cohort
from tests.http.trainings.conftest import PROGRAMME, House

THREADS: Final = 8
PEOPLE: Final = 4
"""In each thread's cohort: two certified at once, one alone, one who does not qualify."""

TOLD: Final = THREADS * (PEOPLE - 1)


def cohorts(house: House) -> list[Cohort]:
    made = [Cohort.begun(house, people=PEOPLE, reference=f"RS-BT-{n:02d}") for n in range(THREADS)]
    for one in made:
        one.finished(passing=PEOPLE - 1)
    return made


def issue(cohort: Cohort, people: list[str], answers: list[Any]) -> None:
    """Ask as a program does: again with the same key when somebody was faster."""
    ana, key = cohort.trainer(), uuid.uuid4().hex
    given = {"registrations": people, "issuer": "Udruženje Primer"}
    for _ in range(20):
        answer = ana.post(
            f"{API}/cohorts/{cohort.id}/certificates",
            given,
            If_Match=cohort.etag,
            Idempotency_Key=key,
        )
        if not (answer.status_code == 409 and "changed-meanwhile" in answer.json["type"]):
            break
    answers.append(answer)


def all_at_once(made: list[Cohort]) -> list[Any]:
    barrier = threading.Barrier(THREADS)
    answers: list[Any] = []

    def run(cohort: Cohort) -> None:
        barrier.wait()
        one, two, alone, failed = cohort.people
        issue(cohort, [one, two], answers)
        issue(cohort, [failed], answers)
        issue(cohort, [alone, one], answers)

    threads = [threading.Thread(target=run, args=(cohort,)) for cohort in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def numbers(house: House) -> list[str]:
    with house.service.database.reading() as connection:
        return sorted(connection.execute(CERTIFICATES.select()).scalars(CERTIFICATES.c.number))


def test_eight_who_issue_at_once_leave_no_gap_and_no_double(busy: House) -> None:
    answers = all_at_once(cohorts(busy))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] * (2 * THREADS) + [409] * THREADS
    given = [
        one["number"]
        for answer in answers
        if answer.status_code == 201
        for one in answer.json["certificates"]
    ]
    series = [f"RS-2026-{n:06d}" for n in range(1, TOLD + 1)]
    assert sorted(set(given)) == series
    assert numbers(busy) == series
    stream = NUMBERING.stream(numbering_id(programme=PROGRAMME, country="RS", year=2026))
    with busy.service.database.reading() as connection:
        taken, _ = busy.service.store.stream(connection, stream)
    assert [event.number for event in taken if isinstance(event, NumberTaken)] == series


def test_eight_who_certify_the_same_person_give_one_number(busy: House) -> None:
    cohort = Cohort.begun(busy, people=1)
    cohort.finished()
    barrier = threading.Barrier(THREADS)
    answers: list[Any] = []

    def run() -> None:
        barrier.wait()
        issue(cohort, cohort.people, answers)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert {answer.json["certificates"][0]["number"] for answer in answers} == {"RS-2026-000001"}
    assert numbers(busy) == ["RS-2026-000001"]


def test_a_refusal_takes_no_number(house: House) -> None:
    cohort = Cohort.begun(house, people=3)
    cohort.finished(passing=2)
    ana = cohort.trainer()
    address = f"{API}/cohorts/{cohort.id}/certificates"
    both = {"registrations": cohort.people, "issuer": "Udruženje Primer"}
    refused = ana.post(address, both, If_Match=cohort.etag)
    assert refused.status_code == 409
    assert numbers(house) == []
    two = {"registrations": cohort.people[:2], "issuer": "Udruženje Primer"}
    made = ana.post(address, two, If_Match=cohort.etag).json["certificates"]
    assert [one["number"] for one in made] == ["RS-2026-000001", "RS-2026-000002"]

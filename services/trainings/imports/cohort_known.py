"""What rows about cohorts refer to: cohorts by reference, people by reference or number, staff.

of = Referred.found(connection, keyring, job, rows)
of.cohorts["RS-BT-01"], of.people["P0001"]   ->  cohort id, (registration id, person id)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from services.trainings.foreign import STAFF, TRAINERS
from services.trainings.imports.job import Job, parts
from services.trainings.imports.rows import Understood
from services.trainings.people.national_number import LENGTH, normalise
from services.trainings.people.projecting import number_index
from services.trainings.reach import Reach
from services.trainings.tables import COHORTS, COURSES, REGISTRATIONS
from shared.access.roles import EVERY_PROGRAMME
from shared.language.folding import fold
from shared.privacy.keyring import Keyring


@dataclass(frozen=True)
class Referred:
    """cohorts: id by reference; people: (registration, person) by what the row says.

    erased: those of them whose data were erased: nothing is entered of them any more.
    trainers: accounts by folded name. courses: (course id, version, kind) by folded title.
    """

    cohorts: Mapping[str, str]
    people: Mapping[str, tuple[str, str]]
    trainers: Mapping[str, list[str]]
    courses: Mapping[str, list[tuple[str, int, str]]]
    erased: frozenset[str] = frozenset()

    @classmethod
    def found(
        cls, connection: Connection, keyring: Keyring, job: Job, rows: Iterable[Understood]
    ) -> Referred:
        """What there is in the programme of all that the rows name."""
        participants = {row.participant for row in rows if hasattr(row, "participant")}
        erased: set[str] = set()
        daily = job.plan.kind == "cohorts" and not job.history
        return cls(
            cohorts=_cohorts(connection, job),
            people=_people(connection, keyring, job, participants, erased),
            trainers=_trainers(connection, job.programme) if daily else {},
            courses=_courses(connection, job.programme) if daily else {},
            erased=frozenset(erased),
        )


def _cohorts(connection: Connection, job: Job) -> dict[str, str]:
    asked = select(COHORTS.c.reference, COHORTS.c.cohort_id).where(
        COHORTS.c.programme == job.programme, _within(job).cohorts()
    )
    return {row.reference: row.cohort_id for row in connection.execute(asked)}


def _within(job: Job) -> Reach:
    """What whose import it is reaches of the programme: all of it, or what they train."""
    of = frozenset({job.programme})
    whole, own = (frozenset(), of) if job.own_only else (of, frozenset())
    return Reach(job.by, whole, own)


def _people(
    connection: Connection, keyring: Keyring, job: Job, participants: set[str], erased: set[str]
) -> dict[str, tuple[str, str]]:
    columns = (
        REGISTRATIONS.c.reference,
        REGISTRATIONS.c.number_index,
        REGISTRATIONS.c.registration_id,
        REGISTRATIONS.c.person_id,
        REGISTRATIONS.c.name_folded,
    )
    numbers = {
        index: said
        for said in (participants if job.numbers else ())
        if len(normalise(said)) == LENGTH and (index := number_index(keyring, said))
    }
    found: dict[str, tuple[str, str]] = {}
    for column, wanted in (
        (REGISTRATIONS.c.number_index, numbers),
        (REGISTRATIONS.c.reference, dict(zip(participants, participants, strict=True))),
    ):
        for part in parts(sorted(wanted)):
            asked = select(*columns).where(
                REGISTRATIONS.c.programme == job.programme,
                column.in_(part),
                _within(job).registrations(),
            )
            # Of one person's registrations the first one counts.
            for row in connection.execute(asked.order_by(REGISTRATIONS.c.reference.desc())):
                said = row.reference if column is REGISTRATIONS.c.reference else row.number_index
                found[wanted[said]] = (row.registration_id, row.person_id)
                if row.name_folded is None:
                    erased.add(wanted[said])
    return found


def _trainers(connection: Connection, programme: str) -> dict[str, list[str]]:
    asked = (
        select(STAFF.c.account_id, STAFF.c.display_name)
        .join(TRAINERS, TRAINERS.c.account_id == STAFF.c.account_id)
        .where(or_(TRAINERS.c.programme == programme, TRAINERS.c.programme == EVERY_PROGRAMME))
        .distinct()
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(asked):
        if row.display_name:
            found.setdefault(fold(row.display_name), []).append(row.account_id)
    return found


def _courses(connection: Connection, programme: str) -> dict[str, list[tuple[str, int, str]]]:
    asked = (
        select(COURSES.c.course_id, COURSES.c.course_version, COURSES.c.title, COURSES.c.kind)
        .where(COURSES.c.programme == programme)
        .order_by(COURSES.c.course_version)
    )
    newest: dict[str, tuple[str, int, str, str]] = {}
    for row in connection.execute(asked):
        newest[row.course_id] = (row.course_id, row.course_version, row.kind, row.title)
    found: dict[str, list[tuple[str, int, str]]] = {}
    for course_id, version, kind, title in newest.values():
        found.setdefault(fold(title), []).append((course_id, version, kind))
    return found

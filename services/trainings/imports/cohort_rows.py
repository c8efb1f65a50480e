"""Rows about cohorts: each becomes commands on the cohort that it names.

    entering = CohortEntering(job, referred)
    entering.enter(work, row)     ->  True, or False when it is there already; raises Problem

The same for judging and for entering: a judged work is thrown away. What is there already stays as
it is; a row that says something else is told of.
"""

from __future__ import annotations

from typing import Final, cast

from services.trainings import history
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    Enrol,
    Mark,
    RecordAttendance,
    RecordTests,
    ScheduleSession,
    Score,
)
from services.trainings.cohorts.cohort_state import Participant, Running
from services.trainings.cohorts.handling import NewCohort, plan
from services.trainings.cohorts.persons import others_of
from services.trainings.courses.course import CourseKind
from services.trainings.imports.cohort_known import Referred
from services.trainings.imports.import_commands import DateCertificates
from services.trainings.imports.import_state import Entering
from services.trainings.imports.importing import IMPORT
from services.trainings.imports.job import Job
from services.trainings.imports.rows import (
    CohortRow,
    EnrolmentRow,
    MarkRow,
    OfCohort,
    SessionRow,
    TestRow,
)
from services.trainings.zones import zone_of
from shared.errors import Invalid, Missing, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.folding import fold
from shared.language.marking import N_

ALREADY_OTHERWISE: Final = N_("This is there already and says something else. It stays as it is.")


class Otherwise(Refused):
    """What is there says something else than the row, and stays."""

    def __init__(self) -> None:
        super().__init__("says-otherwise", ALREADY_OTHERWISE)


class OfErased(Otherwise):
    """The row is about somebody whose data were erased: nothing is entered of them any more."""

    def __init__(self) -> None:
        Refused.__init__(
            self, "data-erased", N_("The data of this person were erased. The row is left out.")
        )


class CohortEntering:
    """Enters rows of one import into cohorts."""

    def __init__(self, job: Job, referred: Referred) -> None:
        self._job = job
        self._referred = referred

    def cohort_id(self, reference: str) -> str | None:
        """The cohort under a reference; None when there is none."""
        return self._referred.cohorts.get(reference)

    def enter(self, work: Work, row: OfCohort) -> bool:
        """Decide what a row says. Raises Problem; Otherwise when it is there as something else."""
        match row:
            case CohortRow():
                return self._cohort(work, row)
            case SessionRow():
                return self._session(work, row)
            case EnrolmentRow():
                return self._enrol(work, row)
            case MarkRow():
                return self._mark(work, row)
            case TestRow():
                return self._test(work, row)

    def _cohort(self, work: Work, row: CohortRow) -> bool:
        if row.cohort in self._referred.cohorts:
            return False
        if not self._job.history:
            self._plan(work, row)
            return True
        programme, kind = self._job.programme, cast(CourseKind, row.kind or "business")
        cohort_id = derived("cohort", programme, row.cohort)
        course_id = derived("course", programme, kind, row.course)
        version = row.course_version or 1
        history.import_course_version(
            work, course_id=course_id, version=version, title=row.course, kind=kind
        )
        if isinstance(work.load(COHORT, cohort_id), Running):
            raise Refused("repeated", N_("This cohort stands in the file twice."))
        history.import_cohort(
            work,
            cohort_id=cohort_id,
            reference=row.cohort,
            course_id=course_id,
            course_title=row.course,
            course_version=version,
            kind=kind,
            country=row.country,
            place=row.place,
            zone=zone_of(row.country),
            trainers=trainer_names(row),
        )
        taken = N_("Another cohort has this reference already.")
        stream = COHORT.stream(cohort_id)
        work.claim(Claim("cohort-reference", row.cohort, stream, "reference-taken", taken))
        if row.certificates_issued_on is not None:
            self._date(work, cohort_id, row)
        return True

    def _date(self, work: Work, cohort_id: str, row: CohortRow) -> None:
        if row.certificates_issued_on is None or row.certificates_issued_on > work.now.date():
            raise Invalid(
                "day-to-come",
                N_("Certificates from before were issued before today."),
                field="certificates_issued_on",
            )
        import_id = self._job.import_id
        if isinstance(work.load(IMPORT, import_id), Entering):
            command = DateCertificates(
                by=self._job.by,
                now=work.now,
                import_id=import_id,
                cohort_id=cohort_id,
                issued_on=row.certificates_issued_on,
            )
            work.decide(IMPORT, import_id, command)

    def _plan(self, work: Work, row: CohortRow) -> None:
        if row.certificates_issued_on is not None:
            raise Refused(
                "issued-before",
                N_("In daily use certificates are issued here, and not before today."),
                field="certificates_issued_on",
            )
        courses = [
            one
            for one in self._referred.courses.get(fold(row.course), ())
            if row.kind in (None, one[2])
        ]
        if len(courses) != 1:
            raise Invalid("no-course", N_("There is no such course."), field="course")
        course_id, version, _ = courses[0]
        cohort = NewCohort(
            reference=row.cohort,
            course_id=course_id,
            country=row.country,
            place=row.place or "",
            trainers=tuple(self._trainer(name) for name in trainer_names(row)),
            course_version=row.course_version or version,
        )
        plan(work, by=self._job.by, cohort=cohort)

    def _trainer(self, name: str) -> str:
        found = self._referred.trainers.get(fold(name), [])
        if len(found) != 1:
            raise Invalid(
                "no-trainer", N_("No trainer of this programme has this name."), field="trainer"
            )
        return found[0]

    def _session(self, work: Work, row: SessionRow) -> bool:
        cohort_id, state = self._running(work, row.cohort)
        held = state.sessions.get(row.session)
        if held is not None:
            if (held.on, held.minutes) != (row.on, row.minutes):
                raise Otherwise
            return False
        if self._job.history:
            if row.on > work.now.date():
                raise Invalid("day-to-come", N_("The day is still to come."), field="on")
            history.import_session(
                work, cohort_id=cohort_id, session=row.session, on=row.on, minutes=row.minutes
            )
            return True
        command = ScheduleSession(
            by=self._job.by,
            now=work.now,
            cohort_id=cohort_id,
            session=row.session,
            on=row.on,
            minutes=row.minutes,
            importing=self._job.import_id,
        )
        work.decide(COHORT, cohort_id, command)
        return True

    def _enrol(self, work: Work, row: EnrolmentRow | MarkRow | TestRow) -> bool:
        cohort_id, state = self._running(work, row.cohort)
        registration_id, person_id = self._person(row.participant)
        before = state.participants.get(registration_id)
        if isinstance(row, EnrolmentRow) and row.left_on is not None:
            return _left(row, before)
        if before is not None and before.takes_part:
            return False
        if self._job.history:
            history.import_enrolments(
                work, cohort_id=cohort_id, people={registration_id: person_id}
            )
            return True
        if not isinstance(row, EnrolmentRow):
            raise Missing("not-enrolled", N_("This registration is not enrolled in the cohort."))
        command = Enrol(
            by=self._job.by,
            now=work.now,
            cohort_id=cohort_id,
            registration_id=registration_id,
            person_id=person_id,
            importing=self._job.import_id,
            others=others_of(work.connection, [registration_id]).get(registration_id, frozenset()),
        )
        return bool(work.decide(COHORT, cohort_id, command))

    def _mark(self, work: Work, row: MarkRow) -> bool:
        cohort_id, state = self._running(work, row.cohort)
        registration_id, _ = self._person(row.participant)
        held = state.participants.get(registration_id)
        before = held.attended.get(row.session) if held is not None else None
        if before is not None:
            # Of who left meanwhile too: what was recorded of them stays.
            if before.minutes != row.minutes:
                raise Otherwise
            return False
        self._enrol(work, row)
        if self._job.history:
            mark = history.AttendanceRow(
                session=row.session,
                registration_id=registration_id,
                attended_minutes=row.minutes,
                excused=row.excused,
                excused_as=row.excused_as,
            )
            history.import_attendance(work, cohort_id=cohort_id, rows=[mark])
            return True
        marks = Mark(
            registration_id=registration_id,
            attended_minutes=row.minutes,
            excused=row.excused,
            excused_as=row.excused_as,
        )
        command = RecordAttendance(
            by=self._job.by,
            now=work.now,
            cohort_id=cohort_id,
            session=row.session,
            marks=(marks,),
            importing=self._job.import_id,
        )
        return bool(work.decide(COHORT, cohort_id, command))

    def _test(self, work: Work, row: TestRow) -> bool:
        cohort_id, state = self._running(work, row.cohort)
        registration_id, _ = self._person(row.participant)
        held = state.participants.get(registration_id)
        if held is not None and (held.pre_test, held.post_test) == (row.pre_test, row.post_test):
            return False
        enrolled = self._enrol(work, row)
        _, state = self._running(work, row.cohort)
        before = state.participants[registration_id]
        pre = row.pre_test if before.pre_test is None else None
        post = row.post_test if before.post_test is None else None
        given = ((row.pre_test, before.pre_test), (row.post_test, before.post_test))
        otherwise = any(None not in pair and pair[0] != pair[1] for pair in given)
        if otherwise:
            raise Otherwise
        if pre is None and post is None:
            return enrolled
        if self._job.history:
            scores = history.TestRow(registration_id=registration_id, pre_test=pre, post_test=post)
            history.import_tests(work, cohort_id=cohort_id, rows=[scores])
            return True
        command = RecordTests(
            by=self._job.by,
            now=work.now,
            cohort_id=cohort_id,
            scores=(Score(registration_id=registration_id, pre_test=pre, post_test=post),),
            importing=self._job.import_id,
        )
        return bool(work.decide(COHORT, cohort_id, command))

    def _running(self, work: Work, reference: str) -> tuple[str, Running]:
        cohort_id = self._referred.cohorts.get(reference)
        state = work.load(COHORT, cohort_id) if cohort_id else None
        if cohort_id is None or not isinstance(state, Running):
            raise Missing("no-cohort", N_("There is no such cohort."), field="cohort")
        return cohort_id, state

    def _person(self, said: str) -> tuple[str, str]:
        found = self._referred.people.get(said)
        if found is None:
            raise Missing(
                "no-registration", N_("There is no such registration."), field="participant"
            )
        if said in self._referred.erased:
            raise OfErased
        return found


def _left(row: EnrolmentRow, before: Participant | None) -> bool:
    """A row about somebody who takes part no more: known, or told of, and never entered."""
    if before is None:
        raise Refused(
            "left-before",
            N_("Who left the cohort is not enrolled by a file. Leave this row out."),
            field="left_on",
        )
    if before.left_on != row.left_on:
        raise Otherwise
    return False


def trainer_names(row: CohortRow) -> tuple[str, ...]:
    """The names that stand in a row, each once."""
    said = (row.trainer or "").replace(";", ",").replace("\n", ",")
    return tuple(dict.fromkeys(name.strip() for name in said.split(",") if name.strip()))

"""The training half of a register: people, cohorts, certificates, education outcomes.

    TrainingLoad(rows, register).run()

Rows of one cohort go in one order whatever their order in the file: sessions, then who took part,
then attendance and tests, then certificates in the order of their days of issue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from services.commands.chunks import Rows
from services.register.rows import Attendance, Cohort, Education, Participant, Register
from services.register.rows import Session as CohortSession
from services.register.rows import Test as CohortTest
from services.trainings import history
from services.trainings.history_certificates import CertifiedCohort, Holder, certify_cohort
from services.trainings.people.projecting import NUMBER_PURPOSE
from services.trainings.tables import REGISTRATIONS
from shared.events.work import Work
from shared.identifiers import derived

ZONES: Final = {"RS": "Europe/Belgrade", "BA": "Europe/Sarajevo"}
"""Where a country's cohorts meet, unless one of its calls says another zone."""


class TrainingLoad:
    """Loads into the trainings service. ``rows`` belongs to that service."""

    def __init__(self, rows: Rows, register: Register) -> None:
        self._rows = rows
        self._register = register
        self._programme = rows.programme
        self._zones = {**ZONES, **{c.country: c.timezone for c in register.calls}}
        self._cohorts = {c.cohort: c for c in register.cohorts}
        self._people = {p.participant_no: p for p in register.participants}
        self.person_of = self._persons()

    def run(self) -> None:
        """Load all of it; what is there already is passed over."""
        register = self._register
        self._rows.load("participants", register.participants, self._participants)
        self._rows.load("cohorts", register.cohorts, self._load_cohorts)
        sessions = sorted(register.sessions, key=lambda s: (s.cohort, s.session))
        self._rows.load("sessions", sessions, self._sessions)
        marks = sorted(register.attendance, key=lambda a: (a.cohort, a.session, a.row))
        self._rows.load("attendance", marks, self._attendance)
        tests = sorted(register.tests, key=lambda t: (t.cohort, t.row))
        self._rows.load("tests", tests, self._tests)
        self._certify()
        self._rows.load("education", register.education, self._education)

    def registration_id(self, participant_no: str) -> str:
        return derived("registration", self._programme, participant_no)

    def _persons(self) -> dict[str, str]:
        """Participant number to person: one national number is one person."""
        keyring = self._rows.service.keyring
        known = self._known_persons()
        first: dict[str, str] = {}
        persons = {}
        for one in sorted(self._register.participants, key=lambda p: p.participant_no):
            if one.jmbg is None:
                owner = one.participant_no
            else:
                owner = first.setdefault(one.jmbg, one.participant_no)
                index = keyring.blind_index(NUMBER_PURPOSE, one.jmbg)
                if index in known:
                    persons[one.participant_no] = known[index]
                    continue
            persons[one.participant_no] = derived("person", self._programme, owner)
        return persons

    def _known_persons(self) -> dict[str, str]:
        with self._rows.service.database.reading() as connection:
            found = connection.execute(
                select(REGISTRATIONS.c.number_index, REGISTRATIONS.c.person_id).where(
                    REGISTRATIONS.c.programme == self._programme,
                    REGISTRATIONS.c.number_index.is_not(None),
                )
            )
            return {row.number_index: row.person_id for row in found}

    def _participants(self, work: Work, rows: Sequence[Participant]) -> None:
        history.import_registrations(
            work,
            [
                history.RegistrationRow(
                    registration_id=self.registration_id(row.participant_no),
                    reference=row.participant_no,
                    person_id=self.person_of[row.participant_no],
                    full_name=row.full_name,
                    birth_date=row.birth_date.isoformat(),
                    sex=row.sex,  # type: ignore[arg-type]
                    country=row.country,
                    municipality=row.municipality,
                    jmbg=row.jmbg,
                    phone=row.phone,
                    declared_roma=row.declared_roma,  # type: ignore[arg-type]
                    consent_on=row.consent,
                )
                for row in rows
            ],
        )

    def _load_cohorts(self, work: Work, rows: Sequence[Cohort]) -> None:
        for row in rows:
            course_id = self._course_id(row)
            history.import_course_version(
                work,
                course_id=course_id,
                version=row.course_version,
                title=row.course,
                kind=row.kind,  # type: ignore[arg-type]
            )
            history.import_cohort(
                work,
                cohort_id=self._cohort_id(row.cohort),
                reference=row.cohort,
                course_id=course_id,
                course_title=row.course,
                course_version=row.course_version,
                kind=row.kind,  # type: ignore[arg-type]
                country=row.country,
                place=row.place,
                zone=self._zones.get(row.country, "Europe/Belgrade"),
                trainers=(row.trainer,) if row.trainer else (),
            )

    def _course_id(self, row: Cohort) -> str:
        # The same title may be given as another kind; those are courses of their own.
        return derived("course", self._programme, row.kind, row.course)

    def _cohort_id(self, cohort: str) -> str:
        return derived("cohort", self._programme, cohort)

    def _sessions(self, work: Work, rows: Sequence[CohortSession]) -> None:
        for row in rows:
            history.import_session(
                work,
                cohort_id=self._cohort_id(row.cohort),
                session=row.session,
                on=row.date,
                minutes=row.hours * 60,
            )

    def _enrol(self, work: Work, rows: Sequence[Attendance] | Sequence[CohortTest]) -> None:
        members: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            person_id = self.person_of[row.participant_no]
            members[row.cohort][self.registration_id(row.participant_no)] = person_id
        for cohort, people in members.items():
            history.import_enrolments(work, cohort_id=self._cohort_id(cohort), people=people)

    def _attendance(self, work: Work, rows: Sequence[Attendance]) -> None:
        self._enrol(work, rows)
        marks: dict[str, list[history.AttendanceRow]] = defaultdict(list)
        for row in rows:
            marks[row.cohort].append(
                history.AttendanceRow(
                    session=row.session,
                    registration_id=self.registration_id(row.participant_no),
                    attended_minutes=row.hours * 60,
                )
            )
        for cohort, found in marks.items():
            history.import_attendance(work, cohort_id=self._cohort_id(cohort), rows=found)

    def _tests(self, work: Work, rows: Sequence[CohortTest]) -> None:
        self._enrol(work, rows)
        scores: dict[str, list[history.TestRow]] = defaultdict(list)
        for row in rows:
            scores[row.cohort].append(
                history.TestRow(
                    registration_id=self.registration_id(row.participant_no),
                    pre_test=row.pre_test,
                    post_test=row.post_test,
                )
            )
        for cohort, found in scores.items():
            history.import_tests(work, cohort_id=self._cohort_id(cohort), rows=found)

    def _certify(self) -> None:
        """Certificates follow from attendance and tests; numbers in order of the days of issue."""
        tested: dict[str, dict[str, Holder]] = defaultdict(dict)
        for test in self._register.tests:
            tested[test.cohort][self.registration_id(test.participant_no)] = Holder(
                reference=test.participant_no,
                full_name=self._people[test.participant_no].full_name,
                person_id=self.person_of[test.participant_no],
            )
        issued = [c for c in self._cohorts.values() if c.certificates_issued_on]
        issued.sort(key=lambda c: (str(c.certificates_issued_on), c.cohort))
        for cohort in issued:
            self._rows.once(lambda work, c=cohort: self._certify_one(work, c, tested[c.cohort]))  # type: ignore[misc]

    def _certify_one(self, work: Work, row: Cohort, people: dict[str, Holder]) -> None:
        if row.certificates_issued_on is None:
            return
        cohort = CertifiedCohort(
            cohort_id=self._cohort_id(row.cohort),
            cohort_reference=row.cohort,
            course_id=self._course_id(row),
            course_title=row.course,
            course_version=row.course_version,
            kind=row.kind,  # type: ignore[arg-type]
            country=row.country,
            place=row.place,
            trainer=row.trainer,
            issuer=self._programme,
        )
        certify_cohort(
            work,
            cohort,
            programme=self._programme,
            people=people,
            issued_on=row.certificates_issued_on,
        )
        history.import_closing(
            work, cohort_id=cohort.cohort_id, closed_on=row.certificates_issued_on
        )

    def _education(self, work: Work, rows: Sequence[Education]) -> None:
        for row in rows:
            history.import_outcome(
                work,
                outcome_id=derived(
                    "outcome",
                    self._programme,
                    row.participant_no,
                    row.outcome,
                    row.completed_on.isoformat(),
                ),
                registration_id=self.registration_id(row.participant_no),
                person_id=self.person_of[row.participant_no],
                outcome=row.outcome,  # type: ignore[arg-type]
                completed_on=row.completed_on,
                institution=row.institution,
                evidence=row.evidence,
            )

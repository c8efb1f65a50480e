"""Rows about people: judged one by one, entered in batches.

    judge = PeopleJudge(job, keyring)
    judge.judge(connection, rows)            # fills judge.judgement
    enter_people(work, job, rows)            # the same rows as events of one append

One national number is one person, within the file and with who is there; likely duplicates are
told and nobody decides on them but a person, afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Connection, Row

from services.trainings import history
from services.trainings.imports.job import Job, Judgement
from services.trainings.imports.people_known import (
    Known,
    before_import,
    known_people,
    known_references,
    look_of,
    registered_under,
)
from services.trainings.imports.rows import PersonRow
from services.trainings.imports.seen import Seen
from services.trainings.people.belonging import person_of_number
from services.trainings.people.handling import NUMBER_TAKEN, REFERENCE_TAKEN
from services.trainings.people.national_number import examine
from services.trainings.people.projecting import NUMBER_PURPOSE
from services.trainings.people.registration import REGISTRATION, NoRegistration
from services.trainings.people.registration_commands import ImportRegistration, RegisterPerson
from services.trainings.people.registration_events import DeclaredRoma, Sex
from services.trainings.zones import zone_of
from shared.errors import Problem
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.privacy.keyring import Keyring

REFERENCE_CLAIM: Final = "registration-reference"
REFERENCE_MARK: Final = 12
"""Hexadecimal digits of an import in the references that it gives; within it rows differ."""

_NOBODY: Final = NoRegistration()


def registration_id_of(job: Job, row: PersonRow) -> str:
    """The same for the same reference in a programme, so that a file sent again changes nothing.

    Without a reference it is the row's of this import; the same person is then known by number or
    by look, since an id may not be derived from what is personal.
    """
    if row.reference:
        return derived("registration", job.programme, row.reference)
    return derived("registration", job.programme, job.import_id, str(row.row))


def reference_of(job: Job, row: PersonRow) -> str:
    """The reference that a row has, or is given: the import's mark and the row."""
    if row.reference:
        return row.reference
    mark = derived("import", job.programme, job.import_id).replace("-", "")
    return f"R-{mark[-REFERENCE_MARK:].upper()}-{row.row}"


class PeopleJudge:
    """Looks through people, with what it saw in rows before."""

    def __init__(self, job: Job, keyring: Keyring) -> None:
        self.judgement = Judgement()
        self._job = job
        self._keyring = keyring
        self._seen = Seen()

    def close(self) -> None:
        """Forget what was seen."""
        self._seen.close()

    def judge(self, connection: Connection, rows: Sequence[PersonRow]) -> None:
        """Judge the next rows."""
        known = known_people(connection, self._keyring, self._job.programme, rows)
        made = [reference_of(self._job, row) for row in rows if not row.reference]
        given = registered_under(connection, self._job.programme, made)
        for row in rows:
            if given.get(reference_of(self._job, row)) not in (
                None,
                registration_id_of(self._job, row),
            ):
                sentence = N_("The reference that this row would be given is taken. Give it one.")
                self.judgement.error(row.row, "", "reference-taken", sentence)
                continue
            self._judge(row, known)

    def _judge(self, row: PersonRow, known: Known) -> None:
        found, plan = self.judgement, self._job.plan
        if row.reference:
            first = self._seen.first("reference", row.reference.encode(), row.row)
            if first != row.row:
                sentence = N_("The same reference stands in row {first} already.")
                found.error(row.row, plan.header("reference"), "repeated", sentence, first=first)
                return
        if self._there(row, known) is not None or self._repeats(row, known):
            found.known += 1
            return
        if row.reference and row.reference in known.by_reference:
            sentence = N_("Somebody else is registered under this reference.")
            found.error(row.row, plan.header("reference"), "reference-taken", sentence)
            return
        try:
            REGISTRATION.decide(_NOBODY, _command(self._job, row, person_id="-"))
        except Problem as problem:
            found.refuse(row.row, plan, problem)
            return
        found.new += 1
        self._warn_of_number(row, known)
        self._warn_of_look(row, known)
        self._warn_of_consent(row)

    def _repeats(self, row: PersonRow, known: Known) -> bool:
        """Whether a row without a reference has the national number of a row before."""
        index = known.indexes[row.jmbg]
        if row.reference or index is None:
            return False
        first = self._seen.first("number", bytes.fromhex(index)[:16], row.row)
        if first == row.row:
            return False
        sentence = N_("The same national number as in row {first}: it is entered once.")
        header = self._job.plan.header("jmbg")
        self.judgement.warn(row.row, header, "same-person", sentence, first=first)
        return True

    def _there(self, row: PersonRow, known: Known) -> Row[Any] | None:
        """The registration that this row already made, or that says the same."""
        index = known.indexes[row.jmbg]
        if row.reference:
            before = known.by_reference.get(row.reference)
            if before is None:
                return None
            same = _says_same(before, row, index)
            if before.registration_id != registration_id_of(self._job, row):
                return before if same else None
            if not same:
                sentence = N_(
                    "This registration is there and says something else. It stays as it is:"
                    " correct it on its own page if the file is right."
                )
                self.judgement.warn(row.row, "", "says-otherwise", sentence)
            return before
        if index is not None:
            return known.by_number.get(index)
        return known.by_look.get(look_of(row))

    def _warn_of_number(self, row: PersonRow, known: Known) -> None:
        index = known.indexes[row.jmbg]
        if index is None or row.jmbg is None:
            return
        header = self._job.plan.header("jmbg")
        first = self._seen.first("number", bytes.fromhex(index)[:16], row.row)
        if first != row.row:
            sentence = N_("The same national number as in row {first}: it is one person.")
            self.judgement.warn(row.row, header, "same-person", sentence, first=first)
        elif (before := known.by_number.get(index)) is not None:
            sentence = N_("The same national number as {reference}: it is one person.")
            self.judgement.warn(
                row.row, header, "same-person", sentence, reference=before.reference
            )
        examined = examine(
            row.jmbg, birth_date=row.birth_date, sex=row.sex, today=self._job.now.date()
        )
        for finding in examined.findings:
            self.judgement.warn(row.row, header, finding.code, finding.sentence, **finding.facts)

    def _warn_of_look(self, row: PersonRow, known: Known) -> None:
        look = look_of(row)
        index = known.indexes[row.jmbg]
        mark = self._keyring.blind_index("import-look", "\n".join(look)).encode()[:32]
        told = self._seen.first("look", mark, 2 * row.row + bool(index))
        first, has_number = divmod(told, 2)
        if first != row.row and not (index and has_number):
            sentence = N_(
                "Name, birth date and municipality as in row {first}: perhaps one person. After"
                " the import it stands among the likely duplicates."
            )
            self.judgement.warn(row.row, "", "likely-duplicate", sentence, first=first)
            return
        before = known.by_look.get(look)
        if before is not None and not (index and before.has_number):
            sentence = N_(
                "Name, birth date and municipality as of {reference}: perhaps one person. After"
                " the import it stands among the likely duplicates."
            )
            self.judgement.warn(
                row.row, "", "likely-duplicate", sentence, reference=before.reference
            )

    def _warn_of_consent(self, row: PersonRow) -> None:
        header = self._job.plan.header("consent") or self._job.plan.header("declared_roma")
        if row.declared_roma in ("yes", "no") and not _consented(self._job, row):
            sentence = N_("Without consent, what the person says of their origin is not kept.")
            if self._job.history:
                sentence = N_("Without the day of consent, what the person declared is not kept.")
            self.judgement.warn(row.row, header, "no-consent", sentence)
        elif not self._job.history and isinstance(row.consent, date):
            sentence = N_("In daily use a consent is recorded with the day of today.")
            self.judgement.warn(row.row, header, "consent-today", sentence)


def _says_same(before: Row[Any], row: PersonRow, index: str | None) -> bool:
    if before.name_folded is None:
        return True
    look = (before.name_folded, before.birth_date, before.municipality)
    # A sheet that was taken out has no national numbers: it says nothing of them.
    return look == look_of(row) and index in (None, before.number_index)


def _consented(job: Job, row: PersonRow) -> bool:
    if job.history:
        return isinstance(row.consent, date)
    return isinstance(row.consent, date) or row.consent is True


def _command(job: Job, row: PersonRow, *, person_id: str) -> RegisterPerson | ImportRegistration:
    declared = row.declared_roma if _consented(job, row) else None
    same: dict[str, Any] = {
        "by": job.by,
        "now": job.now,
        "registration_id": registration_id_of(job, row),
        "person_id": person_id,
        "reference": reference_of(job, row),
        "full_name": row.full_name,
        "birth_date": row.birth_date.isoformat(),
        "sex": cast(Sex, row.sex),
        "country": row.country,
        "municipality": row.municipality,
        "jmbg": row.jmbg,
        "phone": row.phone,
        "email": row.email,
        "declared_roma": cast(DeclaredRoma, declared or "not_known"),
    }
    if job.history:
        on = row.consent if isinstance(row.consent, date) else None
        return ImportRegistration(**same, consent_on=on)
    return RegisterPerson(**same, zone=zone_of(row.country), consented=_consented(job, row))


def reserve(work: Work, job: Job, rows: Sequence[PersonRow]) -> None:
    """Claim the references of rows that are not there, so that nobody takes one meanwhile."""
    known = known_references(work.connection, job.programme, rows)
    for row in rows:
        if row.reference and row.reference not in known:
            work.claim(_reference_claim(job, row))


def _reference_claim(job: Job, row: PersonRow) -> Claim:
    stream = REGISTRATION.stream(registration_id_of(job, row))
    reference = reference_of(job, row)
    return Claim(REFERENCE_CLAIM, reference, stream, "reference-taken", REFERENCE_TAKEN)


def enter_people(work: Work, job: Job, rows: Sequence[PersonRow]) -> tuple[int, int]:
    """Register who is not there; how many were, and how many were there already.

    Where batches end changes nothing: by look a row is known when it was there before the import,
    by number also when a row before has it.
    """
    known = known_people(work.connection, work.store.keyring, job.programme, rows)
    known = before_import(work.connection, known, job.import_id, rows)
    if job.history:
        history.require_open(work)
    new = [registration_id_of(job, row) for row in rows if not _there(row, known)]
    work.look_for(REGISTRATION, new)
    persons: dict[str, str] = {}
    entered = 0
    for row in rows:
        index = known.indexes[row.jmbg]
        if _there(row, known) or (not row.reference and index in persons):
            continue
        registration_id = registration_id_of(job, row)
        if not isinstance(work.load(REGISTRATION, registration_id), NoRegistration):
            continue
        if not row.reference:
            work.claim(_reference_claim(job, row))
        person_id = _person(work, job, row, known, persons, index)
        work.decide(REGISTRATION, registration_id, _command(job, row, person_id=person_id))
        entered += 1
    return entered, len(rows) - entered


def _there(row: PersonRow, known: Known) -> bool:
    index = known.indexes[row.jmbg]
    if row.reference:
        return row.reference in known.by_reference
    if index is not None:
        return index in known.by_number
    return look_of(row) in known.by_look


def _person(
    work: Work,
    job: Job,
    row: PersonRow,
    known: Known,
    persons: dict[str, str],
    index: str | None,
) -> str:
    """Whose registration it is: of the national number's person, or of somebody new."""
    mine = derived("person", job.programme, row.reference or registration_id_of(job, row))
    if index is None:
        return mine
    if index in known.by_number and (before := person_of_number(work, index)) is not None:
        return before
    if index not in persons:
        persons[index] = mine
        if index not in known.claimed:
            stream = REGISTRATION.stream(registration_id_of(job, row))
            sentence = N_("Somebody registered this number at the same moment. Look again.")
            work.claim(Claim(NUMBER_PURPOSE, index, stream, NUMBER_TAKEN, sentence))
    return persons[index]

"""What an import that is being entered is made of: its sheet, its rows, what they refer to.

    material = Material(service, "RS-2011", import_id, state)
    for before, rows in material.parts(state.done, 600):
        ...
    material.close()

Each is made when it is first asked for; one kind of sheets needs what another does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any

from services.trainings.imports.certifying import dated
from services.trainings.imports.cohort_known import Referred
from services.trainings.imports.cohort_rows import CohortEntering
from services.trainings.imports.field import Reading
from services.trainings.imports.holding import held_cohorts
from services.trainings.imports.import_state import Entering
from services.trainings.imports.importing import CERTIFICATES
from services.trainings.imports.job import Job
from services.trainings.imports.judging import chunks, in_order
from services.trainings.imports.understanding import Plan, understood
from services.trainings.imports.unpacking import job_of, sheet_of
from shared.service import Service
from shared.sheets.reading import Sheet


class Material:
    """Of one piece of the work on an import."""

    def __init__(self, service: Service, programme: str, import_id: str, state: Entering) -> None:
        self._service = service
        self._programme = programme
        self._import_id = import_id
        self._state = state
        self._sheet: Sheet | None = None

    def close(self) -> None:
        """Leave the sheet, where it was opened."""
        if self._sheet is not None:
            self._sheet.close()

    @cached_property
    def opened(self) -> Sheet:
        """The sheet as it was chosen."""
        self._sheet = sheet_of(self._service, self._state)
        return self._sheet

    @cached_property
    def bare(self) -> Job:
        """The import as a job without its file."""
        return Job(
            programme=self._programme,
            import_id=self._import_id,
            by=self._state.by,
            history=self._state.history,
            now=self._service.clock.now(),
            plan=Plan(self._state.kind, (), Reading(), ""),
        )

    @cached_property
    def job(self) -> Job:
        """The import with how its columns are read."""
        if self._state.kind == CERTIFICATES:
            return self.bare
        return job_of(self._service, self._programme, self._import_id, self._state, self.opened)

    @cached_property
    def whole(self) -> list[Any]:
        """All rows in the order in which they are entered, where they must be known together."""
        rows = [row for row, _ in understood(self.opened.rows(), self.job.plan) if row]
        return rows if self._state.kind == "outcomes" else in_order(rows)

    @cached_property
    def referred(self) -> Referred:
        """What the rows refer to."""
        with self._service.database.reading() as connection:
            return Referred.found(connection, self._service.keyring, self.job, self.whole)

    @cached_property
    def cohorts(self) -> list[str]:
        """The cohorts that are kept from changing while rows about them are entered."""
        if self._state.kind == CERTIFICATES:
            return dated(self._service, self._programme)
        if self._state.kind in ("people", "cohorts", "outcomes"):
            return []
        return held_cohorts(self.referred, self.whole)

    @cached_property
    def cohort_entering(self) -> CohortEntering:
        """Who enters rows about cohorts."""
        return CohortEntering(self.job, self.referred)

    def parts(self, done: int, size: int) -> Iterator[tuple[int, list[Any]]]:
        """(how many rows stand before, rows) from a row on, ``size`` of them at a time."""
        if self._state.kind == "people":
            good = (row for row, _ in understood(self.opened.rows(), self.job.plan) if row)
            rows: Any = islice(good, done, None)
        else:
            rows = self.whole[done:]
        # Cohorts share courses and refer to each other: they are entered in one append.
        if self._state.kind == "cohorts":
            size = max(1, len(self.whole))
        for part in chunks(rows, size):
            yield done, part
            done += len(part)

"""Sheets that wait to be entered and name somebody: they go when that person's data are erased.

    discard_naming(service, "RS-2011", ["0192…"])      # before the person's keys are destroyed

A sheet names them by reference, by national number, or by all words of the name in one row. Who is
only called alike goes too: their sheet is sent again, and nobody is brought back who was erased.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

from sqlalchemy import select

from services.trainings.imports import views
from services.trainings.imports.handling import discard_for_erasure, is_stuck
from services.trainings.imports.import_state import Sent
from services.trainings.imports.scheduling import payload_of
from services.trainings.imports.unpacking import sheet_of
from services.trainings.imports.working import forget_due, state_of
from services.trainings.people.national_number import LENGTH, normalise
from services.trainings.people.projecting import number_index
from services.trainings.tables import REGISTRATIONS
from shared.errors import Busy, Invalid, Missing
from shared.language.folding import fold
from shared.language.marking import N_
from shared.privacy.keyring import Keyring
from shared.service import Service
from shared.sheets.rows import Cell

CLASSES: Final = frozenset({"identity", "contact", "special"})
"""What of an erasure a sheet may hold."""


class Named:
    """By what rows name some registrations."""

    def __init__(
        self,
        keyring: Keyring,
        *,
        references: Collection[str],
        numbers: Collection[str],
        names: Collection[str],
    ) -> None:
        self._keyring = keyring
        self._references = frozenset(fold(one) for one in references)
        self._numbers = frozenset(numbers)
        self._names = [frozenset(name.split()) for name in names if name]

    def by(self, cells: Sequence[Cell]) -> bool:
        """Whether a row names one of them."""
        words: set[str] = set()
        for cell in cells:
            said = str(cell) if isinstance(cell, str | int) else ""
            folded = fold(said)
            if folded in self._references or self._is_number(said):
                return True
            words.update(folded.replace(",", " ").split())
        return any(name <= words for name in self._names)

    def _is_number(self, said: str) -> bool:
        if not self._numbers or len(normalise(said)) not in (LENGTH - 1, LENGTH):
            return False
        # A spreadsheet that takes a number for one takes its first zero away.
        return number_index(self._keyring, normalise(said).zfill(LENGTH)) in self._numbers


def named(service: Service, registration_ids: Sequence[str]) -> Named:
    """What is known of these registrations until their columns are emptied."""
    columns = (
        REGISTRATIONS.c.reference,
        REGISTRATIONS.c.number_index,
        REGISTRATIONS.c.name_folded,
    )
    asked = select(*columns).where(REGISTRATIONS.c.registration_id.in_(registration_ids))
    with service.database.reading() as connection:
        rows = connection.execute(asked).all()
    return Named(
        service.keyring,
        references=[row.reference for row in rows],
        numbers=[row.number_index for row in rows if row.number_index],
        names=[row.name_folded for row in rows if row.name_folded],
    )


def discard_naming(service: Service, programme: str, registration_ids: Sequence[str]) -> int:
    """Discard what waits and names them, and destroy its keys; how many sheets that were.

    Raises Busy while one is being entered: it ends within minutes.
    """
    sought, found = named(service, registration_ids), 0
    with service.database.reading() as connection:
        rows = views.waiting(connection, programme)
    for row in rows:
        state = state_of(service, row.import_id)
        if not isinstance(state, Sent) or not state.sha256 or not _names(service, state, sought):
            continue
        if row.stage == "entering" and not is_stuck(row, service.clock.now()):
            raise Busy(
                "import-under-way", N_("A sheet that names the person is being entered. Wait.")
            )
        import_id: str = row.import_id
        context = service.system_context(programme, cause=import_id)
        service.transact(context, partial(discard_for_erasure, import_id=import_id))
        forget_due(service, payload_of(programme, import_id))
        found += 1
    return found


def _names(service: Service, state: Sent, sought: Named) -> bool:
    """Whether any tab does; what cannot be read any more might, and goes."""
    try:
        with sheet_of(service, state) as sheet:
            parts = sheet.parts
        for part in parts or (None,):
            with sheet_of(service, state, part=part, header_rows=1) as sheet:
                if sought.by(sheet.headers) or any(sought.by(row.cells) for row in sheet.rows()):
                    return True
    except (Invalid, Missing):
        return True
    return False

"""Which of an import's people are there already, asked for many rows at once.

known = known_people(connection, keyring, "RS-2011", rows)
known.by_reference["P0001"].registration_id
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from services.trainings.imports.job import parts
from services.trainings.imports.rows import PersonRow
from services.trainings.people.projecting import NUMBER_PURPOSE, number_index
from services.trainings.people.registration import REGISTRATION
from services.trainings.tables import REGISTRATIONS
from shared.events.envelope import decode
from shared.events.tables import CLAIMS, EVENTS
from shared.language.folding import fold
from shared.privacy.keyring import Keyring

_COLUMNS = (
    REGISTRATIONS.c.registration_id,
    REGISTRATIONS.c.reference,
    REGISTRATIONS.c.person_id,
    REGISTRATIONS.c.name_folded,
    REGISTRATIONS.c.birth_date,
    REGISTRATIONS.c.municipality,
    REGISTRATIONS.c.number_index,
    REGISTRATIONS.c.has_number,
)


@dataclass(frozen=True)
class Known:
    """``by_look``: by folded name, birth date and municipality. ``claimed``: numbers' holders.

    ``indexes``: keyed hash of each national number of the rows.
    """

    by_reference: Mapping[str, Row[Any]]
    by_number: Mapping[str, Row[Any]]
    by_look: Mapping[tuple[str, str, str], Row[Any]]
    claimed: Mapping[str, str]
    indexes: Mapping[str | None, str | None]


def look_of(row: PersonRow) -> tuple[str, str, str]:
    """By what two registrations look like one person's. Source: ``figures.py``."""
    return (fold(row.full_name), row.birth_date.isoformat(), row.municipality)


def known_people(
    connection: Connection, keyring: Keyring, programme: str, rows: Sequence[PersonRow]
) -> Known:
    """What is there of these rows' references, numbers and looks."""
    references = sorted({row.reference for row in rows if row.reference})
    indexes = {jmbg: number_index(keyring, jmbg) for jmbg in {row.jmbg for row in rows}}
    numbers = sorted(index for index in set(indexes.values()) if index is not None)
    names = sorted({fold(row.full_name) for row in rows})
    claimed: dict[str, str] = {}
    for part in parts(numbers):
        held = select(CLAIMS.c.value, CLAIMS.c.stream).where(
            CLAIMS.c.programme == programme,
            CLAIMS.c.kind == NUMBER_PURPOSE,
            CLAIMS.c.value.in_(part),
        )
        claimed.update({row.value: row.stream for row in connection.execute(held)})
    return Known(
        by_reference={
            row.reference: row
            for row in _found(connection, programme, REGISTRATIONS.c.reference, references)
        },
        by_number={
            row.number_index: row
            for row in _found(connection, programme, REGISTRATIONS.c.number_index, numbers)
        },
        by_look={
            (row.name_folded, row.birth_date, row.municipality): row
            for row in _found(connection, programme, REGISTRATIONS.c.name_folded, names)
        },
        claimed=claimed,
        indexes=indexes,
    )


def before_import(
    connection: Connection, known: Known, import_id: str, rows: Sequence[PersonRow]
) -> Known:
    """The same without those looks that rows of the import itself gave, in batches before."""
    asked = {look_of(row) for row in rows if not row.reference and not row.jmbg}
    found = {look: known.by_look[look] for look in asked & known.by_look.keys()}
    streams = {REGISTRATION.stream(row.registration_id): look for look, row in found.items()}
    made: set[tuple[str, str, str]] = set()
    for part in parts(sorted(streams)):
        first = select(EVENTS.c.stream, EVENTS.c.envelope).where(
            EVENTS.c.stream.in_(part), EVENTS.c.version == 1
        )
        made.update(
            streams[row.stream]
            for row in connection.execute(first)
            if decode(row.envelope).causationid == import_id
        )
    kept = {look: row for look, row in known.by_look.items() if look not in made}
    return replace(known, by_look=kept)


def registered_under(
    connection: Connection, programme: str, references: Sequence[str]
) -> dict[str, str]:
    """Registration by reference, of those that are there."""
    found = _found(connection, programme, REGISTRATIONS.c.reference, sorted(references))
    return {row.reference: row.registration_id for row in found}


def known_references(connection: Connection, programme: str, rows: Sequence[PersonRow]) -> set[str]:
    """Which of these rows' references are there."""
    references = sorted({row.reference for row in rows if row.reference})
    column = REGISTRATIONS.c.reference
    return {row.reference for row in _found(connection, programme, column, references)}


def _found(
    connection: Connection, programme: str, column: Any, values: Sequence[str]
) -> Iterable[Any]:
    for part in parts(values):
        asked = select(*_COLUMNS).where(REGISTRATIONS.c.programme == programme, column.in_(part))
        yield from connection.execute(asked.order_by(REGISTRATIONS.c.registration_id.desc()))

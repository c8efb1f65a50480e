"""Keeps the pairs that may be one person: whoever is registered or corrected is compared anew.

    catch_up(service, seconds=1.0)    ->  0, or how many entries of the log are still to be read
    compare_all(service, b"2026-03-31")    # once a day, what nobody's looking brought up

Pairs follow from registrations alone and may be made again at any time. They are no part of the
projection, since each costs some questions to the database, which a rebuild would ask a million
times over. They hold ids and a score; the reasons are found when two are shown.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from services.trainings.people.duplicates import alike
from services.trainings.people.registration_events import ContactChanged, Corrected, Registered
from services.trainings.tables import METADATA, REGISTRATIONS
from shared.events.beside import insert as insert_of
from shared.events.envelope import decode
from shared.events.reading import typed_log
from shared.events.tables import LOG
from shared.service import Service

COMPARE_KIND: Final = "trainings.people.compare"
AT_ONCE: Final = 200
"""Registrations compared between two looks at the clock."""
DAILY_SECONDS: Final = 200.0
"""Shorter than the lease of due work; what is left waits for the next look, or the next day."""

ALIKE_PAIRS: Final = Table(
    "alike_pairs",
    METADATA,
    Column("registration_id", String(36), nullable=False),
    Column("other_registration_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("score", Integer, nullable=False),
    PrimaryKeyConstraint("registration_id", "other_registration_id"),
    Index("alike_pairs_other", "other_registration_id"),
    Index("alike_pairs_score", "programme", "score", "registration_id", "other_registration_id"),
)
"""One row a pair that is worth a look, the smaller id first."""

ALIKE_UNTIL: Final = Table(
    "alike_until",
    METADATA,
    Column("purpose", String(20), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""Up to which entry of the log registrations were compared: a single row."""

_PAIRS: Final = "pairs"
_TYPES: Final = {cls.event_type for cls in (Registered, Corrected, ContactChanged)}


def catch_up(service: Service, *, seconds: float) -> int:
    """Compare whoever changed since the last time; how many entries of the log are still left."""
    until = time.monotonic() + seconds
    with service.database.reading() as connection:
        before = _position(connection)
    position, changed = before, set[str]()
    for batch in typed_log(service.database, before + 1):
        for at, kind, raw in batch:
            position = at
            if kind in _TYPES:
                changed.add(decode(raw).subject.partition("/")[2])
        if len(changed) >= AT_ONCE:
            before, changed = _compare(service, changed, before, position), set()
            if time.monotonic() > until:
                break
    if position > before:
        before = _compare(service, changed, before, position)
    with service.database.reading() as connection:
        head = connection.execute(select(func.max(LOG.c.position))).scalar()
    return max(0, (-1 if head is None else head) - before)


def compare_all(service: Service, _payload: bytes) -> None:
    """The day's catching up."""
    catch_up(service, seconds=DAILY_SECONDS)


def _position(connection: Connection) -> int:
    found = connection.execute(select(ALIKE_UNTIL.c.position)).scalar()
    return -1 if found is None else int(found)


def _compare(service: Service, changed: set[str], before: int, position: int) -> int:
    """Compare some registrations; up to which entry it was done, by us or by somebody faster."""
    with service.database.reading() as connection:
        pairs = _pairs(connection, changed)
    with service.database.writing() as connection:
        if not _moved(connection, before, position):
            return _position(connection)
        ids = iter(sorted(changed))
        while part := list(islice(ids, AT_ONCE)):
            own = ALIKE_PAIRS.c.registration_id.in_(part)
            other = ALIKE_PAIRS.c.other_registration_id.in_(part)
            connection.execute(delete(ALIKE_PAIRS).where(or_(own, other)))
        if pairs:
            connection.execute(insert(ALIKE_PAIRS), list(pairs.values()))
    return position


def _pairs(connection: Connection, changed: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for registration_id in changed:
        one = REGISTRATIONS.c.registration_id == registration_id
        row = connection.execute(select(REGISTRATIONS).where(one)).first()
        for likeness in alike(connection, row) if row is not None else ():
            # One number is one person already.
            if likeness.same_number:
                continue
            first, second = sorted((registration_id, likeness.row.registration_id))
            found[first, second] = {
                "registration_id": first,
                "other_registration_id": second,
                "programme": likeness.row.programme,
                "score": likeness.score,
            }
    return found


def _moved(connection: Connection, before: int, position: int) -> bool:
    """Whether nobody else compared them meanwhile; who comes after us sees that we did."""
    if before < 0 and connection.execute(select(ALIKE_UNTIL.c.purpose)).first() is None:
        first = insert_of(connection, ALIKE_UNTIL).values(purpose=_PAIRS, position=position)
        # Of an insert PostgreSQL's driver tells no count unless it is asked to.
        made = first.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return bool(connection.execute(made).rowcount == 1)
    here = update(ALIKE_UNTIL).where(ALIKE_UNTIL.c.position == before)
    return connection.execute(here.values(position=position)).rowcount == 1

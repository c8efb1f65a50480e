"""Keeps the pairs that may be one person: whoever is registered or corrected is compared anew.

    catch_up(service, seconds=1.0)    ->  0, or how many entries of the log are still to be read
    compare_all(service, b"2026-03-31")    # once a day, what nobody's looking brought up

Pairs follow from registrations alone and may be made again at any time. They are no part of the
projection, since each costs some questions to the database, which a rebuild would ask a million
times over. They hold ids and a score; the reasons are found when two are shown.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
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
from services.trainings.people.registration_events import (
    ContactChanged,
    Corrected,
    LikelyDuplicateDecided,
    MovedToPerson,
    Registered,
)
from services.trainings.tables import DUPLICATE_DECISIONS, METADATA, REGISTRATIONS
from shared.events.beside import insert as insert_of
from shared.events.envelope import decode
from shared.events.reading import typed_log
from shared.events.tables import LOG
from shared.service import Service

COMPARE_KIND: Final = "trainings.people.compare"
AT_ONCE: Final = 50
"""Registrations compared before their pairs are written."""
PAIRS_MAX: Final = 10
"""Pairs that are kept of one registration, the likeliest; when some are decided, others follow."""
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
_TYPES: Final = {
    cls.event_type
    for cls in (Registered, Corrected, ContactChanged, LikelyDuplicateDecided, MovedToPerson)
}


def catch_up(service: Service, *, seconds: float) -> int:
    """Compare whoever changed since the last time; how many entries of the log are still left.

    One registration is compared at least, and no further one once the time is over.
    """
    until = time.monotonic() + seconds
    with service.database.reading() as connection:
        before = _position(connection)
    position, changed = before, dict[str, int]()
    for batch in typed_log(service.database, before + 1):
        for at, kind, raw in batch:
            position = at
            if kind in _TYPES:
                changed.setdefault(decode(raw).subject.partition("/")[2], at)
            if kind == LikelyDuplicateDecided.event_type:
                event = service.store.types.recorded_event(kind, raw)
                changed.setdefault(getattr(event, "other_registration_id", ""), at)
            if len(changed) >= AT_ONCE:
                before, changed = _compare(service, changed, before, position, until), {}
                if before != position or time.monotonic() > until:
                    return _left(service, before)
    if position > before:
        before = _compare(service, changed, before, position, until)
    return _left(service, before)


def _left(service: Service, before: int) -> int:
    with service.database.reading() as connection:
        head = connection.execute(select(func.max(LOG.c.position))).scalar()
    return max(0, (-1 if head is None else head) - before)


def compare_all(service: Service, _payload: bytes) -> None:
    """The day's catching up."""
    catch_up(service, seconds=DAILY_SECONDS)


def _position(connection: Connection) -> int:
    found = connection.execute(select(ALIKE_UNTIL.c.position)).scalar()
    return -1 if found is None else int(found)


def _compare(
    service: Service, changed: dict[str, int], before: int, position: int, until: float
) -> int:
    """Compare some registrations; up to which entry it was done, by us or by somebody faster.

    changed: registration to the first entry that told of it, in the order of the log.
    """
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    done: list[str] = []
    with service.database.reading() as connection:
        for registration_id, at in changed.items():
            if done and time.monotonic() > until:
                # Up to the entry before: this one is the first to be compared next time.
                position = at - 1
                break
            pairs.update(_pairs(connection, registration_id))
            done.append(registration_id)
    with service.database.writing() as connection:
        if not _moved(connection, before, position):
            return _position(connection)
        own = ALIKE_PAIRS.c.registration_id.in_(done)
        other = ALIKE_PAIRS.c.other_registration_id.in_(done)
        connection.execute(delete(ALIKE_PAIRS).where(or_(own, other)))
        if pairs:
            connection.execute(insert(ALIKE_PAIRS), list(pairs.values()))
    return position


def _pairs(connection: Connection, registration_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The likeliest pairs of one registration that nobody decided."""
    one = REGISTRATIONS.c.registration_id == registration_id
    row = connection.execute(select(REGISTRATIONS).where(one)).first()
    if row is None:
        return {}
    apart = _decided_apart(connection, registration_id)
    open_ones = (
        near
        for near in alike(connection, row)
        # One number is one person already.
        if not near.same_number
        and near.person_id != row.person_id
        and near.registration_id not in apart
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for near in islice(open_ones, PAIRS_MAX):
        first, second = sorted((registration_id, near.registration_id))
        found[first, second] = {
            "registration_id": first,
            "other_registration_id": second,
            "programme": row.programme,
            "score": near.compared.score,
        }
    return found


def _decided_apart(connection: Connection, registration_id: str) -> set[str]:
    d = DUPLICATE_DECISIONS.c
    both = (
        select(d.other_registration_id).where(d.registration_id == registration_id, ~d.same),
        select(d.registration_id).where(d.other_registration_id == registration_id, ~d.same),
    )
    return {other for query in both for other in connection.execute(query).scalars()}


def with_more(connection: Connection, ids: Collection[str]) -> set[str]:
    """Of some registrations those that are like so many that perhaps not all pairs are kept."""
    p = ALIKE_PAIRS.c
    counted: dict[str, int] = defaultdict(int)
    for column in (p.registration_id, p.other_registration_id):
        query = select(column, func.count()).where(column.in_(sorted(ids))).group_by(column)
        for registration_id, count in connection.execute(query):
            counted[registration_id] += count
    return {one for one, count in counted.items() if count >= PAIRS_MAX}


def _moved(connection: Connection, before: int, position: int) -> bool:
    """Whether nobody else compared them meanwhile; who comes after us sees that we did."""
    if before < 0 and connection.execute(select(ALIKE_UNTIL.c.purpose)).first() is None:
        first = insert_of(connection, ALIKE_UNTIL).values(purpose=_PAIRS, position=position)
        # Of an insert PostgreSQL's driver tells no count unless it is asked to.
        made = first.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return bool(connection.execute(made).rowcount == 1)
    here = update(ALIKE_UNTIL).where(ALIKE_UNTIL.c.position == before)
    return connection.execute(here.values(position=position)).rowcount == 1

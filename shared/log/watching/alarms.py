"""Alarms: what a watching service found wrong with a log, as events of its own log.

    raise_alarm(service, Finding(source="grants", kind=Kind.fork, matter="17", size=18, ...))
    settle(work, alarm_id, reason="…", by=actor())

An alarm's id is derived from its matter, so that what is found again and again is raised once. Of
one kind a log has one alarm open at a time. Nothing is repaired by raising or by settling one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import (
    Connection,
    MetaData,
    Row,
    Table,
    func,
    select,
)

from shared import metrics
from shared.errors import Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.events.projection import Projection
from shared.events.types import Foreign, reads
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.log.watching.alarm_rows import alarm_table, projecting
from shared.service import INSTALLATION_WIDE, Service

REASON_LENGTH_MAX: Final = 500
NOTE_LENGTH_MAX: Final = 8_000
STREAM_KIND: Final = "alarm"

_log = structlog.get_logger("watching")


class Kind(StrEnum):
    """What can be wrong with a log.

    fork:        a signed checkpoint that is not of the log that was seen.
    rewritten:   an entry came again with other bytes.
    missing:     an entry was asked for and not given.
    reordered:   an entry came again at another's position.
    shrunk:      the log tells, several times, that it ends before what was seen of it.
    signature:   a checkpoint that no key on record signed, or of another log.
    stopped:     the log says nothing any more.
    uncovered:   it grows and no checkpoint covers what is new.
    uncosigned:  its checkpoints come and none of them can be cosigned here.
    damaged:     rows are gone from the copy here; says nothing of the log itself.
    """

    fork = "fork"
    rewritten = "rewritten"
    missing = "missing"
    reordered = "reordered"
    shrunk = "shrunk"
    signature = "signature"
    stopped = "stopped"
    uncovered = "uncovered"
    uncosigned = "uncosigned"
    damaged = "damaged"


PASSING: Final = frozenset({Kind.stopped, Kind.uncovered, Kind.uncosigned})
"""What also ends by itself."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found. ``matter`` tells it from others of its kind about the same log.

    position, size: where in the log; the size of a tree. expected, found: hashes or numbers, as
    text; the notes are those of both sides, whole.
    """

    source: str
    kind: Kind
    matter: str
    position: int | None = None
    size: int | None = None
    expected: str = ""
    found: str = ""
    note_expected: str = ""
    note_found: str = ""


class AlarmParts(NamedTuple):
    """What a watching service is made of in addition."""

    raised: type[Event]
    settled: type[Event]
    decider: Decider[Any]
    table: Table
    projection: Projection


@dataclass(frozen=True)
class Alarm:
    """State of one alarm."""

    raised: bool = False
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Raise:
    """Raise it, unless it was raised before."""

    finding: Finding


@dataclass(frozen=True, kw_only=True)
class Settle:
    """Say why it needs no more looking after. ``by_itself``: what was wrong is over."""

    reason: str
    by: str
    by_itself: bool = False


@cache
def alarms_of(service: str) -> AlarmParts:
    """The parts of a watching service, always the same ones."""

    @event_type(f"{service}.alarm.raised.v1")
    class Raised(Event, frozen=True, kw_only=True):
        """Something is wrong with the log of ``source``."""

        source: str
        kind: str
        position: int | None
        size: int | None
        expected: str
        found: str
        note_expected: str
        note_found: str

    @event_type(f"{service}.alarm.settled.v1")
    class Settled(Event, frozen=True, kw_only=True):
        """Somebody settled it, or what was wrong is over."""

        source: str
        kind: str
        reason: str
        by: str
        by_itself: bool

    def evolve(state: _Known, event: Event) -> _Known:
        match event:
            case Raised():
                return replace(state, alarm=Alarm(True, True), source=event.source, kind=event.kind)
            case Settled():
                return replace(state, alarm=Alarm(True, False))
        raise TypeError(type(event).__name__)

    def decide(state: _Known, command: Raise | Settle) -> tuple[Event, ...]:
        match command:
            case Raise(finding=found):
                return () if state.alarm.raised else (Raised(**_facts(found)),)
            case Settle():
                return _settle(state, command, Settled)
        raise TypeError(type(command).__name__)

    table = alarm_table("alarms", MetaData())
    return AlarmParts(
        Raised,
        Settled,
        Decider(
            kind=STREAM_KIND,
            initial=_Known(),
            evolve=evolve,
            decide=decide,
            events=(Raised, Settled),
        ),
        table,
        Projection("alarms", 1, (table,), projecting(table, Raised, Settled), (Raised, Settled)),
    )


class ForeignAlarms(NamedTuple):
    """Another watching service's alarms, as somebody else shows them."""

    table: Table
    projection: Projection


@cache
def foreign_alarms(watcher: str) -> ForeignAlarms:
    """Another service's alarms as a read model of whoever shows them."""

    @reads(f"{watcher}.alarm.raised.v1")
    class RaisedElsewhere(Foreign, frozen=True, kw_only=True):
        """Another watching service found something."""

        source: str
        kind: str
        position: int | None = None
        size: int | None = None
        expected: str = ""
        found: str = ""
        note_expected: str = ""
        note_found: str = ""

    @reads(f"{watcher}.alarm.settled.v1")
    class SettledElsewhere(Foreign, frozen=True, kw_only=True):
        """It was settled there."""

        source: str
        kind: str
        reason: str
        by: str
        by_itself: bool = False

    name = f"alarms_of_{watcher}"
    table = alarm_table(name, MetaData())
    events = (RaisedElsewhere, SettledElsewhere)
    projection = Projection(name, 1, (table,), projecting(table, *events), events)
    return ForeignAlarms(table, projection)


def raise_alarm(service: Service, finding: Finding) -> str | None:
    """Raise it unless one of its kind is open for that log, or this very one was settled.

    Returns its id, or None when nothing new was found.
    """
    parts = alarms_of(service.name)
    alarm_id = _id_of(service, finding)

    def handler(work: Work) -> bool:
        if open_alarm(work.connection, parts.table, finding.source, finding.kind) is not None:
            return False
        return bool(work.decide(parts.decider, alarm_id, Raise(finding=finding)))

    context = service.system_context(INSTALLATION_WIDE, cause=alarm_id)
    if not service.transact(context, handler):
        return None
    _log.error(
        "alarm raised",
        source=finding.source,
        kind=finding.kind.value,
        position=finding.position,
        size=finding.size,
        alarm_id=alarm_id,
    )
    measure(service)
    return alarm_id


def raise_first(service: Service, findings: Sequence[Finding]) -> str | None:
    """Raise the first of several about one log that was never raised; one is open at a time.

    So what was settled hides nothing that is found beside it. Returns its id, None when none is.
    """
    if not findings:
        return None
    table = alarms_of(service.name).table
    with service.database.reading() as connection:
        for kind in {one.kind for one in findings}:
            if open_alarm(connection, table, findings[0].source, kind) is not None:
                return None
        query = select(table.c.alarm_id).where(table.c.source == findings[0].source)
        before = set(connection.execute(query).scalars())
    for one in findings:
        if _id_of(service, one) not in before and (alarm_id := raise_alarm(service, one)):
            return alarm_id
    return None


def raised(service: Service, source: str, kind: Kind) -> Sequence[Row[Any]]:
    """Every alarm of this kind about this log, settled ones too, the oldest first."""
    table = alarms_of(service.name).table
    query = select(table).where(table.c.source == source, table.c.kind == kind.value)
    with service.database.reading() as connection:
        return connection.execute(query.order_by(table.c.raised_at)).all()


def settle(work: Work, service: str, alarm_id: str, *, reason: str, by: str) -> None:
    """A person says why it needs no more looking after. Raises Missing, Refused."""
    work.decide(alarms_of(service).decider, alarm_id, Settle(reason=reason, by=by))


def over(service: Service, source: str, kind: Kind) -> bool:
    """What was wrong is over, of itself; whether an alarm of this kind was open."""
    parts = alarms_of(service.name)
    with service.database.reading() as connection:
        found = open_alarm(connection, parts.table, source, kind)
    if found is None:
        return False
    by = f"system/{service.name}"
    command = Settle(reason="", by=by, by_itself=True)
    context = service.system_context(INSTALLATION_WIDE, cause=found)
    service.transact(context, lambda work: work.decide(parts.decider, found, command))
    _log.info("alarm is over", source=source, kind=kind.value, alarm_id=found)
    measure(service)
    return True


def open_alarm(connection: Connection, table: Table, source: str, kind: Kind) -> str | None:
    """The id of the open alarm of this kind about this log."""
    found = connection.execute(
        select(table.c.alarm_id)
        .where(table.c.settled_at.is_(None), table.c.source == source, table.c.kind == kind.value)
        .limit(1)
    ).scalar()
    return None if found is None else str(found)


def open_alarms(connection: Connection, table: Table) -> Sequence[Row[Any]]:
    """Everything that is open, the oldest first. There is one a log and kind at most."""
    return connection.execute(
        select(table).where(table.c.settled_at.is_(None)).order_by(table.c.raised_at)
    ).all()


def measure(service: Service) -> None:
    """Set the gauge of open alarms; those that are over go back to nought."""
    table = alarms_of(service.name).table
    with service.database.reading() as connection:
        counted = connection.execute(
            select(
                table.c.source,
                table.c.kind,
                func.count().filter(table.c.settled_at.is_(None)).label("open"),
            ).group_by(table.c.source, table.c.kind)
        ).all()
    for row in counted:
        metrics.alarms_open.labels(service.name, row.source, row.kind).set(row.open)


def _id_of(service: Service, found: Finding) -> str:
    return derived("alarm", service.name, found.source, found.kind, found.matter)


@dataclass(frozen=True)
class _Known:
    """An alarm as its stream tells it."""

    alarm: Alarm = Alarm()
    source: str = ""
    kind: str = ""


def _facts(found: Finding) -> dict[str, Any]:
    return {
        "source": found.source,
        "kind": found.kind.value,
        "position": found.position,
        "size": found.size,
        "expected": found.expected,
        "found": found.found,
        "note_expected": found.note_expected[:NOTE_LENGTH_MAX],
        "note_found": found.note_found[:NOTE_LENGTH_MAX],
    }


def _settle(state: _Known, command: Settle, settled: type[Event]) -> tuple[Event, ...]:
    if not state.alarm.raised:
        raise Missing("no-alarm", N_("There is no such alarm."))
    if not state.alarm.open:
        if command.by_itself:
            return ()
        raise Refused("alarm-settled", N_("This alarm is settled already."))
    event = settled(
        source=state.source,
        kind=state.kind,
        reason=command.reason,
        by=command.by,
        by_itself=command.by_itself,
    )
    return (event,)


def silence_matter(since: datetime) -> str:
    """Each silence is a matter of its own, named by the moment when the log was last heard."""
    return since.isoformat()

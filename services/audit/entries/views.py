"""Entries as they are searched, and whether the copies are whole.

    entries(connection, Scope.of(reader), Search(source="grants", access="exports"), limit=50)
    gaps(connection)      ->  {"grants": (412, 413)}    positions kept, positions expected
    changed(connection)   ->  [("grants", 17)]          copies whose bytes are no longer the same

An auditor of everything sees everything; one of a programme what is of it, and of the whole
installation only what names it (roles granted in it). An administrator sees what is technical, a
finance controller what is money, an officer their own cases: the records on which they acted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, or_, select, true

from services.audit.tables import ACTORS, ENTRIES, MENTIONS
from services.event_words import SOURCES
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME, Role
from shared.events.envelope import decode
from shared.events.event import PREFIX
from shared.events.tables import DEAD_LETTERS, INBOX
from shared.identifiers import derived
from shared.language.formats import DEFAULT_ZONE
from shared.log.leaf import leaf_hash
from shared.service import INSTALLATION_WIDE

MONEY_KINDS: Final = ("award", "batch", "budget", "budget_line", "payment", "statement_line")
TECHNICAL_SOURCES: Final = ("accounts",)
CASE_KINDS: Final = ("application", "award", "certificate", "outcome", "registration", "visit")
CHANGED_MAX: Final = 100
HISTORY_MAX: Final = 500
_BATCH: Final = 2_000

ACCESSES: Final = {"reads": "read", "exports": "exported", "refusals": "denied"}
"""What a search may be narrowed to → the past tense of the events of accesses."""


@dataclass(frozen=True)
class Scope:
    """What a reader may see of the logs: pairs of role and programme."""

    grants: tuple[tuple[Role, str], ...]
    account_id: str = ""

    @classmethod
    def of(cls, reader: Reader) -> Scope:
        """By the reader's roles."""
        return cls(
            tuple((grant.role, grant.programme) for grant in reader.roles), reader.account_id
        )

    def clause(self) -> ColumnElement[bool]:
        """Which entries; none for roles that have no business here."""
        parts = [
            part
            for role, programme in self.grants
            if (part := self._part(role, programme)) is not None
        ]
        return or_(*parts) if parts else ~true()

    def _part(self, role: Role, programme: str) -> ColumnElement[bool] | None:
        every = programme == EVERY_PROGRAMME
        inside = true() if every else ENTRIES.c.programme == programme
        match role:
            case Role.auditor:
                return inside if every else or_(inside, _names(programme))
            case Role.administrator:
                wide = ENTRIES.c.programme == INSTALLATION_WIDE
                return and_(or_(inside, wide), ENTRIES.c.source.in_(TECHNICAL_SOURCES))
            case Role.finance_controller:
                return and_(inside, ENTRIES.c.kind.in_(MONEY_KINDS))
            case Role.programme_officer:
                return and_(inside, ENTRIES.c.stream.in_(cases_of(self.account_id)))
        return None

    def whole(self) -> bool:
        """Whether everything may be seen: only then do checks of the whole copies say anything."""
        return (Role.auditor, EVERY_PROGRAMME) in self.grants


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for; empty means any. Days are of the programme's zone.

    access: accesses of one kind: ``reads``, ``exports`` or ``refusals``.
    after:  a moment; later entries only.
    """

    source: str = ""
    actor: str = ""
    stream: str = ""
    kind: str = ""
    type: str = ""
    correlation: str = ""
    programme: str = ""
    access: str = ""
    since: date | None = None
    until: date | None = None
    after: datetime | None = None

    def clauses(self) -> Iterator[ColumnElement[bool]]:
        """As conditions."""
        for column, value in (
            (ENTRIES.c.source, self.source),
            (ENTRIES.c.actor, self.actor),
            (ENTRIES.c.stream, self.stream),
            (ENTRIES.c.kind, self.kind),
            (ENTRIES.c.type, self.type),
            (ENTRIES.c.correlation, self.correlation),
            (ENTRIES.c.programme, self.programme),
        ):
            if value:
                yield column == value
        if self.access:
            tense = ACCESSES.get(self.access, "")
            names = [f"{PREFIX}{source}.access.{tense}.v1" for source in SOURCES]
            yield and_(ENTRIES.c.kind == "access", ENTRIES.c.type.in_(names))
        # Before the first and after the last day that a calendar has there is nothing.
        if self.after is not None and self.after.date() == date.max:
            yield false()
        elif self.after is not None and self.after.date() > date.min:
            yield ENTRIES.c.at > self.after
        if self.since is not None and self.since > date.min:
            yield ENTRIES.c.at >= _midnight(self.since)
        if self.until is not None and self.until < date.max:
            yield ENTRIES.c.at < _midnight(self.until + timedelta(days=1))


def entries(
    connection: Connection,
    scope: Scope,
    search: Search,
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> list[Row[Any]]:
    """Entries with the actor's name, newest first. ``after``: moment and event id of the last."""
    query = (
        select(ENTRIES, ACTORS.c.display_name)
        .select_from(ENTRIES.outerjoin(ACTORS, ACTORS.c.account_id == ENTRIES.c.actor))
        .where(scope.clause(), *search.clauses())
        .order_by(ENTRIES.c.at.desc(), ENTRIES.c.event_id.desc())
    )
    if after is not None:
        when, last = after
        query = query.where(
            or_(ENTRIES.c.at < when, and_(ENTRIES.c.at == when, ENTRIES.c.event_id < last))
        )
    return list(connection.execute(query.limit(limit)))


def count(connection: Connection, scope: Scope, search: Search) -> int:
    """How many entries a search finds."""
    query = select(func.count()).select_from(ENTRIES).where(scope.clause(), *search.clauses())
    return connection.execute(query).scalar_one()


def entry(connection: Connection, scope: Scope, source: str, position: int) -> Row[Any] | None:
    """One entry, when the reader may see it."""
    return connection.execute(
        select(ENTRIES, ACTORS.c.display_name)
        .select_from(ENTRIES.outerjoin(ACTORS, ACTORS.c.account_id == ENTRIES.c.actor))
        .where(scope.clause(), ENTRIES.c.source == source, ENTRIES.c.position == position)
    ).first()


def names_of(connection: Connection, accounts: Collection[str]) -> dict[str, str]:
    """Accounts → what they are called, for those whose name is known."""
    rows = connection.execute(select(ACTORS).where(ACTORS.c.account_id.in_(accounts)))
    return {row.account_id: row.display_name for row in rows if row.display_name}


def contents(
    connection: Connection, keys: Collection[tuple[str, int]]
) -> dict[tuple[str, int], bytes]:
    """The exact bytes of entries by service and position."""
    found: dict[tuple[str, int], bytes] = {}
    for source in {source for source, _ in keys}:
        positions = [position for one, position in keys if one == source]
        rows = connection.execute(
            select(INBOX.c.position, INBOX.c.envelope).where(
                INBOX.c.source == source, INBOX.c.position.in_(positions)
            )
        )
        found |= {(source, row.position): row.envelope for row in rows}
    return found


def earlier(
    connection: Connection, streams: Collection[str], names: Collection[str]
) -> list[Row[Any]]:
    """Entries of these records whose types have these names, whatever the version, in order."""
    types = [ENTRIES.c.type.like(f"{PREFIX}{name}.v%") for name in names]
    return list(
        connection.execute(
            select(
                ENTRIES.c.source,
                ENTRIES.c.position,
                ENTRIES.c.stream,
                ENTRIES.c.stream_version,
                ENTRIES.c.type,
            )
            .where(ENTRIES.c.stream.in_(streams), or_(*types) if types else ~true())
            .order_by(ENTRIES.c.stream, ENTRIES.c.stream_version)
        )
    )


def bytes_of(connection: Connection, source: str, position: int) -> bytes | None:
    """The exact bytes of an entry as they arrived. Personal fields in them are sealed."""
    raw = connection.execute(
        select(INBOX.c.envelope).where(INBOX.c.source == source, INBOX.c.position == position)
    ).scalar()
    return raw.encode() if isinstance(raw, str) else raw


def gaps(connection: Connection) -> dict[str, tuple[int, int]]:
    """Per source how many entries are kept and how many there must be; equal when none is gone."""
    rows = connection.execute(
        select(ENTRIES.c.source, func.count(), func.max(ENTRIES.c.position)).group_by(
            ENTRIES.c.source
        )
    )
    kept = {row[0]: (row[1], row[2] + 1) for row in rows}
    copies = connection.execute(
        select(INBOX.c.source, func.count(), func.max(INBOX.c.position)).group_by(INBOX.c.source)
    )
    for source, count, last in copies:
        have, expected = kept.get(source, (0, 0))
        kept[source] = (min(have, count), max(expected, last + 1))
    return kept


def changed(connection: Connection, sources: Collection[str]) -> list[tuple[str, int]]:
    """Entries whose copy does not give the leaf hash that it gave on arrival; a hundred at most."""
    found: list[tuple[str, int]] = []
    for source in sorted(sources):
        start = 0
        while rows := _with_copies(connection, source, start):
            found += [(source, row.position) for row in rows if _differs(row)]
            if len(found) >= CHANGED_MAX:
                return found[:CHANGED_MAX]
            start = rows[-1].position + 1
    return found


def parked(connection: Connection) -> int:
    """How many messages wait because they could not be applied."""
    return connection.execute(
        select(func.count()).select_from(DEAD_LETTERS).where(DEAD_LETTERS.c.resolved_at.is_(None))
    ).scalar_one()


def _with_copies(connection: Connection, source: str, start: int) -> list[Row[Any]]:
    copies = and_(INBOX.c.source == ENTRIES.c.source, INBOX.c.position == ENTRIES.c.position)
    return list(
        connection.execute(
            select(ENTRIES, INBOX.c.envelope)
            .select_from(ENTRIES.outerjoin(INBOX, copies))
            .where(ENTRIES.c.source == source, ENTRIES.c.position >= start)
            .order_by(ENTRIES.c.position)
            .limit(_BATCH)
        )
    )


def _differs(row: Row[Any]) -> bool:
    """Whether the bytes are others than those that arrived, or the row says otherwise than they."""
    # SQLite lets whoever edits the file put text where bytes were.
    if not isinstance(row.envelope, bytes) or leaf_hash(row.envelope) != row.leaf_hash:
        return True
    envelope = decode(row.envelope)
    said = (envelope.id, envelope.subject, envelope.type, envelope.actor, envelope.programme)
    return said != (row.event_id, row.stream, row.type, row.actor, row.programme)


def _names(programme: str) -> ColumnElement[bool]:
    """Entries of the whole installation that are about a programme."""
    mentioned = select(MENTIONS.c.position).where(
        MENTIONS.c.source == ENTRIES.c.source,
        MENTIONS.c.position == ENTRIES.c.position,
        MENTIONS.c.stream == f"programme/{derived('programme', programme)}",
    )
    return and_(ENTRIES.c.programme == INSTALLATION_WIDE, mentioned.exists())


def cases_of(account_id: str) -> Select[tuple[str]]:
    """The records on which an account acted."""
    acted = ENTRIES.alias("acted")
    return select(acted.c.stream).where(acted.c.actor == account_id, acted.c.kind.in_(CASE_KINDS))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(DEFAULT_ZONE)).astimezone(UTC)

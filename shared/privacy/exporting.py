"""Everything that a service holds about a person: its rows and its log's events, opened.

    data = held(service, owners={registration_id}, words=WORDS)
    data.events[0].fields["full_name"]        ->  "Mira Primer"
    archive(data, page)                       ->  a zip: data.json for machines, data.html to read

An event is a person's when it is sealed for them or names them or a record of theirs (an award). Of
an event that names others too (who was present on a day) only their own part is given, and what is
sealed for somebody else stays so. How much of it one asker is given says ``giving.py``. What was
made from the rest for searching (keyed hashes, folded names) is left out, and so are the accounts
of staff. Source: the right of access, Regulation (EU) 2016/679, article 15.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, false, func, literal, or_, select

from shared.events.event import Event, Sealed
from shared.events.projection import Recorded
from shared.events.tables import EVENTS, LOG
from shared.money import Money
from shared.privacy.erasing import owned
from shared.privacy.giving import EVERYTHING, Giving
from shared.privacy.sealing import open_text
from shared.service import Service

EVENTS_MAX: Final = 20_000
ROWS_MAX: Final = 5_000

MADE_FOR_SEARCH: Final = ("_index", "_hash", "_folded")
"""Endings of columns that hold what was made from other columns, to find them by."""

_STAFF: Final = frozenset(
    {"visitor", "trainers", "member_id", "member_ids", "recused_ids", "chair_id", "officer"}
)
_OTHERS: Final = frozenset({"other_registration_id", "from_person_id"})
_WHOSE: Final = frozenset({"registration_id", "owner_id", "account_id"})
_RECORDS: Final = frozenset({"registration_id", "application_id", "payment_id", "award_id"})
"""Fields of a list's parts that say whose part it is."""

_LISTS_OF_IDS: Final = frozenset({"removed", "owners"})
"""Fields that list records, besides those that end with ``_ids``."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said beside the data, as msgids.

    event: type name → sentence. fields, tables: names → words.
    hidden: the fields of an event that are secrets of the system rather than data of the person.
    """

    event: Callable[[str], str]
    fields: Mapping[str, str]
    tables: Mapping[str, str]
    hidden: Callable[[Event], Collection[str]] = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class HeldRows:
    """Rows of one table that are the person's: a mapping by column each."""

    table: str
    words: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class HeldEvent:
    """One event with its personal fields opened; None where a key is gone.

    position: in the log; None for a moment, until the log has given it one.
    """

    position: int | None
    type: str
    words: str
    at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a service holds. ``explained``: every name of a field or column → its words."""

    service: str
    made_at: datetime
    owners: Sequence[str]
    tables: Sequence[HeldRows]
    events: Sequence[HeldEvent]
    explained: Mapping[str, str] = field(default_factory=dict)


def held(
    service: Service,
    owners: Collection[str],
    *,
    words: Words,
    more: Sequence[HeldRows] = (),
    giving: Giving = EVERYTHING,
) -> Held:
    """What this service holds about these owners (registrations of one person, their account).

    more: rows that no table names the owner of. giving: how much of it is given.
    """
    with service.database.reading() as connection:
        tables = [*_tables(service, connection, owners, words, giving), *more]
        events = list(_events(service, connection, owners, words, giving))
    names = {name for one in tables for row in one.rows for name in row}
    names |= {name for one in events for name in _names(one.fields)}
    return Held(
        service=service.name,
        made_at=service.clock.now(),
        owners=sorted(owners),
        tables=tables,
        events=events,
        explained={name: words.fields.get(name, name) for name in sorted(names)},
    )


def archive(data: Held, page: str) -> bytes:
    """A zip with ``data.json`` and ``data.html``. No name of a file tells whose it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("data.json", as_json(data))
        files.writestr("data.html", page)
    return made.getvalue()


def as_json(data: Held) -> bytes:
    """For machines: names as the system has them, and ``explained`` says what each means."""
    content = {
        "service": data.service,
        "made_at": data.made_at,
        "owners": data.owners,
        "explained": data.explained,
        "tables": [
            {"table": one.table, "words": one.words, "rows": one.rows} for one in data.tables
        ],
        "events": [
            {
                "position": one.position,
                "type": one.type,
                "words": one.words,
                "at": one.at,
                "fields": one.fields,
            }
            for one in data.events
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2)


# Rows


def _tables(
    service: Service,
    connection: Connection,
    owners: Collection[str],
    words: Words,
    giving: Giving,
) -> Iterator[HeldRows]:
    tables = [table for one in service.definition.projections for table in one.tables]
    for table in tables:
        try:
            whose = owned(table, owners, tables)
        except (TypeError, KeyError):
            # A table of no person.
            continue
        name = str(table.name)
        found = connection.execute(select(table).where(whose).limit(ROWS_MAX)).mappings()
        given = (giving.row(name, {str(key): value for key, value in one.items()}) for one in found)
        rows = [_row(table, one, giving) for one in given if one is not None]
        if rows:
            yield HeldRows(table=name, words=words.tables.get(name, name), rows=rows)


def _row(table: Table, row: Mapping[str, Any], giving: Giving) -> dict[str, Any]:
    """What is given of a row: a column that is not in it was taken out."""
    return {
        str(column.name): giving.of_column(column, row[column.name])
        for column in table.columns
        if column.name in row
        and not column.name.endswith(MADE_FOR_SEARCH)
        and not _of_staff(column.name)
        and column.name not in _OTHERS
        and not isinstance(row[column.name], bytes)
    }


def _of_staff(name: str) -> bool:
    return name.endswith("_by") or name in _STAFF


# Events


def _events(
    service: Service,
    connection: Connection,
    owners: Collection[str],
    words: Words,
    giving: Giving,
) -> Iterator[HeldEvent]:
    ids = {*owners, *giving.records}
    for position, raw in _mentioning(connection, ids):
        recorded = service.store.recorded(raw)
        if not (_sealed_for(recorded.event, owners) or _is_about(recorded, ids)):
            continue
        if not giving.event(recorded):
            continue
        yield HeldEvent(
            position=position,
            type=recorded.envelope.type,
            words=words.event(recorded.envelope.type),
            at=recorded.at,
            fields=_fields(service, recorded.event, owners, words, giving),
        )


def _mentioning(
    connection: Connection, owners: Collection[str]
) -> Iterator[tuple[int | None, bytes]]:
    """(position, bytes) of every entry in whose bytes one of these ids stands, in order."""
    query = (
        select(LOG.c.position, EVENTS.c.envelope)
        .select_from(EVENTS.outerjoin(LOG, LOG.c.event_id == EVENTS.c.event_id))
        .where(or_(false(), *(_holds(connection, one.encode()) for one in sorted(owners))))
        .order_by(LOG.c.position.is_(None), LOG.c.position, EVENTS.c.event_id)
        .limit(EVENTS_MAX)
    )
    for position, raw in connection.execute(query):
        yield position, bytes(raw)


def _holds(connection: Connection, needle: bytes) -> ColumnElement[bool]:
    """Whether these bytes stand anywhere in an entry's."""
    if connection.dialect.name == "sqlite":
        return func.instr(EVENTS.c.envelope, literal(needle)) > 0
    # As a plain function it takes the bytes first, and then what is looked for in them.
    return func.pg_catalog.position(EVENTS.c.envelope, literal(needle)) > 0


def _sealed_for(event: Event, owners: Collection[str]) -> bool:
    return bool(event.seals_for) and getattr(event, event.seals_for) in owners


def _is_about(recorded: Recorded, owners: Collection[str]) -> bool:
    """Whether it stands in the person's own stream, or says something of them."""
    if recorded.identifier in owners:
        return True
    return any(_names_one(value, owners) for value in _values(recorded.event))


def _values(struct: msgspec.Struct) -> Iterator[Any]:
    for one in msgspec.structs.fields(type(struct)):
        yield getattr(struct, one.name)


def _names_one(value: Any, owners: Collection[str]) -> bool:
    match value:
        case str():
            return value in owners or value.partition("/")[2] in owners
        case tuple():
            return any(_names_one(one, owners) for one in value)
        case Sealed() | Money():
            return False
        case msgspec.Struct():
            return any(_names_one(one, owners) for one in _values(value))
    return False


def _fields(
    service: Service, event: Event, owners: Collection[str], words: Words, giving: Giving
) -> dict[str, Any]:
    mine, hidden = _sealed_for(event, owners), words.hidden(event)
    ids = {*owners, *giving.records}
    found: dict[str, Any] = {}
    for one in msgspec.structs.fields(type(event)):
        value = getattr(event, one.name)
        if not giving.of_field(event, one.name):
            continue
        if one.name in event.personal_fields:
            # Written before such a field was sealed: plain text, and of the record that it names.
            plain = isinstance(value, str) and not getattr(event, event.seals_for)
            if (mine or plain) and one.name not in hidden:
                found[one.name] = giving.text(one.name, open_text(service.keyring, value))
        elif _is_given(one.name, value, owners):
            found[one.name] = _own_part(one.name, value, ids)
    return found


def _is_given(name: str, value: Any, owners: Collection[str]) -> bool:
    """Whether a field is given at all: it tells neither of staff nor of another person."""
    if _of_staff(name) or name in _OTHERS:
        return False
    return name not in _WHOSE or value in owners


def _own_part(name: str, value: Any, ids: Collection[str]) -> Any:
    """A value as plain data, without what it says of other people."""
    match value:
        case tuple():
            naming = [one for one in value if _names_one(one, ids)]
            # A list that names the person among others is cut down to them.
            given = naming if naming or _lists_people(name, value) else value
            return [_own_part(name, one, ids) for one in given]
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case msgspec.Struct():
            return {
                one.name: _own_part(one.name, getattr(value, one.name), ids)
                for one in msgspec.structs.fields(type(value))
                if _is_given(one.name, getattr(value, one.name), ids)
            }
        case date() | str() | int() | None:
            return value
    raise TypeError(f"{type(value).__name__} is no value of an event")


def _lists_people(name: str, values: tuple[Any, ...]) -> bool:
    """Whether the parts of a list are of one person each, so that others' are never given."""
    if name.endswith("_ids") or name in _LISTS_OF_IDS:
        return True
    return any(
        not _RECORDS.isdisjoint(one.name for one in msgspec.structs.fields(type(value)))
        for value in values
        if isinstance(value, msgspec.Struct)
    )


def _names(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        yield name
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _names(one)

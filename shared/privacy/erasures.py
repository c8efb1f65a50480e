"""What every service does when a person's data are erased: it counts, later purges, and answers.

    ERASING = Erasing("grants", views=view_tables, further=batches_of)
    Definition(..., events=(..., *ERASING.events), reactions=(..., ERASING.reaction),
               due={..., **ERASING.due})

Trainings holds the record of an erasure. A request is answered by ``grants.erasure.counted.v1``,
destroyed keys by ``grants.erasure.purged.v1``, both in the stream ``answer/<erasure id>``. All of
it is due work: killed at any moment, it goes on after the next start.

A process that has used a key of late remembers it for a minute and might write a row once more, so
where several processes serve an installation the purge is repeated after that, then answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table

from shared.events.append import Append, DueWork, StreamWrite
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.events.tables import CLAIMS
from shared.events.work import Work, working
from shared.files.erasing import unlink_sealed_with
from shared.log.checkpoints import latest_signed
from shared.privacy.erasing import Kind, Rows, count, names, purge
from shared.privacy.erasure_events import (
    KeysDestroyed,
    Requested,
    erasure_events,
)
from shared.privacy.keyring import REMEMBERED_SECONDS
from shared.privacy.overwriting import close_answers, overwrite
from shared.service import DueHandler, Reaction, Service

SETTLED_AFTER: Final = timedelta(seconds=REMEMBERED_SECONDS + 10)
"""After that nobody remembers a destroyed key any more."""

KEYS: Final = "keys"
"""In place of a table: what stands sealed in logs and files, a key for each kind of it."""

_ROWS_AT_ONCE: Final = 500


# Work


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of due work.

    turn: 1 empties, 2 does so again when no key is remembered any more, and answers.
    rows, files, claims, answers: what the first turn found.
    """

    erasure_id: str
    programme: str
    owners: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    turn: int = 1
    rows: tuple[Rows, ...] = ()
    files: int = 0
    claims: int = 0
    answers: int = 0


Further = Callable[[Connection, frozenset[str]], Collection[str]]
Also = Callable[[Work, Any], None]
Beside = Callable[[Service, frozenset[str], frozenset[Kind]], int]


def _nobody(_connection: Connection, _owners: frozenset[str]) -> Collection[str]:
    return ()


@dataclass(frozen=True)
class Erasing:
    """A service's part in erasures.

    further: other owners of these people's keys (accounts, batches), found before rows are emptied.
    claims:  kinds of claims whose values are keyed hashes of personal data.
    makes:   data classes of which this service makes the keys. One that never was leaves a
             tombstone too, so that nothing can be sealed for the person any more.
    beside:  what is to be removed beside tables and sealed files; how many files that were.
    also:    told of the answer within its transaction (trainings notes its own).
    """

    service: str
    further: Further = _nobody
    claims: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    beside: Beside | None = None
    also: Also | None = None
    events: tuple[type[Event], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", tuple(erasure_events(self.service)))

    @property
    def reaction(self) -> Reaction:
        """What it does on requests and destroyed keys."""
        return Reaction(events=(Requested, KeysDestroyed), react=self._react)

    @property
    def due(self) -> dict[str, DueHandler]:
        """The kinds of due work by which it does so."""
        return {self._count_kind: self._count, self._purge_kind: self._purge}

    @property
    def _count_kind(self) -> str:
        return f"{self.service}.erasure.count"

    @property
    def _purge_kind(self) -> str:
        return f"{self.service}.erasure.purge"

    def _react(self, work: Work, recorded: Recorded) -> None:
        match recorded.event:
            case Requested() as event:
                self.schedule_count(work, event.erasure_id, event.registration_ids)
            case KeysDestroyed() as event:
                self.schedule_purge(work, event.erasure_id, event.owners, event.kinds)

    def schedule_count(self, work: Work, erasure_id: str, owners: Iterable[str]) -> None:
        """Count what is held, soon."""
        piece = Piece(erasure_id=erasure_id, programme=work.context.programme, owners=tuple(owners))
        work.schedule(self._work(piece, self._count_kind, work.now))

    def schedule_purge(
        self, work: Work, erasure_id: str, owners: Iterable[str], kinds: Iterable[str]
    ) -> None:
        """Purge what the destroyed keys had sealed, soon."""
        piece = Piece(
            erasure_id=erasure_id,
            programme=work.context.programme,
            owners=tuple(owners),
            kinds=tuple(kinds),
        )
        work.schedule(self._work(piece, self._purge_kind, work.now))

    def _work(self, piece: Piece, kind: str, due_at: Any) -> DueWork:
        due_id = f"{kind}/{piece.erasure_id}/{piece.turn}"
        return DueWork(due_id, kind, due_at, msgspec.json.encode(piece))

    def _count(self, service: Service, payload: bytes) -> None:
        piece = msgspec.json.decode(payload, type=Piece)
        with service.database.writing() as connection:
            own = frozenset(piece.owners)
            further = frozenset(self.further(connection, own)) - own
            size, root = _head(connection, service)
            held = count(connection, view_tables(service), owners=own | further)
            answer = erasure_events(self.service).counted(
                erasure_id=piece.erasure_id,
                rows=(*self._keys(service, own | further), *held),
                owners=tuple(sorted(further)),
                log_size=size,
                log_root=root,
            )
            self._answer(service, connection, piece, answer)
        service.store.notify()

    def _keys(self, service: Service, owners: Collection[str]) -> list[Rows]:
        """How many keys there are of the classes that this service makes, by kind."""
        living: Counter[Kind] = Counter()
        for data_class in self.makes:
            for owner in owners:
                for name in service.keyring.names(owners=owner, data_class=data_class):
                    living[Kind(name.data_class, name.group)] += name.owner == owner
        return [
            Rows(table=KEYS, kind=kind.text, rows=number)
            for kind, number in sorted(living.items())
            if number
        ]

    def _purge(self, service: Service, payload: bytes) -> None:
        piece = msgspec.json.decode(payload, type=Piece)
        kinds = frozenset(Kind.of(text) for text in piece.kinds)
        tables = view_tables(service)
        with service.database.reading() as connection:
            own = frozenset(piece.owners)
            owners = own | frozenset(self.further(connection, own))
        key_ids = self.destroy_keys(service, owners, kinds)
        files = unlink_sealed_with(service.settings.home / "files", key_ids)
        if self.beside is not None:
            files += self.beside(service, owners, kinds)
        with service.database.writing() as connection:
            piece = msgspec.structs.replace(
                piece,
                rows=_added(piece.rows, purge(connection, tables, owners=owners, kinds=kinds)),
                files=piece.files + files,
                claims=piece.claims + self._unclaimed(connection, own, kinds),
                answers=piece.answers + close_answers(service, connection, owners, key_ids),
            )
            if piece.turn == 1:
                self._again(service, connection, piece)
        overwrite(service, [t.name for t in tables if any(r.table == t.name for r in piece.rows)])
        if piece.turn == 2:
            self._purged(service, piece, key_ids)
        service.store.notify()

    def destroy_keys(
        self, service: Service, owners: Collection[str], kinds: Collection[Kind]
    ) -> list[str]:
        """Destroy the keys that this service may see; the ids of all of them."""
        made = [kind for kind in kinds if kind.data_class in self.makes]
        service.keyring.ensure(names(owners, made))
        return service.keyring.destroy(names(owners, kinds))

    def _again(self, service: Service, connection: Connection, piece: Piece) -> None:
        pause = timedelta(0) if service.database.is_sqlite else SETTLED_AFTER
        second = msgspec.structs.replace(piece, turn=2)
        due = self._work(second, self._purge_kind, service.clock.now() + pause)
        append = Append(
            context=service.system_context(piece.programme, cause=piece.erasure_id),
            now=service.clock.now(),
            writes=(),
            due=(due,),
        )
        service.store.write(connection, append)

    def _purged(self, service: Service, piece: Piece, key_ids: list[str]) -> None:
        with service.database.writing() as connection:
            size, root = _head(connection, service)
            answer = erasure_events(self.service).purged(
                erasure_id=piece.erasure_id,
                rows=piece.rows,
                files=piece.files,
                claims=piece.claims,
                answers=piece.answers,
                key_ids=tuple(key_ids),
                log_size=size,
                log_root=root,
            )
            self._answer(service, connection, piece, answer)

    def _answer(
        self, service: Service, connection: Connection, piece: Piece, answer: Event
    ) -> None:
        """Write it once, however often the work is done."""
        stream = f"answer/{piece.erasure_id}"
        events, version = service.store.stream(connection, stream)
        if any(type(one) is type(answer) for one in events):
            return
        context = service.system_context(piece.programme, cause=piece.erasure_id)
        append = Append(
            context=context,
            now=service.clock.now(),
            writes=(StreamWrite(stream, version, (answer,)),),
        )
        service.store.write(connection, append)
        if self.also is not None:
            with working(service.store, service.clock, context, connection) as work:
                self.also(work, answer)

    def _unclaimed(
        self, connection: Connection, owners: frozenset[str], kinds: Collection[Kind]
    ) -> int:
        """Give up the claims on keyed hashes of who somebody is."""
        if not self.claims or Kind("identity") not in kinds:
            return 0
        streams = [f"{kind}/{owner}" for owner in owners for kind in ("registration", "account")]
        gone = 0
        for start in range(0, len(streams), _ROWS_AT_ONCE):
            gone += connection.execute(
                CLAIMS.delete().where(
                    CLAIMS.c.kind.in_(self.claims),
                    CLAIMS.c.stream.in_(streams[start : start + _ROWS_AT_ONCE]),
                )
            ).rowcount
        return gone


def view_tables(service: Service) -> list[Table]:
    """All read-model tables of a service, in one order."""
    return [t for metadata in service.definition.view_metadata() for t in metadata.sorted_tables]


def remove_files(paths: Iterable[Path]) -> int:
    """Remove files; how many were there."""
    gone = 0
    for path in paths:
        if path.exists():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _head(connection: Connection, service: Service) -> tuple[int, str]:
    signed = latest_signed(connection, service.name)
    return (0, "") if signed is None else (signed.size, signed.root.hex())


def _added(one: Iterable[Rows], other: Iterable[Rows]) -> tuple[Rows, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for rows in (*one, *other):
        counts[rows.table, rows.kind] += rows.rows
    return tuple(
        Rows(table=table, kind=kind, rows=number) for (table, kind), number in counts.items()
    )

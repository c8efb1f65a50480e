"""Watches the logs that a service follows, beside its consumer: checkpoints, heads, repetitions.

    watch = Watch(service)
    watch.begin()
    watch.checkpoint("grants", note); watch.head("grants", 41, cursor=41)
    watch.again("grants", 17, raw, answer=True)        # a message at or below the cursor
    for one in watch.turn(cursors, idle=True): ...     # Ask or Cosigned, to be sent to the source

It belongs to the consumer's thread. Whatever goes wrong in here is said and stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Final

import structlog

from shared.log.hashes import OtherHash
from shared.log.leaf import leaf_hash
from shared.log.notes import BadNote, Checkpoint, Note
from shared.log.tree import MissingHashes
from shared.log.watching.alarms import Finding, Kind, alarms_of, raise_alarm, raise_first
from shared.log.watching.copies import Difference, backfill, copy_size, differing, is_whole
from shared.log.watching.deciding import (
    Behind,
    Damaged,
    Impossible,
    Inconsistent,
    Unsigned,
    signed_by,
)
from shared.log.watching.hearing import Hearing
from shared.log.watching.mending import mend
from shared.log.watching.pace import PACE, Pace
from shared.log.watching.sweeping import Ask, Sweep
from shared.log.watching.trust import KnownLog, followed_log
from shared.log.watching.witnessing import (
    add_checkpoint,
    compare,
    last_witnessed,
    own_line,
    submission_of,
)
from shared.service import Definition, Service

ARRIVED_MAX: Final = 4

_log = structlog.get_logger("watching")


@dataclass(frozen=True)
class Cosigned:
    """A cosignature for the log of ``source``, whose checkpoint has this size."""

    source: str
    size: int
    line: str


@dataclass
class _Watched:
    """One source.

    arrived: checkpoints as they came. waiting: those of the log that are larger than the copy; the
    smallest is not pushed out by newer ones, so that under load one is reached.
    hurried: the size that was witnessed last when the whole log was asked for again.
    reached: so many entries were applied at the last turn.
    mended_at: when it was last tried in vain to make the copy whole.
    """

    hearing: Hearing
    sweep: Sweep
    arrived: list[bytes] = field(default_factory=list)
    waiting: list[tuple[int, Note]] = field(default_factory=list)
    hurried: int | None = None
    reached: int = 0
    mended_at: datetime | None = None
    told: dict[int, bytes] = field(default_factory=dict)
    answered: dict[int, bytes] = field(default_factory=dict)


def watched_by(definition: Definition) -> tuple[str, ...]:
    """What a service follows and can raise alarms about: only then is it watched."""
    raises = alarms_of(definition.name).decider in definition.deciders
    return definition.follows if raises else ()


class Watch:
    """All sources that one service follows. Not shared between threads."""

    def __init__(self, service: Service, pace: Pace = PACE) -> None:
        self._service = service
        self._pace = pace
        self._sources: dict[str, _Watched] = {}
        for source in watched_by(service.definition):
            hearing = Hearing(service, source, pace)
            self._sources[source] = _Watched(hearing, Sweep(service, source, hearing, pace))

    def begin(self) -> None:
        """From now on we listen; copies that older versions made are hashed first.

        A copy that is not whole is told and stops nothing.
        """
        for source, watched in self._sources.items():
            self._begin_copy(source, watched)
            with self._service.database.reading() as connection:
                covered = last_witnessed(connection, source).size
            watched.hearing.begin(self._now(), covered=covered)

    def watches(self, source: str) -> bool:
        """Whether this service follows it."""
        return source in self._sources

    def heard(self, source: str) -> None:
        """A message of the source came."""
        if watched := self._sources.get(source):
            watched.hearing.any(self._now())

    def head(self, source: str, head: int, *, cursor: int) -> None:
        """The source announced its last position."""
        if watched := self._sources.get(source):
            seen = max(cursor + 1, watched.hearing.covered)
            watched.hearing.head(head, seen=seen, now=self._now())

    def checkpoint(self, source: str, note: bytes) -> None:
        """The source published a checkpoint."""
        if watched := self._sources.get(source):
            watched.arrived = [*watched.arrived[-ARRIVED_MAX:], note]

    def again(self, source: str, position: int, body: bytes, *, answer: bool) -> None:
        """An entry came that we have. ``answer``: the source sent it to us alone, as asked."""
        if watched := self._sources.get(source):
            (watched.answered if answer else watched.told)[position] = leaf_hash(body)

    def turn(self, cursors: Mapping[str, int], *, idle: bool) -> list[Ask | Cosigned]:
        """Check what has come; what to send. Never raises."""
        out: list[Ask | Cosigned] = []
        for source, watched in self._sources.items():
            cursor = cursors.get(source, -1)
            steps: tuple[Callable[[], Iterable[Ask | Cosigned]], ...] = (
                partial(self._compare, source, watched),
                partial(self._cosign, source, watched, cursor),
                partial(self._listen, watched, cursor, idle=idle),
                partial(self._ask, watched, cursor, idle=idle),
            )
            for step in steps:
                try:
                    out += step()
                except Exception as error:  # noqa: BLE001 (one that fails must stop nothing else)
                    _log.error("watch interrupted", source=source, error=type(error).__name__)
        return out

    def _cosign(self, source: str, watched: _Watched, cursor: int) -> Iterator[Cosigned]:
        now = self._now()
        arrived, watched.arrived = watched.arrived, []
        for raw in arrived:
            if found := self._genuine(source, watched, raw, now):
                watched.waiting = sorted([*watched.waiting[:1], found], key=itemgetter(0))
                watched.hearing.owed(found[0])
        if watched.waiting and watched.waiting[0][0] > cursor + 1 > watched.reached:
            watched.hearing.behind()
        watched.reached = cursor + 1
        while watched.waiting and watched.waiting[0][0] <= cursor + 1:
            reached, note = watched.waiting.pop(0)
            if line := self._check(source, watched, reached, note, now):
                watched.hearing.cosigned(reached)
                yield Cosigned(source, reached, line)

    def _listen(self, watched: _Watched, cursor: int, *, idle: bool) -> tuple[()]:
        watched.hearing.turn(self._now(), idle=idle, size=cursor + 1)
        return ()

    def _ask(self, watched: _Watched, cursor: int, *, idle: bool) -> Iterator[Ask]:
        now, told = self._now(), watched.hearing.head_told
        size = min(cursor + 1, cursor + 1 if told is None else told + 1)
        watched.sweep.stuck(now, cursor=cursor, idle=idle)
        if ask := watched.sweep.turn(now, size=size, idle=idle):
            yield ask

    def _compare(self, source: str, watched: _Watched) -> tuple[()]:
        """Compare what came again with the copy. Only the source's own answer counts."""
        told, answered = watched.told, watched.answered
        if not told and not answered:
            return ()
        watched.told, watched.answered = {}, {}
        with self._service.database.reading() as connection:
            doubtful = differing(connection, source, told)
            differ = differing(connection, source, answered)
            whole = is_whole(connection, source, answered)
        if not whole:
            self._mend(source, watched, broken=False)
        for position in answered:
            watched.sweep.answered(position)
        if differ:
            watched.sweep.found()
            raise_first(self._service, [_finding(source, one) for one in differ])
        elif doubtful:
            watched.sweep.look_at(doubtful[0].position)
        return ()

    def _genuine(
        self, source: str, watched: _Watched, raw: bytes, now: datetime
    ) -> tuple[int, Note] | None:
        """Size and note of a checkpoint that is truly the log's; None, with an alarm, if not."""
        log = followed_log(self._service, source)
        try:
            note = Note.parse(raw)
            checkpoint = Checkpoint.parse(note.text)
            if checkpoint.origin != log.origin:
                raise Unsigned("the checkpoint is another log's")
            signed_by(note, log.verifiers, log.verifiers_at(checkpoint.size))
        except (BadNote, Unsigned) as error:
            self._tell_unsigned(source, raw, log, str(error))
            return None
        watched.hearing.checkpoint(checkpoint.size, now)
        return checkpoint.size, note

    def _tell_unsigned(self, source: str, raw: bytes, log: KnownLog, reason: str) -> None:
        raise_alarm(
            self._service,
            Finding(
                source=source,
                kind=Kind.signature,
                matter=leaf_hash(raw).hex(),
                expected="\n".join(key.verifier_key for key in log.verifiers),
                found=reason,
                note_found=raw.decode("utf-8", "replace").replace("\x00", "\ufffd"),
            ),
        )

    def _check(
        self, source: str, watched: _Watched, size: int, note: Note, now: datetime
    ) -> str | None:
        """The cosignature's line; None when there is none to send, for whatever reason."""
        log = followed_log(self._service, source)
        with self._service.database.reading() as connection:
            seen = last_witnessed(connection, source).size
            mine = own_line(self._service, connection, source, size)
            kept = copy_size(connection, source)
        watched.hearing.size_told(size, seen=seen, now=now)
        try:
            if size < seen or (size == seen and mine is not None):
                compare(self._service, log, note)
                if mine is None or mine in {str(line) for line in note.signatures}:
                    if mine is not None and size == seen:
                        watched.hearing.cosigned(size)
                    return None
                return mine if size == seen else None
            return add_checkpoint(self._service, submission_of(self._service, log, note))
        except (Behind, Impossible):
            # Somebody brought a newer one over HTTP meanwhile; the log's next comes in a second.
            return None
        except Inconsistent as error:
            _log.error("not cosigned", source=source, size=size, reason=str(error))
            if isinstance(error, Damaged):
                self._mend(source, watched, broken=True)
            elif watched.hurried != seen:
                watched.hurried = seen
                watched.sweep.hurry(kept)
            return None

    def _begin_copy(self, source: str, watched: _Watched) -> None:
        try:
            mend(self._service, source)
            backfill(self._service, source)
        except (MissingHashes, OtherHash):
            self._mend(source, watched, broken=True)
        except Exception as error:  # noqa: BLE001 (or the consumer would begin for ever)
            _log.error("copy not made", source=source, error=type(error).__name__)

    def _mend(self, source: str, watched: _Watched, *, broken: bool) -> None:
        """Make the copy whole; what cannot be is looked at again only after a while."""
        now = self._now()
        if watched.mended_at is not None and now - watched.mended_at < self._pace.sweep_every:
            return
        damage = mend(self._service, source, broken=broken)
        watched.mended_at = now if damage is not None and not damage.mendable else None

    def _now(self) -> datetime:
        return self._service.clock.now()


def _finding(source: str, one: Difference) -> Finding:
    moved = one.elsewhere is not None and one.elsewhere != one.position
    return Finding(
        source=source,
        kind=Kind.reordered if moved else Kind.rewritten,
        matter=f"{one.position}/{one.found.hex()}",
        position=one.position,
        size=one.elsewhere,
        expected=one.expected.hex(),
        found=one.found.hex(),
    )

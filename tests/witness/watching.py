"""A watch that is fed by hand: entries, checkpoints and heads of a log, under a clock of its own.

log = Watched.make(tmp_path)
log.arrive(10); log.tell(log.note(10)); assert log.turn() == [10]
log.quiet(130); assert log.kinds() == ["stopped"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from shared.clock import FixedClock
from shared.events.tables import CURSORS, INBOX
from shared.log import keys
from shared.log.leaf import leaf_hash
from shared.log.notes import Checkpoint, Note, Signer
from shared.log.tree import consistency_proof, root
from shared.log.watching.alarms import alarms_of, open_alarms, settle
from shared.log.watching.copies import keep_leaves
from shared.log.watching.submissions import Submission
from shared.log.watching.sweeping import Ask
from shared.log.watching.watch import Watch
from shared.service import Service
from tests.log.naive import ListedHashes
from tests.store.domain import context
from tests.witness.place import AUDIT, QUICK, SOURCE, Place

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def raw(position: int) -> bytes:
    """An entry's bytes as they were told first."""
    return b"entry %d" % position


@dataclass
class Watched:
    """Audit's watch over one log. ``size``: so many entries were applied."""

    place: Place
    clock: FixedClock
    watch: Watch
    size: int = 0
    asks: list[Ask] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, *, silent: int = 120) -> Self:
        place, clock = Place.make(folder), FixedClock(NOON)
        place.audit.close()
        settings = replace(place.settings, log_silent_seconds=silent)
        place.audit = Service.open(AUDIT, settings, clock=clock)
        made = cls(place, clock, Watch(place.audit, QUICK))
        made.watch.begin()
        return made

    def again(self) -> None:
        """Another process of the same service."""
        self.watch = Watch(self.place.audit, QUICK)
        self.watch.begin()

    # What the log tells

    def arrive(self, count: int) -> None:
        """The next entries are applied, with what a consumer keeps of them."""
        start, self.size = self.size, self.size + count
        with self.place.audit.database.writing() as connection:
            leaves = [leaf_hash(raw(n)) for n in range(start, self.size)]
            keep_leaves(connection, SOURCE, start=start, leaves=leaves)
            for n in range(start, self.size):
                values = {"source": SOURCE, "position": n, "type": "x", "envelope": raw(n)}
                connection.execute(INBOX.insert().values(**values))
            connection.execute(CURSORS.delete().where(CURSORS.c.source == SOURCE))
            connection.execute(CURSORS.insert().values(source=SOURCE, position=self.size - 1))

    def leaves(self, size: int, instead: Mapping[int, bytes] | None = None) -> list[bytes]:
        other = instead or {}
        return [leaf_hash(other.get(n, raw(n))) for n in range(size)]

    def note(
        self, size: int, instead: Mapping[int, bytes] | None = None, *, signer: Signer | None = None
    ) -> Note:
        """Its signed checkpoint; ``instead``: other bytes by position."""
        signer = signer or keys.signer(self.place.settings, SOURCE)
        found = root(ListedHashes(self.leaves(size, instead)), size)
        text = Checkpoint(signer.name, size, found).text()
        return Note(text).with_line(signer.sign(text))

    def submission(
        self, old: int, size: int, instead: Mapping[int, bytes] | None = None
    ) -> Submission:
        proof = consistency_proof(ListedHashes(self.leaves(size, instead)), old, size)
        return Submission(old, tuple(proof), self.note(size, instead))

    def tell(self, note: Note) -> None:
        self.watch.heard(SOURCE)
        self.watch.checkpoint(SOURCE, bytes(note))

    def head(self, size: int) -> None:
        self.watch.heard(SOURCE)
        self.watch.head(SOURCE, size - 1, cursor=self.size - 1)

    def answer(
        self,
        instead: Mapping[int, bytes] | None = None,
        *,
        without: Sequence[int] = (),
        start: int = 0,
    ) -> None:
        """The log sends everything again, as if it was asked to."""
        other = instead or {}
        self.watch.heard(SOURCE)
        for n in range(start, self.size):
            if n not in without:
                self.watch.again(SOURCE, n, other.get(n, raw(n)), answer=True)

    def turn(self, *, idle: bool = True) -> list[int]:
        """Let the watch work; the sizes that it cosigned."""
        out = self.watch.turn({SOURCE: self.size - 1}, idle=idle)
        self.asks += [one for one in out if isinstance(one, Ask)]
        return [one.size for one in out if not isinstance(one, Ask)]

    def quiet(self, seconds: float, *, heads: bool = False, note: Note | None = None) -> None:
        """Time goes by, two seconds a turn, in which only this is told (and answered)."""
        for _ in range(int(seconds / 2)):
            self.clock.advance(timedelta(seconds=2))
            if heads:
                self.head(self.size)
                self.answer()
            if note is not None:
                self.tell(note)
            self.turn()

    # What was found

    def alarms(self) -> list[Any]:
        return self.place.alarms()

    def kinds(self) -> list[str]:
        """Of open alarms, the oldest first."""
        with self.place.audit.database.reading() as connection:
            return [row.kind for row in open_alarms(connection, alarms_of("audit").table)]

    def settle(self) -> None:
        """An administrator settles all that is open."""
        with self.place.audit.database.reading() as connection:
            found = open_alarms(connection, alarms_of("audit").table)
        for row in found:
            self.clock.advance(timedelta(seconds=1))

            def settling(work: Any, alarm_id: str = row.alarm_id) -> None:
                settle(work, "audit", alarm_id, reason="It is known.", by="ana")

            self.place.audit.transact(context("-"), settling)

    def lose(self, *statements: str) -> None:
        """Rows go from the watcher's own file."""
        self.place.tamper(*statements, service="audit")


GONE = "delete from log_hashes where log = 'trainings' and "
"""The beginning of a statement that takes rows out of the copy."""


def cosigns(watched: Watched, size: int) -> bool:
    """Whether the log's checkpoint is cosigned, told twice as it is told again and again."""
    done = False
    for _ in range(2):
        watched.tell(watched.note(size))
        done = watched.turn() == [size] or done
    return done

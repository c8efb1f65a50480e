"""Verifies one range of a log's positions; a process of its own can do it beside others.

    found = check_range(Job(target="data/grants.sqlite3", log="grants", end=412, ...), progress)
    found.findings  ->  [(17, "position 17: the bytes do not fit their hash")]

Of whole batches only what can be done in few steps is done: hashes, the few fields of an envelope
that also stand in columns, versions of streams, nodes of the tree. What does not fit is looked at
again, row by row, and named. ``python -m shared.events.verifying_range`` reads a job from its
standard input and writes its progress and what it found, a line each.
"""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, Final

import msgspec

from shared.events.verifying_rows import DAMAGED, Row, Rows, Whole, columns, open_rows
from shared.events.verifying_signed import Claim, Signatures
from shared.events.verifying_tree import Tree
from shared.log.tree import TILE_WIDTH

BATCH: Final = 2 * TILE_WIDTH
FINDINGS_MAX: Final = 1_000
STREAMS_MAX: Final = 100_000
"""Streams whose last version is remembered; of others the log is asked for the one before."""

Progress = Callable[[int], None]
"""Told how many more entries are through."""


class Job(msgspec.Struct, kw_only=True, frozen=True):
    """Which entries of which log, and what is known of it from elsewhere.

    target:    a SQLite file or a PostgreSQL address.
    own:       whether it is the log of the database's service; else a copy of one it follows.
    origin, keys, witnesses: the log's name and the verifier keys that may sign and cosign it;
               without keys no signature is checked.
    kept:      checkpoints from elsewhere, whose signatures were checked.
    """

    target: str
    log: str
    own: bool = True
    start: int = 0
    end: int
    last: bool = True
    origin: str = ""
    keys: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    kept: tuple[Claim, ...] = ()


class Found(msgspec.Struct, kw_only=True):
    """What is wrong, by position, and the roots (32 bytes each) of the complete subtrees of 256."""

    findings: list[tuple[int, str]]
    tiles: bytes
    checkpoints: int
    signed: int
    unfitting: int


class Checked(msgspec.Struct, gc=False, frozen=True):
    """The fields of an envelope that are compared with others."""

    id: str
    source: str
    subject: str
    type: str
    streamversion: int


_DECODE: Final = msgspec.json.Decoder(Checked).decode
_LEAF: Final = hashlib.sha256(b"\0")


def check_range(job: Job, progress: Progress, *, mapped: bool = False) -> Found:
    """Verify the entries of the job. Raises Unreadable. ``mapped``: see ``open_rows``."""
    collecting = gc.isenabled()
    # Rows make no cycles; looking for some takes a tenth of the time.
    gc.disable()
    try:
        with closing(open_rows(job.target, mapped=mapped)) as rows:
            return _Range(job, rows, progress).run()
    finally:
        if collecting:
            gc.enable()


class _Range:
    def __init__(self, job: Job, rows: Rows, progress: Progress) -> None:
        self._job = job
        self._rows = rows
        self._progress = progress
        self._streams = _Streams(rows)
        self._tree = Tree(
            rows,
            job.log,
            Signatures(job.origin, job.keys, job.witnesses),
            start=job.start,
            end=job.end,
            kept=job.kept,
        )
        self._log = None if job.own else job.log
        self.findings = self._tree.findings

    def run(self) -> Found:
        start = self._job.start
        while start < self._job.end and len(self.findings) < FINDINGS_MAX:
            end = min(start + BATCH, self._job.end)
            rows = self._rows.whole(start, end) if self._job.own else None
            leaves = None if rows is None else self._whole(start, rows)
            if leaves is None:
                self._tree.add(start, *self._each(start, end))
            else:
                self._tree.add(start, leaves, {})
            self._progress(end - start)
            start = end
        tree = self._tree
        if self._job.last and start >= self._job.end:
            tree.finish()
        return Found(
            findings=sorted(self.findings, key=lambda one: one[0])[:FINDINGS_MAX],
            tiles=b"".join(tree.tiles),
            checkpoints=tree.checkpoints,
            signed=tree.signed,
            unfitting=tree.unfitting,
        )

    def _whole(self, start: int, rows: list[Whole]) -> Sequence[bytes] | None:
        """Leaf hashes when all is well with all of them; None when each must be looked at."""
        hashes, ids, streams, versions, types, raws = columns(rows)
        leaves: list[bytes] = []
        keep, fresh = leaves.append, _LEAF.copy
        try:
            for raw in raws:
                # A copy of a hash that has seen the prefix costs less than the bytes once more.
                leaf = fresh()
                leaf.update(raw)
                keep(leaf.digest())
            said = list(map(_DECODE, raws))
        except (TypeError, UnicodeDecodeError, msgspec.MsgspecError):
            return None
        sources = (self._job.log,) * len(rows)
        if tuple(leaves) != hashes or said != list(
            map(Checked, ids, sources, streams, types, versions)
        ):
            return None
        if wrong := self._streams.follow(start, streams, versions):
            self.findings += wrong
        return leaves

    def _each(self, start: int, end: int) -> tuple[list[bytes], dict[int, bytes]]:
        """Leaf hashes, and of those that are in doubt what they also may have been."""
        leaves: list[bytes] = []
        doubtful: dict[int, bytes] = {}
        expected = start
        for row in self._rows.each(self._log, start, end):
            position = row[0]
            if position > expected:
                self._missing(expected, position, leaves, doubtful)
            expected = position + 1
            leaves.append(self._entry(row, doubtful))
        if expected < end:
            self._missing(expected, end, leaves, doubtful)
        return leaves, doubtful

    def _missing(
        self, first: int, after: int, leaves: list[bytes], doubtful: dict[int, bytes]
    ) -> None:
        many = after > first + 1
        words = f"positions {first} to {after - 1} are" if many else f"position {first} is"
        self.findings.append((first, f"{words} missing"))
        for position in range(first, after):
            leaves.append(b"")
            doubtful[position] = b""

    def _entry(self, row: Row, doubtful: dict[int, bytes]) -> bytes:
        position, event_id, stored, *_, raw = row
        if stored == DAMAGED:
            self._wrong(position, "the database cannot read it: the file is damaged")
        elif raw is None:
            self._wrong(position, "the event is gone")
        elif not isinstance(raw, bytes):
            # SQLite keeps a text in a column of bytes.
            self._wrong(position, "these are no bytes")
        if not isinstance(raw, bytes):
            return stored if isinstance(stored, bytes) else b""
        leaf = hashlib.sha256(b"\0" + raw).digest()
        if leaf != stored:
            words = "the bytes do not fit their hash" if stored is not None else "its hash is gone"
            self._wrong(position, words)
            if isinstance(stored, bytes):
                doubtful[position] = stored
        try:
            said = _DECODE(raw)
        except (UnicodeDecodeError, msgspec.MsgspecError):
            self._wrong(position, "the bytes are no envelope")
            return leaf
        self._beside(position, event_id, said, row[3:7])
        return leaf

    def _beside(self, position: int, event_id: Any, said: Checked, beside: Row) -> None:
        if self._job.own:
            self.findings += self._streams.follow(position, (said.subject,), (said.streamversion,))
            same = (said.id, said.subject, said.streamversion, said.type) == tuple(beside)
            same = same and event_id == said.id
        else:
            same = said.type == beside[3]
        if not same:
            self._wrong(position, "the row beside the bytes was changed")
        if said.source != self._job.log:
            self._wrong(position, "written by another service")

    def _wrong(self, position: int, words: str) -> None:
        self.findings.append((position, f"position {position}: {words}"))


class _Streams:
    """Each stream's versions follow each other; what is not remembered the log is asked for."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._last: dict[str, int] = {}

    def follow(
        self, start: int, streams: Sequence[str], versions: Sequence[int]
    ) -> list[tuple[int, str]]:
        last, wrong = self._last, []
        get = last.get
        for position, stream, version in zip(
            range(start, start + len(streams)), streams, versions, strict=True
        ):
            if get(stream, 0) + 1 != version and (
                stream in last or not self._after(stream, version, position)
            ):
                wrong.append((position, f"position {position}: version {version} of its stream"))
            last[stream] = version
        if len(last) > STREAMS_MAX:
            for stream in list(islice(last, STREAMS_MAX // 2)):
                del last[stream]
        return wrong

    def _after(self, stream: str, version: int, position: int) -> bool:
        if not 1 < version < 2**31:
            return version == 1
        found = self._rows.query(
            "select l.position from events e join log l on l.event_id = e.event_id "
            "where e.stream = ? and e.version = ?",
            stream,
            version - 1,
        )
        return bool(found) and found[0][0] < position


def main() -> None:
    """One job, from standard input; a line of JSON for each batch and one at the end."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    out = sys.stdout.buffer

    def progress(count: int) -> None:
        out.write(b"%d\n" % count)
        out.flush()

    found = check_range(job, progress, mapped=True)
    out.write(msgspec.json.encode(found) + b"\n")


if __name__ == "__main__":
    main()

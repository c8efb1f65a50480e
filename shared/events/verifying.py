"""Verifies logs at rest: every entry, its place, the tree over all of them, and what was signed.

    entries, wrong = verify_log(service)
    verdict = verify_at_rest("data/grants.sqlite3", "grants", Trust(...), progress=advance)
    verdict.findings  ->  ["position 17: the bytes do not fit their hash", ...]

Says what is wrong by position, the first first; repairs nothing. Large logs are divided among
processes. Nothing is held that would keep a writer waiting.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final, cast

import msgspec

from shared.events.verifying_beside import what_is_beside
from shared.events.verifying_copies import copy_ends
from shared.events.verifying_range import (
    FINDINGS_MAX,
    Found,
    Job,
    check_range,
)
from shared.events.verifying_rows import Rows, Unreadable, open_rows
from shared.events.verifying_signed import Claim
from shared.events.verifying_tree import newest_size, subtree
from shared.log import keys
from shared.log.leaf import HASH_BYTES
from shared.log.notes import Verifier
from shared.log.tree import TILE_WIDTH
from shared.log.watching.trust import inside_witnesses, outside_witnesses
from shared.service import Service
from shared.settings import SERVICES, Settings

PART_MIN: Final = 50_000
"""Entries below which another process is not worth its start."""
_ROOT: Final = Path(__file__).resolve().parents[2]

Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What is known of a log apart from its database: its name, keys, and kept checkpoints."""

    origin: str = ""
    keys: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    kept: tuple[Claim, ...] = ()

    def verifiers(self) -> tuple[Verifier, ...]:
        """The keys that may sign."""
        return tuple(map(Verifier.parse, self.keys))


@dataclass
class Verdict:
    """What became of verifying one log. No findings: all is well as far as it is signed.

    signed: how many entries the longest checkpoint covers that fits them.
    """

    log: str
    entries: int = 0
    checkpoints: int = 0
    signed: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def unsigned(self) -> str | None:
        """What stands after the last checkpoint, in words; None when everything is signed."""
        if not self.entries and not self.checkpoints:
            return "it is empty, and nobody has signed that it is"
        if self.signed >= self.entries:
            return None
        if not self.checkpoints:
            return f"no checkpoint: nobody has signed these {self.entries} entries"
        last = self.entries - 1
        return f"positions {self.signed} to {last} stand after the last checkpoint that fits"


def verify_log(service: Service) -> tuple[int, list[str]]:
    """(entries, findings) of a service's own log. No findings: all is well."""
    verdict = verify_at_rest(
        target_of(service),
        service.name,
        trust_of(service),
        follows=service.definition.follows,
    )
    return verdict.entries, verdict.findings


def target_of(service: Service) -> str:
    """Where a service's database is, as ``verify_at_rest`` takes it."""
    url = service.database.url
    if service.database.is_sqlite:
        return str(url.database)
    return url.render_as_string(hide_password=False)


def trust_of(service: Service, log: str | None = None) -> Trust:
    """The keys on record for a service's own log, or for one that it follows."""
    return trust_in(service.settings, log or service.name)


def trust_in(settings: Settings, log: str) -> Trust:
    """The keys on record for the log of a service of this installation."""
    outside = tuple(one.verifier for one in outside_witnesses(settings))
    return Trust(
        origin=keys.origin(settings, log),
        keys=keys.verifier_keys(settings, log),
        witnesses=tuple(key.verifier_key for key in (*inside_witnesses(settings, log), *outside)),
    )


def verify_at_rest(
    target: str,
    log: str,
    trust: Trust,
    *,
    own: bool = True,
    follows: Sequence[str] = (),
    processes: int | None = None,
    progress: Progress = lambda _count: None,
) -> Verdict:
    """Verify a log in a SQLite file or at a PostgreSQL address. Raises Unreadable.

    own: the log of the database's service; else its copy of the log of that name.
    follows: the logs of which that service witnesses checkpoints, though nothing came of them yet.
    progress is told how many more entries are through, from threads of its own.
    """
    with closing(open_rows(target)) as rows:
        end = count(rows, None if own else log)
        job = Job(
            target=target,
            log=log,
            own=own,
            end=end,
            origin=trust.origin,
            keys=trust.keys,
            witnesses=trust.witnesses,
            kept=trust.kept,
        )
        parts = _parts(rows, job, processes or len(os.sched_getaffinity(0)))
        found = _check(parts, progress)
        if len(parts) > 1 and any(one.findings for one in found):
            # A part rests on the stored hashes of those before it; alone it rests on nothing.
            found = [check_range(job, lambda _count: None)]
        findings = [one for part in found for one in part.findings]
        tiles = b"".join(part.tiles for part in found)
        if len(findings) < FINDINGS_MAX:
            findings += _upper_levels(rows, job, tiles)
        findings.sort(key=lambda one: one[0])
        texts = [words for _, words in findings[:FINDINGS_MAX]]
        if hidden := sum(one.unfitting for one in found) - sum("root of" in t for t in texts):
            texts.append(f"{hidden} more checkpoints do not fit") if hidden > 0 else None
        if own:
            texts += what_is_beside(rows, log, follows, sure=not texts)
    return Verdict(
        log=log,
        entries=end,
        checkpoints=sum(part.checkpoints for part in found),
        signed=max(part.signed for part in found),
        findings=texts,
    )


def count(rows: Rows, log: str | None) -> int:
    """How many positions a log has, or the copy of one; some of them may be missing."""
    if log is None:
        found = rows.query("select max(position) from log")
        return int(found[0][0]) + 1 if isinstance(found[0][0], int) else 0
    return copy_ends(rows, log)[0]


def own_name(rows: Rows) -> str:
    """The service whose log it is, as its first envelope says; empty where that names none."""
    found = rows.query(
        "select e.envelope from log l join events e on e.event_id = l.event_id "
        "order by l.position limit 1"
    )
    try:
        named = str(msgspec.json.decode(found[0][0])["source"]) if found else ""
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, KeyError):
        return ""
    # What is in the database must not choose the file of keys that it is verified with.
    return named if named in SERVICES else ""


def _parts(rows: Rows, job: Job, processes: int) -> list[Job]:
    wanted = max(1, min(processes, job.end // PART_MIN))
    step = -(-job.end // wanted // TILE_WIDTH) * TILE_WIDTH or TILE_WIDTH
    starts = list(range(0, max(job.end, 1), step))
    stored = rows.query(
        "select count(*) from log_hashes where log = ? and level = 1 and position < ?",
        job.log,
        starts[-1] // TILE_WIDTH,
    )[0][0]
    if len(starts) == 1 or stored != starts[-1] // TILE_WIDTH:
        return [job]
    jobs = []
    for start in starts:
        end, last = min(start + step, job.end), start == starts[-1]
        kept = tuple(c for c in job.kept if start <= c.size and (last or c.size < end))
        jobs.append(msgspec.structs.replace(job, start=start, end=end, last=last, kept=kept))
    return jobs


def _check(jobs: Sequence[Job], progress: Progress) -> list[Found]:
    """All but one job in processes of their own."""
    if len(jobs) == 1:
        return [check_range(jobs[0], progress)]
    found: dict[int, Found] = {}
    threads = [
        threading.Thread(target=_in_process, args=(job, progress, found, number))
        for number, job in enumerate(jobs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(found) != len(jobs):
        raise Unreadable("a part of the log could not be verified")
    return [found[number] for number in range(len(jobs))]


def _in_process(job: Job, progress: Progress, found: dict[int, Found], number: int) -> None:
    command = [sys.executable, "-m", "shared.events.verifying_range"]
    # An address with a password in it must not be on a command line.
    absolute = job.target if "://" in job.target else str(Path(job.target).resolve())
    sent = msgspec.json.encode(msgspec.structs.replace(job, target=absolute))
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        given, said = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        given.write(sent)
        given.close()
        for line in said:
            if line.startswith(b"{"):
                found[number] = msgspec.json.decode(line, type=Found)
            else:
                progress(int(line))


def _upper_levels(rows: Rows, job: Job, tiles: bytes) -> Iterator[tuple[int, str]]:
    """Stored hashes above those of 256 entries, and rows that have no business here."""
    signed = newest_size(rows, job.log) or 0
    level, below = 1, [tiles[n : n + HASH_BYTES] for n in range(0, len(tiles), HASH_BYTES)]
    width = TILE_WIDTH
    while len(below) >= TILE_WIDTH:
        level, width = level + 1, width * TILE_WIDTH
        complete = len(below) // TILE_WIDTH
        below = [subtree(below[n * TILE_WIDTH :][:TILE_WIDTH]) for n in range(complete)]
        query = "select position, hash from log_hashes where log = ? and level = ?"
        stored: dict[Any, Any] = dict(rows.query(query, job.log, level))
        for tile, found in enumerate(below):
            first, last = tile * width, (tile + 1) * width - 1
            if stored.get(tile, found if last >= signed else None) != found:
                words = "the hash that is stored over them is another or gone"
                yield first, f"positions {first} to {last}: {words}"
    for stored_level, position in rows.query(
        "select level, position from log_hashes where log = ? and (level < ? or level > ? "
        "or level = 1 and position >= ?) limit 20",
        job.log,
        1 if job.own else 0,
        level,
        len(tiles) // HASH_BYTES,
    ):
        yield job.end, f"a stored hash of level {stored_level} at {position} covers no entries"


def with_kept(trust: Trust, claims: Sequence[Claim]) -> Trust:
    """The same trust, with checkpoints that were kept elsewhere."""
    return replace(trust, kept=(*trust.kept, *claims))

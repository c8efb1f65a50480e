"""Makes a bundle: entries with their proofs, checkpoints, keys, an index to read, the verifier.

    bundle = prepare(service, scope, selection)     # counts and checks; nothing leaves yet
    for part in bundle.parts(): file.write(part)

Everything is of the copies that this service keeps: the exact bytes as they arrived, the
checkpoints as their services signed them. Personal data in them stay sealed. A bundle is written
from its beginning to its end; memory holds the names of its files and no more than a batch.
"""

from __future__ import annotations

import base64
import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from flask import render_template
from sqlalchemy import Connection, Row, func, select

from services.audit.entries.telling import told
from services.audit.entries.views import Scope, contents
from services.audit.evidence.archive import Archive, Digested
from services.audit.evidence.selection import ENTRIES_MAX, Selection
from services.audit.tables import ACTORS, ENTRIES
from shared.errors import Missing, Refused
from shared.events.tables import CHECKPOINTS, COSIGNATURES
from shared.language.marking import N_
from shared.log import keys
from shared.log.checkpoints import Signed, latest_signed, note_of, signed_of
from shared.log.hashes import StoredHashes
from shared.log.notes import Checkpoint, Note
from shared.log.tree import MissingHashes, consistency_proof, inclusion_proof
from shared.log.watching.trust import inside_witnesses, outside_witnesses
from shared.service import Service

FORMAT: Final = "zanat-evidence/1"
DAYS_MAX: Final = 400
VERIFIER: Final = Path(__file__).with_name("verifier.py")
_BATCH: Final = 200
_READS_MAX: Final = 2_000

README: Final = """\
This is evidence from a Zanat log. It verifies without Zanat and without a network.

    python verifier.py THIS_FILE.zip --keys KEYS --kept CHECKPOINTS

needs Python 3.11 or later and the package cryptography. Take the verifier and the keys from
somewhere else than this file: from the address of the service, from an earlier visit, from paper.
A checkpoint that you kept from earlier shows that nothing before it was changed since. Without
--keys the answer is UNPROVEN: the bundle then fits itself, as a forger's would.
No verifying shows that nothing was left out: what is in here was selected.

index.html           what happened, in words; read it, but rely on the folders
<log>/entries/       the exact bytes of each entry, by its position; personal data are sealed
<log>/proofs/        a proof for each entry (C2SP tlog-proof)
<log>/checkpoint     what the service signed and witnesses cosigned (C2SP tlog-checkpoint)
<log>/checkpoints/   older checkpoints, by their size, and in consistency/ the proof of each
keys.txt             the keys that signed, as this installation knows them
manifest.json        what is in here; nobody signed it
"""


@dataclass(frozen=True)
class Part:
    """What of one log goes into the bundle."""

    log: str
    signed: Signed
    note: bytes
    positions: array[int]


class Bundle:
    """A bundle that can be made: what is in it is decided. ``left_out``: entries not signed yet."""

    def __init__(
        self,
        service: Service,
        selection: Selection,
        parts: Sequence[Part],
        order: Sequence[tuple[str, int]],
        *,
        left_out: int,
        kept: Sequence[Note] = (),
    ) -> None:
        self._service = service
        self._selection = selection
        self._parts = parts
        self._order = order
        self._kept = kept
        self.left_out = left_out
        self.made_at: datetime = service.clock.now()

    @property
    def entries(self) -> int:
        """How many entries are in it."""
        return len(self._order)

    def parts(self) -> Iterator[bytes]:
        """The zip, bit by bit, in the language of the request in whose context this runs."""
        archive = Archive(self.made_at)
        beside = {
            "README.txt": README.encode(),
            "verifier.py": VERIFIER.read_bytes(),
            "keys.txt": self._keys(),
        }
        for name, content in beside.items():
            archive.add(name, content)
        for part in self._parts:
            archive.add(f"{part.log}/checkpoint", part.note)
            with self._service.database.reading() as connection:
                for name, content in self._older(connection, part):
                    archive.add(name, content)
            for name, content in self._entries(part):
                archive.add(name, content)
                if archive.ready():
                    yield archive.take()
        digested = Digested()
        yield from archive.add_parts("index.html", digested.of(self._index()))
        files = {name: hashlib.sha256(content).hexdigest() for name, content in beside.items()}
        files["index.html"] = digested.hexdigest()
        archive.add("manifest.json", self._manifest(files))
        archive.close()
        yield archive.take()

    def _entries(self, part: Part) -> Iterator[tuple[str, bytes]]:
        for start in range(0, len(part.positions), _BATCH):
            batch = part.positions[start : start + _BATCH]
            with self._service.database.reading() as connection:
                raw = contents(connection, [(part.log, position) for position in batch])
                hashes = _Remembering(StoredHashes(connection, part.log, own=False))
                proofs = {
                    position: _proof(hashes, position, part.signed.size) for position in batch
                }
            for position in batch:
                content = raw.get((part.log, position), b"")
                # SQLite keeps a text in a column of bytes, when somebody puts it there.
                content = content if isinstance(content, bytes) else str(content).encode()
                yield f"{part.log}/entries/{position}.json", content
                lines = [f"c2sp.org/tlog-proof@v1\nindex {position}\n", *proofs[position], "\n"]
                text = "".join(lines).encode() + part.note
                yield f"{part.log}/proofs/{position}.tlog-proof", text

    def _older(self, connection: Connection, part: Part) -> Iterator[tuple[str, bytes]]:
        """The last checkpoint of each day and those that somebody kept, with their proofs."""
        notes = _of_days(connection, part)
        origin = keys.origin(self._service.settings, part.log)
        for kept in self._kept:
            said = Checkpoint.parse(kept.text)
            if said.origin == origin and said.size < part.signed.size:
                notes[said.size] = bytes(kept)
        hashes = _Remembering(StoredHashes(connection, part.log, own=False))
        for size, note in sorted(notes.items()):
            try:
                path = consistency_proof(hashes, size, part.signed.size)
            except MissingHashes:
                path = []
            yield f"{part.log}/checkpoints/{size}", note
            yield f"{part.log}/consistency/{size}", "".join(map(_line, path)).encode()

    def _keys(self) -> bytes:
        settings = self._service.settings
        found: dict[str, None] = {}
        for part in self._parts:
            found |= dict.fromkeys(keys.verifier_keys(settings, part.log))
            for key in inside_witnesses(settings, part.log):
                found[key.verifier_key] = None
        for witness in outside_witnesses(settings):
            found[witness.verifier.verifier_key] = None
        return "".join(f"{key}\n" for key in found).encode()

    def _index(self) -> Iterator[bytes]:
        origins = [
            (
                keys.origin(self._service.settings, part.log),
                part.signed.size,
                part.signed.root.hex(),
                len(part.positions),
            )
            for part in self._parts
        ]
        yield render_template(
            "audit/evidence/index_head.html",
            made_at=self.made_at,
            entries=self.entries,
            left_out=self.left_out,
            selection=self._selection.words(),
            logs=origins,
        ).encode()
        for start in range(0, len(self._order), _BATCH):
            batch = self._order[start : start + _BATCH]
            with self._service.database.reading() as connection:
                rows = rows_of(connection, batch)
                lines = told(connection, rows)
            yield render_template("audit/evidence/index_rows.html", entries=lines).encode()
        yield b"</tbody></table></main></body></html>\n"

    def _manifest(self, files: dict[str, str]) -> bytes:
        logs = [
            {
                "log": part.log,
                "origin": keys.origin(self._service.settings, part.log),
                "size": part.signed.size,
                "root": part.signed.root.hex(),
                "positions": list(part.positions),
            }
            for part in self._parts
        ]
        return msgspec.json.format(
            msgspec.json.encode(
                {
                    "format": FORMAT,
                    "made_at": self.made_at,
                    "selection": self._selection.words(),
                    "entries": self.entries,
                    "not_signed_yet": self.left_out,
                    "files": files,
                    "logs": logs,
                }
            ),
            indent=0,
        )


def prepare(
    service: Service, scope: Scope, selection: Selection, *, kept: Sequence[Note] = ()
) -> Bundle:
    """Decide what is in a bundle. Raises Missing for nothing, Refused for too much."""
    order: list[tuple[str, int]] = []
    with service.database.reading() as connection:
        for rows in selection.pages(connection, scope):
            order += [(row.source, row.position) for row in rows]
            if len(order) > ENTRIES_MAX:
                raise Refused(
                    "evidence-too-large",
                    N_("A bundle holds at most {entries_max} entries. Choose a shorter period."),
                    entries_max=ENTRIES_MAX,
                )
        if not order:
            raise Missing("evidence-empty", N_("There is nothing like this in the logs."))
        parts = []
        for log in sorted({log for log, _ in order}):
            mine = sorted(position for one, position in order if one == log)
            signed = _checkpoint(connection, log, mine[-1] + 1)
            if signed is not None:
                covered = array("q", (one for one in mine if one < signed.size))
                if covered:
                    parts.append(Part(log, signed, note_of(connection, log, signed), covered))
    sizes = {part.log: part.signed.size for part in parts}
    covered_order = [(log, position) for log, position in order if position < sizes.get(log, 0)]
    if not covered_order:
        raise Refused(
            "evidence-unsigned",
            N_("No checkpoint covers these entries yet. Try again in some seconds."),
        )
    left_out = len(order) - len(covered_order)
    return Bundle(service, selection, parts, covered_order, left_out=left_out, kept=kept)


def rows_of(connection: Connection, keys_of: Sequence[tuple[str, int]]) -> list[Row[Any]]:
    """The rows of these entries, in this order."""
    found: dict[tuple[str, int], Row[Any]] = {}
    for log in {log for log, _ in keys_of}:
        positions = [position for one, position in keys_of if one == log]
        for row in connection.execute(
            select(ENTRIES, ACTORS.c.display_name)
            .select_from(ENTRIES.outerjoin(ACTORS, ACTORS.c.account_id == ENTRIES.c.actor))
            .where(ENTRIES.c.source == log, ENTRIES.c.position.in_(positions))
        ):
            found[row.source, row.position] = row
    return [found[key] for key in keys_of if key in found]


def file_name(bundle: Bundle) -> str:
    """Says when it was made and nothing of what is in it."""
    return f"evidence-{bundle.made_at:%Y-%m-%dT%H%M%SZ}.zip"


class _Remembering:
    """Stored hashes, each range of 256 read once while a batch is proved."""

    def __init__(self, hashes: StoredHashes) -> None:
        self._hashes = hashes
        self._read: dict[tuple[int, int, int], Sequence[bytes]] = {}

    def read(self, level: int, start: int, end: int) -> Sequence[bytes]:
        found = self._read.get((level, start, end))
        if found is None:
            if len(self._read) >= _READS_MAX:
                self._read.clear()
            found = self._read[level, start, end] = self._hashes.read(level, start, end)
        return found


def _proof(hashes: _Remembering, position: int, size: int) -> list[str]:
    """The lines of the proof; none where hashes are missing, which verifying then says."""
    try:
        return list(map(_line, inclusion_proof(hashes, position, size)))
    except MissingHashes:
        return []


def _line(one: bytes) -> str:
    return f"{base64.b64encode(one).decode()}\n"


def _checkpoint(connection: Connection, log: str, least: int) -> Signed | None:
    """The newest checkpoint that a witness cosigned, when it covers all; else the newest."""
    size = connection.execute(
        select(func.max(COSIGNATURES.c.size)).where(COSIGNATURES.c.log == log)
    ).scalar()
    cosigned = signed_of(connection, log, size) if size is not None and size >= least else None
    return cosigned or latest_signed(connection, log)


def _of_days(connection: Connection, part: Part) -> dict[int, bytes]:
    day = func.date(CHECKPOINTS.c.made_at)
    sizes = connection.execute(
        select(func.max(CHECKPOINTS.c.size))
        .where(CHECKPOINTS.c.log == part.log, CHECKPOINTS.c.size < part.signed.size)
        .group_by(day)
        .order_by(day.desc())
        .limit(DAYS_MAX)
    ).scalars()
    found = {}
    for size in sizes.all():
        signed = signed_of(connection, part.log, size)
        if signed is not None:
            found[size] = note_of(connection, part.log, signed)
    return found

"""A log of some thousand entries, signed and cosigned, and what may be done to its file.

log = signed_log(tmp_path, entries=2_000)
file = log.copy()
with tampered(file) as connection:
    connection.execute("update events set ...")
log.verify(file).findings
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.database import sqlite_path
from shared.events.append import Append, StreamWrite
from shared.events.tables import COSIGNATURES
from shared.events.verifying import Trust, Verdict, trust_of, verify_at_rest, with_kept
from shared.events.verifying_signed import kept_claims
from shared.log import keys
from shared.log.checkpoints import make_checkpoint
from shared.log.hashes import grow_in_batches
from shared.log.notes import Note
from shared.service import Service
from tests.store.domain import BOATS, Home, Sailed, context
from tests.store.writing import NOON

LOG = "trainings"
SIZES = (1, 255, 256, 257, 700, 1_024)
"""Where checkpoints are made on the way."""
UNSIGNED = {("checkpoints", "made_at"), ("cosignatures", "made_at")}
"""What nobody signs: when a row was written."""


@dataclass
class SignedLog:
    """A log at rest in a file, and what is known of it from elsewhere."""

    service: Service
    file: Path
    folder: Path
    trust: Trust
    notes: list[bytes]
    copies: int = 0

    def copy(self) -> Path:
        """The file once more, to be tampered with."""
        self.copies += 1
        return Path(shutil.copy(self.file, self.folder / f"copy{self.copies % 2}.sqlite3"))

    def verify(self, file: Path, *, kept: Sequence[bytes] = ()) -> Verdict:
        trust = with_kept(self.trust, kept_claims(kept, self.trust.origin, self.trust.keys))
        return verify_at_rest(str(file), LOG, trust)


def write(service: Service, count: int, *, streams: int = 40) -> None:
    """So many more events, in streams that grow side by side."""
    with service.database.reading() as connection:
        start = service.store.head(connection) + 1
    for number in range(start, start + count):
        write = StreamWrite(f"boat/{number % streams}", number // streams, (Sailed(number=number),))
        service.store.commit(Append(context=context(), now=NOON, writes=(write,)))


def sign(service: Service) -> bytes:
    """A checkpoint of the log as it is now, cosigned."""
    grow_in_batches(service.database, LOG, own=True)
    note = make_checkpoint(service)
    assert note is not None
    witness = keys.cosigner(service.settings, "audit")
    parsed = Note.parse(note)
    with service.database.writing() as connection:
        connection.execute(
            COSIGNATURES.insert().values(
                log=LOG,
                size=int(parsed.text.split("\n")[1]),
                key_name=witness.name,
                line=witness.cosign(parsed.text, int(NOON.timestamp())),
                made_at=NOON,
            )
        )
    return note


def signed_log(folder: Path, *, entries: int, sizes: Sequence[int] = SIZES) -> SignedLog:
    """A log of so many entries with checkpoints at these sizes and at its end."""
    home = Home.make(folder / "home")
    service = home.open(BOATS)
    keys.ensure(home.settings, "audit", witness=True)
    notes, written = [], 0
    for size in (*(one for one in sizes if one < entries), entries):
        write(service, size - written)
        written = size
        notes.append(sign(service))
    file = folder / "log.sqlite3"
    with closing(sqlite3.connect(sqlite_path(home.settings, LOG))) as connection:
        connection.execute("vacuum into ?", (str(file),))
    return SignedLog(service, file, folder, trust_of(service), notes)


@contextmanager
def tampered(file: Path) -> Iterator[sqlite3.Connection]:
    """Change the file as whoever holds it can: the guards are put back afterwards."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        guards = connection.execute(
            "select name, sql from sqlite_master where type = 'trigger'"
        ).fetchall()
        for name, _ in guards:
            connection.execute(f"drop trigger {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)


def flip(connection: sqlite3.Connection, chance: random.Random) -> str | None:
    """Flip one bit of one value that counts; which, or None where the database refuses it."""
    table = chance.choice(("events", "log", "log_hashes", "checkpoints", "cosignatures"))
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
    column = chance.choice([one for one in columns if (table, one) not in UNSIGNED])
    rows = connection.execute(f"select * from {table}").fetchall()  # noqa: S608 (our names)
    row = dict(zip(columns, chance.choice(rows), strict=True))
    changed = _flipped(row[column], chance)
    where = " and ".join(f"{name} is ?" for name in columns)
    try:
        connection.execute(
            f"update {table} set {column} = ? where {where}",  # noqa: S608 (our names)
            (changed, *row.values()),
        )
    except sqlite3.IntegrityError:
        return None
    return f"{table}.{column} {row[column]!r} -> {changed!r}"


def _flipped(value: Any, chance: random.Random) -> Any:
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(12)
    raw = value if isinstance(value, bytes) else str(value).encode()
    at = chance.randrange(len(raw))
    found = raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(7)]) + raw[at + 1 :]
    return found if isinstance(value, bytes) else found.decode("utf-8", "replace")

"""Folders of an installation as gzipped files that fit into a repository, and back.

    pack(home, fixture / "home")        # databases checkpointed and vacuumed first
    unpack(fixture / "home", tmp_path)

The same content gives the same bytes: no name and no time of day is in a packed file.
"""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

FOLDERS = ("data", "keys", "files")
"""What of a home is an installation; locks and logs are not."""
ENDING = ".gz"


def pack(home: Path, target: Path) -> None:
    """Pack what nobody has open. Raises sqlite3.OperationalError when somebody has."""
    for path in sorted(home.rglob("*.sqlite3")):
        settle(path)
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                write(target / path.relative_to(home), path.read_bytes())


def settle(path: Path) -> None:
    """Bring a SQLite file into its shortest form, with nothing beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("vacuum")
        busy, _, _ = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        assert not busy, f"{path.name} is in use"
    left = path.with_name(f"{path.name}-wal")
    assert not left.exists(), f"{path.name} is open: its log has {left.stat().st_size} bytes"


def write(path: Path, content: bytes) -> None:
    """Pack one file; ``path`` is its name without the ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(path.name + ENDING).write_bytes(gzip.compress(content, 9, mtime=0))


def read(path: Path) -> bytes:
    """The content of a packed file; ``path`` is its name without the ending."""
    return gzip.decompress(path.with_name(path.name + ENDING).read_bytes())


def unpack(source: Path, home: Path) -> None:
    """Put the files where they were, for their owner only."""
    for path in sorted(source.rglob(f"*{ENDING}")):
        place = home / path.relative_to(source).with_suffix("")
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(gzip.decompress(path.read_bytes()))
        place.chmod(0o600)

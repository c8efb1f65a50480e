"""A zip that is written from its beginning to its end, so that it can leave while it is made.

    archive = Archive(made_at)
    archive.add("README.txt", b"...")
    yield archive.take()

Only the names of its files stay in memory.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

PART_BYTES = 1 << 16


class Archive:
    """Files one after the other; ``take`` gives what has been written since."""

    def __init__(self, made_at: datetime) -> None:
        self._written = _Written()
        self._moment = made_at.astimezone(UTC).timetuple()[:6]
        # An object without seek and tell is written to from beginning to end.
        self._zip = zipfile.ZipFile(self._written, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]

    def add(self, name: str, content: bytes) -> None:
        """A file whose content is at hand."""
        self._zip.writestr(self._info(name), content)

    def add_parts(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        """A file that is made bit by bit; yields what has been written meanwhile."""
        with self._zip.open(self._info(name), "w", force_zip64=True) as file:
            for part in parts:
                file.write(part)
                if self._written.length >= PART_BYTES:
                    yield self.take()

    def close(self) -> None:
        """Write the directory of names."""
        self._zip.close()

    def ready(self) -> bool:
        """Whether there is enough to be sent."""
        return self._written.length >= PART_BYTES

    def take(self) -> bytes:
        """What has been written since it was last asked for."""
        return self._written.take()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info


class _Written:
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.length = 0

    def write(self, content: bytes) -> int:
        self._parts.append(bytes(content))
        self.length += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        found = b"".join(self._parts)
        self._parts, self.length = [], 0
        return found


class Digested:
    """Passes parts on and keeps their SHA-256."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()

    def of(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """The same parts."""
        for part in parts:
            self._found.update(part)
            yield part

    def hexdigest(self) -> str:
        return self._found.hexdigest()

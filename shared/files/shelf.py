"""Where sealed bytes lie: a folder of files named by their SHA-256. An object store fits as well.

shelf = FolderShelf(settings.home / "files")
shelf.put(sha256, sealed)      # durable when it returns; again changes nothing
shelf.get(sha256)              # the bytes, or None
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final, Protocol

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class Shelf(Protocol):
    """Keeps bytes under the hash of them."""

    def put(self, sha256: str, sealed: bytes) -> None: ...

    def get(self, sha256: str) -> bytes | None: ...

    def remove(self, sha256: str) -> bool: ...


class FolderShelf:
    """Files under ``<folder>/<first two digits>/<hash>``, readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, sha256: str, sealed: bytes) -> None:
        """Keep it. A file appears whole under its name or not at all."""
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{sha256}.{secrets.token_hex(4)}.partial")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        self._make_durable(path.parent)

    def get(self, sha256: str) -> bytes | None:
        """The bytes under this name; None when there are none."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, sha256: str) -> bool:
        """Take it away; False when it was not there."""
        try:
            self._path(sha256).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, sha256: str) -> Path:
        # A name comes from an event or an address: nothing but a hash may become a path.
        if not _NAME.fullmatch(sha256):
            raise ValueError("a file's name is 64 hexadecimal digits")
        return self._folder / sha256[:2] / sha256

    def _make_durable(self, folder: Path) -> None:
        # The name is in the folder: without this a power cut may lose it.
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

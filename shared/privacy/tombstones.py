"""Tombstones: the destroyed keys in a file outside the keyring, which no restore revives.

    stones = Tombstones(settings.destroyed_keys_path)
    stones.add({"0192…": "9f86…"}, secret)      # durable when this returns
    "0192…" in stones.ids(), "9f86…" in stones.names()

A line is a key's id, a keyed hash of its name (older lines have none), and a proof over both and
the line before, made with a secret of the keyring: a line that was changed, put in or taken out
from between is found by ``faults``. By the hash no second key is made under a name where a restored
keyring knows nothing of the first. Whoever reads takes each line at its word, also where a proof
fails: a key that is refused too much is not lost, one that is opened after it was destroyed is a
broken promise.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r"([0-9a-f-]{36}(?: [0-9a-f]{64})?) ([0-9a-f]{64})")
_ID: Final = re.compile(r"[0-9a-f-]{36}")
_NAMED: Final = re.compile(r"[0-9a-f-]{36} ([0-9a-f]{64}) [0-9a-f]{64}")
_FIRST: Final = "0" * 64


class Tombstones:
    """The file, as this process has read it. Thread-safe; several processes may write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._ids: frozenset[str] = frozenset()
        self._names: frozenset[str] = frozenset()

    def ids(self) -> frozenset[str]:
        """All ids in the file; read again when it changed. None of them when there is no file."""
        self._look()
        return self._ids

    def names(self) -> frozenset[str]:
        """The keyed hashes of the names of all keys in the file that were written with theirs."""
        self._look()
        return self._names

    def _look(self) -> None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return
        now = (found.st_ino, found.st_size, found.st_mtime_ns)
        if now != self._seen:
            with self._lock:
                text = self.path.read_text("ascii", errors="replace")
                # What was read before stays: a file that became shorter revives nothing here.
                self._ids |= _ids(text)
                self._names |= _names(text)
                self._seen = now

    def add(self, keys: Mapping[str, str], secret: bytes) -> int:
        """Write those that are not there yet; they are durable when this returns.

        keys: id to the keyed hash of its name, or "" where that is not known.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = file.read().decode("ascii", "replace")
            there, named = _ids(text), _names(text)
            missing = sorted(
                f"{key_id} {name}".rstrip()
                for key_id, name in keys.items()
                if key_id not in there or (name and name not in named)
            )
            if not missing:
                return 0
            # A line that a crash left unfinished ends here, and is seen as what it is.
            lines = ["\n"] if text and not text.endswith("\n") else []
            before = _last_proof(text)
            for one in missing:
                before = _proof(secret, before, one)
                lines.append(f"{one} {before}\n")
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self.path.parent)
        return len(missing)

    def faults(self, secret: bytes) -> list[int]:
        """The numbers of lines (from 1) that are not what was written after the line before."""
        if not self.path.exists():
            return []
        found = []
        before = _FIRST
        for number, line in enumerate(_lines(self.path.read_text("ascii", "replace")), 1):
            match = _LINE.fullmatch(line)
            if match is None or not hmac.compare_digest(_proof(secret, before, match[1]), match[2]):
                found.append(number)
            before = match[2] if match else before
        return found


def _lines(text: str) -> list[str]:
    return text.splitlines()


def _ids(text: str) -> frozenset[str]:
    return frozenset(match[0] for line in _lines(text) if (match := _ID.match(line)))


def _names(text: str) -> frozenset[str]:
    return frozenset(match[1] for line in _lines(text) if (match := _NAMED.match(line)))


def _last_proof(text: str) -> str:
    proofs = [match[2] for line in _lines(text) if (match := _LINE.fullmatch(line))]
    return proofs[-1] if proofs else _FIRST


def _proof(secret: bytes, before: str, line: str) -> str:
    return hmac.digest(secret, f"{before} {line}".encode(), "sha256").hex()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

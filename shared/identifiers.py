"""Identifiers: UUIDv7 (RFC 9562), sortable by time, and names derived from other identifiers.

>>> len(Uuid7().new())
36
>>> derived("call", "RS-2011") == derived("call", "RS-2011")
True
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

_DRAWN_AT_ONCE: Final = 64
_CANONICAL: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Identifiers(Protocol):
    """Gives new identifiers."""

    def new(self) -> str: ...


class Uuid7:
    """Monotonic UUIDv7 within a process: 48 bits of milliseconds, a 12-bit counter, 62 random."""

    def __init__(
        self,
        *,
        milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._milliseconds = milliseconds
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._last = 0
        self._counter = 0
        self._pool = b""
        self._process = 0

    def new(self) -> str:
        with self._lock:
            now = max(self._milliseconds(), self._last)
            self._counter = self._counter + 1 if now == self._last else 0
            if self._counter > 0xFFF:
                now, self._counter = now + 1, 0
            self._last, counter = now, self._counter
            tail = int.from_bytes(self._drawn()) & ((1 << 62) - 1)
        return _spelled(now << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail)

    def _drawn(self) -> bytes:
        """Eight bytes of many that were drawn at once: asking the system lets other threads in."""
        if not self._pool or self._process != os.getpid():
            # What a parent drew is not for its children too.
            self._pool, self._process = self._random_bytes(8 * _DRAWN_AT_ONCE), os.getpid()
        drawn, self._pool = self._pool[:8], self._pool[8:]
        return drawn


def _spelled(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def derived(*parts: str) -> str:
    """A UUIDv8 that is always the same for the same parts (SHA-256 over them, length-prefixed).

    For records that an import or a message may bring twice. Never derive from personal data.
    """
    encoded = [part.encode() for part in parts]
    digest = hashlib.sha256(b"".join([b"%d:%s" % (len(part), part) for part in encoded])).digest()
    value = int.from_bytes(digest[:16])
    return _spelled(value & ~(0xF << 76 | 0b11 << 62) | 0x8 << 76 | 0b10 << 62)


def is_identifier(text: str) -> bool:
    """Whether text is a UUID in its one canonical spelling."""
    return _CANONICAL.fullmatch(text) is not None

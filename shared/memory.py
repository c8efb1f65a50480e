"""Memory of a process of many threads: small heaps, and no search through what stays for good.

    keep_small()     # before threads begin
    settle()         # once everything is imported and opened
    give_back()      # after work that took much of it

By default each thread gets a heap of its own, and what is freed stays there. Where the C library is
not glibc nothing happens about that.
"""

from __future__ import annotations

import ctypes
import gc
from functools import cache
from typing import Any, Final

ARENAS: Final = 2
LARGE_BYTES: Final = 128 * 1024

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""Of ``malloc.h``; see mallopt(3)."""


def keep_small() -> None:
    """Share two heaps among all threads; what is large is given back as soon as it is freed."""
    adjust = getattr(_library(), "mallopt", None)
    if adjust is not None:
        adjust(_M_ARENA_MAX, ARENAS)
        # Said once, the threshold does not grow with what was freed.
        adjust(_M_MMAP_THRESHOLD, LARGE_BYTES)
        adjust(_M_TRIM_THRESHOLD, LARGE_BYTES)


def settle() -> None:
    """Leave what is there now out of every later search for garbage.

    Modules, tables and statements are some hundred thousand objects that are never garbage; looking
    at all of them stops every thread for a good part of a second.
    """
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Give the system back what is free within the heaps; some milliseconds."""
    trim = getattr(_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def _library() -> Any:
    return ctypes.CDLL(None)

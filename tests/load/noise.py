"""How busy the machine is: a fixed piece of computing and a few fsyncs, timed beside each round.

noise = Listening(folder)
noise.listen()
noise.heard.computing   # (9.8, 9.9, ...) milliseconds
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from tests.load.measure import Noise

LOOPS: Final = 200_000
FSYNCS: Final = 8
BLOCK: Final = b"\0" * 4096


def computing() -> float:
    """Milliseconds that a fixed loop takes."""
    begun = time.perf_counter()
    total = 0
    for number in range(LOOPS):
        total += number & 7
    assert total
    return (time.perf_counter() - begun) * 1000


def fsync(folder: Path) -> float:
    """Milliseconds that one write of a block and its fsync take, as a mean of some."""
    path = folder / "fsync"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        begun = time.perf_counter()
        for number in range(FSYNCS):
            os.pwrite(descriptor, BLOCK, number * len(BLOCK))
            os.fsync(descriptor)
        return (time.perf_counter() - begun) * 1000 / FSYNCS
    finally:
        os.close(descriptor)
        path.unlink()


class Listening:
    """Collects what was heard beside the rounds of one row."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.heard = Noise()

    def listen(self) -> None:
        """Take both times once more."""
        self.heard = Noise(
            (*self.heard.computing, computing()), (*self.heard.fsync, fsync(self._folder))
        )

"""Progress and messages on standard error, so that standard output is data alone.

with Progress("participants", 560) as progress:
    progress.advance(100)
"""

from __future__ import annotations

import sys
import time
from types import TracebackType

import click

REDRAW_SECONDS = 0.2
BAR_WIDTH = 24


def say(text: str) -> None:
    """A message for a person."""
    click.echo(text, err=True)


class Progress:
    """One line that moves on a terminal; elsewhere one line at the end."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = max(total, 1)
        self._done = 0
        self._drawn = 0.0
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._terminal:
            self._draw(force=True)
            click.echo(err=True)
        elif kind is None:
            say(f"{self._label}: {self._done}")

    @property
    def done(self) -> int:
        return self._done

    def advance(self, by: int = 1) -> None:
        self._done += by
        self._draw()

    def reach(self, done: int, total: int) -> None:
        """So much is done of what may have become more meanwhile."""
        self._done, self._total = done, max(total, 1)
        self._draw()

    def _draw(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if not self._terminal or (now - self._drawn < REDRAW_SECONDS and not force):
            return
        self._drawn = now
        filled = BAR_WIDTH * min(self._done, self._total) // self._total
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        click.echo(f"\r{self._label:<22} [{bar}] {self._done}/{self._total}", err=True, nl=False)

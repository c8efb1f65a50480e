"""A place of each test's own, where heads and checkpoints are told ten times as often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import shared.bus.relay as relaying
import shared.log.checkpointer as checkpointing
from tests.witness.place import Place
from tests.witness.watching import Watched


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(relaying, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(checkpointing, "CHECKPOINT_SECONDS", 0.1)
    made = Place.make(tmp_path)
    yield made
    made.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A watch that is fed by hand."""
    made = Watched.make(tmp_path)
    yield made
    made.place.close()

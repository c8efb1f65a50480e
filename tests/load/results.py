"""What each row last gave, kept in docs/performance.json, from which docs/performance.md is made.

kept = read(path)
kept["append-one-client-postgresql"] = Kept(outcome, "2026-12-01", "9877432")
write(path, kept)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.load.measure import Noise, Outcome


@dataclass(frozen=True)
class Kept:
    """An outcome, the day it was measured, the commit of the code, and the machine."""

    outcome: Outcome
    day: str
    commit: str
    machine: Mapping[str, str]


def read(path: Path) -> dict[str, Kept]:
    """The rows by name; none when there is no file yet."""
    if not path.exists():
        return {}
    rows: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return {name: _kept(name, row) for name, row in rows.items()}


def write(path: Path, kept: Mapping[str, Kept]) -> None:
    """All rows, one after the other by name, so that a change shows as a change."""
    rows = {name: asdict(kept[name]) for name in sorted(kept)}
    path.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")


def _kept(name: str, row: dict[str, Any]) -> Kept:
    found = row["outcome"]
    noise = Noise(tuple(found["noise"]["computing"]), tuple(found["noise"]["fsync"]))
    beside = {one: tuple(values) for one, values in found["beside"].items()}
    ours, peer = tuple(found["ours"]), tuple(found["peer"])
    outcome = Outcome(name, ours, peer, noise, float(found["seconds"]), beside)
    return Kept(outcome, row["day"], row["commit"], row["machine"])

"""The command behind `make bench`.

    python -m tests.load                  # every row; writes docs/performance.md
    python -m tests.load --only append    # the rows with this word in their names
    BENCH_ROUNDS=3 python -m tests.load

It measures and says what it found; only a row that broke makes it fail.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.load import machine, reporting, results, running
from tests.load.measure import Measure, Outcome
from tests.load.results import Kept

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = ROOT / "docs" / "performance.md"
RESULTS: Final = ROOT / "docs" / "performance.json"
NOTES: Final = Path(__file__).parent / "notes"
FOLDER: Final = ROOT / "var" / "load"


def main() -> int:
    """Measure, write down, show the table."""
    parser = argparse.ArgumentParser(description="Measure Zanat beside its peers.")
    parser.add_argument("--only", default="", help="words that occur in the names of rows")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    parser.add_argument("--keep", action="store_true", help="leave docs/performance.md as it is")
    arguments = parser.parse_args()
    measures = running.declared()
    rows = running.chosen(measures, arguments.only)
    if arguments.list or not rows:
        print("\n".join(one.name for one in measures))
        return 0 if arguments.list else 1
    rounds = int(os.environ.get("BENCH_ROUNDS") or running.ROUNDS)
    begun = time.monotonic()
    about, commit = machine.about(), machine.commit()
    kept = results.read(RESULTS)
    lines, broken = [], False
    by_name = {one.name: one for one in rows}
    for found in running.run(rows, rounds=rounds, folder=FOLDER, say=_aside):
        lines.append(running.line(by_name[found.name], found))
        _aside(lines[-1])
        if isinstance(found, Outcome):
            day = f"{datetime.now(UTC):%Y-%m-%d}"
            kept[found.name] = Kept(found, day, commit, about)
            if not arguments.keep:
                _write(measures, kept)
        else:
            broken = broken or found.broken
    print("\n".join(lines))
    print(f"{len(lines)} rows in {(time.monotonic() - begun) / 60:.1f} minutes")
    return 1 if broken else 0


def _write(measures: list[Measure], kept: dict[str, Kept]) -> None:
    results.write(RESULTS, kept)
    notes = {path.stem: path.read_text(encoding="utf-8") for path in sorted(NOTES.glob("*.md"))}
    DOCUMENT.write_text(reporting.document(measures, kept, notes), encoding="utf-8")


def _aside(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

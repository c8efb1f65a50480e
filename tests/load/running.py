"""Runs rows: a warm-up, then ours and the peer's by turns, with the machine's noise beside them.

outcomes = run([ONE_CLIENT, SIXTEEN_CLIENTS], rounds=5, folder=Path("var/load"), say=print)
"""

from __future__ import annotations

import importlib
import itertools
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.load.measure import Measure, Outcome
from tests.load.noise import Listening

ROUNDS: Final = 5
FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class NotMeasured:
    """Why a row has no outcome. ``broken``: not for want of a server."""

    name: str
    reason: str
    broken: bool


Found = Outcome | NotMeasured


def declared() -> list[Measure]:
    """Every row that a module of this folder declares, in the table's order."""
    found: dict[str, Measure] = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem.startswith("_") or path.stem.startswith("test_"):
            continue
        module = importlib.import_module(f"tests.load.{path.stem}")
        for measure in vars(module).values():
            if not isinstance(measure, Measure):
                continue
            if found.setdefault(measure.name, measure) is not measure:
                raise ValueError(f"two rows are named {measure.name}")
    return sorted(found.values(), key=lambda one: (one.order, one.name))


def chosen(measures: Sequence[Measure], only: str) -> list[Measure]:
    """The rows in whose name one of the words of ``only`` occurs; all when it is empty."""
    words = only.replace(",", " ").split()
    return [one for one in measures if not words or any(word in one.name for word in words)]


def run(
    measures: Sequence[Measure], *, rounds: int, folder: Path, say: Callable[[str], None]
) -> Iterator[Found]:
    """Measure rows one after the other; neighbours with the same stage share it."""
    from tests.server_processes import Unavailable

    for stage, rows in itertools.groupby(measures, key=lambda one: one.stage):
        waiting = list(rows)
        try:
            with stage() as staged:
                while waiting:
                    say(f"{waiting[0].name} ...")
                    yield one_row(waiting[0], staged, rounds=rounds, folder=folder)
                    waiting.pop(0)
        except Unavailable as reason:
            for row in waiting:
                yield NotMeasured(row.name, str(reason), broken=False)
        except Exception as error:
            say(traceback.format_exc())
            for row in waiting:
                yield NotMeasured(row.name, f"{type(error).__name__}: {error}", broken=True)


def one_row(measure: Measure, staged: Any, *, rounds: int, folder: Path) -> Outcome:
    """A warm-up of both, then ``rounds`` rounds; who begins changes from round to round."""
    begun = time.monotonic()
    noise = Listening(folder)
    sides: list[tuple[Callable[[Any], float], list[float]]] = [
        (side, []) for side in (measure.ours, measure.peer, *(side for _, side in measure.beside))
    ]
    for side, _ in sides:
        side(staged)
    for number in range(rounds):
        for side, found in sides if number % 2 == 0 else reversed(sides):
            noise.listen()
            found.append(side(staged))
    noise.listen()
    ours, peer, *others = (tuple(found) for _, found in sides)
    return Outcome(
        measure.name,
        ours,
        peer,
        noise.heard,
        round(time.monotonic() - begun, 1),
        dict(zip((name for name, _ in measure.beside), others, strict=True)),
    )


def line(measure: Measure, found: Found) -> str:
    """A row as the terminal shows it."""
    if isinstance(found, NotMeasured):
        return f"{'-':>9}  {measure.name}: not measured: {found.reason}"
    ratio, bound = found.ratio, measure.bound
    wanted = f">= {bound.at_least:g}" if bound.at_least is not None else f"<= {bound.at_most:g}"
    aim = bound.aim_reached(ratio)
    reached = "" if aim is None else f", aim {bound.aim:g} {'reached' if aim else 'not reached'}"
    return (
        f"{ratio:>7.2f} x  {measure.name}: {bound.verdict(ratio)} ({wanted}{reached});"
        f" {median(found.ours):,.4g} beside {median(found.peer):,.4g} {measure.unit},"
        f" rounds {min(found.ratios):.2f} to {max(found.ratios):.2f}"
    )

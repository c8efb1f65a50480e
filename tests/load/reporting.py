"""Writes docs/performance.md from the rows and what they last gave.

text = document(measures, kept, notes)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from tests.load.measure import Measure
from tests.load.results import Kept

HEAD: Final = """\
# Performance

Written by `make bench`; do not edit. What stands in `tests/load/notes/` under a row's name is
printed with the row. Each row is measured side by side with its peer in one run: both are warmed
up, then take turns; the ratio is median to median. Commits are durable wherever the peer's are.
`make bench ONLY=append` measures the rows with that word in their names and leaves the others as
they were.
"""


def document(
    measures: Sequence[Measure], kept: Mapping[str, Kept], notes: Mapping[str, str]
) -> str:
    """The whole file."""
    shown = [(one, kept[one.name]) for one in measures if one.name in kept]
    parts = [HEAD, _table(shown)]
    missing = [one.name for one in measures if one.name not in kept]
    if missing:
        parts.append("Not measured yet: " + ", ".join(missing) + ".\n")
    parts += [_section(one, found, notes.get(one.name, "")) for one, found in shown]
    parts.append(_machines(shown))
    return "\n".join(parts)


def wanted(measure: Measure) -> str:
    """The bound of a row in signs."""
    least = measure.at_least is not None
    text = f"≥ {measure.at_least:g}" if least else f"≤ {measure.at_most:g}"
    return text if measure.aim is None else f"{text} (aim {measure.aim:g})"


def _table(shown: Sequence[tuple[Measure, Kept]]) -> str:
    rows = [
        "| measure | against | wanted | measured | |",
        "| --- | --- | --- | --- | --- |",
    ]
    for one, found in shown:
        ratio = found.outcome.ratio
        aim = ", aim reached" if one.bound.aim_reached(ratio) else ""
        rows.append(
            f"| [{one.row}](#{one.name}) | {one.against} | {wanted(one)}"
            f" | {ratio:.2f} × | {one.bound.verdict(ratio)}{aim} |"
        )
    return "\n".join(rows) + "\n"


def _section(one: Measure, kept: Kept, note: str) -> str:
    found = kept.outcome
    low, high = min(found.ratios), max(found.ratios)
    lines = [
        f"## {one.name}",
        "",
        (
            f"{one.row[0].upper()}{one.row[1:]}, against {one.against}:"
            f" **{found.ratio:.2f} ×**, {one.bound.verdict(found.ratio)} ({wanted(one)})."
        ),
        "",
        f"| {one.unit} | median | rounds |",
        "| --- | --- | --- |",
        f"| ours | {_figure(median(found.ours))} | {_figures(found.ours)} |",
        f"| peer | {_figure(median(found.peer))} | {_figures(found.peer)} |",
        f"| ratio | {found.ratio:.2f} | {low:.2f} to {high:.2f} |",
        *(
            f"| {name} | {_figure(median(values))} | {_figures(values)} |"
            for name, values in found.beside.items()
        ),
        "",
        (
            f"Measured on {kept.day} at {kept.commit} in {found.seconds:.0f} s. Noise beside the"
            f" rounds (least / median / most): computing {_range(found.noise.computing)} ms,"
            f" fsync {_range(found.noise.fsync)} ms."
        ),
        "",
    ]
    return "\n".join(lines) + (f"\n{note.strip()}\n" if note.strip() else "")


def _machines(shown: Sequence[tuple[Measure, Kept]]) -> str:
    machines: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for one, found in shown:
        machines.setdefault(tuple(found.machine.items()), []).append(one.name)
    lines = ["## Machine", ""]
    for facts, names in machines.items():
        if len(machines) > 1:
            lines += ["For " + ", ".join(names) + ":", ""]
        lines += [f"* {name}: {fact}" for name, fact in sorted(facts)] + [""]
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _figures(values: Sequence[float]) -> str:
    return ", ".join(_figure(value) for value in values)


def _range(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{min(values):.2f} / {median(values):.2f} / {max(values):.2f}"

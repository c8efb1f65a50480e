"""Leaves out small cells of tables with shared totals, and as many others as keep them secret.

>>> suppressed([((3, 2), (9, 7))], (12, 9), least=5)
Tables(tables=(((None, None), (None, None)),), totals=(12, 9))

Rows are groups, columns are stages that follow each other: nobody is in a later stage who was not
in the one before. Several tables split the same totals, each in its own way. A reader knows all
that and that what is left out is at least one; a cell that has one possible value by it is as good
as shown. So more is left out until every hidden cell has at least two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, TypeAlias

Cell: TypeAlias = tuple[int, int, int]
"""Table, row, column; a total is of table −1, row 0."""

Gap: TypeAlias = tuple[int, int, int, int]
"""Table, row, and the two columns that it lies between."""

Place: TypeAlias = Cell | Gap
Numbers: TypeAlias = Sequence[Sequence[int]]
Hidden: TypeAlias = tuple[tuple[int | None, ...], ...]

TOTAL: Final = -1
_MOST: Final = 10**9
_ROUNDS_MAX: Final = 1_000


@dataclass(frozen=True)
class Tables:
    """What may be shown; None is left out."""

    tables: tuple[Hidden, ...]
    totals: tuple[int | None, ...]


def suppressed(tables: Sequence[Numbers], totals: Sequence[int], *, least: int) -> Tables:
    """The tables without cells from 1 to below ``least``, nor those that would reveal them."""
    grid = _Grid(tables, totals)
    grid.hidden = {cell for cell, value in grid.values.items() if 0 < value < least}
    while (known := grid.computable()) is not None:
        more = next(grid.beside(known), None)
        if more is None:
            break
        grid.hidden.add(more)
    return Tables(
        tuple(
            tuple(
                tuple(grid.shown((place, row, column)) for column in range(len(totals)))
                for row in range(len(table))
            )
            for place, table in enumerate(tables)
        ),
        tuple(grid.shown((TOTAL, 0, column)) for column in range(len(totals))),
    )


@dataclass
class _Grid:
    """The cells, which of them are hidden, and what holds between them."""

    tables: Sequence[Numbers]
    totals: Sequence[int]
    hidden: set[Cell] = field(default_factory=set)
    values: dict[Cell, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = {(TOTAL, 0, place): value for place, value in enumerate(self.totals)}
        for table, rows in enumerate(self.tables):
            for row, cells in enumerate(rows):
                self.values |= {(table, row, place): value for place, value in enumerate(cells)}
        self.sums: list[list[Place]] = [
            [*((table, row, column) for row in range(len(rows))), (TOTAL, 0, column)]
            for table, rows in enumerate(self.tables)
            for column in range(len(self.totals))
            if sum(cells[column] for cells in rows) == self.totals[column]
        ]
        """Cells whose last is the sum of the others. One person in two groups breaks it."""
        self.gaps: list[Gap] = []
        for first, second in combinations(range(len(self.totals)), 2):
            self._tell_apart(first, second)

    def _tell_apart(self, first: int, second: int) -> None:
        """How many of a stage are not in a later one: in whole and in part, never below zero."""
        rows = {(table, row) for table, row, _ in self.values}
        if any(self.values[*one, first] < self.values[*one, second] for one in rows):
            return
        for table, row in rows:
            gap = (table, row, first, second)
            self.gaps.append(gap)
            self.sums.append([(table, row, second), gap, (table, row, first)])
        for table, lines in enumerate(self.tables):
            if all(sum(line[one] for line in lines) == self.totals[one] for one in (first, second)):
                parts: list[Place] = [(table, row, first, second) for row in range(len(lines))]
                self.sums.append([*parts, (TOTAL, 0, first, second)])

    def shown(self, cell: Cell) -> int | None:
        """Its value unless it is left out."""
        return None if cell in self.hidden else self.values[cell]

    def computable(self) -> Cell | None:
        """A hidden cell of which what is shown leaves one value only."""
        low: dict[Place, int] = dict.fromkeys(self.gaps, 0)
        high: dict[Place, int] = dict.fromkeys(self.gaps, _MOST)
        for cell, value in self.values.items():
            low[cell], high[cell] = (1, _MOST) if cell in self.hidden else (value, value)
        for _ in range(_ROUNDS_MAX):
            before = (dict(low), dict(high))
            self._narrow(low, high)
            if before == (low, high):
                break
        pinned = (cell for cell in sorted(self.hidden) if low[cell] >= high[cell])
        return next(pinned, None)

    def _narrow(self, low: dict[Place, int], high: dict[Place, int]) -> None:
        for cells in self.sums:
            *parts, whole = cells
            low_sum, high_sum = sum(low[one] for one in parts), sum(high[one] for one in parts)
            low[whole], high[whole] = max(low[whole], low_sum), min(high[whole], high_sum)
            for one in parts:
                high[one] = min(high[one], high[whole] - (low_sum - low[one]))
                low[one] = max(low[one], low[whole] - (high_sum - high[one]))
                low_sum, high_sum = (
                    sum(low[part] for part in parts),
                    sum(high[part] for part in parts),
                )

    def beside(self, cell: Cell) -> Iterator[Cell]:
        """What to leave out besides a cell that can be computed: the least that is shown."""
        _, row, column = cell
        table = cell[0]
        columns = [one for one in self.values if one[2] == column]
        for group in (
            [one for one in columns if one[0] == table != TOTAL],
            [one for one in columns if one[0] != TOTAL],
            [(TOTAL, 0, column)],
            [one for one in self.values if one[:2] == (table, row)],
            list(self.values),
        ):
            yield from sorted(
                (one for one in group if one not in self.hidden and self.values[one]),
                key=lambda one: (self.values[one], one),
            )

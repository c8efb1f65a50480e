"""No cell that is left out can be computed from what is shown, however it is tried."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.suppression import Tables, suppressed

LEAST = 3
"""In place of five, so that every solution of a table can be tried."""


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[tuple[int, int]]], tuple[int, int]]:
    """Two splits of the same people, each in two or three groups, over two stages."""
    first = draw(st.lists(st.integers(0, 5), min_size=2, max_size=3))
    rows = [(one, draw(st.integers(0, one))) for one in first]
    totals = (sum(a for a, _ in rows), sum(b for _, b in rows))
    cut = (draw(st.integers(0, totals[0])), 0)
    inner = draw(st.integers(max(0, totals[1] - (totals[0] - cut[0])), min(cut[0], totals[1])))
    other = [(cut[0], inner), (totals[0] - cut[0], totals[1] - inner)]
    return [rows, other], totals


@settings(max_examples=60, deadline=None)
@given(tables())
def test_every_hidden_cell_has_two_possible_values(
    drawn: tuple[list[list[tuple[int, int]]], tuple[int, int]],
) -> None:
    given_tables, totals = drawn
    found = suppressed(given_tables, totals, least=LEAST)
    hidden = places(found)
    for place, value in hidden.items():
        assert value is None, place
    seen: dict[tuple[int, int, int], set[int]] = {place: set() for place in hidden}
    for solution in solutions(found, most=totals[0] + 4):
        for place in hidden:
            seen[place].add(solution[place])
        if all(len(values) > 1 for values in seen.values()):
            return
    assert all(len(values) > 1 for values in seen.values()), (found, seen)


@settings(max_examples=300, deadline=None)
@given(tables())
def test_no_small_cell_is_shown_and_what_is_shown_is_true(
    drawn: tuple[list[list[tuple[int, int]]], tuple[int, int]],
) -> None:
    given_tables, totals = drawn
    found = suppressed(given_tables, totals, least=LEAST)
    real = [*itertools.chain.from_iterable(itertools.chain.from_iterable(given_tables)), *totals]
    shown = [
        *itertools.chain.from_iterable(itertools.chain.from_iterable(found.tables)),
        *found.totals,
    ]
    assert [one for one in shown if one is not None and 0 < one < LEAST] == []
    assert all(one in (None, value) for one, value in zip(shown, real, strict=True))


def test_large_cells_are_shown_whole() -> None:
    table = [(40, 30, 20), (60, 50, 40)]
    found = suppressed([table], (100, 80, 60), least=5)
    assert found == Tables((tuple(table),), (100, 80, 60))


def test_one_small_cell_takes_another_along_so_that_the_total_tells_nothing() -> None:
    found = suppressed([[(3,), (9,), (20,)]], (32,), least=5)
    assert found == Tables((((None,), (None,), (20,)),), (32,))


def test_two_cells_of_one_take_a_third_along_since_they_sum_to_two() -> None:
    found = suppressed([[(1,), (1,), (20,), (30,)]], (52,), least=5)
    assert found == Tables((((None,), (None,), (None,), (30,)),), (52,))


def test_a_cell_between_equal_stages_is_not_computed_from_them() -> None:
    """Six certified and six paid would say that six were granted."""
    table = [(6, 6, 6), (30, 3, 3), (40, 30, 30)]
    found = suppressed([table], (76, 39, 39), least=5)
    assert found.tables[0][1][1] is None
    assert found.tables[0][0] != (6, None, 6)


def places(found: Tables) -> dict[tuple[int, int, int], None]:
    """The hidden cells: table, row, column; totals are of table −1."""
    cells = {
        (table, row, column): cell
        for table, rows in enumerate(found.tables)
        for row, line in enumerate(rows)
        for column, cell in enumerate(line)
    }
    cells |= {(-1, 0, column): cell for column, cell in enumerate(found.totals)}
    return {place: None for place, cell in cells.items() if cell is None}


def solutions(found: Tables, *, most: int) -> Iterator[dict[tuple[int, int, int], int]]:
    """Every way in which the hidden cells can be filled so that all that is known holds."""
    columns = [list(_columns(found, column, most)) for column in range(2)]
    for one, two in itertools.product(*columns):
        if all(one[table, row, 0] >= two[table, row, 1] for table, row, _ in one):
            yield one | two


def _columns(found: Tables, column: int, most: int) -> Iterator[dict[tuple[int, int, int], int]]:
    whole = found.totals[column]
    for total in range(1, most + 1) if whole is None else (whole,):
        parts = [
            [
                {(table, row, column): value for row, value in enumerate(values)}
                for values in _splits([line[column] for line in rows], total)
            ]
            for table, rows in enumerate(found.tables)
        ]
        for chosen in itertools.product(*parts):
            cells = {(-1, 0, column): total}
            for one in chosen:
                cells |= one
            yield cells


def _splits(cells: list[int | None], total: int) -> Iterator[tuple[int, ...]]:
    """Values of the cells, hidden ones at least one, that sum to the total."""
    if not cells:
        if total == 0:
            yield ()
        return
    first, rest = cells[0], cells[1:]
    for value in range(1, total + 1) if first is None else (first,):
        if value <= total:
            for others in _splits(rest, total - value):
                yield (value, *others)

"""Reads a register's folder: every cell judged before anything is written anywhere.

>>> register = read(Path("examples/register"))
>>> len(register.applications), register.calls[0].tranches
(254, (60, 40))

``RegisterErrors`` names what is wrong. One wrong cell gives one error: what refers to a file whose
own keys are in doubt is not judged until those are mended. A file's rows and columns may stand in
any order.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

from services.register.cells import check_digit_agrees
from services.register.findings import CellError, CellProblem, Findings, RegisterErrors, shown
from services.register.loaded import Loaded
from services.register.records import ROWS_MAX, FileDefect, records
from services.register.references import check_references
from services.register.rows import Call, Register, Visit, canonical_row
from services.register.tables import TABLES, Column, Table, with_criteria
from shared.language.marking import N_

__all__ = ["CellError", "Register", "RegisterErrors", "read"]

CELL_LENGTH_MAX: Final = 10_000


def read(folder: Path, *, today: date | None = None) -> Register:
    """The register in ``folder``. With ``today``, days after it are errors where they cannot be.

    Raises RegisterErrors, and nothing else, whatever the files hold.
    """
    findings = Findings()
    calls = _read_table(folder, TABLES["calls"], findings)
    tables = {"calls": calls}
    for name, table in TABLES.items():
        if name == "score_sheets":
            table = with_criteria(row for row in calls.rows if isinstance(row, Call))
        if name != "calls":
            # Without all criteria nobody can say which columns the sheets should have.
            open_ended = name == "score_sheets" and not calls.whole
            tables[name] = _read_table(folder, table, findings, any_columns=open_ended)
    visits = check_references(tables, findings, today=today)
    _order(findings)
    findings.raise_any()
    _warn(tables["participants"], findings)
    return _register(tables, visits, findings)


def _read_table(
    folder: Path, table: Table, findings: Findings, *, any_columns: bool = False
) -> Loaded:
    loaded = Loaded(table)
    before = findings.count
    header: list[Column | None] | None = None
    rows = 0
    try:
        for number, cells in records(folder / table.file):
            if header is None:
                header = _header(table, number, cells, findings, any_columns=any_columns)
                if header is None:
                    return loaded
                continue
            rows += 1
            if rows > ROWS_MAX:
                sentence = N_("There are more than {rows_max} rows.")
                raise FileDefect(number, "too-many-rows", sentence, rows_max=ROWS_MAX)
            _take(loaded, header, number, cells, findings)
        if header is None:
            raise FileDefect(1, "no-header", N_("The row with the columns' names is missing."))
    except FileDefect as defect:
        place = (table.file, defect.row, None)
        findings.add(CellError(*place, defect.code, defect.sentence, defect.facts))
        return loaded
    loaded.complete = True
    loaded.whole = findings.count == before
    return loaded


def _header(
    table: Table, number: int, cells: list[str], findings: Findings, *, any_columns: bool
) -> list[Column | None] | None:
    known = {column.name: column for column in table.columns}
    names = Counter(cells)
    before = findings.count

    def wrong(column: str, code: str, sentence: str) -> None:
        findings.add(CellError(table.file, number, shown(column), code, sentence))

    for name, times in names.items():
        if times > 1:
            wrong(name, "repeated-column", N_("The column stands there twice."))
        elif name not in known and not any_columns:
            wrong(name, "unknown-column", N_("There is no such column in this file."))
    for name in known:
        if name not in names:
            wrong(name, "missing-column", N_("The column is missing."))
    if findings.count > before:
        return None
    return [known.get(name) for name in cells]


def _take(
    loaded: Loaded,
    header: list[Column | None],
    number: int,
    cells: list[str],
    findings: Findings,
) -> None:
    """Read one record into ``loaded``; when a cell is wrong, at least its key is remembered."""
    table = loaded.table
    if len(cells) != len(header):
        sentence = N_("The row has {found} cells, the header {wanted}.")
        facts = {"found": len(cells), "wanted": len(header)}
        findings.add(CellError(table.file, number, None, "cell-count", sentence, facts))
        loaded.keys_sound = False
        return
    values: dict[str, Any] = {}
    good = True
    for column, cell in zip(header, cells, strict=True):
        if column is None:
            continue
        try:
            values[column.name] = _value(column, cell)
        except CellProblem as problem:
            good = False
            findings.add(_error(table, number, column, cell, problem))
    if any(name not in values for name in table.key):
        loaded.keys_sound = False
        return
    key = tuple(values[name] for name in table.key)
    row = table.build(number, values) if good else None
    if key not in loaded.index:
        loaded.index[key] = row
        loaded.first_row[key] = number
    elif row is not None and not _repeated(loaded, key, row):
        sentence = N_("The same record stands in row {first} already.")
        if table.repeats:
            sentence = N_("The same record stands in row {first} already, with other content.")
        facts = {"first": loaded.first_row[key]}
        column_name = table.key[-1]
        findings.add(CellError(table.file, number, column_name, "repeated", sentence, facts))
        loaded.keys_sound = False
        return
    if row is not None:
        loaded.rows.append(row)


def _repeated(loaded: Loaded, key: tuple[Any, ...], row: Any) -> bool:
    """Whether the file may repeat rows and this one repeats the first word for word."""
    first = loaded.index[key]
    if not loaded.table.repeats:
        return False
    # A first row that could not be read has its own error; a second one would add nothing.
    return first is None or canonical_row(first) == canonical_row(row)


def _value(column: Column, cell: str) -> Any:
    if len(cell) > CELL_LENGTH_MAX:
        raise CellProblem(
            "too-long",
            N_("There are more than {length_max} characters."),
            length_max=CELL_LENGTH_MAX,
        )
    if "\0" in cell:
        raise CellProblem("zero-byte", N_("There is a zero byte in the cell."))
    if any("\ud800" <= character <= "\udfff" for character in cell):
        raise CellProblem("not-utf-8", N_("The cell is not UTF-8 text."))
    if not cell:
        if column.required:
            raise CellProblem("empty", N_("The cell may not be empty."))
        return None
    return column.parse(cell)


def _error(table: Table, row: int, column: Column, cell: str, problem: CellProblem) -> CellError:
    found = None if column.personal or not cell else shown(cell)
    return CellError(
        table.file, row, column.name, problem.code, problem.sentence, problem.facts, found
    )


def _order(findings: Findings) -> None:
    order = {table.file: place for place, table in enumerate(TABLES.values())}
    findings.errors.sort(key=lambda error: (order[error.file], error.row or 0))


def _warn(participants: Loaded, findings: Findings) -> None:
    """What is odd but stops nothing: check digits, and declarations without consent."""
    for row in participants.rows:
        place = (participants.table.file, row.row)
        jmbg = getattr(row, "jmbg", None)
        if jmbg is not None and not check_digit_agrees(jmbg):
            sentence = N_("The check digit of the national number does not agree.")
            findings.warn(CellError(*place, "jmbg", "check-digit", sentence))
        if getattr(row, "consent", None) is None:
            sentence = N_("Without the day of consent, what the person declared is not kept.")
            findings.warn(CellError(*place, "consent", "no-consent", sentence))


def _register(tables: dict[str, Loaded], visits: tuple[Visit, ...], findings: Findings) -> Register:
    rows: dict[str, Any] = {name: tuple(loaded.rows) for name, loaded in tables.items()}
    return Register(warnings=tuple(findings.warnings), **{**rows, "visits": visits})

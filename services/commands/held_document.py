"""Writes ``docs/data-held.md``: which data of people stand where, on what basis, for how long.

held_text(definitions())  ->  "# What is held\n\nGenerated from the code …"
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from services.commands.holdings import Holding, holdings
from shared.access.matrix import MATRIX
from shared.access.matrix import Kind as Shown
from shared.privacy.classes import KEY_CLASSES
from shared.service import Definition

HEADING: Final = """# What is held

Generated from the code by `python -m services docs`; a check keeps it up to date. Each line is an
event or a table with the fields of one class: in events they are sealed, in tables they stand open
and go with an erasure. What the classes are for, and what an erasure does, is in
[data-protection.md](data-protection.md); each role's row in full is in [access.md](access.md).

## Who may open and who sees it

| class | opened by | shown, all or in part, to |
| --- | --- | --- |
"""

HELD: Final = """
## Where it stands

| service | where | fields | class | basis | kept |
| --- | --- | --- | --- | --- | --- |
"""

SHOWN_AS: Final[dict[str, tuple[Shown, ...]]] = {
    "identity": (Shown.identity, Shown.number_and_account),
    "contact": (Shown.identity,),
    "special": (Shown.ethnicity, Shown.vulnerability),
    "financial": (Shown.number_and_account,),
}
"""Under which kinds of the matrix the data of a class are shown."""

SINCE: Final = {
    "programme_ended": "after the programme was closed",
    "last_payment": "after the last payment",
    "account_closed": "while the account is open",
}
NO_PEOPLE: Final = ("totals", "existence")
"""What a role is shown that says nothing about a person."""


def held_text(definitions: Iterable[Definition]) -> str:
    """The document."""
    lines = [HEADING]
    lines += [_class_line(name) for name in SHOWN_AS]
    lines.append(HELD)
    rows = list(holdings(definitions))
    for _, group in groupby(rows, key=_together):
        lines.append(_held_line(list(group)))
    return "".join(lines)


def _class_line(name: str) -> str:
    opened = [service for service, classes in sorted(KEY_CLASSES.items()) if name in classes]
    seen = [
        role.value.replace("_", " ")
        for role, row in MATRIX.items()
        if any(row[kind] and row[kind].extent not in NO_PEOPLE for kind in SHOWN_AS[name])
    ]
    return f"| `{name}` | {', '.join(opened)} | {', '.join(seen)} |\n"


def _together(row: Holding) -> tuple[str, ...]:
    return (row.service, row.place, *row.kind, row.basis, row.since, str(row.months))


def _held_line(rows: list[Holding]) -> str:
    first = rows[0]
    fields = ", ".join(f"`{row.field}`" for row in rows)
    kept = SINCE[first.since]
    if first.months is not None:
        kept = f"{first.months} months {kept}"
    kind = first.kind.data_class
    if first.kind.group != "programme":
        kind = f"{kind}, {first.kind.group}"
    cells = (first.service, first.place, fields, kind, first.basis, kept)
    return f"| {' | '.join(cells)} |\n"

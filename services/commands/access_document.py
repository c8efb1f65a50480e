"""Writes ``docs/access.md``: who may see which data and who may do what, from the tables in code.

access_text()  ->  "# Access\n\nGenerated from the code …"
"""

from __future__ import annotations

from typing import Final

from shared.access.matrix import MATRIX, Kind, Sight, shown_by
from shared.access.roles import INCOMPATIBLE, PERMISSIONS, Role

HEADING: Final = """# Access

Generated from the code by `python -m services docs`; a check keeps it up to date. The tables are
`shared/access/matrix.py` and `shared/access/permissions.py`. What they say is asked of every route
as every role by `tests/access`. Rules about single records (assigned, recused, prepared by somebody
else) are in the deciders; whoever has a permission, but not for this record, is answered as if the
record never was.

"""

DATA: Final = """## Who sees which data

“–” is nothing. “write” is seeing and changing. National numbers are shown to nobody whole: the last
three digits to those who see them masked. Accounts of payees are whole for finance, the last four
digits for others. Donors see totals without figures under five and without those that would reveal
them. A person's own pages show the last four digits of their account; all that is held, whole, is
given to the person who typed a code within the last ten minutes, and on record.

"""

PERMITTED: Final = """
## Who may do what

What a permission shows is a kind of the table above; no role has one that shows what its row
denies.

"""

APART: Final = """
## Which roles exclude each other

Within one programme nobody holds two of a line. An administrator holds no other role anywhere.

"""

WORDS: Final[dict[Kind, str]] = {
    Kind.identity: "identity",
    Kind.number_and_account: "JMBG, bank account",
    Kind.ethnicity: "ethnicity",
    Kind.vulnerability: "vulnerability notes",
    Kind.training: "training",
    Kind.scores: "scores",
    Kind.money: "money",
    Kind.visits: "visits",
    Kind.audit: "audit",
}
"""A kind as the domain calls it."""

_EXTENTS: Final = {"whole": "read", "part": "read", "name": "name", "result": "read"}


def access_text() -> str:
    """The whole page."""
    return "".join((HEADING, DATA, *_matrix(), PERMITTED, *_permissions(), APART, *_apart()))


def _matrix() -> list[str]:
    heads = ["role", *(WORDS[kind] for kind in Kind)]
    rows = [[_word(role), *(cell(MATRIX[role][kind]) for kind in Kind)] for role in Role]
    return _table(heads, rows)


def cell(sight: Sight) -> str:
    """What a role sees of a kind, in the words of the domain's table."""
    if not sight:
        return "–"
    words = "write" if sight.writes else _EXTENTS.get(sight.extent, sight.extent)
    return f"{words}: {sight.note}" if sight.note else words


def _permissions() -> list[str]:
    rows = [
        [
            f"`{name}`",
            ", ".join(WORDS[kind] for kind in shown_by(name)) or "–",
            ", ".join(_word(role) for role in Role if role in roles),
        ]
        for name, roles in sorted(PERMISSIONS.items())
    ]
    return _table(["permission", "shows", "roles"], rows)


def _apart() -> list[str]:
    rows = []
    for role in Role:
        others = INCOMPATIBLE.get(role, frozenset())
        if others:
            rows.append([_word(role), ", ".join(_word(one) for one in Role if one in others)])
    return _table(["role", "excludes"], rows)


def _word(role: Role) -> str:
    return role.value.replace("_", " ")


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |\n" for line in lines]

"""What stands above the columns, and the words of choices: so that an import knows them again.

    headings(KINDS["people"], columns, say)   ->  ["Reference", "Full name", …]

A label in the reader's language stands there wherever an import recognises it for that column and
no other; elsewhere a word that it does recognise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.trainings.exports.kind import Column, Kind
from shared.sheets.recognising import guess

Say = Callable[[str], str]


def headings(kind: Kind, columns: Sequence[Column], say: Say) -> list[str]:
    """A header for each column, in their order; no two are the same."""
    if not kind.imported:
        return [say(one.label) for one in columns]
    known = kind.known_headers()
    found = [_heading(one, known, say) for one in columns]
    for at, column in enumerate(columns):
        # What one word alone says may be unclear beside the others.
        if column.field is not None and guess(found, known).get(at) != column.name:
            found[at] = column.name
    return found


def _heading(column: Column, known: dict[str, tuple[str, ...]], say: Say) -> str:
    label = say(column.label)
    if column.field is None:
        return label
    for word in (label, *column.words):
        if guess([word], known) == {0: column.name}:
            return word[:1].upper() + word[1:]
    return column.name


def choice_words(column: Column, say: Say) -> dict[str, str]:
    """Code → what is written for it: its label where an import takes it, else the code."""
    return {
        code: say(label) if column.reads(say(label), code) else code
        for code, label in column.choice_words().items()
    }

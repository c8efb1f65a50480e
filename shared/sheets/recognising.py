"""Which field a column holds, by its header, in any script, case, with or without diacritics.

>>> known = {"family_name": ["prezime", "last name"], "birth_date": ["datum rođenja"]}
>>> guess(("ПРЕЗИМЕ", "Datum rodjenja (dd.mm.gggg)", "Napomena"), known)
{0: 'family_name', 1: 'birth_date'}

Every field is guessed for one column and every column for one field. Where two come close, nothing
is guessed: the person chooses, with ``candidates`` offered in the order of likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz

from shared.language.folding import fold

SCORE_MIN: Final = 0.84
LEAD_MIN: Final = 0.04
HEADER_LENGTH_MAX: Final = 200

_IN_BRACKETS: Final = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_CAMEL: Final = re.compile(r"(?<=[a-zčćžšđа-шђћџљњј])(?=[A-ZČĆŽŠĐА-ШЂЋЏЉЊЈ])")
_PARTS: Final = re.compile(r"\s+[–—-]\s+")


def guess(headers: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Column counted from 0 → field, for the columns that one field alone fits.

    known: field → what such a column is called, its own name included without saying.
    """
    scored = {
        column: found
        for column, header in enumerate(headers)
        if (found := candidates(header, known))
    }
    best: dict[str, list[tuple[float, int]]] = {}
    for column, found in scored.items():
        field, score = found[0]
        rival = found[1][1] if len(found) > 1 else 0.0
        if score - rival >= LEAD_MIN:
            best.setdefault(field, []).append((score, column))
    guessed: dict[int, str] = {}
    for field, columns in best.items():
        columns.sort(key=lambda one: (-one[0], one[1]))
        if len(columns) == 1 or columns[0][0] - columns[1][0] >= LEAD_MIN:
            guessed[columns[0][1]] = field
    return dict(sorted(guessed.items()))


def candidates(
    header: str, known: Mapping[str, Sequence[str]], *, score_min: float = SCORE_MIN
) -> list[tuple[str, float]]:
    """(field, likeness 0 to 1) of the fields that a header may mean, likeliest first."""
    forms = list(_forms(header[:HEADER_LENGTH_MAX]))
    found = []
    for field, words in known.items():
        score = max((_likeness(forms, fold(word)) for word in (field, *words)), default=0.0)
        if score >= score_min:
            found.append((field, round(score, 3)))
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _forms(header: str) -> Iterable[tuple[str, float]]:
    """What a header may be read as, and how much each reading is worth."""
    whole = fold(_CAMEL.sub(" ", header))
    yield fold(header), 1.0
    yield whole, 1.0
    if bare := fold(_IN_BRACKETS.sub(" ", header)):
        yield bare, 0.99
    *_, last = _PARTS.split(header)
    if last != header and (bare := fold(_IN_BRACKETS.sub(" ", last))):
        # Under a group: "Contact – Telephone".
        yield bare, 0.95
    if numbered := re.fullmatch(r"(?:[0-9]+|[ivx]+) (.+)", whole):
        yield numbered[1], 0.97


def _likeness(forms: Sequence[tuple[str, float]], word: str) -> float:
    if not word:
        return 0.0
    return max((worth * _alike(form, word) for form, worth in forms if form), default=0.0)


def _alike(form: str, word: str) -> float:
    if form == word:
        return 1.0
    joined, wanted = form.replace(" ", ""), word.replace(" ", "")
    if joined == wanted:
        return 0.98
    if " " in word and sorted(form.split()) == sorted(word.split()):
        return 0.95
    if min(len(joined), len(wanted)) < 5:
        # A slip of the hand in a short word makes another word.
        return 0.0
    return 0.97 * fuzz.ratio(joined, wanted) / 100

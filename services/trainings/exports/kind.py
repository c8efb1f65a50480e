"""What a sheet is that can be taken out, and what each of its columns is.

>>> Column(name="state", label="State", words_of={"valid": "Valid"}).choice_words()
{'valid': 'Valid'}

What an import knows too is a column with that import's field; what is only told has none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from services.trainings.imports import fields
from services.trainings.imports.field import Field, Reading
from shared.sheets.cells import BadCell


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. words: what else may stand above it, known to an import. width: in characters.

    field: what an import makes of it; None for what is only told.
    words_of: code → its words, of what is only told.
    """

    name: str
    label: str
    width: int = 16
    field: Field | None = None
    words_of: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """What people write above such a column."""
        return self.field.synonyms if self.field is not None else ()

    def choice_words(self) -> Mapping[str, str]:
        """Code → its label, where only some words may stand."""
        if self.field is None:
            return self.words_of
        return {one.code: one.label for one in self.field.choices}

    def reads(self, word: str, code: str) -> bool:
        """Whether an import takes the word for the code."""
        if self.field is None:
            return True
        try:
            return bool(self.field.read(word, Reading(), self.name) == code)
        except BadCell:
            return False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A sheet. permission: to read what is in it. states: a filter's codes, with their words.

    by_cohort: whether it can be of one cohort alone. imported: whether an import knows it.
    """

    name: str
    label: str
    hint: str
    permission: str
    columns: tuple[Column, ...]
    states: Mapping[str, str]
    by_cohort: bool = False
    imported: bool = True

    def known_headers(self) -> dict[str, tuple[str, ...]]:
        """Field → what an import knows it by."""
        return fields.known_headers(self.name) if self.imported else {}

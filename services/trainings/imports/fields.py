"""What a sheet may hold: kinds of sheets, their fields, and what people write above the columns.

>>> field("people", "sex").synonyms[:3]
('sex', 'gender', 'pol')
>>> [one.name for one in KINDS["tests"].fields if one.required]
['cohort', 'participant']

One table for both ways: an import recognises headers by it, an export writes them. Synonyms are
written in Latin letters; Cyrillic, case and diacritics are folded by whoever compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.trainings.imports.field import Choice, Field, Kind
from services.trainings.imports.fields_cohorts import COHORTS, ENROLMENTS, MARKS, SESSIONS, TESTS
from services.trainings.imports.fields_outcomes import OUTCOMES
from services.trainings.imports.fields_people import PEOPLE

__all__ = ["KINDS", "Choice", "Field", "Kind", "field", "known_headers"]

KINDS: Final[Mapping[str, Kind]] = {
    one.name: one for one in (PEOPLE, COHORTS, SESSIONS, ENROLMENTS, MARKS, TESTS, OUTCOMES)
}
"""Kinds of sheets by their name, in the order in which a programme brings them in."""


def field(kind: str, name: str) -> Field:
    """A field of a kind of sheets. Raises KeyError."""
    return KINDS[kind].field(name)


def known_headers(kind: str) -> dict[str, tuple[str, ...]]:
    """Field → everything that people write above its column."""
    return {one.name: one.synonyms for one in KINDS[kind].fields}

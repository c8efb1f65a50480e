"""Which sheets can be taken out, and which columns each has.

>>> KINDS["sessions"].columns[0].name
'cohort'
>>> [kind.name for kind in KINDS.values() if kind.by_cohort]
['cohorts', 'sessions', 'enrolments', 'attendance', 'tests', 'certificates']

What an import knows too is taken from there, so that a sheet which was taken out can be brought in
again and changes nothing (``services.trainings.imports.fields``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.trainings.cohorts.outlook_words import LEFT_REASONS
from services.trainings.exports.kind import Column, Kind
from services.trainings.exports.kinds_told import (
    CERTIFICATES,
    COURSES,
    HOUSEHOLDS,
    OUTREACH,
    REFERRALS,
)
from services.trainings.imports import fields
from shared.language.marking import N_

NUMBER_ENDING: Final = "number_ending"
DECLARED: Final = ("declared_roma", "consent")
EXCUSED_AS: Final = "excused_as"
LEFT_REASON: Final = "left_reason"
REASONS: Final = ("excused", EXCUSED_AS, LEFT_REASON)
"""Columns that tell why somebody was absent or left."""


_WIDTHS: Final = {
    "full_name": 30, "email": 30, "municipality": 20, "course": 40, "trainer": 30, "place": 20,
    "institution": 40, "evidence": 40, "excused": 40, "reference": 18, "participant": 18,
    "cohort": 18, "outcome": 34, "excused_as": 22,
}  # fmt: skip
_NOT_OUT: Final = ("first_name", "last_name", "jmbg")
"""What an import takes and nobody is given: parts of a whole name, whole national numbers."""


def _imported(name: str) -> tuple[Column, ...]:
    found = [
        Column(name=one.name, label=one.label, width=_WIDTHS.get(one.name, 16), field=one)
        for one in fields.KINDS[name].fields
        if one.name not in _NOT_OUT
    ]
    return (*found, *_MORE.get(name, ()))


def _kind(
    name: str,
    permission: str,
    states: Mapping[str, str] | None = None,
    *,
    by_cohort: bool = False,
) -> Kind:
    known = fields.KINDS[name]
    return Kind(
        name=name,
        label=known.label,
        hint=known.hint,
        permission=permission,
        columns=_imported(name),
        states=states or {},
        by_cohort=by_cohort,
    )


_MORE: Final[Mapping[str, tuple[Column, ...]]] = {
    "people": (
        Column(name=NUMBER_ENDING, label=N_("Last digits of the national number"), width=18),
    ),
    "enrolments": (
        Column(name="left_for", label=N_("Goes on in cohort"), width=18),
        Column(name=LEFT_REASON, label=N_("Why they left"), width=20, words_of=LEFT_REASONS),
    ),
}
"""Columns that no import knows, beside those that it does."""

_OPEN: Final = {"open": N_("Open"), "closed": N_("Closed")}
_COHORTS: Final = "trainings.cohorts.read"
_ATTENDANCE: Final = "trainings.attendance.read"

PEOPLE: Final = _kind(
    "people",
    "trainings.people.read",
    {
        "unconfirmed": N_("To be confirmed"),
        "confirmed": N_("Confirmed"),
        "outside": N_("Confirmed outside this system"),
    },
)

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        PEOPLE,
        HOUSEHOLDS,
        COURSES,
        _kind("cohorts", _COHORTS, _OPEN, by_cohort=True),
        _kind("sessions", _COHORTS, _OPEN, by_cohort=True),
        _kind("enrolments", _COHORTS, _OPEN, by_cohort=True),
        _kind("attendance", _ATTENDANCE, _OPEN, by_cohort=True),
        _kind("tests", _ATTENDANCE, _OPEN, by_cohort=True),
        CERTIFICATES,
        _kind("outcomes", "trainings.outcomes.read"),
        REFERRALS,
        OUTREACH,
    )
}
"""Sheets by their name, in the order in which an import takes them."""

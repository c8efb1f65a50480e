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
from dataclasses import dataclass
from typing import Final

from services.trainings.imports import fields
from services.trainings.imports.field import Field, Reading
from shared.language.marking import N_
from shared.sheets.cells import BadCell

NUMBER_ENDING: Final = "number_ending"
DECLARED: Final = ("declared_roma", "consent")
EXCUSED: Final = "excused"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. words: what else may stand above it, known to an import. width: in characters.

    field: what an import makes of it; None for what is only told.
    """

    name: str
    label: str
    width: int = 16
    field: Field | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What people write above such a column."""
        return self.field.synonyms if self.field is not None else ()

    def choice_words(self) -> dict[str, str]:
        """Code → its label, where only some words may stand."""
        choices = self.field.choices if self.field is not None else ()
        return {one.code: one.label for one in choices}

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


_WIDTHS: Final = {
    "full_name": 30, "email": 30, "municipality": 20, "course": 40, "trainer": 30, "place": 20,
    "institution": 40, "evidence": 40, "excused": 40, "reference": 18, "participant": 18,
    "cohort": 18, "outcome": 34,
}  # fmt: skip
_NOT_OUT: Final = ("first_name", "last_name", "jmbg")
"""What an import takes and nobody is given: parts of a whole name, whole national numbers."""


def _imported(name: str, *more: Column) -> tuple[Column, ...]:
    found = [
        Column(name=one.name, label=one.label, width=_WIDTHS.get(one.name, 16), field=one)
        for one in fields.KINDS[name].fields
        if one.name not in _NOT_OUT
    ]
    return (*found, *more)


def _kind(
    name: str,
    permission: str,
    states: Mapping[str, str] | None = None,
    *more: Column,
    by_cohort: bool = False,
) -> Kind:
    known = fields.KINDS[name]
    return Kind(
        name=name,
        label=known.label,
        hint=known.hint,
        permission=permission,
        columns=_imported(name, *more),
        states=states or {},
        by_cohort=by_cohort,
    )


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
    Column(name=NUMBER_ENDING, label=N_("Last digits of the national number"), width=18),
)

CERTIFICATES: Final = Kind(
    name="certificates",
    label=N_("Certificates"),
    hint=N_("One row for each certificate: number, person, course, hours, days, state."),
    permission="trainings.certificates.read",
    columns=(
        Column(name="number", label=N_("Number"), width=18),
        Column(name="certificate_version", label=N_("Version of the certificate")),
        Column(name="state", label=N_("State"), width=20),
        Column(name="participant", label=N_("Reference of the person"), width=18),
        Column(name="full_name", label=N_("Name on the certificate"), width=30),
        Column(name="cohort", label=N_("Cohort"), width=18),
        Column(name="course", label=N_("Course"), width=40),
        Column(name="course_version", label=N_("Version of the course")),
        Column(name="minutes", label=N_("Hours")),
        Column(name="issued_on", label=N_("Issued on")),
        Column(name="country", label=N_("Country")),
        Column(name="place", label=N_("Place"), width=20),
        Column(name="trainer", label=N_("Trainer"), width=30),
        Column(name="issuer", label=N_("Issuer"), width=30),
        Column(name="revoked_on", label=N_("Revoked on")),
    ),
    states={
        "valid": N_("Valid"),
        "proposed": N_("Revocation proposed"),
        "revoked": N_("Revoked"),
    },
    by_cohort=True,
    imported=False,
)

COURSES: Final = Kind(
    name="courses",
    label=N_("Courses"),
    hint=N_("One row for each version of a course: title, kind, hours, modules."),
    permission="trainings.courses.read",
    columns=(
        Column(name="course", label=N_("Course"), width=40),
        Column(name="course_version", label=N_("Version of the course")),
        Column(name="kind", label=N_("Kind of course"), width=24),
        Column(name="hours", label=N_("Hours")),
        Column(name="modules", label=N_("Modules"), width=50),
        Column(name="attendance_percent_min", label=N_("Least attendance, in per cent")),
        Column(name="post_test_min", label=N_("Least result of the test after, in per cent")),
    ),
    states={},
    imported=False,
)

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        PEOPLE,
        COURSES,
        _kind("cohorts", _COHORTS, _OPEN, by_cohort=True),
        _kind("sessions", _COHORTS, _OPEN, by_cohort=True),
        _kind("enrolments", _COHORTS, _OPEN, by_cohort=True),
        _kind("attendance", _ATTENDANCE, _OPEN, by_cohort=True),
        _kind("tests", _ATTENDANCE, _OPEN, by_cohort=True),
        CERTIFICATES,
        _kind("outcomes", "trainings.outcomes.read"),
    )
}
"""Sheets by their name, in the order in which an import takes them."""

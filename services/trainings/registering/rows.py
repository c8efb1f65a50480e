"""Many people in one table: each row is read, judged and registered by itself.

    rows = read_form(limit=ROWS_MAX)           # what was typed, row by row, defaults carried down
    done = [register_row(row, key="k1", …) for row in rows]
    done[0].registration_id, done[1].errors    # one registered, one with what is wrong in it

A row's registration has an id that follows from who sent the table, under which key, and the row's
place in it: however often the same table arrives, nobody is registered twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import request

from services.trainings.asking import Errors, errors_of, validated
from services.trainings.people import handling, views
from services.trainings.people.forms import FIELDS_OF, LABELS
from services.trainings.people.handling import NewPerson, looking_again
from services.trainings.people.national_number import examine
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.registering import acting
from services.trainings.registering.answering import floor
from services.trainings.registering.schemas import PersonRowSchema
from shared.errors import Missing, Problem, Refused
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.folding import fold
from shared.language.marking import N_
from shared.web.commands import context, service
from shared.web.language import say

COLUMNS: Final = (
    *("full_name", "birth_date", "sex", "jmbg", "municipality", "country", "phone"),
    "consented",
)
CARRIED: Final = ("municipality", "country")
"""Columns that, left empty, are as in the row above."""

ROW_FIELD: Final = re.compile(r"rows-([1-9][0-9]{0,2})-([a-z_]{1,20})")
CELL_LENGTH_MAX: Final = 300
_DAY: Final = re.compile(r"(\d{1,2})\s*[./\- ]\s*(\d{1,2})\s*[./\- ]\s*(\d{4})\s*\.?")
_SEX: Final = {
    **dict.fromkeys(("f", "ž", "ж", "z", "žensko", "женско", "female"), "F"),
    **dict.fromkeys(("m", "м", "muško", "мушко", "male"), "M"),
}

Typed = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row as it was typed. ``number``: its place, from 1. ``sure``: register it all the same."""

    number: int
    typed: Typed
    sure: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nobody is in it; what is carried down or chosen for all does not count."""
        own = (name for name in COLUMNS if name not in (*CARRIED, "consented"))
        return not any(self.typed.get(name, "").strip() for name in own)


@dataclass(kw_only=True)
class Done:
    """What became of a row. ``alike``: (reference, id, why) of who may be the person."""

    row: Row
    registration_id: str | None = None
    person_id: str | None = None
    reference: str = ""
    warnings: list[dict[str, str]] = field(default_factory=list)
    errors: Errors = ()
    alike: list[tuple[str, str, str]] = field(default_factory=list)


def read_form(*, limit: int) -> list[Row]:
    """The rows of the form, in their order; beyond ``limit`` nothing is read."""
    found: dict[int, Typed] = {}
    for name, text in request.form.items():
        matched = ROW_FIELD.fullmatch(name)
        if matched and int(matched[1]) <= limit:
            found.setdefault(int(matched[1]), {})[matched[2]] = text[:CELL_LENGTH_MAX]
    return [
        Row(number=number, typed=typed, sure=bool(typed.pop("sure", "")))
        for number, typed in sorted(found.items())
    ]


def carried(rows: Sequence[Row]) -> list[Row]:
    """The rows with people in them, empty places as in the row above."""
    above: Typed = {}
    found = []
    for row in rows:
        own = {name: row.typed[name] for name in CARRIED if row.typed.get(name, "").strip()}
        above = {**above, **own}
        if not row.is_empty:
            typed = {**row.typed, **above}
            found.append(Row(number=row.number, typed=typed, sure=row.sure))
    return found


def values_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """A row for ``PersonRowSchema``: days and sexes as people write them, the rest from the number.

    >>> values_of({"full_name": "Mira", "jmbg": "0101990715000"})["birth_date"]
    '1990-01-01'
    >>> values_of({"birth_date": "27. 3. 1990.", "sex": "ž"})["birth_date"]
    '1990-03-27'
    """
    values: dict[str, Any] = {name: text.strip() for name, text in typed.items() if text.strip()}
    if "birth_date" in values:
        values["birth_date"] = day_text(values["birth_date"])
    if "sex" in values:
        values["sex"] = _SEX.get(values["sex"].lower(), values["sex"])
    number = examine(values["jmbg"]).number if values.get("jmbg") else None
    if number is not None:
        values.setdefault("birth_date", number.birth_date.isoformat())
        values.setdefault("sex", number.sex)
    values["consented"] = bool(values.get("consented"))
    return values


def day_text(text: str) -> str:
    """A day as people here write it, as ISO text; anything else as it is.

    >>> day_text("27.3.1990"), day_text("1990-03-27"), day_text("in spring")
    ('1990-03-27', '1990-03-27', 'in spring')
    """
    found = _DAY.fullmatch(text.strip())
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text.strip()


def register_row(
    row: Row, values: Mapping[str, Any], *, by: str, programme: str, key: str, holds: bool
) -> Done:
    """Judge a row and register whom it is about. Nothing of it is written where it is refused.

    holds: a row that is like somebody who is registered waits until it is said to be ``sure``.
    """
    done = Done(row=row)
    registration_id = derived("row", by, programme, key, str(row.number))
    person = None
    try:
        person = person_of(values)
        done.warnings = acting.looked_at(values)
        if (before := _registered(registration_id)) is not None:
            return _again(done, before, person)
        alike = [] if row.sure else acting.alike(person, programme)
        if alike and holds:
            done.alike = [
                (one.row.reference, one.row.registration_id, acting.because(one)) for one in alike
            ]
            return done
        _register(done, person, by=by, programme=programme, registration_id=registration_id)
        done.warnings += [
            {
                "code": "likely-duplicate",
                "detail": say(
                    N_("Somebody like this is registered already: {reference} ({because})."),
                    {"reference": one.row.reference, "because": acting.because(one)},
                ),
            }
            for one in alike
        ]
    except Missing:
        raise
    except Problem as error:
        # It may be refused because the same table arrived twice and the other one was faster.
        before = _registered(registration_id)
        if person is not None and before is not None and _is_same(before, person):
            return _found(done, before)
        done.errors = errors_of(error, LABELS, fields=FIELDS_OF)
    return done


def person_of(values: Mapping[str, Any]) -> NewPerson:
    """Somebody to register, from a row's values. Raises Invalid with every field that is wrong."""
    given = validated(PersonRowSchema(), values)
    fields = {**given, "birth_date": given["birth_date"].isoformat()}
    floor(fields, today=service().clock.now().date())
    return NewPerson(**fields)


def _register(
    done: Done, person: NewPerson, *, by: str, programme: str, registration_id: str
) -> None:
    def handler(work: Work) -> None:
        held = work.load(REGISTRATION, registration_id)
        if not isinstance(held, Held):
            handling.register(work, by=by, person=person, registration_id=registration_id)
            held = work.load(REGISTRATION, registration_id)
        done.person_id = getattr(held, "person_id", None)

    looking_again(lambda: service().transact(context(programme), handler))
    row = _registered(registration_id)
    done.registration_id = registration_id
    done.reference = row.reference if row is not None else ""


def _again(done: Done, before: Any, person: NewPerson) -> Done:
    """The row came before: the same answer, unless somebody else is in it now."""
    if not _is_same(before, person):
        raise Refused(
            "row-registered-before",
            N_("This row was registered before, as {reference}. Correct that or use a new row."),
            reference=before.reference,
        )
    return _found(done, before)


def _is_same(before: Any, person: NewPerson) -> bool:
    same_name = before.name_folded == fold(person.full_name)
    return bool(same_name and before.birth_date == person.birth_date)


def _found(done: Done, before: Any) -> Done:
    done.registration_id, done.person_id = before.registration_id, before.person_id
    done.reference = before.reference
    return done


def _registered(registration_id: str) -> Any:
    with service().database.reading() as connection:
        return views.record(connection, registration_id)

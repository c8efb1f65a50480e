"""Taking a sheet out: what it may hold for whom, and the answer that carries it, on record.

    return download(Wanted(kind="people", programme="RS-2011", form="xlsx"))

Whoever takes a sheet out needs the permission for that and the one for what is in it. Of people
whose origin the asker may not know, that cell is empty; a national number is given with all but its
last digits covered, to who may read numbers and asks for it. Names and references are given of the
people alone whom the asker reaches, whatever else their roles let them see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection, Row

from services.trainings.asking import identifier, not_found, programme_of, reach
from services.trainings.cohorts import views as cohorts
from services.trainings.exports.asked import Asked
from services.trainings.exports.kind import Kind
from services.trainings.exports.kinds import DECLARED, KINDS, NUMBER_ENDING, REASONS
from services.trainings.exports.making import Made, made
from services.trainings.people.acting import READ, READ_NUMBER, Search, sees_declared
from services.trainings.people.views import staff_names
from shared.access.accesses import record_export
from shared.access.matrix import Kind as DataKind
from shared.access.matrix import sights
from shared.access.reader import may
from shared.clock import day_in
from shared.errors import Invalid
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import service
from shared.web.language import say

EXPORT: Final = "trainings.lists.export"
COHORTS: Final = "trainings.cohorts.read"
WRITES_EXCUSES: Final = "trainings.attendance.write"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants to take out. q: people found by it. with_number: its last digits too."""

    kind: str
    programme: str
    form: str = "xlsx"
    state: str = ""
    cohort: str = ""
    outcome: str = ""
    number: str = ""
    q: str = ""
    with_number: bool = False


def kind_of(name: str) -> Kind:
    """A kind of sheets that the asker may take out somewhere. Raises Missing."""
    kind = KINDS.get(name)
    if kind is None or not may(signed_in(), kind.permission):
        raise not_found()
    return kind


def programme_wanted(given: str, cohort: str) -> str:
    """Of which programme a sheet is: the one said, else the cohort's, else the only one there is.

    Raises Invalid when it must be said, Missing for a cohort out of reach, Forbidden.
    """
    if cohort and not given:
        with service().database.reading() as connection:
            given = _cohort(connection, cohort).programme
    return programme_of(EXPORT, given or None)


def gives_number(kind: Kind, programme: str | None) -> bool:
    """Whether this sheet can have the ends of national numbers for who asks."""
    return any(one.name == NUMBER_ENDING for one in kind.columns) and may(
        signed_in(), READ_NUMBER, programme
    )


def download(wanted: Wanted) -> Response:
    """The file as an answer; that it leaves is on record before it does."""
    file = taken_out(wanted)
    response = Response(file.pieces(), content_type=file.content_type)
    response.call_on_close(file.file.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Content-Length"] = str(file.size)
    response.headers["Zanat-Control-Count"] = str(file.count)
    return response


def taken_out(wanted: Wanted) -> Made:
    """The file, on record. Raises Missing, Forbidden and Refused."""
    kind = kind_of(wanted.kind)
    ensure(EXPORT, wanted.programme)
    ensure(kind.permission, wanted.programme)
    with_number = wanted.with_number and gives_number(kind, wanted.programme)
    with service().database.reading_one_state() as connection:
        _check_cohort(connection, wanted)
        asked = Asked(
            programme=wanted.programme,
            reach=reach(kind.permission),
            people=reach(READ),
            reasons=reach(WRITES_EXCUSES),
            state=wanted.state if wanted.state in kind.states else "",
            cohort_id=wanted.cohort if kind.by_cohort else "",
            outcome=wanted.outcome,
            number=wanted.number,
            search=Search.of(wanted.q) if wanted.q.strip() and kind.name == "people" else None,
            sees_declared=sees_declared,
            names=staff_names(connection),
        )
        file = made(
            connection,
            kind,
            asked,
            form=wanted.form,
            without=_without(wanted.programme, with_number=with_number),
            say=say,
            day=day_in(service().clock.now(), DEFAULT_ZONE),
        )
    try:
        _record(kind, wanted.programme, with_number=with_number)
    except BaseException:
        file.file.close()
        raise
    return file


def _check_cohort(connection: Connection, wanted: Wanted) -> None:
    if wanted.cohort and _cohort(connection, wanted.cohort).programme != wanted.programme:
        raise Invalid("other-programme", N_("This cohort is of another programme."), field="cohort")


def _cohort(connection: Connection, cohort_id: str) -> Row[Any]:
    row = cohorts.cohort(connection, reach(COHORTS), identifier(cohort_id))
    if row is None:
        raise not_found()
    return row


def _without(programme: str, *, with_number: bool) -> list[str]:
    """Columns that the one who asks is not given at all."""
    reader = signed_in()
    left_out = [] if with_number else [NUMBER_ENDING]
    if not any(one.extent == "whole" for one in sights(reader, DataKind.ethnicity, programme)):
        left_out += DECLARED
    if not may(reader, WRITES_EXCUSES, programme):
        # Why somebody was absent or left may tell of their health: it is for who takes the excuse.
        left_out += REASONS
    return left_out


def _record(kind: Kind, programme: str, *, with_number: bool) -> None:
    record_export(
        service(),
        signed_in(),
        what="people_and_numbers_sheet" if with_number else f"{kind.name}_sheet",
        subject=f"/trainings/exports/{kind.name}",
        programme=programme,
        correlation=correlation_id(),
    )

"""JSON routes of trainers' entries, under ``/trainings/api/v1/cohorts/<id>``.

GET  /entries              what stands in each place, by whom, and what contests it; no names
POST /entries              record a batch; each is recorded, put aside as contesting, or refused
POST /entries/<n>/settle   decide about a contesting entry

No version is asked for: each entry says which one it saw, and that decides for its place alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.trainings.attendance import handling
from services.trainings.attendance.handling import NewEntry, Outcome
from services.trainings.attendance.schemas import (
    EntriesSchema,
    EntryOutcomesSchema,
    NewEntriesSchema,
    SettleSchema,
)
from services.trainings.attendance.views import Cell, Place, entries_of
from services.trainings.cohorts import acting
from services.trainings.cohorts.cohort import COHORT
from services.trainings.people.views import staff_names
from shared.errors import Forbidden
from shared.events.work import Work
from shared.language.marking import N_
from shared.web import problems
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, receipt, service
from shared.web.etag import not_modified, set_version

API = "/trainings/api/v1"

blueprint = ApiBlueprint("entries_api", __name__, url_prefix=API)


@blueprint.route("/cohorts/<cohort_id>/entries", methods=["GET"])
@requires("trainings.attendance.read")
@blueprint.response(200, EntriesSchema)
def list_entries(cohort_id: str) -> Response:
    """Show what stands in each place; with If-None-Match, only if the cohort has changed."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    acting.read(row, "attendance")
    return set_version(jsonify(EntriesSchema().dump(told(row))), row.version)


@blueprint.route("/cohorts/<cohort_id>/entries", methods=["POST"])
@requires("trainings.attendance.write")
@command()
@blueprint.arguments(NewEntriesSchema)
@blueprint.response(200, EntryOutcomesSchema)
def note_entries(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Record a batch in its order; only the cohort's trainers do."""
    row, by = acting.found(cohort_id, "trainings.attendance.write"), actor()
    if arguments["account"] not in (None, by):
        raise Forbidden(
            "other-account", N_("These entries were made by somebody else. Sign in as them.")
        )
    entries = [NewEntry(**entry) for entry in arguments["entries"]]

    def handler(work: Work) -> Answer:
        before = work.version(COHORT, row.cohort_id)
        outcomes = handling.note_all(work, by=by, cohort_id=row.cohort_id, entries=entries)
        answer = receipt(work, COHORT, row.cohort_id)
        body = {**answer.body, "version_before": before, "outcomes": _outcomes(outcomes)}
        return Answer(body, 200, answer.version)

    return perform(row.programme, handler)


@blueprint.route("/cohorts/<cohort_id>/entries/<entry_id>/settle", methods=["POST"])
@requires("trainings.attendance.write")
@command()
@blueprint.arguments(SettleSchema)
@blueprint.response(200, ReceiptSchema)
def settle_entry(arguments: dict[str, Any], cohort_id: str, entry_id: str) -> Response:
    """Take a contesting entry, or leave what stands; only the cohort's trainers do."""
    row, by = acting.found(cohort_id, "trainings.attendance.write"), actor()

    def handler(work: Work) -> Answer:
        handling.settle(work, by=by, cohort_id=row.cohort_id, entry_id=entry_id, **arguments)
        return receipt(work, COHORT, row.cohort_id)

    return perform(row.programme, handler)


def told(row: Row[Any]) -> dict[str, Any]:
    """All entries of a cohort, as they are told to the one who asks."""
    with service().database.reading() as connection:
        grid = entries_of(connection, service().store, row.cohort_id)
        names = staff_names(connection)
    return {
        "account": actor(),
        "version": grid.version,
        "entries": [_cell(place, cell, names) for place, cell in sorted(grid.cells.items())],
        "contests": [_cell(place, cell, names) for place, cell in grid.contests.values()],
    }


def _cell(place: Place, cell: Cell, names: dict[str, str]) -> dict[str, Any]:
    return {
        "registration_id": place[0],
        "place": place[1],
        "entry_id": cell.entry_id,
        "value": cell.value,
        "maximum": cell.maximum,
        "is_excused": cell.is_excused,
        "by": cell.by,
        "by_name": names.get(cell.by, cell.by),
        "at": cell.at,
        "noted_at": cell.noted_at,
    }


def _outcomes(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    found = []
    for n, one in enumerate(outcomes):
        item: dict[str, Any] = {
            "entry_id": one.entry.entry_id,
            "outcome": one.outcome,
            "standing": one.standing,
        }
        if one.problem is not None:
            problem = one.problem
            answer = problems.answer(
                problem.status, problem.code, problem.sentence, facts=problem.facts
            )
            item["problem"] = {**answer.to_json(), "pointer": f"#/entries/{n}"}
        found.append(item)
    return found

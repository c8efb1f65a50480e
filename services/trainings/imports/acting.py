"""What imports' routes do, for the JSON interface and the pages alike.

row = found(import_id, READ)             # one that the reader may know of
row = mine(import_id)                    # one that the reader works on
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import identifier, not_found, programmes, reach
from services.trainings.imports import handling, shelving, views
from services.trainings.imports.fields import KINDS
from services.trainings.imports.import_state import ImportState, Sent
from services.trainings.imports.importing import CERTIFICATES, IMPORT
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Forbidden, Invalid, Refused
from shared.events.work import Work
from shared.files.cleaning import Cleaned
from shared.language.marking import N_
from shared.sheets.reading import open_sheet
from shared.web.access import ensure, signed_in
from shared.web.commands import Answer, actor, perform, perform_page, receipt, service

READ: Final = "trainings.imports.read"
WRITE: Final = "trainings.imports.write"
HISTORY: Final = "trainings.history.import"
COHORTS: Final = "trainings.cohorts.read"
NUMBERS: Final = "trainings.people.read_number"
_PEOPLE: Final = "trainings.people.write"
_ATTENDANCE: Final = "trainings.attendance.write"

DAILY: Final = {
    **dict.fromkeys(("people", "cohorts", "sessions", "enrolments", "outcomes"), _PEOPLE),
    **dict.fromkeys(("attendance", "tests"), _ATTENDANCE),
}
"""Kind of sheet → the permission by which its rows are entered as what happens now."""


def found(import_id: str, permission: str) -> Row[Any]:
    """An import that the one who asks may see: of a programme seen wholly, or their own."""
    identifier(import_id)
    with service().database.reading() as connection:
        row = views.one(connection, import_id)
    if row is None:
        raise not_found()
    within, codes = reach(READ), {row.programme, EVERY_PROGRAMME}
    if not codes & within.whole and not (codes & within.own and row.kept_by == actor()):
        raise not_found()
    ensure(permission, row.programme)
    return row


def mine(import_id: str) -> Row[Any]:
    """An import on which the one who asks works: their own alone, since it shows what they sent."""
    row = found(import_id, WRITE)
    if row.kept_by != actor():
        raise Forbidden(
            "not-your-import",
            N_("Only who sent the sheet works on it. Others see what came of it."),
        )
    return row


def discardable(import_id: str) -> Row[Any]:
    """One that the one who asks may discard: their own; any that they see while it is entered."""
    row = found(import_id, WRITE)
    return row if row.stage == "entering" else mine(import_id)


def state_of(import_id: str) -> Sent:
    """The import as it waits for the next step. Raises Refused once it is over."""
    found: ImportState
    with service().database.reading() as connection:
        events, _ = service().store.stream(connection, IMPORT.stream(import_id))
    found = IMPORT.fold(events)
    if not isinstance(found, Sent):
        raise Refused("import-over", N_("This import is over. Send the sheet again."))
    return found


def may_history(programme: str) -> bool:
    """Whether the one who asks may bring the past into this programme."""
    if not may(signed_in(), HISTORY, programme):
        return False
    with service().database.reading() as connection:
        return views.history_open(connection, programme)


def history_programmes() -> list[str]:
    """Where the one who asks may bring the past in."""
    return [one for one in programmes(HISTORY) if may_history(one)]


def kinds(programme: str, *, history: bool) -> list[str]:
    """The kinds of sheets that the one who asks may enter."""
    if history:
        return list(KINDS)
    reader = signed_in()
    return [name for name in KINDS if may(reader, DAILY[name], programme)]


def ensure_kind(kind: str, programme: str, *, history: bool) -> None:
    """Raise Invalid for no kind, Forbidden for one that the reader may not enter."""
    if kind not in KINDS:
        raise Invalid("kind-needed", N_("Say what the sheet holds ({field})."), field="kind")
    ensure(HISTORY if history else DAILY[kind], programme)


def reached(programme: str) -> tuple[bool, bool]:
    """Whether the one who asks reaches own cohorts alone, and whether they may read numbers."""
    own_only = not {programme, EVERY_PROGRAMME} & reach(COHORTS).whole
    return own_only, may(signed_in(), NUMBERS, programme)


def ensure_reach(row: Row[Any]) -> None:
    """Raise Refused when the rows were looked through as somebody who reached other things."""
    state = state_of(row.import_id)
    if state.kind != CERTIFICATES and (state.own_only, state.numbers) != reached(row.programme):
        raise Refused(
            "reach-changed",
            N_("What you may see changed since the rows were looked through. Do that again."),
        )


def keep(programme: str, cleaned: Cleaned, *, history: bool, location: str, page: bool) -> Response:
    """Keep a sheet that can be read and begin its import; ``{id}`` in ``location`` is its id."""
    if history and not may_history(programme):
        ensure(HISTORY, programme)
        raise Refused(
            "history-closed", N_("The history of this programme is closed; nothing can be added.")
        )
    ending = "xlsx" if cleaned.media_type != "text/csv" else "csv"
    try:
        with open_sheet(cleaned.content, f"sheet.{ending}") as sheet:
            if not sheet.count:
                raise Invalid("no-rows", N_("There is no row under the headers."))
    except Invalid as refusal:
        refusal.facts["field"] = "file"
        raise
    import_id, by = service().store.identifiers.new(), actor()
    reference = shelving.put(service(), import_id, cleaned.content, cleaned.media_type)
    kept = ""

    def keep_file(work: Work) -> Answer:
        nonlocal kept
        handling.keep(work, by=by, import_id=import_id, reference=reference, history=history)
        kept = import_id
        there = location.replace("{id}", import_id)
        return receipt(work, IMPORT, import_id, status=201, location=there)

    try:
        response = perform_page(programme, keep_file) if page else perform(programme, keep_file)
    except BaseException:
        kept = ""
        raise
    finally:
        if not kept:
            shelving.forget(service(), import_id, [reference.sha256])
    return response

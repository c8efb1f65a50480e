"""The two steps between a sheet and its rows: what it holds, and which column is what.

GET POST /trainings/imports/<id>/sheet      kind, tab, rows of headers; recognised from the headers
GET POST /trainings/imports/<id>/columns    fields by columns, guessed or remembered; words; preview
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import Errors, attempt, new_key, record_reading, typed
from services.trainings.imports import acting, handling, showing, views
from services.trainings.imports.acting import WRITE, mine, state_of
from services.trainings.imports.fields import KINDS, known_headers
from services.trainings.imports.fields_people import COUNTRIES
from services.trainings.imports.import_events import Word
from services.trainings.imports.import_state import Sent
from services.trainings.imports.importing import IMPORT
from services.trainings.imports.pages import blueprint
from services.trainings.imports.rows import CLASSES
from services.trainings.imports.understanding import headers_mark, word_mark
from services.trainings.imports.unpacking import job_of, sheet_of
from services.trainings.imports.wording import KIND_WORDS, LABELS
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.marking import N_
from shared.sheets.reading import Sheet
from shared.sheets.recognising import guess
from shared.web.access import requires
from shared.web.commands import Answer, actor, perform_page, receipt, service
from shared.web.etag import required_version
from shared.web.language import say

__all__ = ["blueprint"]


@blueprint.get("/<import_id>/sheet")
@requires(WRITE)
def sheet(import_id: str) -> ResponseReturnValue:
    """Ask what the sheet holds; the answer is guessed already."""
    return _sheet_page(mine(import_id), ())


@blueprint.post("/<import_id>/sheet")
@requires(WRITE)
def choose_sheet(import_id: str) -> ResponseReturnValue:
    """Say what it holds."""
    row = mine(import_id)

    def run() -> Response:
        kind, part = typed("kind"), typed("part") or None
        acting.ensure_kind(kind, row.programme, history=row.history)
        said = {"1": 1, "2": 2}.get(typed("header_rows"))
        by, version = actor(), required_version()
        with sheet_of(service(), state_of(import_id), part=part, header_rows=said) as opened:
            facts: dict[str, Any] = {
                "kind": kind,
                "part": opened.part or None,
                "header_rows": opened.header_rows,
                "headers_mark": headers_mark(service().keyring, opened.headers),
                "rows": opened.count,
            }

        def chosen(work: Work) -> Answer:
            work.expect(IMPORT, import_id, version)
            handling.choose_sheet(work, by=by, import_id=import_id, **facts)
            there = url_for(".columns", import_id=import_id)
            return receipt(work, IMPORT, import_id, location=there)

        return perform_page(row.programme, chosen)

    return attempt(run, lambda errors: _sheet_page(row, errors), labels=LABELS)


@blueprint.get("/<import_id>/columns")
@requires(WRITE)
def columns(import_id: str) -> ResponseReturnValue:
    """Ask which column is what; what was said of such a sheet before is remembered."""
    row = mine(import_id)
    state = _chosen(state_of(import_id))
    return _columns_page(row, state, None, ())


@blueprint.post("/<import_id>/columns")
@requires(WRITE)
def map_columns(import_id: str) -> ResponseReturnValue:
    """Say which column is what, and have the rows looked through; or only see the first ones."""
    row = mine(import_id)
    state = _chosen(state_of(import_id))
    said = _said(state)
    if "preview" in request.form:
        return _columns_page(row, state, said, ())

    def run() -> Response:
        acting.ensure_kind(state.kind, row.programme, history=row.history)
        _check(said)
        by, version = actor(), required_version()

        def mapped(work: Work) -> Answer:
            work.expect(IMPORT, import_id, version)
            own_only, numbers = acting.reached(row.programme)
            handling.map_columns(
                work,
                by=by,
                import_id=import_id,
                columns=said.columns,
                day_order=said.day_order,
                country=said.country,
                words=said.words,
                own_only=own_only,
                numbers=numbers,
            )
            there = url_for(".show", import_id=import_id)
            return receipt(work, IMPORT, import_id, location=there)

        return perform_page(row.programme, mapped)

    return attempt(run, lambda errors: _columns_page(row, state, said, errors), labels=LABELS)


def _chosen(state: Sent) -> Sent:
    if not state.kind or not state.sha256:
        raise Invalid("sheet-not-chosen", N_("Say first what the sheet holds."))
    return state


def _said(state: Sent) -> Sent:
    """The import's columns as the form says them; only fields and codes that there are."""
    fields = {one.name: one for one in KINDS[state.kind].fields}
    count = min(_count(typed("count")), 200)
    chosen = [typed(f"column-{place}") for place in range(count)]
    words = []
    for place in range(showing.WORDS_MAX):
        field, word = typed(f"word-field-{place}"), request.form.get(f"word-said-{place}", "")
        code = typed(f"word-{place}")
        if field in fields and word and code in {one.code for one in fields[field].choices}:
            mark = word_mark(service().keyring, word)
            words.append(Word(field=field, mark=mark, code=code))
    kept = {(one.field, one.mark): one for one in (*state.words, *words)}
    country = typed("country")
    return replace(
        state,
        columns=tuple(one if one in fields else "" for one in chosen),
        day_order="mdy" if typed("day_order") == "mdy" else "dmy",
        country=country if country in {one.code for one in COUNTRIES} else "",
        words=tuple(kept.values()),
    )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _check(said: Sent) -> None:
    """Raises Invalid for two columns of one field, and for a field that is needed and missing."""
    named = [one for one in said.columns if one]
    for place, name in enumerate(said.columns):
        if name and name in said.columns[:place]:
            label = say(KINDS[said.kind].field(name).label)
            raise Invalid(
                "field-twice",
                N_("Two columns are said to be “{label}”. Choose one."),
                label=label,
                field=f"column-{place}",
            )
    missing = KINDS[said.kind].missing(named)
    if missing:
        labels = ", ".join(say(one.label) for one in missing)
        raise Invalid(
            "fields-missing",
            N_("No column is said to be: {labels}. Rows cannot be entered without it."),
            labels=labels,
        )
    needs_country = "country" in CLASSES[said.kind].__struct_fields__
    if needs_country and "country" not in named and not said.country:
        raise Invalid(
            "country-missing", N_("Choose the country of the rows ({field})."), field="country"
        )


def _sheet_page(row: Row[Any], errors: Errors) -> str:
    state = state_of(row.import_id)
    part = typed("part") or request.args.get("part") or None
    with sheet_of(service(), state, part=part) as opened:
        kinds = acting.kinds(row.programme, history=row.history)
        mark = headers_mark(service().keyring, opened.headers)
        with service().database.reading() as connection:
            before = views.kind_remembered(connection, row.programme, mark)
        guessed = before if before in kinds else showing.guessed_kind(opened.headers, kinds)
        record_reading([row.programme], what="import", subject=f"import/{row.import_id}")
        return render_template(
            "trainings/imports/sheet.html",
            row=row,
            kinds=[
                {"value": one, "text": say(KIND_WORDS[one]), "hint": say(KINDS[one].hint)}
                for one in kinds
            ],
            kind=typed("kind") or state.kind or guessed,
            recognised=not typed("kind") and not state.kind and bool(guessed),
            parts=[(one, one) for one in opened.parts],
            part=opened.part,
            header_rows=opened.header_rows,
            headers=opened.headers,
            notes=[say(note.sentence, note.facts) for note in opened.notes],
            count=opened.count,
            labels={name: say(words) for name, words in LABELS.items()},
            errors=errors,
            wrong=dict(errors),
            key=new_key(),
        )


def _columns_page(row: Row[Any], state: Sent, said: Sent | None, errors: Errors) -> str:
    with sheet_of(service(), state) as opened:
        remembered = False
        if said is None:
            said, remembered = _suggested(row, state, opened)
        columns = _fitted(said.columns, opened)
        said = replace(said, columns=columns)
        fields = {one.name: one for one in KINDS[state.kind].fields}
        record_reading([row.programme], what="import", subject=f"import/{row.import_id}")
        missing = KINDS[state.kind].missing([one for one in columns if one])
        return render_template(
            "trainings/imports/columns.html",
            row=row,
            columns=showing.columns_of(opened, columns, fields),
            fields=[(one.name, say(one.label)) for one in fields.values()],
            missing=[say(one.label) for one in missing],
            remembered=remembered,
            words=showing.unknown_words(opened, state.kind, columns),
            word_codes=_codes(said),
            preview=showing.preview(
                opened, job_of(service(), row.programme, row.import_id, said, opened)
            ),
            days=any(name in ("birth_date", "on", "completed_on") for name in fields),
            day_order=said.day_order,
            asks_country="country" in CLASSES[state.kind].__struct_fields__,
            countries=[(one.code, say(one.label)) for one in COUNTRIES],
            country=said.country,
            kind=say(KIND_WORDS[state.kind]),
            labels={name: say(words) for name, words in LABELS.items()},
            errors=errors,
            wrong=dict(errors),
            key=new_key(),
        )


def _codes(said: Sent) -> Any:
    """(field, word) → the code that was said for it."""
    marks = {(one.field, one.mark): one.code for one in said.words}

    def code(field: str, word: str) -> str:
        return marks.get((field, word_mark(service().keyring, word)), "")

    return code


def _suggested(row: Row[Any], state: Sent, opened: Sheet) -> tuple[Sent, bool]:
    """What was said already, or of such a sheet before, or what the headers tell."""
    if state.columns:
        return state, False
    with service().database.reading() as connection:
        before = views.remembered(connection, row.programme, state.kind, state.headers_mark)
    if before is not None:
        words = msgspec.json.decode(before.words, type=tuple[Word, ...])
        kept = tuple(msgspec.json.decode(before.columns, type=list[str]))
        said = replace(
            state,
            columns=kept,
            day_order=before.day_order,
            country=before.country,
            words=words,
        )
        return said, True
    guessed = guess(opened.headers, known_headers(state.kind))
    columns = tuple(guessed.get(place, "") for place in range(opened.columns))
    return replace(state, columns=columns), False


def _fitted(columns: Sequence[str], opened: Sheet) -> tuple[str, ...]:
    return (*columns, *[""] * opened.columns)[: opened.columns]

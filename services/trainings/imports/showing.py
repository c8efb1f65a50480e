"""What the pages of imports show: lists, examples of cells, rows as they are understood.

line(row)                        ->  one entry of the list
columns_of(sheet, chosen)        ->  header, examples, the field chosen for each column
preview(sheet, job)              ->  the first rows as they will be entered, or what is wrong
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.imports.field import Field, Reading, word_of
from services.trainings.imports.fields import KINDS, known_headers
from services.trainings.imports.job import Job
from services.trainings.imports.rows import CLASSES, Finding
from services.trainings.imports.understanding import understood
from services.trainings.imports.wording import KIND_WORDS, PHASE_WORDS, STAGE_WORDS
from shared.language.formats import format_day
from shared.sheets.cells import BadCell
from shared.sheets.reading import Sheet
from shared.sheets.recognising import guess
from shared.sheets.rows import Cell, Failed, column_letters
from shared.web.language import language, say

EXAMPLES: Final = 3
EXAMPLE_LENGTH_MAX: Final = 40
PREVIEW_ROWS: Final = 5
WORDS_LOOKED: Final = 2_000
WORDS_MAX: Final = 20
COVERED: Final = "•••"


def stage(row: Row[Any]) -> dict[str, str]:
    """A stage in words, colour and shape."""
    words, colour, shape = STAGE_WORDS[row.stage]
    return {"code": row.stage, "text": say(words), "colour": colour, "shape": shape}


def line(row: Row[Any], by: str) -> dict[str, Any]:
    """An import in the list. ``by``: what whoever sent it is called."""
    return {
        "id": row.import_id,
        "at": row.kept_at,
        "by": by,
        "kind": say(KIND_WORDS[row.kind]),
        "history": row.history,
        "stage": stage(row),
        "rows": row.rows or row.sheet_rows,
        "programme": row.programme,
        "phase": say(PHASE_WORDS[row.phase]),
    }


def guessed_kind(headers: Sequence[str], kinds: Sequence[str]) -> str:
    """The kind whose fields fit the headers best; "" when none has all that it needs."""
    best, score = "", 0.0
    for name in kinds:
        fields = guess(headers, known_headers(name)).values()
        lacking = len(KINDS[name].missing(list(fields)))
        found = len(fields) - 2 * lacking + len(fields) / len(KINDS[name].fields)
        if found > score:
            best, score = name, found
    return best


def columns_of(
    sheet: Sheet, chosen: Sequence[str], fields: Mapping[str, Field]
) -> list[dict[str, Any]]:
    """Every column with examples of what stands in it and what was said of it."""
    examples: list[list[str]] = [[] for _ in sheet.headers]
    for row in islice(sheet.rows(), 200):
        for place, cell in enumerate(row.cells):
            if len(examples[place]) < EXAMPLES and cell is not None:
                examples[place].append(_shown(cell))
    return [
        {
            "place": place,
            "letters": column_letters(place),
            "header": header,
            "field": field,
            "examples": [COVERED] if field and fields[field].covered else examples[place],
        }
        for place, (header, field) in enumerate(zip(sheet.headers, chosen, strict=True))
    ]


def _shown(cell: Cell) -> str:
    match cell:
        case datetime():
            text = format_day(cell.date(), language())
        case date():
            text = format_day(cell, language())
        case timedelta():
            text = str(cell)
        case Failed():
            text = "?"
        case _:
            text = str(cell)
    cut = text if len(text) <= EXAMPLE_LENGTH_MAX else text[: EXAMPLE_LENGTH_MAX - 1] + "…"
    return "".join(letter if letter.isprintable() else " " for letter in cut)


def preview(sheet: Sheet, job: Job) -> dict[str, Any]:
    """The first rows as they are understood: a table's headers and cells, and what is wrong."""
    fields = [name for name in CLASSES[job.plan.kind].__struct_fields__ if name != "row"]
    known = {one.name: one for one in KINDS[job.plan.kind].fields}
    shown = [name for name in fields if name in known and _is_said(name, job)]
    rows, wrong = [], []
    for said, findings in islice(understood(sheet.rows(), job.plan), PREVIEW_ROWS):
        if said is None:
            wrong += [told(one) for one in findings]
            continue
        cells = [_value(getattr(said, name), known[name]) for name in shown]
        rows.append([str(said.row), *cells])
    return {"headers": [say(known[name].label) for name in shown], "rows": rows, "wrong": wrong}


def _is_said(name: str, job: Job) -> bool:
    named = job.plan.named
    parts = name == "full_name" and "first_name" in named
    return name in named or parts or (name == "country" and bool(job.plan.country))


def _value(value: Any, field: Field) -> str:
    if value is None:
        return ""
    if field.covered:
        return COVERED
    for one in field.choices:
        if one.code == value:
            return say(one.label)
    if isinstance(value, date):
        return format_day(value, language())
    if field.name == "minutes":
        hours, minutes = divmod(value, 60)
        return f"{hours}:{minutes:02d}"
    return str(value)


def told(finding: Finding) -> dict[str, Any]:
    """A finding in words."""
    return {
        "row": finding.row,
        "column": finding.column,
        "error": finding.error,
        "text": say(finding.sentence, finding.facts),
    }


def unknown_words(sheet: Sheet, kind: str, chosen: Sequence[str]) -> list[dict[str, Any]]:
    """Words in columns of choices that nobody gave a meaning to, each once."""
    columns = [
        (place, KINDS[kind].field(name))
        for place, name in enumerate(chosen)
        if name and KINDS[kind].field(name).choices
    ]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    how = Reading()
    for row in islice(sheet.rows(), WORDS_LOOKED):
        for place, field in columns:
            cell = row.cells[place]
            word = word_of(cell)
            if not word or (field.name, word) in found or len(found) >= WORDS_MAX:
                continue
            try:
                field.read(cell, how, field.name)
            except BadCell as error:
                if error.code == "unknown-word":
                    found[field.name, word] = {
                        "field": field,
                        "word": word,
                        "said": _shown(cell),
                        "header": sheet.headers[place],
                    }
    return list(found.values())

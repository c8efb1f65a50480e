"""Pages of the quick table, under ``/trainings/people/table``: many people at once.

GET  /                  an empty table; POST registers its rows, or gives more of them
GET  /<draft>           a table with the rows that remained
GET  /<draft>/discard   asks whether to throw it away; POST does

Good rows are registered and leave the table; the others stay in it with what was typed and what is
wrong, and are kept as an unfinished registration. A table that arrives twice registers once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.trainings.asking import Errors, attempt, new_key, programme_of, programmes, typed
from services.trainings.people.wording import SEX_WORDS, countries
from services.trainings.registering import acting, drafts, rows
from services.trainings.registering.acting import WRITE
from services.trainings.registering.drafts import KEPT, TABLE, Draft
from services.trainings.registering.rows import COLUMNS, Done, Row
from services.trainings.registering.schemas import ROWS_MAX
from services.trainings.registering.wording import LABELS
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import actor, service
from shared.web.idempotency import request_key
from shared.web.language import language, say

ROWS_AT_FIRST: Final = 5

blueprint = Blueprint("quick_table", __name__, url_prefix="/trainings/people/table")


@blueprint.get("")
@requires(WRITE)
def new() -> ResponseReturnValue:
    """An empty table."""
    return _page([], draft=None)


@blueprint.get("/<draft_id>")
@requires(WRITE)
def resume(draft_id: str) -> ResponseReturnValue:
    """The rows that remained."""
    draft = acting.own(draft_id, TABLE)
    kept = [
        Row(number=number, typed=dict(one))
        for number, one in enumerate(draft.answers.get("rows", ())[:ROWS_MAX], 1)
    ]
    return _page([Done(row=row) for row in kept], draft=draft)


@blueprint.post("")
@requires(WRITE)
def register() -> ResponseReturnValue:
    """Register the rows that are right; keep the others."""
    draft = acting.own(typed("draft"), TABLE) if typed("draft") else None
    found = rows.read_form(limit=ROWS_MAX)

    def run() -> ResponseReturnValue:
        programme = draft.programme if draft else programme_of(WRITE, typed("programme"))
        if typed("do") == "more":
            done = [Done(row=row) for row in found if not row.is_empty]
            kept = _keep(draft, programme, done)
            return make_response(_page(done, draft=kept, more=True))
        asked = request_key(required=True)
        by, key = actor(), asked.key if asked else ""
        done = [
            rows.register_row(
                row,
                rows.values_of(row.typed),
                by=by,
                programme=programme,
                key=key,
                holds=True,
            )
            for row in rows.carried(found)
        ]
        remaining = [one for one in done if one.registration_id is None]
        kept = _keep(draft, programme, remaining)
        page = _page(remaining, draft=kept, registered=_registered(done), sent=True)
        return make_response(page, 422 if any(one.errors for one in remaining) else 200)

    def again(errors: Errors) -> str:
        return _page([Done(row=row) for row in found], draft=draft, errors=errors)

    return attempt(run, again, labels=LABELS)  # type: ignore[arg-type]


@blueprint.get("/<draft_id>/discard")
@requires(WRITE)
def ask_discard(draft_id: str) -> ResponseReturnValue:
    """Ask whether the rows are to be thrown away."""
    draft = acting.own(draft_id, TABLE)
    return render_template(
        "trainings/registering/discard_table.html",
        id=draft.draft_id,
        count=len(draft.answers.get("rows", ())),
        saved_at=draft.saved_at,
        key=new_key(),
    )


@blueprint.post("/<draft_id>/discard")
@requires(WRITE)
def discard(draft_id: str) -> ResponseReturnValue:
    """Throw the rows away."""
    acting.own(draft_id, TABLE)
    drafts.discard(service(), draft_id, account=actor())
    flash(say(N_("Thrown away. Nobody was registered.")), "info")
    return redirect(url_for("guided.list_drafts"), 303)


def _keep(draft: Draft | None, programme: str, remaining: Sequence[Done]) -> Draft | None:
    """Keep what remains, under the draft that there is or a new one; None when nothing does."""
    if not remaining:
        if draft is not None:
            drafts.discard(service(), draft.draft_id, account=actor())
        return None
    draft_id = draft.draft_id if draft else ""
    if not draft_id:
        draft_id = drafts.begin(service(), account=actor(), programme=programme, kind=TABLE)
    answers = {"rows": [one.row.typed for one in remaining]}
    return drafts.save(service(), draft_id, account=actor(), answers=answers)


def _registered(done: Sequence[Done]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.row.typed.get("full_name", "").strip(),
            "reference": one.reference,
            "href": url_for("people.show", registration_id=one.registration_id),
            "warnings": [warning["detail"] for warning in one.warnings],
        }
        for one in done
        if one.registration_id is not None
    ]


def _page(
    shown: Sequence[Done],
    *,
    draft: Draft | None,
    registered: Sequence[dict[str, Any]] = (),
    errors: Errors = (),
    more: bool = False,
    sent: bool = False,
) -> str:
    """The table with these rows, numbered anew, and empty ones behind them."""
    programme = draft.programme if draft else typed("programme")
    lines = [_line(number, one) for number, one in enumerate(shown, 1)]
    wanted = len(lines) + ROWS_AT_FIRST if more or not lines else len(lines)
    empty = dict.fromkeys(COLUMNS, "")
    lines += [
        {"number": number, "typed": empty, "wrong": {}, "warnings": [], "alike": []}
        for number in range(len(lines) + 1, min(wanted, ROWS_MAX) + 1)
    ]
    summary = [*errors, *((name, text) for line in lines for name, text in line.get("told", ()))]
    return render_template(
        "trainings/registering/table.html",
        lines=lines,
        remaining=len(shown) if sent else 0,
        registered=registered,
        draft=draft,
        programme=programme,
        programmes=[(code, code) for code in programmes(WRITE)],
        countries=countries(language()),
        sexes=[(code, say(words)) for code, words in SEX_WORDS.items()],
        labels={name: say(words) for name, words in LABELS.items()},
        errors=summary,
        wrong=dict(errors),
        days=KEPT.days,
        rows_max=ROWS_MAX,
        key=new_key(),
        path=request.path,
    )


def _line(number: int, done: Done) -> dict[str, Any]:
    """A row as the page shows it, with its errors by the field that they are about."""
    told = []
    wrong: dict[str, str] = {}
    for name, text in done.errors:
        column = name if name in COLUMNS else "full_name"
        wrong.setdefault(column, text)
        place = {"number": number, "what": text}
        told.append((f"rows-{number}-{column}", say(N_("Row {number}: {what}"), place)))
    return {
        "number": number,
        "typed": dict.fromkeys(COLUMNS, "") | done.row.typed,
        "wrong": wrong,
        "warnings": [one["detail"] for one in done.warnings],
        "alike": [
            {
                "reference": reference,
                "href": url_for("people.show", registration_id=one),
                "because": because,
            }
            for reference, one, because in done.alike
        ],
        "told": told,
    }

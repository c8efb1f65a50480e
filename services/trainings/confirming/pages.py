"""Pages of confirming, under ``/trainings/people``.

GET  /to-confirm          who waits for me; POST shows those chosen before they are confirmed
POST /confirm             confirms them, each by itself
GET  /without-papers      whose papers are missing, the most urgent first
GET  /<id>/papers         what is missing of somebody's; POST notes it
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
    record_reading,
    typed,
    typed_day,
    validated,
)
from services.trainings.confirming import acting
from services.trainings.confirming.acting import CONFIRM, LIST_MAX, WRITE, Result
from services.trainings.confirming.schemas import AT_ONCE, MANY_MAX, PapersSchema
from services.trainings.people.acting import READ, READ_NUMBER, found, number_warnings
from services.trainings.people.handling import Papers
from services.trainings.people.showing import told
from services.trainings.people.wording import MEANS_WORDS, PAPER_WORDS, WHY_WORDS
from services.trainings.registering.wording import LABELS
from shared.access.reader import may
from shared.clock import day_in
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

LABELS_OF_LIST: Final = {"means": N_("What you saw of everybody chosen"), "seen": N_("Choose")}
FIELDS_OF: Final = {"ask-again-day": "ask_again_on"}
SEEN_LENGTH_MAX: Final = 60

blueprint = Blueprint("confirming", __name__, url_prefix="/trainings/people")


@blueprint.get("/to-confirm")
@requires(CONFIRM)
def to_confirm() -> ResponseReturnValue:
    """Who waits for me."""
    return _list_page()


@blueprint.post("/to-confirm")
@requires(CONFIRM)
def preview() -> ResponseReturnValue:
    """Those chosen, before they are confirmed."""

    def run() -> Response:
        seen = _seen()
        rows = acting.chosen([registration_id for registration_id, _ in seen])
        return Response(_preview_page(rows, _means()))

    return attempt(run, _list_page, labels=LABELS_OF_LIST)


@blueprint.post("/confirm")
@requires(CONFIRM)
def confirm() -> ResponseReturnValue:
    """Confirm them, and say what became of each."""

    def run() -> Response:
        seen = _seen()
        done = acting.confirm_many(seen, means=_means())
        return Response(_done_page(done))

    return attempt(run, _list_page, labels=LABELS_OF_LIST)


@blueprint.get("/without-papers")
@requires(READ)
def without_papers() -> ResponseReturnValue:
    """Whose papers are missing."""
    rows = acting.without_papers()
    today = day_in(service().clock.now(), DEFAULT_ZONE)
    people = [
        {
            **told(row),
            "missing": _words(row.missing),
            "again": row.ask_again_on,
            "overdue": bool(row.ask_again_on and row.ask_again_on <= today),
        }
        for row in rows
    ]
    return render_template(
        "trainings/confirming/without_papers.html", people=people, more=len(rows) == LIST_MAX
    )


@blueprint.get("/<registration_id>/papers")
@requires(WRITE)
def papers(registration_id: str) -> ResponseReturnValue:
    """Ask what is missing of somebody's papers."""
    row = found(registration_id, WRITE)
    record_reading([row.programme], what="identity", subject=f"registration/{registration_id}")
    noted = acting.papers_of(registration_id)
    again = noted.ask_again_on if noted else None
    shown = {
        "missing": (noted.missing or "").split() if noted else [],
        "why": (noted.why if noted else None) or "",
        "note": (noted.note if noted else None) or "",
        **{f"ask_again_on-{part}": getattr(again, part, "") for part in ("day", "month", "year")},
    }
    return _papers_page(row, shown)


@blueprint.post("/<registration_id>/papers")
@requires(WRITE)
def papers_noted(registration_id: str) -> ResponseReturnValue:
    """Note what is missing of somebody's papers."""
    row = found(registration_id, WRITE)

    def run() -> Response:
        values = {
            "missing": request.form.getlist("missing"),
            "why": typed("why"),
            "note": typed("note"),
            "ask_again_on": typed_day("ask_again_on"),
        }
        given, version = validated(PapersSchema(), values), required_version()
        noted = Papers(**{**given, "missing": tuple(given["missing"])})
        location = url_for("people.show", registration_id=registration_id)

        def handler(work: Work) -> Answer:
            return acting.note_papers(work, row, version, noted, location=location)

        response = perform_page(row.programme, handler)
        flash(say(N_("What is missing of the papers is noted.")), "info")
        return response

    def again(errors: Errors) -> str:
        parts = (f"ask_again_on-{part}" for part in ("day", "month", "year"))
        names = ("why", "note", *parts)
        shown: dict[str, Any] = {name: request.form.get(name, "") for name in names}
        shown["missing"] = request.form.getlist("missing")
        return _papers_page(found(registration_id, WRITE), shown, errors)

    return attempt(run, again, labels=LABELS, fields=FIELDS_OF)


def _seen() -> list[tuple[str, int]]:
    """Who was chosen, with the version that was shown. Raises Invalid."""
    found: list[tuple[str, int]] = []
    for text in request.form.getlist("seen")[: MANY_MAX + 1]:
        registration_id, _, version = text[:SEEN_LENGTH_MAX].partition(":")
        if version.isascii() and version.isdigit():
            found.append((registration_id, int(version)))
    if not found:
        raise Invalid("nobody-chosen", N_("Choose at least one person."), field="seen")
    if len(found) > MANY_MAX:
        raise Invalid(
            "too-many-chosen", N_("Choose at most {count} people at once."), count=MANY_MAX
        )
    return found


def _means() -> str:
    means = typed("means")
    if means not in AT_ONCE:
        raise Invalid("means-needed", N_("Say what document you saw of them."), field="means")
    return means


def _list_page(errors: Errors = ()) -> str:
    rows, count, of_own = acting.to_confirm()
    return render_template(
        "trainings/confirming/list.html",
        people=[told(row) for row in rows],
        count=count,
        of_own=of_own,
        chosen=request.form.getlist("seen"),
        means=[(code, say(MEANS_WORDS[code])) for code in AT_ONCE],
        means_chosen=typed("means"),
        errors=errors,
        key=new_key(),
    )


def _preview_page(rows: Any, means: str) -> str:
    people = []
    for row in rows:
        reads = row.has_number and may(signed_in(), READ_NUMBER, row.programme)
        warnings = [one["detail"] for one in number_warnings(row)] if reads else []
        people.append({**told(row), "warnings": warnings})
    return render_template(
        "trainings/confirming/preview.html",
        people=people,
        means=means,
        means_words=say(MEANS_WORDS[means]),
        key=new_key(),
    )


def _done_page(done: list[Result]) -> str:
    names = {
        row.registration_id: told(row)
        for row in acting.chosen([one.registration_id for one in done])
    }
    return render_template(
        "trainings/confirming/done.html",
        confirmed=[names[one.registration_id] for one in done if one.confirmed],
        failed=[(names.get(one.registration_id), one.detail) for one in done if not one.confirmed],
    )


def _papers_page(row: Row[Any], shown: Mapping[str, Any], errors: Errors = ()) -> str:
    return render_template(
        "trainings/confirming/papers.html",
        person=told(row),
        typed=shown,
        papers=[(code, say(words)) for code, words in PAPER_WORDS.items()],
        reasons=[(code, say(words)) for code, words in WHY_WORDS.items()],
        labels={name: say(words) for name, words in LABELS.items()},
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def _words(missing: str | None) -> str:
    return ", ".join(say(PAPER_WORDS[one]) for one in (missing or "").split())

"""Pages on which trainers record: attendance of a session, tests of the cohort.

GET POST /trainings/cohorts/<id>/sessions/<n>         minutes a participant, and why not longer
GET POST /trainings/cohorts/<id>/tests                before and after, in per cent

All of a cohort at once, with a script: ``pages.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.trainings.asking import Errors, attempt, new_key
from services.trainings.attendance import pages, sheet_pages
from services.trainings.attendance.wording import reason_words, reasons
from services.trainings.cohorts import acting, handling
from services.trainings.cohorts.cohort_commands import Mark, Score
from services.trainings.cohorts.wording import LABELS
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page
from shared.web.etag import required_version
from shared.web.language import say

blueprint = Blueprint("records", __name__)
blueprint.register_blueprint(pages.blueprint)
blueprint.register_blueprint(sheet_pages.blueprint)

SCORE_MAX = 100


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>", methods=["GET"])
@requires("trainings.attendance.read")
def session(cohort_id: str, session: int) -> ResponseReturnValue:
    """Who was in a session, and how long."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    held = acting.found_session(row, session)
    people = _there(row, held)
    return _session_page(row, held, people, _recorded(people), ())


@blueprint.route("/cohorts/<cohort_id>/sessions/<int:session>", methods=["POST"])
@requires("trainings.attendance.write")
def record_session(cohort_id: str, session: int) -> ResponseReturnValue:
    """Record or correct it; or fill the empty fields in and show it again."""
    row = acting.found(cohort_id, "trainings.attendance.write")
    held = acting.found_session(row, session)
    people = _there(row, held)
    given = {name: text.strip() for name, text in request.form.items()}
    if "fill" in given:
        for one in people:
            name = f"minutes-{one['registration_id']}"
            given[name] = given.get(name) or str(held.minutes)
        return _session_page(row, held, people, given, ())
    marks, errors = _marks(people, given, held.minutes)
    if errors:
        return make_response(_session_page(row, held, people, given, errors), 422)

    def run() -> Any:
        by = actor()
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.attendance(
                work, by=by, cohort_id=row.cohort_id, session=held.session, marks=marks
            ),
        )
        response = perform_page(row.programme, handler)
        sentence = N_("Attendance of session {session} is recorded.")
        flash(say(sentence, {"session": held.session}), "info")
        return response

    def show(errors: Errors) -> str:
        now = acting.found(cohort_id, "trainings.attendance.write")
        return _session_page(now, held, people, given, errors)

    return attempt(run, show, labels=LABELS)


@blueprint.route("/cohorts/<cohort_id>/tests", methods=["GET"])
@requires("trainings.attendance.read")
def tests(cohort_id: str) -> ResponseReturnValue:
    """The tests before and after."""
    row = acting.found(cohort_id, "trainings.attendance.read")
    people = _tested(row)
    given = {
        f"{test}-{one['registration_id']}": "" if one[test] is None else str(one[test])
        for one in people
        for test in ("pre", "post")
    }
    return _tests_page(row, people, given, ())


@blueprint.route("/cohorts/<cohort_id>/tests", methods=["POST"])
@requires("trainings.attendance.write")
def record_tests(cohort_id: str) -> ResponseReturnValue:
    """Record or correct them."""
    row = acting.found(cohort_id, "trainings.attendance.write")
    people = _tested(row)
    given = {name: text.strip() for name, text in request.form.items()}
    scores, errors = _scores(people, given)
    if errors:
        return make_response(_tests_page(row, people, given, errors), 422)

    def run() -> Any:
        by = actor()
        handler = acting.on(
            row.cohort_id,
            required_version(),
            lambda work: handling.tests(work, by=by, cohort_id=row.cohort_id, scores=scores),
        )
        response = perform_page(row.programme, handler)
        flash(say(N_("The tests are recorded.")), "info")
        return response

    def show(errors: Errors) -> str:
        now = acting.found(cohort_id, "trainings.attendance.write")
        return _tests_page(now, people, given, errors)

    return attempt(run, show, labels=LABELS)


def _there(row: Row[Any], held: Row[Any]) -> list[dict[str, Any]]:
    """Who took part on the day of a session, or has a mark of it; that it was read is recorded."""
    return [
        one
        for one in acting.attendance(row, held.session)
        if one["attended_minutes"] is not None
        or one["left_on"] is None
        or one["left_on"] >= held.held_on
    ]


def _session_page(
    row: Row[Any],
    held: Row[Any],
    people: Sequence[Mapping[str, Any]],
    given: Mapping[str, str],
    errors: Errors,
) -> str:
    return render_template(
        "trainings/attendance/session.html",
        row=row,
        held=held,
        people=people,
        given=given,
        errors=errors,
        recorded=sum(one["attended_minutes"] is not None for one in people),
        held_already=held.held_on <= acting.today(row),
        records=pages.records(row),
        moves=may(signed_in(), "trainings.cohorts.write", row.programme)
        and row.closed_on is None
        and not held.marks,
        tells=acting.may_read_reasons(row.programme),
        reasons=reasons(),
        reason_words=reason_words,
        back=url_for("cohorts.show", cohort_id=row.cohort_id),
        key=new_key(),
    )


def _tests_page(
    row: Row[Any],
    people: Sequence[Mapping[str, Any]],
    given: Mapping[str, str],
    errors: Errors,
) -> str:
    return render_template(
        "trainings/attendance/tests.html",
        row=row,
        people=people,
        given=given,
        errors=errors,
        missing=sum(one["post"] is None for one in people),
        records=pages.records(row),
        back=url_for("cohorts.show", cohort_id=row.cohort_id),
        key=new_key(),
    )


def _recorded(people: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    given = {}
    for one in people:
        minutes = one["attended_minutes"]
        given[f"minutes-{one['registration_id']}"] = "" if minutes is None else str(minutes)
        given[f"excused-{one['registration_id']}"] = one["excused"] or ""
        given[f"as-{one['registration_id']}"] = one["excused_as"] or ""
    return given


def _tested(row: Row[Any]) -> list[dict[str, Any]]:
    return [
        {
            "registration_id": one.registration_id,
            "reference": one.reference,
            "full_name": one.full_name,
            "pre": one.pre_test,
            "post": one.qualification.post_test,
        }
        for one in acting.participants(row)
    ]


def _marks(
    people: Sequence[Mapping[str, Any]], given: Mapping[str, str], minutes_max: int
) -> tuple[tuple[Mark, ...], list[tuple[str, str]]]:
    """What was typed as marks, and what is wrong with it; an empty field records nothing."""
    marks, errors = [], []
    for one in people:
        registration_id = one["registration_id"]
        name = f"minutes-{registration_id}"
        text, excused = given.get(name, ""), given.get(f"excused-{registration_id}", "")
        excused_as = given.get(f"as-{registration_id}", "")
        facts = {"name": one["full_name"] or one["reference"], "most": minutes_max}
        if not text and one["attended_minutes"] is None and not excused and not excused_as:
            continue
        minutes = _number(text, minutes_max)
        if minutes is None:
            sentence = N_("{name}: write minutes from 0 to {most}.")
            errors.append((name, say(sentence, facts)))
            continue
        mark = Mark(
            registration_id=registration_id,
            attended_minutes=minutes,
            excused=excused or None,
            excused_as=excused_as or None,
        )
        marks.append(mark)
    if not marks and not errors:
        errors.append(("people", say(N_("Write the minutes of at least one participant."))))
    return tuple(marks), errors


def _scores(
    people: Sequence[Mapping[str, Any]], given: Mapping[str, str]
) -> tuple[tuple[Score, ...], list[tuple[str, str]]]:
    """What was typed as scores, and what is wrong with it; what is recorded cannot be emptied."""
    scores, errors = [], []
    for one in people:
        registration_id = one["registration_id"]
        found: dict[str, int | None] = {}
        for test in ("pre", "post"):
            name = f"{test}-{registration_id}"
            text = given.get(name, "")
            found[test] = _number(text, SCORE_MAX)
            if found[test] is None and (text or one[test] is not None):
                facts = {"name": one["full_name"] or one["reference"], "most": SCORE_MAX}
                errors.append((name, say(N_("{name}: write per cent from 0 to {most}."), facts)))
        if found["pre"] is not None or found["post"] is not None:
            scores.append(
                Score(
                    registration_id=registration_id, pre_test=found["pre"], post_test=found["post"]
                )
            )
    if not scores and not errors:
        errors.append(("people", say(N_("Write the score of at least one participant."))))
    return tuple(scores), errors


def _number(text: str, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return None
    return int(text) if int(text) <= most else None

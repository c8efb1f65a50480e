"""Pages of courses, under ``/trainings``.

GET  /courses                 what is taught, by title
GET  /courses/new             a new course; POST sends it
GET  /courses/<id>            the newest version, and those before it
GET  /courses/<id>/version    a new version of it; POST sends it
GET  /courses/<id>/retire     whether no new cohort is to run it, or a version; POST sends it
GET  /courses/<id>/offer      whether new cohorts may run it again; POST sends it
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
    not_found,
    page_request,
    programme_of,
    programmes,
    reach,
    typed,
    typed_number,
    validated,
)
from services.trainings.courses import acting, views
from services.trainings.courses.acting import READ, WRITE, Found, found
from services.trainings.courses.course import COURSE
from services.trainings.courses.rule import DEFAULT_RULE
from services.trainings.courses.schemas import ContentSchema, CreateSchema
from services.trainings.courses.wording import KIND_WORDS, happened, rule_words
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

LABELS: Final = {
    "programme": N_("Programme"),
    "title": N_("Title"),
    "kind": N_("Kind"),
    "hours": N_("Hours"),
    "modules": N_("Modules"),
    "description": N_("Description"),
    "attendance_percent_min": N_("Attendance needed, in per cent of the hours"),
    "post_test_min": N_("Result needed in the test after, in per cent"),
    "reason": N_("Reason"),
}
"""Field → the words beside it."""

FIELDS_OF: Final = {
    "no-modules": "modules",
    "too-many-modules": "modules",
    "module-hours": "modules",
    "hours-do-not-add-up": "modules",
    "hours-out-of-range": "hours",
    "attendance-out-of-range": "attendance_percent_min",
    "post-test-out-of-range": "post_test_min",
}
_FIELDS: Final = (
    "programme",
    "title",
    "kind",
    "hours",
    "modules",
    "description",
    "attendance_percent_min",
    "post_test_min",
)

blueprint = Blueprint("courses", __name__, url_prefix="/trainings")


@blueprint.get("/courses")
@requires(READ)
def list_courses() -> ResponseReturnValue:
    """What is taught."""
    page = page_request()
    with service().database.reading() as connection:
        rows = views.courses(
            connection, reach(READ), after=page.after(str, str), limit=page.limit + 1
        )
    answer = page.answer(rows, lambda row: (row.title, row.course_id))
    return render_template(
        "trainings/courses/list.html",
        courses=[_told(row) for row in answer["items"]],
        following=url_for(".list_courses", cursor=answer["next"]) if answer["next"] else "",
        may_write=may(signed_in(), WRITE),
    )


@blueprint.get("/courses/new")
@requires(WRITE)
def new() -> ResponseReturnValue:
    """Ask what is to be taught."""
    rule = {
        "attendance_percent_min": str(DEFAULT_RULE.attendance_percent_min),
        "post_test_min": str(DEFAULT_RULE.post_test_min),
    }
    return _form_page(None, dict.fromkeys(_FIELDS, "") | rule)


@blueprint.post("/courses/new")
@requires(WRITE)
def create() -> ResponseReturnValue:
    """Publish a new course."""

    def run() -> Response:
        given = _given(CreateSchema(), programme=typed("programme"))
        programme, by = programme_of(WRITE, given["programme"]), actor()
        content, location = acting.content_of(given), url_for(".list_courses")

        def handler(work: Work) -> Answer:
            return acting.create(work, by=by, content=content, location=location)

        response = perform_page(programme, handler)
        flash(say(N_("The course is published. A cohort can be planned with it.")), "info")
        return response

    return attempt(
        run, lambda errors: _form_page(None, _as_typed(), errors), labels=LABELS, fields=FIELDS_OF
    )


@blueprint.get("/courses/<course_id>")
@requires(READ)
def show(course_id: str) -> ResponseReturnValue:
    """A course, and its versions."""
    course = found(course_id, READ)
    with service().database.reading() as connection:
        history = service().store.history(connection, COURSE.stream(course_id))
        names = staff_names(connection)
    return render_template(
        "trainings/courses/course.html",
        course=_told(course.newest),
        versions=[_told(row) for row in course.rows],
        retired=course.retired,
        history=[
            {
                "what": happened(one.event),
                "note": getattr(one.event, "reason", ""),
                "who": names.get(one.actor, one.actor),
                "at": one.at,
            }
            for one in reversed(history)
        ],
        may_write=may(signed_in(), WRITE, course.newest.programme),
    )


@blueprint.get("/courses/<course_id>/version")
@requires(WRITE)
def new_version(course_id: str) -> ResponseReturnValue:
    """Ask what the next version says."""
    course = found(course_id, WRITE)
    row = course.newest
    shown = {
        "title": row.title,
        "kind": row.kind,
        "hours": "" if row.hours is None else str(row.hours),
        "modules": _lines(acting.shown(row)),
        "description": row.description,
        "attendance_percent_min": str(row.attendance_percent_min),
        "post_test_min": "" if row.post_test_min is None else str(row.post_test_min),
    }
    return _form_page(course, dict.fromkeys(_FIELDS, "") | shown)


@blueprint.post("/courses/<course_id>/version")
@requires(WRITE)
def publish_version(course_id: str) -> ResponseReturnValue:
    """Publish the next version."""
    course = found(course_id, WRITE)

    def run() -> Response:
        content = acting.content_of(_given(ContentSchema()))
        by, version = actor(), required_version()
        location = url_for(".show", course_id=course_id)

        def handler(work: Work) -> Answer:
            return acting.publish(
                work,
                by=by,
                course_id=course_id,
                version=version,
                content=content,
                location=location,
            )

        response = perform_page(course.newest.programme, handler)
        flash(say(N_("The version is published. Cohorts under way keep theirs.")), "info")
        return response

    return attempt(
        run,
        lambda errors: _form_page(found(course_id, WRITE), _as_typed(), errors),
        labels=LABELS,
        fields=FIELDS_OF,
    )


@blueprint.get("/courses/<course_id>/<any(retire, offer):what>")
@requires(WRITE)
def ask(course_id: str, what: str) -> ResponseReturnValue:
    """Ask whether a version, or the course, is to be retired or offered again."""
    return _ask_page(found(course_id, WRITE), what)


@blueprint.post("/courses/<course_id>/<any(retire, offer):what>")
@requires(WRITE)
def decide(course_id: str, what: str) -> ResponseReturnValue:
    """Retire it, or offer it again."""
    course = found(course_id, WRITE)

    def run() -> Response:
        by, version = actor(), required_version()
        told: dict[str, Any] = {
            "by": by,
            "course": course,
            "version": version,
            "course_version": _asked(course),
            "location": url_for(".show", course_id=course_id),
        }
        reason = typed("reason")

        def handler(work: Work) -> Answer:
            if what == "retire":
                return acting.retire(work, reason=reason, **told)
            return acting.offer(work, **told)

        response = perform_page(course.newest.programme, handler)
        done = N_("Retired. Cohorts that are planned go on.")
        flash(say(done if what == "retire" else N_("New cohorts can be planned again.")), "info")
        return response

    return attempt(
        run, lambda errors: _ask_page(found(course_id, WRITE), what, errors), labels=LABELS
    )


def _asked(course: Found) -> int | None:
    """The version that a retirement is about; None: the course."""
    text = request.values.get("course_version", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise not_found()
    return int(course.row(int(text)).course_version)


def _ask_page(course: Found, what: str, errors: Errors = ()) -> str:
    return render_template(
        "trainings/courses/retire.html",
        course=_told(course.newest),
        course_version=_asked(course),
        what=what,
        version=course.version,
        typed=request.form,
        errors=errors,
        key=new_key(),
    )


def _given(schema: Schema, **more: str) -> dict[str, Any]:
    """What the form says, read as the JSON interface reads it."""
    modules, module_hours = _modules_of(typed("modules"))
    hours = typed_number("hours")
    given = validated(
        schema,
        {
            "title": typed("title"),
            "kind": typed("kind"),
            "hours": sum(module_hours) if hours is None and module_hours else hours,
            "modules": modules or None,
            "module_hours": module_hours,
            "description": typed("description"),
            "attendance_percent_min": typed_number("attendance_percent_min"),
            "post_test_min": typed_number("post_test_min"),
            **more,
        },
    )
    if request.form.get("post_test_min", "?").strip() == "":
        given["post_test_min"] = None
    return given


def _modules_of(text: str) -> tuple[list[str], list[int]]:
    """Lines such as ``Plan; 8`` as titles and hours; hours of no line, or of each."""
    titles, hours = [], []
    for line in text.split("\n"):
        title, mark, number = line.rpartition(";")
        number = number.strip()
        if mark and number.isascii() and number.isdigit() and len(number) <= 6:
            titles.append(title.strip())
            hours.append(int(number))
        elif line.strip():
            titles.append(line.strip())
    return titles, hours


def _lines(row: dict[str, Any]) -> str:
    hours = row["module_hours"] or [None] * len(row["modules"])
    pairs = zip(row["modules"], hours, strict=True)
    return "\n".join(title if one is None else f"{title}; {one}" for title, one in pairs)


def _as_typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in _FIELDS}


def _form_page(course: Found | None, shown: dict[str, str], errors: Errors = ()) -> str:
    return render_template(
        "trainings/courses/form.html",
        course=_told(course.newest) if course else None,
        version=course.version if course else 0,
        typed=shown,
        errors=errors,
        wrong=dict(errors),
        labels={field: say(words) for field, words in LABELS.items()},
        kinds=[(code, say(words)) for code, words in KIND_WORDS.items()],
        programmes=[(code, code) for code in programmes(WRITE)],
        key=new_key(),
    )


def _told(row: Row[Any]) -> dict[str, Any]:
    shown = acting.shown(row)
    hours = shown["module_hours"] or [None] * len(shown["modules"])
    return {
        "id": row.course_id,
        "title": row.title,
        "kind": say(KIND_WORDS[row.kind]),
        "hours": row.hours,
        "modules": list(zip(shown["modules"], hours, strict=True)),
        "version": row.course_version,
        "programme": row.programme,
        "description": row.description,
        "rule": rule_words(row.attendance_percent_min, row.post_test_min),
        "retired": row.retired or row.course_retired,
        "version_retired": row.retired,
    }

"""Pages of courses, under ``/trainings``.

GET  /courses                 what is taught, by title
GET  /courses/new             a new course; POST sends it
GET  /courses/<id>            the newest version, and those before it
GET  /courses/<id>/version    a new version of it; POST sends it
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
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
from services.trainings.courses.schemas import ContentSchema, CreateSchema
from services.trainings.courses.wording import KIND_WORDS
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
}
"""Field → the words beside it."""

FIELDS_OF: Final = {"no-modules": "modules", "too-many-modules": "modules"}
_FIELDS: Final = ("programme", "title", "kind", "hours", "modules")

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
    return _form_page(None, dict.fromkeys(_FIELDS, ""))


@blueprint.post("/courses/new")
@requires(WRITE)
def create() -> ResponseReturnValue:
    """Publish a new course."""

    def run() -> Response:
        given = validated(CreateSchema(), {**_typed_content(), "programme": typed("programme")})
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
        history=[
            {
                "what": say(
                    N_("Version {version} was published."),
                    {"version": getattr(one.event, "version", "")},
                ),
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
        "modules": row.modules,
    }
    return _form_page(course, dict.fromkeys(_FIELDS, "") | shown)


@blueprint.post("/courses/<course_id>/version")
@requires(WRITE)
def publish_version(course_id: str) -> ResponseReturnValue:
    """Publish the next version."""
    course = found(course_id, WRITE)

    def run() -> Response:
        content = acting.content_of(validated(ContentSchema(), _typed_content()))
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


def _typed_content() -> dict[str, Any]:
    modules = [line.strip() for line in typed("modules").split("\n") if line.strip()]
    return {
        "title": typed("title"),
        "kind": typed("kind"),
        "hours": typed_number("hours"),
        "modules": modules or None,
    }


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
    return {
        "id": row.course_id,
        "title": row.title,
        "kind": say(KIND_WORDS[row.kind]),
        "hours": row.hours,
        "modules": row.modules.split("\n") if row.modules else [],
        "version": row.course_version,
        "programme": row.programme,
    }

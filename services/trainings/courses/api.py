"""JSON routes of courses and their versions, under ``/trainings/api/v1``.

GET  /courses                  the newest version of each, by title
POST /courses                  a new course
GET  /courses/<id>             one course with all its versions
POST /courses/<id>/versions    a new content; the old one stays as it was
POST /courses/<id>/retire      a version, or the course: no new cohort runs it;  …/offer again
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.trainings.asking import programme_of, reach
from services.trainings.courses import acting, views
from services.trainings.courses.acting import READ, WRITE, found
from services.trainings.courses.schemas import (
    ContentSchema,
    CoursePageSchema,
    CreateSchema,
    OfferSchema,
    RetireSchema,
    WholeCourseSchema,
)
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageArguments, PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("courses_api", __name__, url_prefix=BASE)


@blueprint.route("/courses", methods=["GET"])
@requires(READ)
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, CoursePageSchema)
def list_courses(page: PageRequest) -> dict[str, Any]:
    """List courses by title, each as its newest version says it."""
    with service().database.reading() as connection:
        rows = views.courses(
            connection, reach(READ), after=page.after(str, str), limit=page.limit + 1
        )
    answer = page.answer(rows, lambda row: (row.title, row.course_id))
    return {"items": [acting.shown(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/courses", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(CreateSchema)
@blueprint.response(201, ReceiptSchema)
def create_course(arguments: dict[str, Any]) -> Response:
    """Publish the first version of a new course."""
    programme, by = programme_of(WRITE, arguments["programme"]), actor()
    content = acting.content_of(arguments)

    def handler(work: Work) -> Answer:
        return acting.create(work, by=by, content=content, location=f"{BASE}/courses")

    return perform(programme, handler)


@blueprint.route("/courses/<course_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, WholeCourseSchema)
def show_course(course_id: str) -> Response:
    """Show a course with all its versions, the newest first."""
    course = found(course_id, READ)
    if not_modified(course.version):
        return set_version(Response(status=304), course.version)
    body = {
        **acting.shown(course.newest),
        "versions": [acting.shown(row) for row in course.rows],
        "version": course.version,
    }
    return set_version(jsonify(WholeCourseSchema().dump(body)), course.version)


@blueprint.route("/courses/<course_id>/versions", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ContentSchema)
@blueprint.response(200, ReceiptSchema)
def publish_version(arguments: dict[str, Any], course_id: str) -> Response:
    """Publish the next version; the same content again changes nothing."""
    course, by, version = found(course_id, WRITE), actor(), required_version()
    content = acting.content_of(arguments)

    def handler(work: Work) -> Answer:
        return acting.publish(
            work, by=by, course_id=course_id, version=version, content=content, location=""
        )

    return perform(course.newest.programme, handler)


@blueprint.route("/courses/<course_id>/retire", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(RetireSchema)
@blueprint.response(200, ReceiptSchema)
def retire(arguments: dict[str, Any], course_id: str) -> Response:
    """Let no new cohort run a version, or the course; those planned go on."""
    course, by, version = found(course_id, WRITE), actor(), required_version()

    def handler(work: Work) -> Answer:
        return acting.retire(work, by=by, course=course, version=version, location="", **arguments)

    return perform(course.newest.programme, handler)


@blueprint.route("/courses/<course_id>/offer", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(OfferSchema)
@blueprint.response(200, ReceiptSchema)
def offer(arguments: dict[str, Any], course_id: str) -> Response:
    """Let new cohorts run a retired version, or the course, again."""
    course, by, version = found(course_id, WRITE), actor(), required_version()

    def handler(work: Work) -> Answer:
        return acting.offer(work, by=by, course=course, version=version, location="", **arguments)

    return perform(course.newest.programme, handler)

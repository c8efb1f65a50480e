"""Pages of the committee's meetings: ranking, votes, decisions; under ``/grants``.

GET  /grants/meetings                     all meetings
GET  /grants/meetings/new                 convene the committee of a closed call
GET  /grants/meetings/<id>                the room, for the chair and the projector
GET  /grants/meetings/<id>/minutes        what was decided, for the screen and for paper

Acts that are asked about first (closing, voting, deciding, reopening) are in ``meeting_acts``.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.grants import staff
from services.grants.calls import views as calls
from services.grants.committee import deciding, meeting_acts, reading, views
from services.grants.committee.meeting import MEETING
from services.grants.committee.meeting_acts import act, room_page
from services.grants.committee.room import meeting_row, missing_meeting, open_room
from services.grants.committee.wording import DONE, MEETING_STATES
from services.grants.programmes.forms import page_request, told, typed
from shared.access.reader import may
from shared.clock import day_in
from shared.errors import Problem
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import Answer, actor, perform_page, receipt, service
from shared.web.language import say

CALLS_SHOWN_MAX: Final = 200
_DAY: Final = ("held_on-day", "held_on-month", "held_on-year")
_FOLDER: Final = "grants/committee"

blueprint = Blueprint("meetings", __name__, url_prefix="/grants")
blueprint.register_blueprint(meeting_acts.blueprint)


@blueprint.get("/meetings")
@requires("grants.meetings.read")
def list_meetings() -> ResponseReturnValue:
    """The meetings of the reader's programmes."""
    reader, page = signed_in(), page_request()
    with service().database.reading() as connection:
        rows = views.meetings(
            connection,
            within=reader.programmes("grants.meetings.read"),
            after=page.after(str, str),
            limit=page.limit + 1,
        )
        names = staff.names(connection, [row["chair_id"] for row in rows if row["chair_id"]])
    answer = page.answer(rows, lambda row: (row["call_code"], row["meeting_id"]))
    return render_template(
        f"{_FOLDER}/meetings.html",
        rows=answer["items"],
        names=names,
        states={
            code: (say(one.words), one.colour, one.shape) for code, one in MEETING_STATES.items()
        },
        undecided=sum(row["state"] not in ("decided", "cancelled") for row in answer["items"]),
        may_convene=may(reader, "grants.meetings.convene"),
        may_review=may(reader, "grants.reviews.read"),
        following=url_for(".list_meetings", cursor=answer["next"]) if answer["next"] else "",
    )


@blueprint.get("/meetings/new")
@requires("grants.meetings.convene")
def new_meeting() -> ResponseReturnValue:
    """Choose the closed call and the day."""
    return _new({"call_id": request.args.get("call", "")[:36]}, {})


def _new(given: dict[str, str], errors: dict[str, str]) -> str:
    with service().database.reading() as connection:
        closed = calls.calls(
            connection,
            within=signed_in().programmes("grants.meetings.convene"),
            states=("closed",),
            limit=CALLS_SHOWN_MAX,
        )
    if "held_on-day" not in given and closed:
        today = day_in(service().clock.now(), closed[0]["timezone"])
        given |= dict(zip(_DAY, (str(today.day), str(today.month), str(today.year)), strict=True))
    return render_template(
        f"{_FOLDER}/new.html", calls=closed, given=given, errors=errors, key=Uuid7().new()
    )


@blueprint.post("/meetings")
@requires("grants.meetings.convene")
def convene() -> ResponseReturnValue:
    """Convene the committee; the reader is its chair."""
    given, errors = typed("call_id", *_DAY), {}
    held_on = _day(given)
    if held_on is None:
        errors["held_on-day"] = say(N_("Write the day of the meeting, such as 20 4 2026."))
    if not given["call_id"]:
        errors["call_id"] = say(N_("Choose the call that the committee meets about."))
    if errors or held_on is None:
        return _new(given, errors), 422
    call, by = reading.find_call(given["call_id"], "grants.meetings.convene"), actor()

    def handler(work: Work) -> Answer:
        meeting_id = deciding.convene(work, by=by, call_id=call["call_id"], held_on=held_on)
        location = url_for("meetings.show_meeting", meeting_id=meeting_id)
        return receipt(work, MEETING, meeting_id, location=location)

    try:
        answer = perform_page(call["programme"], handler)
    except Problem as problem:
        day, which = "held_on-day", "call_id"
        places = {"held-on": day, "held-on-far": day, "meeting-open": which}
        return _new(given, told(problem, places)), problem.status
    flash(say(DONE["convened"]), "info")
    return answer


def _day(given: dict[str, str]) -> date | None:
    """The day typed in three fields."""
    parts = [given[name].strip() for name in _DAY]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    day, month, year = map(int, parts)
    try:
        return date(year, month, day)
    except ValueError:
        return None


@blueprint.get("/meetings/<meeting_id>")
@requires("grants.meetings.read")
def show_meeting(meeting_id: str) -> ResponseReturnValue:
    """The room."""
    return room_page(open_room(meeting_id, "grants.meetings.read"))


@blueprint.get("/meetings/<meeting_id>/changes")
@requires("grants.meetings.read")
def show_changes(meeting_id: str) -> ResponseReturnValue:
    """Whether the meeting moved on since the page of this version; asked by the page itself."""
    with service().database.reading() as connection:
        row = meeting_row(connection, meeting_id)
    ensure("grants.meetings.read", row["programme"], missing=missing_meeting())
    seen = request.args.get("version", "")
    return render_template(
        f"{_FOLDER}/changes.html", row=row, changed=seen != str(row["version"]), version=seen[:16]
    )


@blueprint.post("/meetings/<meeting_id>/attendance")
@requires("grants.meetings.write")
def attend(meeting_id: str) -> ResponseReturnValue:
    """Record who is present."""
    by, present = actor(), request.form.getlist("present_ids")[:100]
    return act(
        meeting_id,
        "grants.meetings.write",
        lambda work: deciding.attend(work, meeting_id, by=by, present_ids=present),
        done="attendance",
    )


@blueprint.post("/meetings/<meeting_id>/ranking")
@requires("grants.meetings.write")
def record_ranking(meeting_id: str) -> ResponseReturnValue:
    """Rank, on record."""
    by = actor()
    return act(
        meeting_id,
        "grants.meetings.write",
        lambda work: deciding.record_ranking(work, meeting_id, by=by),
        done="ranking",
    )


@blueprint.get("/meetings/<meeting_id>/minutes")
@requires("grants.meetings.read")
def show_minutes(meeting_id: str) -> ResponseReturnValue:
    """The minutes of a meeting that decided."""
    room = open_room(meeting_id, "grants.meetings.read")
    if room.state != "decided":
        return redirect(url_for(".show_meeting", meeting_id=meeting_id), 303)
    return room_page(room, template="minutes")

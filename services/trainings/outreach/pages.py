"""Pages of outreach, under ``/trainings``.

GET      /outreach                 the latest first; ?kind= ?partner= ?year=; sums above
GET POST /outreach/new             record an activity
GET      /outreach/<id>            one of them, what was agreed, what came of it
GET POST /outreach/<id>/correct    write it as it should have been
POST     /outreach/<id>/follow-up  what came of it
POST     /outreach/<id>/withdraw   it was recorded in error
"""

from __future__ import annotations

from collections.abc import Callable
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
    typed_day,
    typed_number,
    validated,
)
from services.trainings.cohorts.wording import COUNTRIES
from services.trainings.education.acting import after
from services.trainings.outreach import acting, handling, views
from services.trainings.outreach.acting import READ, WRITE, found
from services.trainings.outreach.activity import ACTIVITY, Content, FollowedUp
from services.trainings.outreach.schemas import (
    ActivityContentSchema,
    FollowUpSchema,
    WithdrawActivitySchema,
)
from services.trainings.outreach.wording import KIND_WORDS, PARTNER_WORDS
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
    "kind": N_("Kind"),
    "title": N_("What it was"),
    "held_on": N_("Day"),
    "country": N_("Country"),
    "municipality": N_("Municipality"),
    "place": N_("Place"),
    "partners": N_("Institutions"),
    "women": N_("Women"),
    "men": N_("Men"),
    "not_known": N_("Others, or not written down"),
    "agreed": N_("What was agreed"),
    "follows": N_("What follows"),
    "follow_up_on": N_("When it follows"),
    "on": N_("Day"),
    "result": N_("What came of it"),
    "reason": N_("Why"),
}
"""Field → the words beside it."""

PARTNERS_SHOWN: Final = 4
"""Empty lines for institutions that a form offers, beside those that are filled in."""

_DAYS: Final = ("held_on", "follow_up_on", "on")
_TEXTS: Final = ("kind", "title", "country", "municipality", "place", "agreed", "follows")
_COUNTS: Final = ("women", "men", "not_known")
_EVENTS: Final = {
    "Recorded": N_("Recorded."),
    "Corrected": N_("Corrected."),
    "FollowUpDue": N_("The day was here on which something was to follow."),
    "Withdrawn": N_("Withdrawn: {reason}"),
}

blueprint = Blueprint("outreach", __name__, url_prefix="/trainings")


@blueprint.get("/outreach")
@requires(READ)
def list_activities() -> ResponseReturnValue:
    """Activities, the latest first, with their sums."""
    page = page_request()
    kind, partner = request.args.get("kind", ""), request.args.get("partner", "")
    year = request.args.get("year", "")
    search = views.Search(
        kind=kind if kind in KIND_WORDS else "",
        partner=partner if partner in PARTNER_WORDS else "",
        year=int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None,
    )
    if search.year is not None and search.year < 1900:
        search = views.Search(kind=search.kind, partner=search.partner)
    last = after(page)
    with service().database.reading() as connection:
        rows = views.activities(connection, reach(READ), search, after=last, limit=page.limit + 1)
        count = views.count(connection, reach(READ), search)
        sums = views.sums(connection, reach(READ), search)
        due = views.count(connection, reach(READ), views.Search(follow_up_by=acting.today()))
    answer = page.answer(rows, views.key_of)
    following = url_for(
        ".list_activities",
        kind=search.kind or None,
        partner=search.partner or None,
        year=search.year,
        cursor=answer["next"],
    )
    return render_template(
        "trainings/outreach/list.html",
        activities=[_told(row) for row in answer["items"]],
        count=count,
        due=due,
        sums=[(say(KIND_WORDS[one]), sums[one]) for one in KIND_WORDS if one in sums],
        search=search,
        kinds=_words(KIND_WORDS),
        partner_kinds=_words(PARTNER_WORDS),
        following=following if answer["next"] else "",
        may_write=may(signed_in(), WRITE),
    )


@blueprint.route("/outreach/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    """Record an activity."""

    def show_page(errors: Errors) -> str:
        return render_template("trainings/outreach/new.html", **_form(errors, None))

    if request.method == "GET":
        return show_page(())

    def run() -> Response:
        programme = programme_of(WRITE, typed("programme"))
        handler = acting.recording(
            _typed_content(),
            by=actor(),
            location=lambda activity_id: url_for(".show", activity_id=activity_id),
        )
        response = perform_page(programme, handler)
        flash(say(N_("The activity is recorded.")), "info")
        return response

    return attempt(run, show_page, labels=LABELS)


@blueprint.get("/outreach/<activity_id>")
@requires(READ)
def show(activity_id: str) -> ResponseReturnValue:
    """One activity."""
    return _show_page(found(activity_id, READ))


@blueprint.route("/outreach/<activity_id>/correct", methods=["GET", "POST"])
@requires(WRITE)
def correct(activity_id: str) -> ResponseReturnValue:
    """Write it as it should have been."""
    row = found(activity_id, WRITE)

    def show_page(errors: Errors) -> str:
        now = found(activity_id, WRITE)
        return render_template(
            "trainings/outreach/correct.html", activity=_told(now), **_form(errors, now)
        )

    if request.method == "GET":
        return show_page(())
    by = actor()

    def act() -> Callable[[Work], None]:
        content = _typed_content()
        return lambda work: handling.correct(work, by=by, activity_id=activity_id, content=content)

    return _send(row, act, N_("The activity is corrected."), show_page)


@blueprint.post("/outreach/<activity_id>/follow-up")
@requires(WRITE)
def follow_up(activity_id: str) -> ResponseReturnValue:
    """Record what came of it."""
    row, by = found(activity_id, WRITE), actor()

    def act() -> Callable[[Work], None]:
        given = validated(FollowUpSchema(), _typed("on", "result", "follow_up_on"))
        return lambda work: handling.follow_up(
            work, by=by, activity_id=activity_id, country=row.country, **given
        )

    return _send(row, act, N_("It is recorded what came of it."))


@blueprint.post("/outreach/<activity_id>/withdraw")
@requires(WRITE)
def withdraw(activity_id: str) -> ResponseReturnValue:
    """Take back what was recorded in error."""
    row, by = found(activity_id, WRITE), actor()

    def act() -> Callable[[Work], None]:
        given = validated(WithdrawActivitySchema(), _typed("reason"))
        return lambda work: handling.withdraw(
            work, by=by, activity_id=activity_id, country=row.country, reason=given["reason"]
        )

    return _send(row, act, N_("The activity is withdrawn."))


def _send(
    row: Row[Any],
    act: Callable[[], Callable[[Work], None]],
    done: str,
    show_page: Callable[[Errors], str] | None = None,
) -> Response:
    def run() -> Response:
        handler: Callable[[Work], Answer] = acting.on(
            row,
            version=required_version(),
            act=act(),
            location=url_for(".show", activity_id=row.activity_id),
        )
        response = perform_page(row.programme, handler)
        flash(say(done), "info")
        return response

    def again(errors: Errors) -> str:
        return _show_page(found(row.activity_id, WRITE), errors)

    return attempt(run, show_page or again, labels=LABELS)


def _show_page(row: Row[Any], errors: Errors = ()) -> str:
    with service().database.reading() as connection:
        history = service().store.history(connection, ACTIVITY.stream(row.activity_id))
        names = staff_names(connection)
        partners = views.partners(connection, [row.activity_id]).get(row.activity_id, [])
    may_write = may(signed_in(), WRITE, row.programme) and not row.withdrawn
    return render_template(
        "trainings/outreach/activity.html",
        activity=_told(row),
        partners=[(one.name, say(PARTNER_WORDS[one.kind])) for one in partners],
        country=say(COUNTRIES.get(row.country, row.country)),
        history=[
            {"what": what, "note": note, "who": names.get(one.actor, one.actor), "at": one.at}
            for one in reversed(history)
            for what, note in [_happened(one.event)]
        ],
        may_write=may_write,
        withdraw_key=new_key(),
        **_form(errors, row),
    )


def _happened(event: Any) -> tuple[str, str]:
    if isinstance(event, FollowedUp):
        return say(N_("What came of it")), event.result
    reason = getattr(event, "reason", "")
    return say(_EVENTS[type(event).__name__], {"reason": reason}), ""


def _told(row: Row[Any]) -> dict[str, Any]:
    late = row.follow_up_on is not None and row.follow_up_on <= acting.today()
    return {
        **row._asdict(),
        "id": row.activity_id,
        "kind": say(KIND_WORDS[row.kind]),
        "people": row.women + row.men + row.not_known,
        "late": late,
    }


def _typed_content() -> Content:
    """The whole content, as the form says it. Raises Invalid with every field to correct."""
    values: dict[str, Any] = _typed(*_TEXTS, "held_on", "follow_up_on")
    for name in _COUNTS:
        values[name] = typed_number(name)
    kinds, names = request.form.getlist("partner_kind"), request.form.getlist("partner_name")
    values["partners"] = [
        {"kind": kind, "name": name.strip()}
        for kind, name in zip(kinds, names, strict=False)
        if name.strip()
    ]
    return acting.content_of(validated(ActivityContentSchema(), values))


def _typed(*names: str) -> dict[str, Any]:
    return {name: typed_day(name) if name in _DAYS else typed(name) for name in names}


def _form(errors: Errors, row: Row[Any] | None) -> dict[str, Any]:
    """What the forms show: as typed, or what is recorded, or nothing."""
    shown: dict[str, Any] = {name: typed(name) for name in LABELS}
    today = acting.today(row.country if row is not None else None)
    fresh = request.method == "GET"
    days = {"held_on": today, "on": today, "follow_up_on": None}
    lines = list(
        zip(
            request.form.getlist("partner_kind"), request.form.getlist("partner_name"), strict=False
        )
    )
    if fresh and row is not None:
        shown |= {name: getattr(row, name) for name in (*_TEXTS, *_COUNTS)}
        days |= {"held_on": row.held_on, "follow_up_on": row.follow_up_on}
        with service().database.reading() as connection:
            found_partners = views.partners(connection, [row.activity_id])
        lines = [(one.kind, one.name) for one in found_partners.get(row.activity_id, [])]
    for name, day in days.items():
        parts = (day.day, day.month, day.year) if fresh and day is not None else ("", "", "")
        for part, number in zip(("day", "month", "year"), parts, strict=True):
            shown[f"{name}-{part}"] = typed(f"{name}-{part}") or str(number)
    return {
        "typed": shown,
        "lines": [*lines, *([("", "")] * (PARTNERS_SHOWN if fresh else 1))],
        "errors": errors,
        "wrong": dict(errors),
        "labels": {field: say(words) for field, words in LABELS.items()},
        "kinds": _words(KIND_WORDS),
        "partner_kinds": _words(PARTNER_WORDS),
        "countries": _words(COUNTRIES),
        "programmes": programmes(WRITE),
        "key": new_key(),
    }


def _words(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, say(text)) for code, text in words.items()]

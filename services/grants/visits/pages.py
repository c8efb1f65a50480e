"""Pages of follow-up visits; under ``/grants``.

GET       /grants/visits               where visits are due, planned or done, by place
GET POST  /grants/visits/new           plan one for an award
GET       /grants/visits/<id>          one: whom, where, what was found, its history
GET POST  /grants/visits/<id>/record   write down what was found
GET POST  /grants/visits/<id>/correct  put it right
POST      /grants/visits/<id>/accept   take it as it is
POST      /grants/visits/<id>/resolve  choose between versions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.grants.staff import VISITORS, called, holders
from services.grants.visits import handling, reading, views
from services.grants.visits.api import visit_place
from services.grants.visits.forms import (
    EQUIPMENT_ROWS,
    corrected,
    planned,
    recorded,
    typed_of,
)
from services.grants.visits.reading import READ
from services.grants.visits.support import support_line
from services.grants.visits.views import Listing
from services.grants.visits.wording import BEFORE, INCOME_BANDS, OUTCOMES, STATUSES
from shared.access.accesses import record_read
from shared.access.reader import may
from shared.clock import day_in
from shared.errors import Invalid, Problem, Refused
from shared.identifiers import Uuid7
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.app import correlation_id
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

CONDUCT: Final = "grants.visits.conduct"
ACCEPT: Final = "grants.visits.accept"
PAGE: Final = "/grants/visits/{id}"
SHOWN: Final = ("due", "made", "done", "all")
"""What a list shows: visits to be made, to be judged, done, or all."""

blueprint = Blueprint("visits", __name__, url_prefix="/grants")


@blueprint.get("/visits")
@requires(READ)
def list_visits() -> ResponseReturnValue:
    """Visits by place: those to be made, those to be judged, those done."""
    reader, page = signed_in(), _page()
    shown = request.args.get("show", "due")
    shown = shown if shown in SHOWN else "due"
    mine = request.args.get("mine") == "yes"
    place = request.args.get("place", "")[:120]
    outcome = request.args.get("outcome", "")
    listing = Listing(
        stage=shown if shown != "all" else "",
        place=place,
        outcome=outcome if outcome in OUTCOMES else "",
        visitor=reader.account_id if mine else "",
        award_id=request.args.get("award", "")[:36],
        month=_month(request.args.get("month", "")),
    )
    sight, today = reading.sight(READ), _today()
    with service().database.reading() as connection:
        rows = views.visits_by_place(
            connection, sight, listing, limit=page.limit + 1, after=visit_place(page)
        )
        counts = views.visit_counts(connection, sight, listing, today=today)
        places = views.places_of(connection, sight)
    answer = page.answer(rows, views.place_key)
    _record_names(answer["items"])
    values = _values(request.args, ("show", "mine", "place", "outcome", "award", "month"))
    return render_template(
        "grants/visits/list.html",
        rows=[reading.shown(row) for row in answer["items"]],
        shown=shown,
        count=sum(number for status, number in counts.items() if status != "overdue"),
        overdue=counts["overdue"],
        today=today,
        places=[(one, one) for one in places],
        typed={**dict.fromkeys(("mine", "place", "outcome", "award", "month"), ""), **values},
        values=values,
        following=url_for(".list_visits", **values, cursor=answer["next"])
        if answer["next"]
        else "",
        may_plan=may(reader, handling.PLAN),
        **_words(),
    )


@blueprint.get("/visits/new")
@requires("grants.visits.plan")
def new_visit() -> ResponseReturnValue:
    """For which award, when, by whom."""
    typed = {"award_id": request.args.get("award", "")[:36]}
    return _plan_form(typed, {})


@blueprint.post("/visits/new")
@requires("grants.visits.plan")
def plan_visit() -> ResponseReturnValue:
    """Plan it."""
    typed, by = typed_of(request.form), actor()
    values, errors = planned(request.form)
    award_id = values.pop("award_id", "") or handling.award_numbered(
        typed.get("application_no", "")
    )
    if not award_id:
        errors["application_no"] = say(N_("There is no award with this application number."))
    if errors:
        return _plan_form(typed, errors), 422
    award = handling.award_of(str(award_id))
    try:
        response = perform_page(
            str(award.programme),
            lambda work: handling.plan(work, str(award.award_id), by=by, address=PAGE, **values),
        )
    except (Invalid, Refused) as problem:
        field = "visitor" if problem.code == "visitor-without-role" else "month"
        return _plan_form(typed, {field: say(problem.sentence, problem.facts)}), problem.status
    flash(say(N_("The visit is planned.")), "success")
    return response


@blueprint.get("/visits/<visit_id>")
@requires(READ)
def show_visit(visit_id: str) -> ResponseReturnValue:
    """One visit, and the one thing that comes next."""
    return _visit_page(reading.visit_of(visit_id, READ))


@blueprint.get("/visits/<visit_id>/record")
@requires(CONDUCT)
def record_form(visit_id: str) -> ResponseReturnValue:
    """What is asked about a business."""
    row = _to_record(visit_id)
    return _findings_form(row, {"occurred_on": _today(row.zone).isoformat()}, {})


def _to_record(visit_id: str) -> Row[Any]:
    """A visit whose form this reader may see: it says whom it is to. Devices bring theirs alone."""
    reading.visit_of(visit_id, READ)
    return reading.visit_of(visit_id, CONDUCT)


@blueprint.post("/visits/<visit_id>/record")
@requires(CONDUCT)
def record(visit_id: str) -> ResponseReturnValue:
    """Write down what was found; a second time it is kept beside the first."""
    row, by = _to_record(visit_id), actor()
    values, errors = recorded(request.form, now=service().clock.now(), zone=ZoneInfo(row.zone))
    if errors or values is None:
        return _findings_form(row, typed_of(request.form), errors), 422
    device_visit_id = f"web-{Uuid7().new()}"
    try:
        response = perform_page(
            row.programme,
            lambda work: handling.record(
                work,
                visit_id,
                by=by,
                device_visit_id=device_visit_id,
                version=values.version,
                note=values.note,
                location=PAGE.format(id=visit_id),
            ),
        )
    except (Invalid, Refused) as problem:
        return _findings_form(row, typed_of(request.form), _told(problem)), problem.status
    flash(say(N_("What you found is recorded. Somebody else will accept it.")), "success")
    return response


@blueprint.get("/visits/<visit_id>/correct")
@requires(ACCEPT)
def correct_form(visit_id: str) -> ResponseReturnValue:
    """What was found, to be put right."""
    row = reading.visit_of(visit_id, ACCEPT)
    told = reading.told_visit(row)
    if told.holds is None:
        return redirect(url_for(".show_visit", visit_id=visit_id), 303)
    return _findings_form(row, typed_of(told.holds), {}, correcting=True)


@blueprint.post("/visits/<visit_id>/correct")
@requires(ACCEPT)
def correct(visit_id: str) -> ResponseReturnValue:
    """Put it right, with a reason; it is accepted so."""
    row, by, version = reading.visit_of(visit_id, ACCEPT), actor(), required_version()
    values, errors = corrected(request.form)
    if errors:
        return _findings_form(row, typed_of(request.form), errors, correcting=True), 422
    try:
        response = perform_page(
            row.programme,
            lambda work: handling.correct(
                work,
                visit_id,
                by=by,
                version=version,
                location=PAGE.format(id=visit_id),
                **values,
            ),
        )
    except (Invalid, Refused) as problem:
        typed = typed_of(request.form)
        return _findings_form(row, typed, _told(problem), correcting=True), problem.status
    flash(say(N_("What was found is corrected and accepted.")), "success")
    return response


@blueprint.post("/visits/<visit_id>/accept")
@requires(ACCEPT)
def accept(visit_id: str) -> ResponseReturnValue:
    """Take it as it is."""
    row, by, version = reading.visit_of(visit_id, ACCEPT), actor(), required_version()
    location = PAGE.format(id=visit_id)
    response = perform_page(
        row.programme,
        lambda work: handling.accept(work, visit_id, by=by, version=version, location=location),
    )
    flash(say(N_("The visit is accepted.")), "success")
    return response


@blueprint.post("/visits/<visit_id>/resolve")
@requires("grants.visits.resolve")
def resolve(visit_id: str) -> ResponseReturnValue:
    """Choose the version that holds."""
    row = reading.visit_of(visit_id, "grants.visits.resolve")
    by, version, chosen = actor(), required_version(), request.form.get("version_no", "")
    reason = request.form.get("reason", "")
    errors = {}
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) <= 2):
        errors["version_no"] = say(N_("Choose the version that holds."))
    if not reason.strip():
        errors["reason"] = say(N_("State a reason."))
    if errors:
        return _visit_page(row, typed_of(request.form), errors), 422
    try:
        response = perform_page(
            row.programme,
            lambda work: handling.resolve(
                work,
                visit_id,
                by=by,
                version=version,
                version_no=int(chosen),
                reason=reason,
                location=PAGE.format(id=visit_id),
            ),
        )
    except Invalid as problem:
        return _visit_page(row, typed_of(request.form), _told(problem)), problem.status
    flash(say(N_("The version is chosen. The visit now waits to be accepted.")), "success")
    return response


def _plan_form(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    award = handling.award_of(typed["award_id"]) if typed.get("award_id") else None
    within = signed_in().programmes(handling.PLAN)
    with service().database.reading() as connection:
        visitors = holders(connection, VISITORS, [award.programme] if award else within)
    return render_template(
        "grants/visits/new.html",
        award=award,
        typed={**dict.fromkeys(("application_no", "month", "visitor", "unannounced"), ""), **typed},
        errors=errors,
        visitors=[(one, " – ".join((name, *regions))) for one, name, regions in visitors],
        key=Uuid7().new(),
        **_words(),
    )


def _findings_form(
    row: Row[Any],
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    correcting: bool = False,
) -> str:
    return render_template(
        "grants/visits/findings.html",
        row=row,
        typed=_Typed(typed),
        errors=errors,
        correcting=correcting,
        equipment_rows=range(1, EQUIPMENT_ROWS + 1),
        key=Uuid7().new(),
        today=_today(row.zone).isoformat(),
        **_words(),
    )


def _visit_page(
    row: Row[Any], typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    reader, programme = signed_in(), row.programme
    told = reading.told_visit(row)
    people = {row.visitor, row.accepted_by, *(one.visited_by for one in told.versions)} - {None}
    with service().database.reading() as connection:
        names = called(connection, people | {one.who for one in told.history})
    return render_template(
        "grants/visits/visit.html",
        row=reading.shown(row),
        line=support_line(row),
        told=told,
        typed=_Typed(typed or {}),
        errors=errors or {},
        today=_today(row.zone),
        may_conduct=may(reader, CONDUCT, programme),
        may_accept=may(reader, ACCEPT, programme),
        may_resolve=may(reader, "grants.visits.resolve", programme),
        own=reader.account_id in {one.visited_by for one in told.versions},
        award_href=f"/grants/awards/{row.award_id}"
        if may(reader, "grants.awards.read", programme)
        else "",
        names=names,
        key=Uuid7().new(),
        **_words(),
    )


class _Typed(dict[str, str]):
    """What was typed; a field that was not is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def _words() -> dict[str, Any]:
    return {
        "statuses": {
            code: (say(words), colour, shape)
            for code, (words, colour, shape) in {**STATUSES, "imported": BEFORE}.items()
        },
        "outcomes": {code: say(words) for code, words in OUTCOMES.items()},
        "income_bands": {code: say(words) for code, words in INCOME_BANDS.items()},
    }


def _told(problem: Problem) -> dict[str, str]:
    return {"": say(problem.sentence, problem.facts)}


def _record_names(rows: list[Row[Any]]) -> None:
    for programme in sorted({row.programme for row in rows}):
        record_read(
            service(),
            signed_in(),
            what="names_and_places",
            subject="/grants/visits",
            programme=programme,
            correlation=correlation_id(),
        )


def _values(given: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name][:120] for name in names if given.get(name)}


def _month(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


def _today(zone: str = DEFAULT_ZONE) -> Any:
    return day_in(service().clock.now(), zone)


def _page() -> PageRequest:
    return PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)

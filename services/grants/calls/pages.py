"""Pages of calls and their budgets; under ``/grants``.

GET       /grants/calls                  which calls there are, by state and programme
GET, POST /grants/calls/new              draft one (?programme=<code>)
GET       /grants/calls/<id>             terms, rules in words, money, applications, what to do
GET, POST /grants/calls/<id>/edit        title and terms, until it opens
GET, POST /grants/calls/<id>/publish, /open, /close, /cancel, /archive      asked once, binding
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping

from services.addresses import address_of
from services.grants import staff
from services.grants.calls import counting, handling, views
from services.grants.calls.call import CALL
from services.grants.calls.form import (
    PLACES,
    empty_form,
    form_of,
    member_choices,
    place_choices,
    read_form,
    typed_form,
)
from services.grants.calls.schemas import STATES as STATE_CODES
from services.grants.calls.terms import Terms
from services.grants.calls.wording import EVENTS, KINDS, STATES, rules, state_word
from services.grants.committee.views import meeting_of
from services.grants.programmes import views as programme_views
from services.grants.programmes.forms import page_request, read, send, typed
from services.grants.programmes.handling import is_code, programme_row
from services.grants.programmes.schemas import EndReasonSchema
from services.grants.programmes.wording import CODE_LENGTH_MAX
from shared.access.reader import may
from shared.clock import day_in
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import Answer, actor, service
from shared.web.etag import required_version
from shared.web.language import say

APPLICATIONS_PAGE: Final = "/grants/applications"
MEETINGS_PAGE: Final = "/grants/meetings"
HISTORY_MAX: Final = 50
PROGRAMMES_MAX: Final = 200

blueprint = Blueprint("calls", __name__, url_prefix="/grants")


class Act(NamedTuple):
    """A binding act: who may, from which states, what to say before and after."""

    permission: str
    states: tuple[str, ...]
    title: str
    follows: tuple[str, ...]
    done: str
    do: Callable[..., Answer]


ACTS: Final = {
    "publish": Act(
        "grants.calls.publish",
        ("draft",),
        N_("Publish the call"),
        (
            N_("Everybody may read the call and its terms."),
            N_("Nobody can apply before it opens."),
            N_("Title and terms can still be changed until then."),
        ),
        N_("The call is published."),
        handling.publish_call,
    ),
    "open": Act(
        "grants.calls.open",
        ("published",),
        N_("Open the call"),
        (
            N_("Applications come in until the deadline."),
            N_("Title and terms are frozen for good."),
            N_("The call gets its whole budget."),
            N_("It closes by itself after the deadline."),
        ),
        N_("The call is open. Applications can come in."),
        handling.open_call,
    ),
    "close": Act(
        "grants.calls.close",
        ("open",),
        N_("Close the call"),
        (
            N_("No application comes in any more."),
            N_("The committee scores, and its chair convenes the meeting."),
        ),
        N_("The call is closed. The committee goes on."),
        handling.close_call,
    ),
    "cancel": Act(
        "grants.calls.cancel",
        ("draft", "published", "open", "closed"),
        N_("Cancel the call"),
        (
            N_("The call will not be decided."),
            N_("Applications that came in stay on record without a decision."),
            N_("Nothing brings the call back."),
        ),
        N_("The call is cancelled."),
        handling.cancel_call,
    ),
    "archive": Act(
        "grants.calls.write",
        ("decided",),
        N_("Put the call away"),
        (
            N_("The call is over; its awards and payments go on."),
            N_("Nothing about it is lost."),
        ),
        N_("The call is put away."),
        handling.archive_call,
    ),
}


@blueprint.get("/calls")
@requires("grants.calls.read")
def list_calls() -> ResponseReturnValue:
    """Calls by code, with where their money is."""
    page, reader = page_request(), signed_in()
    state = request.args.get("state", "")
    state = state if state in STATE_CODES else ""
    programme = request.args.get("programme", "")
    programme = programme if is_code(programme) else ""
    within = reader.programmes("grants.calls.read")
    with service().database.reading() as connection:
        rows = views.calls(
            connection,
            within=within,
            drafts_within=handling.drafts_within(reader),
            states=(state,) if state else (),
            programme=programme,
            after=page.after(str, str),
            limit=page.limit + 1,
        )
        opened = views.open_calls(connection, within=within, programme=programme)
        programmes = programme_views.programmes(connection, within=within, limit=PROGRAMMES_MAX)
    answer = page.answer(rows, lambda row: (row["code"], row["call_id"]))
    given = {"state": state, "programme": programme}
    following = {**given, "cursor": answer["next"]}
    return render_template(
        "grants/calls/list.html",
        calls=[(row, views.money_of(row)) for row in answer["items"]],
        opened=opened,
        given=given,
        programmes=[(one["programme"], one["name"]) for one in programmes],
        states=[(code, state_word(code)) for code in STATE_CODES],
        tags=_tags(),
        may_draft=may(reader, "grants.calls.write", programme or None),
        sees_programmes=may(reader, "grants.programmes.read"),
        following=url_for(".list_calls", **following) if answer["next"] else "",
    )


@blueprint.get("/calls/new")
@requires("grants.calls.write")
def new_call() -> ResponseReturnValue:
    """Ask for the terms; first for the programme, when there are several."""
    within = signed_in().programmes("grants.calls.write")
    programme = request.args.get("programme", "")[:CODE_LENGTH_MAX]
    if not programme:
        with service().database.reading() as connection:
            found = programme_views.programmes(connection, within=within, limit=PROGRAMMES_MAX)
        running = [one for one in found if one["state"] == "running"]
        if len(running) != 1:
            return render_template("grants/calls/choose.html", programmes=running)
        return redirect(url_for(".new_call", programme=running[0]["programme"]))
    ensure("grants.calls.write", programme)
    return _new_form(programme, None, {})


@blueprint.post("/calls/new")
@requires("grants.calls.write")
def draft_call() -> ResponseReturnValue:
    """Draft it."""
    programme = request.form.get("programme", "")[:CODE_LENGTH_MAX]
    by = ensure("grants.calls.write", programme).account_id
    form = typed_form()
    values, errors = read_form(form)
    if errors:
        return _new_form(programme, form, errors)
    outcome = send(
        programme,
        lambda work: handling.draft_call(work, by=by, **values),
        done=N_("The call is drafted. Read it once more, then publish it."),
        places=PLACES,
    )
    return _new_form(programme, form, outcome) if isinstance(outcome, dict) else outcome


@blueprint.get("/calls/<call_id>")
@requires("grants.calls.read")
def show_call(call_id: str) -> ResponseReturnValue:
    """One call: its terms and rules, its money, its applications, what can be done now."""
    row, reader = handling.call_row(call_id), signed_in()
    programme, terms, now = row["programme"], views.terms(row), service().clock.now()
    counts = may(reader, "grants.applications.read", programme)
    meets = may(reader, "grants.meetings.read", programme)
    with service().database.reading() as connection:
        applications = counting.applications_of(connection, call_id) if counts else None
        meeting = meeting_of(connection, call_id) if meets else None
        history = service().store.history(connection, CALL.stream(call_id))
        recent = history[: -HISTORY_MAX - 1 : -1]
        called = staff.called(connection, [one.actor for one in recent] + list(terms.member_ids))
    possible = [
        name
        for name, act in ACTS.items()
        if row["state"] in act.states and may(reader, act.permission, programme)
    ]
    waits = _waits(row, terms, possible, now)
    return render_template(
        "grants/calls/show.html",
        call=row,
        terms=terms,
        rules=rules(terms),
        money_of_call=views.money_of(row),
        tag=_tags()[row["state"]],
        applications=applications,
        applications_href=f"{APPLICATIONS_PAGE}?call={call_id}",
        meets=meets,
        meeting=meeting,
        meeting_href=address_of(f"meeting/{meeting['meeting_id']}") if meeting else "",
        meetings_href=MEETINGS_PAGE,
        members=[called[one] for one in terms.member_ids],
        may_edit=row["state"] in ("draft", "published")
        and may(reader, "grants.calls.write", programme),
        acts=[(name, say(ACTS[name].title)) for name in possible if name not in waits],
        waits=[name for name in possible if name in waits],
        history=[_told(one, called) for one in recent] if _is_staff(programme) else (),
    )


@blueprint.get("/calls/<call_id>/edit")
@requires("grants.calls.write")
def edit_call(call_id: str) -> ResponseReturnValue:
    """Ask what is different."""
    return _edit_form(handling.call_row(call_id, "grants.calls.write"), None, {})


@blueprint.post("/calls/<call_id>/edit")
@requires("grants.calls.write")
def amend_call(call_id: str) -> ResponseReturnValue:
    """Change title and terms."""
    row = handling.call_row(call_id, "grants.calls.write")
    by, version = actor(), required_version()
    form = typed_form() | {"code": row["code"]}
    values, errors = read_form(form, coded=False)
    if errors:
        return _edit_form(row, form, errors)
    outcome = send(
        row["programme"],
        lambda work: handling.amend_call(work, call_id, by=by, version=version, **values),
        done=N_("The call is changed."),
        places=PLACES,
    )
    if isinstance(outcome, dict):
        return _edit_form(handling.call_row(call_id, "grants.calls.write"), form, outcome)
    return outcome


@blueprint.get("/calls/<call_id>/<any(publish, open, close, cancel, archive):name>")
@requires("grants.calls.write")
def ask(call_id: str, name: str) -> ResponseReturnValue:
    """Say what follows and ask once."""
    return _act_form(handling.call_row(call_id, ACTS[name].permission), name, {}, {})


@blueprint.post("/calls/<call_id>/<any(publish, open, close, cancel, archive):name>")
@requires("grants.calls.write")
def do(call_id: str, name: str) -> ResponseReturnValue:
    """Do it."""
    act = ACTS[name]
    row = handling.call_row(call_id, act.permission)
    facts: dict[str, Any] = {"by": actor(), "version": required_version()}
    form = typed("reason") if name == "cancel" else {}
    if name == "cancel":
        values, errors = read(EndReasonSchema(), form)
        if errors:
            return _act_form(row, name, form, errors)
        facts |= values

    def handler(work: Work) -> Answer:
        return act.do(work, call_id, **facts)

    outcome = send(row["programme"], handler, done=act.done, places={})
    if isinstance(outcome, dict):
        return _act_form(handling.call_row(call_id, act.permission), name, form, outcome)
    return outcome


def _waits(row: RowMapping, terms: Terms, possible: list[str], now: datetime) -> frozenset[str]:
    """The acts whose time has not come."""
    early = day_in(now, terms.timezone) < terms.opens_on
    found = {"open"} if early else set()
    if now <= row["last_moment"]:
        found.add("close")
    return frozenset(found & set(possible))


def _tags() -> dict[str, tuple[str, str, str]]:
    return {code: (say(word), colour, shape) for code, (word, colour, shape) in STATES.items()}


def _is_staff(programme: str) -> bool:
    return handling.is_within(programme, handling.drafts_within(signed_in()))


def _told(recorded: Recorded, called: dict[str, str]) -> dict[str, Any]:
    """One line of the history."""
    name = recorded.envelope.type.rsplit(".", 2)[-2]
    return {
        "what": say(EVENTS.get(name, name)),
        "note": getattr(recorded.event, "reason", ""),
        "who": called[recorded.actor],
        "at": recorded.at,
    }


def _new_form(
    programme: str, form: dict[str, Any] | None, errors: dict[str, str]
) -> ResponseReturnValue:
    row = programme_row(programme)
    places = place_choices(row)
    shown = form or empty_form([place for place, _ in places])
    return _form(
        "new",
        errors,
        typed=shown,
        members=member_choices(programme, shown.get("member_ids", ())),
        programme=row,
        places=places,
        currencies=programme_views.currencies(row),
    )


def _edit_form(
    row: RowMapping, form: dict[str, Any] | None, errors: dict[str, str]
) -> ResponseReturnValue:
    programme = programme_row(row["programme"])
    shown = form or form_of(row, views.terms(row))
    return _form(
        "edit",
        errors,
        typed=shown,
        members=member_choices(row["programme"], shown["member_ids"]),
        call=row,
        programme=programme,
        places=place_choices(programme),
        currencies=programme_views.currencies(programme),
        frozen=row["state"] not in ("draft", "published"),
    )


def _act_form(
    row: RowMapping, name: str, form: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    act = ACTS[name]
    return _form(
        "act",
        errors,
        typed=form,
        call=row,
        name=name,
        title=say(act.title),
        follows=[say(sentence) for sentence in act.follows],
        possible=row["state"] in act.states,
        state=state_word(row["state"]),
        budget=views.terms(row).budget,
    )


def _form(template: str, errors: dict[str, str], **facts: Any) -> ResponseReturnValue:
    """A form: as it was typed with what is wrong (422), or for the first time."""
    page = render_template(
        f"grants/calls/{template}.html",
        errors=errors,
        key=Uuid7().new(),
        kinds=[(code, say(words)) for code, words in KINDS.items()],
        **facts,
    )
    return page, 422 if errors else 200

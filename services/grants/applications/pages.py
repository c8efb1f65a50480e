"""Pages of applications: lists, one of them, checking it by the rules, its steps.

GET  /grants/applications                  those of the reader, what waits for them first
GET  /grants/applications/<id>             as handed in, rules, history, steps
GET  /grants/applications/<id>/check       the rules one by one, then record the finding
GET  /grants/applications/<id>/<step>      submit, return, withdraw, override, confirm: asked once

Writing one is in ``writing.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from services.grants.applications import checking, forms, handling, listing, telling, writing
from services.grants.applications.acts import ACTS, Act, offered
from services.grants.applications.reading import (
    amount,
    eligibility_of,
    programmes_read,
    seen,
)
from services.grants.applications.wording import (
    CERTIFICATES,
    CHANNELS,
    DECLARED,
    KINDS,
    STATES,
    TITLES,
)
from services.grants.calls import views as calls
from services.grants.foreign import certificates_of, registration
from services.grants.programmes.wording import REASON_LENGTH_MAX
from services.grants.staff import called
from shared.access.reader import may
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.work import Work
from shared.identifiers import Uuid7, derived
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

CHECK: Final = "grants.applications.check"
_TEMPLATES: Final = "grants/applications"

blueprint = Blueprint("applications", __name__, url_prefix="/grants")
blueprint.register_blueprint(writing.blueprint)


@blueprint.get("/applications")
@requires("grants.applications.read")
def list_applications() -> ResponseReturnValue:
    """The reader's applications, with filters in the address."""
    reader = signed_in()
    call_id, state = request.args.get("call", "")[:36], request.args.get("state", "")
    state = state if state in STATES else ""
    sort = request.args.get("sort", "")
    sort = sort if sort.removeprefix("-") in listing.SORTED else ""
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    scope = listing.Scope.of(reader)
    with service().database.reading() as connection:
        rows, key = _rows(connection, scope, page, sort=sort, call_id=call_id, state=state)
        waiting = listing.count_waiting(connection, scope)
        choices = listing.calls_of(connection, reader.programmes("grants.applications.read"))
    answer = page.answer(rows, key)
    programmes_read({row["programme"] for row in answer["items"]}, subject="/grants/applications")
    following = ""
    if answer["next"]:
        following = url_for(
            ".list_applications", call=call_id, state=state, sort=sort, cursor=answer["next"]
        )
    return render_template(
        f"{_TEMPLATES}/list.html",
        rows=[_listed(row) for row in answer["items"]],
        waiting=waiting,
        calls=[(one["call_id"], f"{one['code']} – {one['title']}") for one in choices],
        states=[(code, say(words.words)) for code, words in STATES.items()],
        typed={"call": call_id, "state": state},
        sort=sort,
        sorts={name: _sort_link(name, sort, call_id, state) for name in listing.SORTED},
        is_member=bool(scope.committee),
        may_write=may(reader, writing.WRITE),
        following=following,
    )


def _rows(
    connection: Connection, scope: listing.Scope, page: PageRequest, *, sort: str, **given: str
) -> tuple[list[dict[str, Any]], Callable[[dict[str, Any]], Sequence[int | str]]]:
    """Rows of the list and what their cursor holds: by a column, or what waits first."""
    if not sort:
        after = page.after(int, str, str)
        found = listing.list_applications(
            connection, scope, limit=page.limit + 1, after=after, **given
        )
        return found, listing.list_key
    last = page.after(str)
    found = listing.sorted_applications(
        connection,
        scope,
        limit=page.limit + 1,
        column=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        after=last[0] if last else "",
        **given,
    )
    return found, lambda row: (row["application_id"],)


def _sort_link(name: str, sort: str, call_id: str, state: str) -> dict[str, str]:
    """What the head of a column needs: where it sorts by it, and whether it does already."""
    wanted = f"-{name}" if sort == name else name
    href = url_for(".list_applications", call=call_id or None, state=state or None, sort=wanted)
    found = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return {"href": href, "sorted": found}


@blueprint.get("/applications/<application_id>")
@requires("grants.applications.read")
def show(application_id: str) -> ResponseReturnValue:
    """One application, as far as this reader may see it."""
    row = handling.of_programme(application_id, "grants.applications.read")
    try:
        found, sight = seen(row)
    except Forbidden as forbidden:
        if forbidden.code == "declaration-first":
            return redirect(f"/grants/reviews/{application_id}", 303)
        raise
    reader = signed_in()
    checks: dict[str, Any] = {"rules": [], "recorded": False}
    with service().database.reading() as connection:
        told = telling.history(connection, row) if sight.checks else []
        people = [one for one in (row["assisted_by"], row["proposed_by"]) if one]
        names = called(connection, people)
        person = registration(connection, row["registration_id"])
        certificates = certificates_of(connection, person["person_id"]) if person else ()
    if sight.checks:
        checks = _rules_of(row)
    return render_template(
        f"{_TEMPLATES}/application.html",
        row=found,
        **_words(found),
        sight=sight,
        history=told,
        rules=checks["rules"],
        recorded=checks["recorded"],
        names=names,
        certificates=certificates if sight.content else (),
        certificate_words={code: say(words) for code, words in CERTIFICATES.items()},
        acts=[(name, say(ACTS[name].link)) for name in offered(row, reader)],
        may_edit=may(reader, writing.WRITE, row["programme"]) and row["state"] in writing.EDITABLE,
        may_check=may(reader, CHECK, row["programme"]) and row["state"] == "submitted",
        person_href=f"/trainings/people/{row['registration_id']}"
        if may(reader, "trainings.people.read", row["programme"])
        else "",
        review_href=f"/grants/reviews/{application_id}"
        if may(reader, "grants.reviews.read", row["programme"])
        and row["state"] in ("under_review", "ranked", "approved", "waitlisted", "rejected")
        else "",
        award_href=_award_href(row),
        waits_for_second=row["proposed_by"] is not None
        and row["proposed_by"] == reader.account_id
        and row["state"] == "ineligible",
    )


@blueprint.get("/applications/<application_id>/check")
@requires("grants.applications.check")
def check(application_id: str) -> ResponseReturnValue:
    """The rules one by one, with what they rest on, before the finding is recorded."""
    return _check_page(handling.of_programme(application_id, CHECK), {})


@blueprint.post("/applications/<application_id>/check")
@requires("grants.applications.check")
def record_check(application_id: str) -> ResponseReturnValue:
    """Record the finding that the page showed."""
    row, version, by = handling.of_programme(application_id, CHECK), required_version(), actor()
    expected = request.form.get("expected", "")[:40]

    def handler(work: Work) -> Answer:
        return checking.check(work, application_id, by=by, expected=expected, version=version)

    try:
        response = perform_page(row["programme"], handler)
    except Refused as problem:
        if problem.code != "finding-changed":
            raise
        return _check_page(row, forms.errors_of(problem), status=problem.status)
    if expected == checking.ELIGIBLE:
        flash(say(N_("The application is eligible and goes to the committee.")), "info")
    else:
        flash(say(N_("The application is not eligible; the reason is on record.")), "info")
    return response


@blueprint.get("/applications/<application_id>/<step>")
@requires("grants.applications.read")
def ask(application_id: str, step: str) -> ResponseReturnValue:
    """Ask once before a step is done."""
    act = _act(step)
    row = handling.of_programme(application_id, act.permission)
    if step not in offered(row, signed_in()):
        raise Refused(
            "application-state",
            N_("The application is {state}; this is not possible now."),
            state=say(STATES[row["state"]].words),
        )
    return _ask_page(row, step, act, "", {}, version=row["version"])


@blueprint.post("/applications/<application_id>/<step>")
@requires("grants.applications.write")
def do(application_id: str, step: str) -> ResponseReturnValue:
    """Do a step."""
    act = _act(step)
    row, version, by = (
        handling.of_programme(application_id, act.permission),
        required_version(),
        actor(),
    )
    text = request.form.get(act.field, "").replace("\r\n", "\n").strip() if act.field else ""
    if act.field and not 1 <= len(text) <= REASON_LENGTH_MAX:
        facts = {"most": REASON_LENGTH_MAX}
        errors = {act.field: say(N_("Write 1 to {most} characters."), facts)}
        return _ask_page(row, step, act, text, errors, version=version, status=422)

    def handler(work: Work) -> Answer:
        return act.run(work, application_id, by=by, version=version, text=text)

    try:
        response = perform_page(row["programme"], handler)
    except (Invalid, Refused, Forbidden) as problem:
        errors = forms.errors_of(problem)
        return _ask_page(row, step, act, text, errors, version=version, status=problem.status)
    flash(say(act.done), "info")
    return response


# What the pages have in common


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    number = row["application_id"]
    declare = row["declared"] in ("no", "recused")
    return {
        "row": row,
        "state": STATES[row["state"]],
        "declared": DECLARED.get(row["declared"] or ""),
        "requested": amount(row, "requested"),
        "href": f"/grants/reviews/{number}" if declare else url_for(".show", application_id=number),
        "review_href": f"/grants/reviews/{number}",
    }


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    state, score = row["state"], row["score_hundredths"]
    return {
        "score": None if score is None else Decimal(score) / 100,
        "title": say(TITLES[state], {"number": row["application_no"]}),
        "state": STATES[state],
        "kind": say(KINDS[row["kind"]]) if row["kind"] else "",
        "channel": say(CHANNELS[row["channel"]]) if row["channel"] else "",
        "requested": amount(row, "requested"),
        "own_contribution": amount(row, "own_contribution"),
    }


def _rules_of(row: Mapping[str, Any]) -> dict[str, Any]:
    try:
        checks, recorded = eligibility_of(row)
    except Refused:
        return {"rules": [], "recorded": False}
    return {"rules": telling.rules(checks), "recorded": recorded}


def _award_href(row: Mapping[str, Any]) -> str:
    if row["state"] != "approved" or not may(signed_in(), "grants.awards.read", row["programme"]):
        return ""
    return f"/grants/awards/{derived('award', row['programme'], row['application_no'])}"


def _act(step: str) -> Act:
    if step not in ACTS:
        raise Missing("not-found", N_("There is nothing at this address."))
    return ACTS[step]


def _check_page(
    row: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> ResponseReturnValue:
    if row["state"] != "submitted":
        raise Refused(
            "application-state",
            N_("The application is {state}; this is not possible now."),
            state=say(STATES[row["state"]].words),
        )
    found, _ = seen(row)
    checks, _ = eligibility_of(row)
    with service().database.reading() as connection:
        call = calls.call(connection, row["call_id"])
        if call is None:
            raise Missing("call-missing", N_("There is no such call."))
        grounds = telling.grounds(connection, row, calls.terms(call))
    page = render_template(
        f"{_TEMPLATES}/check.html",
        row=found,
        **_words(found),
        rules=telling.rules(checks),
        failed=sum(not one.passed for one in checks),
        finding=checking.finding(checks),
        grounds=grounds,
        errors=errors,
        key=Uuid7().new(),
    )
    return make_response(page, status)


def _ask_page(
    row: Mapping[str, Any],
    step: str,
    act: Act,
    text: str,
    errors: Mapping[str, str],
    *,
    version: int,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        f"{_TEMPLATES}/ask.html",
        row=row,
        step=step,
        title=say(act.title, {"number": row["application_no"]}),
        follows=[say(one) for one in act.follows],
        second_person=say(act.second_person) if act.second_person else "",
        button=say(act.button),
        field=act.field,
        label=say(act.label) if act.label else "",
        hint=say(act.hint) if act.hint else "",
        text=text,
        errors=errors,
        version=version,
        key=Uuid7().new(),
    )
    return make_response(page, status)

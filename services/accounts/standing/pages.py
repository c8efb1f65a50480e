"""Pages that close, reset or change an account and end one of its sessions.

GET  /accounts/staff/<id>/close      says what follows; POST closes
GET  /accounts/staff/<id>/details    name and address; POST changes them
POST /accounts/staff/<id>/hold/lift  it is its owner who has it
POST /accounts/staff/<id>/reset      a link for a new password: mailed, or shown once
POST /accounts/staff/<id>/sessions/<session>/end
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.accounts.resetting.asking import make_link
from services.accounts.resetting.links import LINK_LENGTH
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.listing import seen, visible_account
from services.accounts.standing import acts as standing
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Forbidden, Invalid, Refused
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires
from shared.web.commands import Answer, context, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

_NAME_CODES = frozenset({"text"})

blueprint = Blueprint("standing", __name__, url_prefix="/accounts/staff")


@blueprint.get("/<account_id>/close")
@requires("accounts.staff.write")
def close(account_id: str) -> ResponseReturnValue:
    """Say what closing means, before it is done."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        row, roles = visible_account(connection, account_id)
    seen(ACCOUNT.stream(account_id))
    return render_template(
        "accounts/standing/close.html",
        account=row,
        roles=roles,
        form_key=service().store.identifiers.new,
    )


@blueprint.post("/<account_id>/close")
@requires("accounts.staff.write", fresh=True)
def close_sent(account_id: str) -> ResponseReturnValue:
    """Close it."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    version = required_version()
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: standing.close(work, by=by, account_id=account_id, version=version),
    )
    flash(say(N_("The account is closed."), {}), "info")
    return redirect(url_for("staff.show", account_id=account_id), 303)


@blueprint.post("/<account_id>/hold/lift")
@requires("accounts.holds.lift", fresh=True)
def lift_hold(account_id: str) -> ResponseReturnValue:
    """Say that one knows whose account it is: its roles count again."""
    by = ensure("accounts.holds.lift", None).account_id
    version = required_version()
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    def handler(work: Work) -> Answer:
        work.expect(ACCOUNT, account_id, version)
        acts.lift_hold(work, by=by, account_id=account_id)
        return _back(account_id)

    try:
        response = perform_page(INSTALLATION_WIDE, handler)
    except Forbidden as problem:
        flash(say(problem.sentence, problem.facts), "error")
        return redirect(url_for("staff.show", account_id=account_id), 303)
    flash(say(N_("It is confirmed: the roles count again."), {}), "info")
    return response


@blueprint.post("/<account_id>/reset")
@requires("accounts.staff.write", fresh=True)
def reset(account_id: str) -> ResponseReturnValue:
    """Have a link mailed, or show it once for somebody who cannot read their mail."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        row, _ = visible_account(connection, account_id)
    shown = request.form.get("shown") == "yes"
    asker = context(INSTALLATION_WIDE)
    made = make_link(service(), asker, by=by, account_id=account_id, shown=shown)
    if made.address is None:
        flash(
            say(N_("A link for a new password is on its way to the person's address."), {}), "info"
        )
        return redirect(url_for("staff.show", account_id=account_id), 303)
    return render_template(
        "accounts/standing/link.html",
        account_id=account_id,
        name=row.display_name or "",
        address=made.address,
        hours=int(LINK_LENGTH.total_seconds()) // 3600,
    )


@blueprint.post("/<account_id>/sessions/<session_id>/end")
@requires("accounts.sessions.end")
def end_session(account_id: str, session_id: str) -> ResponseReturnValue:
    """End one session of somebody."""
    by = ensure("accounts.sessions.end", EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    def handler(work: Work) -> Answer:
        standing.end_session(work, by=by, account_id=account_id, session_id=session_id)
        return _back(account_id)

    response = perform_page(INSTALLATION_WIDE, handler)
    flash(say(N_("The session has ended."), {}), "info")
    return response


@blueprint.get("/<account_id>/details")
@requires("accounts.staff.write")
def details(account_id: str) -> ResponseReturnValue:
    """Ask for name and address."""
    return _details_page(account_id, None, {})


@blueprint.post("/<account_id>/details")
@requires("accounts.staff.write", fresh=True)
def details_sent(account_id: str) -> ResponseReturnValue:
    """Change them."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    typed = {name: request.form.get(name, "").strip() for name in ("display_name", "email")}
    version = required_version()
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    def handler(work: Work) -> Answer:
        work.expect(ACCOUNT, account_id, version)
        acts.change_details(
            work,
            by=by,
            account_id=account_id,
            display_name=typed["display_name"],
            email=typed["email"] or None,
        )
        return _back(account_id)

    try:
        response = perform_page(INSTALLATION_WIDE, handler)
    except (Invalid, Refused) as problem:
        field = "display_name" if problem.code in _NAME_CODES else "email"
        errors = {field: say(problem.sentence, problem.facts)}
        return _details_page(account_id, typed, errors, status=problem.status)
    flash(say(N_("Name and address are changed."), {}), "info")
    return response


def _back(account_id: str) -> Answer:
    return Answer(location=url_for("staff.show", account_id=account_id))


def _details_page(
    account_id: str, typed: dict[str, str] | None, errors: dict[str, str], *, status: int = 200
) -> ResponseReturnValue:
    ensure("accounts.staff.write", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        row, _ = visible_account(connection, account_id)
    seen(ACCOUNT.stream(account_id))
    known = {"display_name": row.display_name or "", "email": row.email or ""}
    page = render_template(
        "accounts/standing/details.html",
        account=row,
        typed=known if typed is None else typed,
        errors=errors,
        form_key=service().store.identifiers.new,
    )
    return page, status

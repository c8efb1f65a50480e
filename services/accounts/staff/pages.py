"""Pages for whoever manages staff: the list, inviting, an account with its roles and standing.

GET  /accounts/staff           the list
POST /accounts/staff/search    those with a name or address, which have no place in an address
POST /accounts/staff/invite    → the single-use link, by mail
POST /accounts/staff/<id>/…    roles, roles/revoke, invitation, suspend, reinstate, sessions/end
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.accounts.applicants.listing import name_of
from services.accounts.applicants.looking import applicants_shown
from services.accounts.foreign import programmes
from services.accounts.indexes import email_index
from services.accounts.sessions.uses import device_words
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT, EMAIL_LENGTH_MAX
from services.accounts.staff.account_commands import Reinstate, RevokeSession, Suspend
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.granting import ROLES, STAFF_ROLES
from services.accounts.staff.listing import LIST, seen, visible_account, visible_programmes
from services.accounts.staff.searching import list_accounts
from services.accounts.staff.showing import entry, errors_of
from services.accounts.staff.views import (
    is_held,
    names_of,
    open_sessions,
    roles_of,
)
from services.accounts.staff.wording import HOLD_WORDS, STANDING_WORDS
from services.accounts.standing.views import same_name, sessions_of
from shared.access.reader import RoleGrant, may
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Forbidden, Invalid, Refused
from shared.events.work import Work
from shared.language.folding import fold
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import Answer, actor, context, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

HISTORY_MAX = 50
blueprint = Blueprint("staff", __name__, url_prefix="/accounts/staff")


@blueprint.get("")
@requires("accounts.staff.read")
def list_staff() -> ResponseReturnValue:
    """Accounts by name, in pages, by standing and role; or applicants' by standing alone."""
    standing, role = request.args.get("standing", ""), request.args.get("role", "")
    standing = standing if standing in STANDING_WORDS else ""
    if request.args.get("kind") == "applicant":
        return _list_page(**applicants_shown(standing))
    role = role if role in ROLES else ""
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    after = page.after(str)
    seen(LIST)
    with service().database.reading() as connection:
        rows = list_accounts(
            connection,
            limit=page.limit + 1,
            after=after[0] if after else None,
            standing=standing,
            role=role,
            programmes=visible_programmes(),
        )
        held = roles_of(connection, [row.account_id for row in rows])
    answer = page.answer(rows, lambda row: (row.account_id,))
    following = ""
    if answer["next"]:
        following = url_for(".list_staff", standing=standing, role=role, cursor=answer["next"])
    return _list_page(answer["items"], held, following=following, standing=standing, role=role)


@blueprint.post("/search")
@requires("accounts.staff.read")
def search() -> ResponseReturnValue:
    """Accounts with a part of a name, or with an e-mail address."""
    typed = request.form.get("name", "").strip()[:EMAIL_LENGTH_MAX]
    if not typed:
        errors = {"name": say(N_("Type a part of the name, or the whole e-mail address."), {})}
        return _list_page([], {}, name=typed, errors=errors), 422
    page = PageRequest()
    if request.form.get("kind") == "applicant":
        return _list_page(**applicants_shown("", typed))
    seen(LIST)
    with service().database.reading() as connection:
        rows = list_accounts(
            connection,
            limit=page.limit + 1,
            programmes=visible_programmes(),
            name=fold(typed),
            email_index=email_index(service().keyring, typed),
        )
        held = roles_of(connection, [row.account_id for row in rows])
    more = len(rows) > page.limit
    return _list_page(rows[: page.limit], held, name=typed, more=more)


@blueprint.get("/invite")
@requires("accounts.staff.write")
def invite() -> ResponseReturnValue:
    """Ask whom to invite."""
    kind = "program" if request.args.get("kind") == "program" else "staff"
    return _invite_page({"kind": kind}, {})


@blueprint.post("/invite")
@requires("accounts.staff.write", fresh=True)
def invite_sent() -> ResponseReturnValue:
    """Invite, and mail the single-use link; without an address, show it once."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    names = ("display_name", "email", "kind", "role", "programme")
    typed = {name: request.form.get(name, "").strip() for name in names}

    whom: dict[str, Any] = {
        "by": by,
        "display_name": typed["display_name"],
        "email": typed["email"] or None,
    }

    def handler(work: Work) -> tuple[str, str]:
        if typed["kind"] in ("", "staff"):
            mails = acts.mails_from(service().settings)
            account_id, link = acts.invite_by_link(work, **whom, mails=mails)
        else:
            account_id, link = acts.invite(work, **whom, kind=typed["kind"]), ""
        if typed["role"]:
            acts.grant_role(
                work,
                by=by,
                account_id=account_id,
                role=typed["role"],
                programme=typed["programme"],
                region=None,
            )
        return account_id, link

    try:
        account_id, path = with_secrets(service(), context(INSTALLATION_WIDE), handler)
    except (Invalid, Refused) as problem:
        return _invite_page(typed, errors_of(problem), status=problem.status)
    if typed["kind"] == "program":
        flash(say(N_("The program is set up. Make a key for it."), {}), "info")
        return redirect(url_for("programs.show_program", account_id=account_id), 303)
    return _link_page(account_id, typed["display_name"], path) if path else _mailed(account_id)


@blueprint.get("/<account_id>")
@requires("accounts.staff.read")
def show(account_id: str) -> ResponseReturnValue:
    """One account: who, which roles, what happened."""
    return _account_page(account_id, {}, {})


@blueprint.post("/<account_id>/invitation")
@requires("accounts.staff.write", fresh=True)
def renew_invitation(account_id: str) -> ResponseReturnValue:
    """Make a new single-use link and mail it; without an address, show it once."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        row, _ = visible_account(connection, account_id)
    path, _ = with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.renew_invitation(
            work, by=by, account_id=account_id, mails=acts.mails_from(service().settings)
        ),
    )
    return _link_page(account_id, row.display_name or "", path) if path else _mailed(account_id)


@blueprint.post("/<account_id>/roles")
@requires("accounts.roles.grant", fresh=True)
def grant(account_id: str) -> ResponseReturnValue:
    """Grant a role."""
    ensure("accounts.roles.grant", EVERY_PROGRAMME)
    typed = {name: request.form.get(name, "").strip() for name in ("role", "programme", "region")}
    return _on(
        account_id,
        lambda work: acts.grant_role(
            work,
            by=actor(),
            account_id=account_id,
            role=typed["role"],
            programme=typed["programme"],
            region=typed["region"],
        ),
        done=N_("The role is granted. It counts from the next sign-in or within ten minutes."),
        typed=typed,
    )


@blueprint.post("/<account_id>/roles/revoke")
@requires("accounts.roles.revoke", fresh=True)
def revoke(account_id: str) -> ResponseReturnValue:
    """Take a role back."""
    ensure("accounts.roles.revoke", EVERY_PROGRAMME)
    typed = {name: request.form.get(name, "").strip() for name in ("role", "programme", "region")}
    return _on(
        account_id,
        lambda work: acts.revoke_role(work, by=actor(), account_id=account_id, **typed),
        done=N_("The role is taken back. It stops counting within seconds."),
    )


@blueprint.post("/<account_id>/suspend")
@requires("accounts.staff.write", fresh=True)
def suspend(account_id: str) -> ResponseReturnValue:
    """Stop the account and its sessions at once."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)
    typed = {"reason": request.form.get("reason", "").strip()}

    def act(work: Work) -> None:
        command = Suspend(by=actor(), now=work.now, account_id=account_id, reason=typed["reason"])
        work.decide(ACCOUNT, account_id, command)

    return _on(account_id, act, done=N_("The account is suspended."), typed=typed)


@blueprint.post("/<account_id>/reinstate")
@requires("accounts.staff.write", fresh=True)
def reinstate(account_id: str) -> ResponseReturnValue:
    """Let a suspended account work again."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)

    def act(work: Work) -> None:
        command = Reinstate(by=actor(), now=work.now, account_id=account_id)
        work.decide(ACCOUNT, account_id, command)

    return _on(account_id, act, done=N_("The account works again."))


@blueprint.post("/<account_id>/sessions/end")
@requires("accounts.sessions.end")
def end_sessions(account_id: str) -> ResponseReturnValue:
    """End every session of somebody."""
    ensure("accounts.sessions.end", EVERY_PROGRAMME)

    def act(work: Work) -> None:
        for session in open_sessions(work.connection, account_id, work.now):
            command = RevokeSession(
                by=actor(), now=work.now, account_id=account_id, session_id=session.session_id
            )
            work.decide(ACCOUNT, account_id, command)

    return _on(account_id, act, done=N_("All sessions have ended."))


def _on(
    account_id: str,
    act: Callable[[Work], None],
    *,
    done: str,
    typed: dict[str, str] | None = None,
) -> ResponseReturnValue:
    """A command on the version that the page showed; a refusal shows the page with the reason."""
    version = required_version()
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    def handler(work: Work) -> Answer:
        work.expect(ACCOUNT, account_id, version)
        act(work)
        return Answer(location=url_for(".show", account_id=account_id))

    try:
        response = perform_page(INSTALLATION_WIDE, handler)
    except (Invalid, Refused, Forbidden) as problem:
        errors = errors_of(problem, reason="reason" in (typed or {}))
        return _account_page(account_id, typed or {}, errors, status=problem.status)
    flash(say(done, {}), "info")
    return response


def _may_write() -> bool:
    programmes_ = ensure("accounts.staff.read", None).programmes("accounts.staff.write")
    return EVERY_PROGRAMME in programmes_


def _list_page(
    rows: Sequence[Row[Any]],
    held: dict[str, list[RoleGrant]],
    *,
    following: str = "",
    standing: str = "",
    role: str = "",
    name: str = "",
    kind: str = "",
    more: bool = False,
    errors: dict[str, str] | None = None,
) -> str:
    return render_template(
        "accounts/staff/list.html",
        rows=rows,
        held=held,
        following=following,
        standing=standing,
        role=role,
        name=name,
        kind=kind,
        more=more,
        errors=errors or {},
        standing_words=STANDING_WORDS,
        role_names=ROLES,
        may_write=_may_write(),
    )


def _invite_page(
    typed: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> ResponseReturnValue:
    with service().database.reading() as connection:
        known_programmes = programmes(connection)
    blank = dict.fromkeys(("display_name", "email", "role", "programme"), "") | {"kind": "staff"}
    page = render_template(
        "accounts/staff/invite.html",
        typed=blank | typed,
        errors=errors,
        role_names=STAFF_ROLES,
        programmes=known_programmes,
    )
    return page, status


def _mailed(account_id: str) -> ResponseReturnValue:
    flash(say(N_("The invitation is on its way to the person's address."), {}), "info")
    return redirect(url_for(".show", account_id=account_id), 303)


def _link_page(account_id: str, name: str, path: str) -> ResponseReturnValue:
    with service().database.reading() as connection:
        row, _ = visible_account(connection, account_id)
        namesakes = same_name(connection, row)
    return render_template(
        "accounts/staff/link.html",
        account_id=account_id,
        name=name,
        address=service().settings.public_url + path,
        days=acts.INVITATION_LENGTH.days,
        namesakes=namesakes,
        standing_words=STANDING_WORDS,
    )


def _account_page(
    account_id: str, typed: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> ResponseReturnValue:
    with service().database.reading() as connection:
        row, roles = visible_account(connection, account_id)
        applicant_name = name_of(connection, account_id) if row.kind == "applicant" else None
    seen(ACCOUNT.stream(account_id))
    with service().database.reading() as connection:
        sessions = sessions_of(connection, account_id, service().clock.now())
        namesakes = same_name(connection, row)
        history = service().store.history(connection, ACCOUNT.stream(account_id))
        recent = history[: -HISTORY_MAX - 1 : -1]
        names = names_of(connection, {one.actor for one in recent})
        known_programmes = programmes(connection)
    page = render_template(
        "accounts/staff/account.html",
        account=row,
        applicant_name=applicant_name,
        roles=roles,
        sessions=sessions,
        history=[entry(one, names) for one in recent],
        typed=dict.fromkeys(("role", "programme", "region", "reason"), "") | typed,
        errors=errors,
        standing_words=STANDING_WORDS,
        role_names=STAFF_ROLES,
        programmes=known_programmes,
        may_write=_may_write(),
        held=is_held(row, service().clock.now()),
        hold_words=HOLD_WORDS,
        may_lift=may(signed_in(), "accounts.holds.lift"),
        own=account_id == actor(),
        form_key=service().store.identifiers.new,
        device_words=device_words,
        namesakes=namesakes if _may_write() else (),
    )
    return page, status

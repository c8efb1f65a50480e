"""Pages for one's own second factors, and for taking somebody else's away when a device is lost.

GET  /accounts/me/factors               which there are
GET  /accounts/me/factors/app           the QR code → POST its first code → ten recovery codes
POST /accounts/me/factors/app/remove    …/recovery-codes makes new ones
POST /accounts/staff/<id>/factors/reset
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.accounts.addresses import local_address
from services.accounts.applicants.only_codes import refuse_applicant
from services.accounts.factors import acts
from services.accounts.factors.asking import factor_missing
from services.accounts.factors.codes import address_of, in_groups, picture_of
from services.accounts.factors.keeping import (
    has_app,
    has_factor,
    recovery_codes_left,
    waiting_secret,
)
from services.accounts.passkeys.keeping import count_of
from services.accounts.personas import is_persona
from services.accounts.providers.views import links_of
from services.accounts.sessions.pages import desk
from services.accounts.staff import acts as staff_acts
from services.accounts.staff.credentials import password_hash, with_secrets
from services.accounts.staff.listing import visible_account
from services.accounts.staff.views import find_account, open_sessions
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME, SIGNED_IN
from shared.errors import Invalid, Refused
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import actor, context, service
from shared.web.freshness import FRESH_SECONDS, STEP_UP, is_fresh
from shared.web.language import say
from shared.web.session import set_session

FACTORS_PAGE: Final = "/accounts/me/factors"
APP_PAGE: Final = f"{FACTORS_PAGE}/app"
_FIELDS: Final = {"password-wrong": "password_now", "sign-in-again": "password_now"}

blueprint = Blueprint("factors", __name__, url_prefix="/accounts")


@blueprint.get("/me/factors")
@requires(SIGNED_IN)
def factors() -> ResponseReturnValue:
    """Which second factors the account has."""
    reader = signed_in()
    with service().database.reading() as connection:
        refuse_applicant(connection, reader.account_id)
        facts = {
            "app": has_app(connection, reader.account_id),
            "passkeys": count_of(connection, reader.account_id),
            "codes_left": recovery_codes_left(connection, reader.account_id),
        }
    return render_template(
        "accounts/factors/list.html", **facts, factor_missing=factor_missing(reader)
    )


# The app


@blueprint.post("/me/factors/app/new")
@requires(SIGNED_IN)
def new_app() -> ResponseReturnValue:
    """Make a secret for an app, in place of one that never counted."""
    first = _unproved(APP_PAGE)
    if first is not None:
        return first
    reader = signed_in()
    try:
        with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acts.begin_app(work, reader.account_id),
        )
    except Refused as problem:
        flash(say(problem.sentence, problem.facts), "error")
        return redirect(FACTORS_PAGE, 303)
    return redirect(APP_PAGE, 303)


@blueprint.get("/me/factors/app")
@requires(SIGNED_IN)
def app() -> ResponseReturnValue:
    """Show the secret that waits for its first code, to whoever may add a factor."""
    return _unproved(APP_PAGE) or _app_page({})


@blueprint.post("/me/factors/app")
@requires(SIGNED_IN)
def confirm_app() -> ResponseReturnValue:
    """Let the app count by its first code, which also proves the session; show recovery codes."""
    first = _unproved(APP_PAGE)
    if first is not None:
        return first
    reader = signed_in()

    def handler(work: Work) -> list[str]:
        codes = acts.confirm_app(work, reader.account_id, request.form.get("code", ""))
        staff_acts.step_up(work, reader.account_id, reader.session_id, "totp")
        return codes

    try:
        _check_owner(reader)
        codes = with_secrets(service(), context(INSTALLATION_WIDE), handler)
    except (Invalid, Refused) as problem:
        errors = {_FIELDS.get(problem.code, "code"): say(problem.sentence, problem.facts)}
        return _app_page(errors, status=problem.status)
    flash(say(N_("The app is set up. From now on signing in asks for its code."), {}), "info")
    page = _codes_page(codes) if codes else redirect(FACTORS_PAGE, 303)
    response = make_response(page)
    proved = desk().reader(reader.account_id, reader.session_id)
    set_session(response, desk().token(proved), secure=service().settings.secure_cookies)
    return response


@blueprint.route("/me/factors/app/remove", methods=["GET", "POST"])
@requires(SIGNED_IN, fresh=True)
def remove_app() -> ResponseReturnValue:
    """Ask whether the app shall count no more, and take it away."""
    account_id = signed_in().account_id
    if request.method == "POST":
        with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acts.remove_app(work, account_id),
        )
        flash(say(N_("The app is removed. Its codes open nothing any more."), {}), "info")
        return redirect(FACTORS_PAGE, 303)
    with service().database.reading() as connection:
        there = has_app(connection, account_id)
        passkeys = count_of(connection, account_id)
    if not there:
        return redirect(FACTORS_PAGE, 303)
    return render_template("accounts/factors/remove.html", passkeys=passkeys)


@blueprint.post("/me/factors/recovery-codes")
@requires(SIGNED_IN, fresh=True)
def new_recovery_codes() -> ResponseReturnValue:
    """Make ten new recovery codes and show them once."""
    account_id = signed_in().account_id
    try:
        codes = with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acts.make_recovery_codes(work, account_id),
        )
    except Refused as problem:
        flash(say(problem.sentence, problem.facts), "error")
        return redirect(FACTORS_PAGE, 303)
    return _codes_page(codes)


def _app_page(errors: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    reader = signed_in()
    with service().database.reading() as connection:
        secret = waiting_secret(connection, service().keyring, reader.account_id)
        account = find_account(connection, reader.account_id)
        has_password = password_hash(connection, reader.account_id) is not None
    if secret is None:
        return redirect(FACTORS_PAGE, 303)
    name = (account.email or account.display_name) if account is not None else None
    address = address_of(
        secret, account=name or reader.name, installation=service().settings.installation
    )
    page = render_template(
        "accounts/factors/app.html",
        picture=picture_of(address),
        secret=in_groups(secret),
        errors=errors,
        asks_password=has_password and not _is_fresh(reader),
    )
    return page, status


def _codes_page(codes: list[str]) -> str:
    return render_template("accounts/factors/codes.html", codes=codes)


def _is_fresh(reader: Reader) -> bool:
    return is_fresh(reader, service().clock.now().timestamp())


def _unproved(address: str) -> ResponseReturnValue | None:
    """Whoever has a second factor proves it before they get another."""
    reader = signed_in()
    with service().database.reading() as connection:
        refuse_applicant(connection, reader.account_id)
        asked = has_factor(connection, reader.account_id)
    # An invented person has no password to show, but a button that stands for a second factor.
    if _is_fresh(reader) or not (asked or is_persona(service(), reader.account_id)):
        return None
    if request.method == "POST":
        address = local_address(request.path)
    status = 303 if request.method == "GET" else 307
    return redirect(f"{STEP_UP}?next={quote(address, safe='/')}", status)


def _check_owner(reader: Reader) -> None:
    """Whoever has no factor yet shows by the password that nobody else sits at their place.

    Without a password (signed in by an organisation's provider) the sign-in must be a new one.
    """
    if _is_fresh(reader):
        return
    with service().database.reading() as connection:
        has_password = password_hash(connection, reader.account_id) is not None
        sessions = open_sessions(connection, reader.account_id, service().clock.now())
    if has_password:
        given = request.form.get("password_now", "")
        if not desk().is_password(reader.account_id, given, context(INSTALLATION_WIDE)):
            raise Invalid("password-wrong", N_("This is not your password."))
        return
    opened = [one.opened_at for one in sessions if one.session_id == reader.session_id]
    age = (service().clock.now() - opened[0]).total_seconds() if opened else FRESH_SECONDS
    if age >= FRESH_SECONDS:
        raise Invalid("sign-in-again", N_("Sign out and in again first, then set up the app."))


# Somebody else's


@blueprint.route("/staff/<account_id>/factors/reset", methods=["GET", "POST"])
@requires("accounts.staff.write", fresh=True)
def reset_factors(account_id: str) -> ResponseReturnValue:
    """Ask whether somebody's second factors shall go, and take them away."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        account, _ = visible_account(connection, account_id)
        there = has_factor(connection, account_id) or bool(links_of(connection, account_id))
    back = url_for("staff.show", account_id=account_id)
    if request.method == "GET":
        return render_template("accounts/factors/reset.html", account=account, there=there)
    by = actor()
    with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.reset_factors(work, by=by, account_id=account_id),
    )
    flash(say(N_("The second factors are taken away. The person was told."), {}), "info")
    return redirect(back, 303)

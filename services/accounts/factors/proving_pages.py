"""Pages that ask for the second factor: a code at sign-in, and stepping up within a session.

GET  /accounts/sign-in/code     after the right password → POST it → 303, a fresh session
POST /accounts/step-up?next=    a form that needs it fresh → the code → 307 to next, form and all
GET  /accounts/step-up?next=    the same for what is only read, such as an export
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.accounts.addresses import HOME, local_address
from services.accounts.factors.api import code_missing, ensure_persona, key_never_fresh
from services.accounts.factors.asking import CODE_PAGE, asked_account, forget_asked
from services.accounts.factors.keeping import has_app, has_factor, recovery_codes_left
from services.accounts.passkeys.keeping import count_of
from services.accounts.passkeys.pages import prove_step_up
from services.accounts.personas import is_persona
from services.accounts.sessions.pages import desk, start
from services.accounts.staff.views import find_account
from services.accounts.throttling.tries import forgive, throttle
from shared.access.reader import Reader
from shared.access.roles import PUBLIC, SIGNED_IN
from shared.errors import Invalid, Refused, TooMany, Unauthenticated
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import SIGN_IN, requires, signed_in
from shared.web.client_address import client_address
from shared.web.commands import context, service
from shared.web.freshness import STEP_UP, is_fresh
from shared.web.language import say
from shared.web.session import CSRF_FIELD, STEP_UP_FIELDS

FRESH_LEFT_SECONDS: Final = 30
"""Whoever is fresh for so long yet is sent on without being asked again."""

RECOVERY_CODES_FEW: Final = 2

blueprint = Blueprint("proving", __name__, url_prefix="/accounts")


# The code at sign-in


@blueprint.get("/sign-in/code")
@requires(PUBLIC)
def code() -> ResponseReturnValue:
    """Ask for the second factor; without the right password before, start over."""
    address = local_address(request.args.get("next"))
    return _code_page(address) if asked_account() else _sign_in_again(address)


@blueprint.post("/sign-in/code")
@requires(PUBLIC)
def code_sent() -> ResponseReturnValue:
    """Open a fresh session by a code."""
    address = local_address(request.args.get("next"))
    account_id = asked_account()
    if account_id is None:
        return _sign_in_again(address)
    typed = request.form.get("code", "")
    if not typed.strip():
        return _code_page(address, error=say(N_("Type the code."), {}), status=422)
    try:
        throttle(service(), "code/address", client_address())
        reader = desk().with_code(account_id, typed, context(INSTALLATION_WIDE))
        forgive(service(), "code/address", client_address())
    except (Invalid, TooMany, Unauthenticated) as problem:
        said = say(problem.sentence, problem.facts)
        return _code_page(address, error=said, status=problem.status)
    response = start(reader, address)
    forget_asked(response)
    _tell_few_left(reader)
    return response


def _code_page(address: str, *, error: str = "", status: int = 200) -> ResponseReturnValue:
    account_id = asked_account() or ""
    with service().database.reading() as connection:
        passkeys = count_of(connection, account_id)
    page = render_template(
        "accounts/factors/code.html",
        action=f"{CODE_PAGE}?next={quote(address, safe='/')}",
        next_address=address,
        passkeys=passkeys,
        error=error,
    )
    return page, status


def _sign_in_again(address: str) -> ResponseReturnValue:
    flash(say(N_("That took too long. Sign in again."), {}), "info")
    return redirect(f"{SIGN_IN}?next={quote(address, safe='/')}", 303)


def _tell_few_left(reader: Reader) -> None:
    """Warn whoever runs out of recovery codes, once they are in."""
    with service().database.reading() as connection:
        left = recovery_codes_left(connection, reader.account_id)
    if left <= RECOVERY_CODES_FEW:
        flash(
            say(N_("You have {left} recovery codes left. Make new ones."), {"left": left}), "info"
        )


# Stepping up


@blueprint.route("/step-up", methods=["GET", "POST"])
@requires(SIGNED_IN)
def step_up() -> ResponseReturnValue:
    """Ask whoever is signed in to prove it, and send them on with the form that they came with."""
    reader = signed_in()
    if reader.scopes is not None:
        raise key_never_fresh()
    address = local_address(request.args.get("next"))
    if urlsplit(address).path == STEP_UP:
        address = HOME
    brings_form = request.method == "POST" and request.form.get("step_up") != "page"
    status = 307 if brings_form else 303
    if is_fresh(reader, service().clock.now().timestamp() + FRESH_LEFT_SECONDS):
        return redirect(address, status)
    if "step_up" not in request.form:
        return _step_up_page(reader, address, brings_form=brings_form)
    try:
        proved = _proved(reader)
    except (Invalid, Refused, TooMany) as problem:
        error = say(problem.sentence, problem.facts)
        return _step_up_page(
            reader, address, brings_form=brings_form, error=error, status=problem.status
        )
    return start(proved, address, status=status)


def _proved(reader: Reader) -> Reader:
    """Whoever reads, fresh. Raises Invalid, Refused, TooMany."""
    form, here = request.form, context(INSTALLATION_WIDE)
    session_id, account_id = reader.session_id, reader.account_id
    if form.get("step_up_demonstration"):
        ensure_persona(account_id)
        return desk().stepped_up(session_id, account_id, "demonstration", here)
    if form.get("step_up_credential"):
        prove_step_up(form["step_up_credential"])
        return desk().stepped_up(session_id, account_id, "passkey", here)
    typed = form.get("step_up_code", "")
    if not typed.strip():
        raise code_missing()
    throttle(service(), "code/address", client_address())
    proved = desk().step_up(session_id, account_id, typed, here)
    forgive(service(), "code/address", client_address())
    return proved


def _step_up_page(
    reader: Reader, address: str, *, brings_form: bool, error: str = "", status: int = 200
) -> ResponseReturnValue:
    with service().database.reading() as connection:
        account = find_account(connection, reader.account_id)
        app = has_app(connection, reader.account_id)
        any_factor = has_factor(connection, reader.account_id)
        passkeys = count_of(connection, reader.account_id)
    kept = [
        pair
        for pair in request.form.items(multi=True)
        if pair[0] not in (CSRF_FIELD, *STEP_UP_FIELDS)
    ]
    page = render_template(
        "accounts/factors/step_up.html",
        action=f"{STEP_UP}?next={quote(address, safe='/')}",
        address=address,
        brings_form=brings_form,
        kept=kept if brings_form else [],
        app=app,
        any_factor=any_factor,
        passkeys=passkeys,
        persona=is_persona(service(), reader.account_id),
        by_code=account is not None and account.kind == "applicant",
        error=error,
    )
    return page, status

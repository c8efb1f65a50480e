"""Pages for a lost password.

GET  /accounts/forgotten          asks for the address; POST → 303, whoever it is
GET  /accounts/forgotten/sent     says what happens now
GET  /accounts/reset/<token>      the single-use link: asks for the new password; POST → sign in
"""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.accounts.choosing import check_new_password, errors_of, without_referrer
from services.accounts.resetting import asking
from services.accounts.resetting.links import LINK_LENGTH, find_link, unknown
from services.accounts.staff.account import EMAIL_LENGTH_MAX
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.views import find_account
from services.accounts.throttling.tries import throttle
from shared.access.passwords import LENGTH_MIN, hash_password
from shared.access.roles import PUBLIC
from shared.errors import Invalid, Refused, TooMany
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import SIGN_IN, requires
from shared.web.client_address import client_address
from shared.web.commands import context, service
from shared.web.language import say

FORGOTTEN = "/accounts/forgotten"

blueprint = Blueprint("resetting", __name__, url_prefix="/accounts")


@blueprint.get("/forgotten")
@requires(PUBLIC)
def forgotten() -> ResponseReturnValue:
    """Ask whose password is lost."""
    return _forgotten_page("", {})


@blueprint.post("/forgotten")
@requires(PUBLIC)
def forgotten_sent() -> ResponseReturnValue:
    """Note it, and say the same for every address."""
    given = request.form.get("account", "").strip()
    if not given:
        sentence = say(N_("Type your e-mail address or account name."), {})
        return _forgotten_page("", {"account": sentence}, status=422)
    try:
        throttle(service(), "reset/address", client_address())
    except TooMany as refused:
        errors = {"account": say(refused.sentence, refused.facts)}
        page = make_response(_forgotten_page(given, errors, status=refused.status))
        page.headers["Retry-After"] = str(refused.facts["retry_after_seconds"])
        return page
    asking.request_link(service(), given[:EMAIL_LENGTH_MAX], context(INSTALLATION_WIDE))
    return redirect(f"{FORGOTTEN}/sent", 303)


@blueprint.get("/forgotten/sent")
@requires(PUBLIC)
def sent() -> ResponseReturnValue:
    """Say what happens now, and what to do when no mail comes."""
    hours = int(LINK_LENGTH.total_seconds()) // 3600
    return render_template("accounts/resetting/sent.html", hours=hours)


@blueprint.get("/reset/<token>")
@requires(PUBLIC)
def reset(token: str) -> ResponseReturnValue:
    """Ask for the new password."""
    return _reset_page(token, {})


@blueprint.post("/reset/<token>")
@requires(PUBLIC)
def reset_sent(token: str) -> ResponseReturnValue:
    """Keep it, end every session, and let the owner sign in by the usual way."""
    with service().database.reading() as connection:
        link = find_link(connection, token, service().clock.now())
        account = find_account(connection, link.account_id)
    keeps = request.form.get("keeps_other_ways") == "yes"
    words = (account.display_name or "", account.email or "") if account is not None else ()
    try:
        kept = hash_password(check_new_password(words))
    except Invalid as problem:
        return _reset_page(token, errors_of(problem), status=problem.status)
    try:
        with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: asking.choose_password(
                work, token=token, password_hash=kept, keeps_other_ways=keeps
            ),
        )
    except Refused:
        # Why the link does not work any more is nothing that whoever holds it has to know.
        raise unknown() from None
    flash(say(N_("Your password is changed. Sign in with the new one."), {}), "info")
    return without_referrer(cast(Response, redirect(SIGN_IN, 303)))


def _forgotten_page(given: str, errors: dict[str, str], *, status: int = 200) -> tuple[str, int]:
    page = render_template("accounts/resetting/forgotten.html", given=given, errors=errors)
    return page, status


def _reset_page(token: str, errors: dict[str, str], *, status: int = 200) -> Response:
    with service().database.reading() as connection:
        link = find_link(connection, token, service().clock.now())
        account = find_account(connection, link.account_id)
        ways = asking.OtherWays.of(connection, link.account_id)
    page = render_template(
        "accounts/resetting/reset.html",
        account=account,
        ways=ways,
        keeps=request.form.get("keeps_other_ways") == "yes",
        errors=errors,
        expires_at=link.expires_at,
        length_min=LENGTH_MIN,
    )
    return without_referrer(make_response(page, status))

"""Pages for signing in and out, using an invitation, one's own sessions, and the language.

POST /accounts/sign-in      account, password, next  → 303 to next, with the session's cookie
POST /accounts/renew?next=  an old cookie             → 307 to next, so that a form arrives whole
GET  /accounts/activate/…   the single-use link of an invitation
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, cast
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from services.accounts.addresses import HOME, local_address
from services.accounts.choosing import check_new_password, errors_of, without_referrer
from services.accounts.factors.asking import ask_code, factor_missing
from services.accounts.factors.keeping import has_factor
from services.accounts.factors.proving import CodeNeeded
from services.accounts.personas import demonstration_personas
from services.accounts.sessions.devices import asking_device, keep_device, waiting
from services.accounts.sessions.signing_in import EXTENSION, SignInDesk
from services.accounts.sessions.uses import device_of, device_words, note_use
from services.accounts.staff import acts
from services.accounts.staff.credentials import find_invitation, with_secrets
from services.accounts.staff.views import find_account, roles_of
from services.accounts.standing.views import sessions_of
from services.accounts.throttling.tries import tried
from shared.access.passwords import LENGTH_MIN, hash_password
from shared.access.reader import Reader
from shared.access.roles import PUBLIC, SIGNED_IN
from shared.access.tokens import TokenExpired
from shared.errors import Invalid, Missing, Refused, TooMany, Unauthenticated
from shared.language.languages import LANGUAGES
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import SIGN_IN, requires, signed_in
from shared.web.client_address import client_address
from shared.web.commands import context, service
from shared.web.language import LANGUAGE_COOKIE, say
from shared.web.session import clear_session, session_cookie, set_session

ME: Final = "/accounts/me"
LANGUAGE_LENGTH: Final = timedelta(days=365)
blueprint = Blueprint("sessions", __name__, url_prefix="/accounts")


def desk() -> SignInDesk:
    """Where this application signs people in."""
    return cast(SignInDesk, current_app.extensions[EXTENSION])


def _secure() -> bool:
    return service().settings.secure_cookies


def start(reader: Reader, address: str, *, status: int = 303) -> Response:
    """Go on to an address with the reader's token in the cookie."""
    response = cast(Response, redirect(address, status))
    set_session(response, desk().token(reader), secure=_secure())
    note_use(service(), reader.session_id, device_of(request.user_agent.string))
    keep_device(response, reader)
    return response


def _renewed() -> Reader | None:
    """The reader of a cookie that is only too old."""
    token = request.cookies.get(session_cookie(secure=_secure()))
    if token is None or not isinstance(g.sign_in_error, TokenExpired):
        return None
    return desk().renewed(token)


# Signing in and out


@blueprint.get("/sign-in")
@requires(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; whoever has a session goes straight on."""
    address = local_address(request.args.get("next"))
    if g.reader is not None:
        return redirect(address, 303)
    again = _renewed()
    if again is not None:
        return start(again, address)
    why = g.sign_in_error.sentence if g.sign_in_error is not None else ""
    return _sign_in_page(address, note=say(why, {}) if why else "")


@blueprint.post("/sign-in")
@requires(PUBLIC)
def sign_in_sent() -> ResponseReturnValue:
    """Open a session, or say in the same words for every reason that it was not opened."""
    address = local_address(request.form.get("next"))
    given, password = request.form.get("account", "").strip(), request.form.get("password", "")
    errors: dict[str, str] = {}
    if not given:
        errors["account"] = say(N_("Type your e-mail address or account name."), {})
    if not password:
        errors["password"] = say(N_("Type your password."), {})
    if errors:
        return _sign_in_page(address, given=given, errors=errors, status=422)
    asker = context(INSTALLATION_WIDE)
    try:
        with tried(service(), "sign-in/address", client_address(), right=(CodeNeeded,)):
            reader = desk().sign_in(given, password, asker, device_of=asking_device)
    except CodeNeeded as needed:
        return ask_code(needed.account_id, address)
    except TooMany as refused:
        errors["account"] = say(refused.sentence, refused.facts)
        page = _sign_in_page(address, given=given, errors=errors, status=refused.status)
        return waiting(page, refused)
    except Unauthenticated as refused:
        errors["account"] = say(refused.sentence, refused.facts)
        return _sign_in_page(address, given=given, errors=errors, status=401)
    return start(reader, address)


@blueprint.post("/sign-in/persona")
@requires(PUBLIC)
def sign_in_persona() -> ResponseReturnValue:
    """Sign in as one of the demonstration's invented people, without a password."""
    wanted = request.form.get("account_id", "")
    if wanted not in {persona.account_id for persona in demonstration_personas(service())}:
        raise Missing("no-persona", N_("There is no such sign-in in this installation."))
    reader = desk().open(wanted, context(INSTALLATION_WIDE))
    return start(reader, local_address(request.form.get("next")))


@blueprint.post("/sign-out")
@requires(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session everywhere."""
    reader = signed_in()
    _end(reader.session_id, reader)
    flash(say(N_("You are signed out."), {}), "info")
    response = cast(Response, redirect(SIGN_IN, 303))
    clear_session(response, secure=_secure())
    # The next person at this computer finds nothing in the browser's stores. Cookies are left: one
    # says that this worked.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.route("/renew", methods=["GET", "POST"])
@requires(PUBLIC)
def renew() -> ResponseReturnValue:
    """Give a session that is still open a fresh token, with the roles of now."""
    address = local_address(request.args.get("next"))
    status = 303 if request.method == "GET" else 307
    if g.reader is not None:
        return redirect(address, status)
    again = _renewed()
    if again is not None:
        return start(again, address, status=status)
    if request.method == "GET" or address == "/accounts/sign-out":
        response = cast(Response, redirect(f"{SIGN_IN}?next={quote(address, safe='/')}", 303))
        clear_session(response, secure=_secure())
        return response
    # The page that tells it keeps what was typed and offers to send it again.
    raise Unauthenticated("sign-in-over", N_("Your sign-in ran out. Sign in again."))


def _sign_in_page(
    address: str,
    *,
    given: str = "",
    errors: dict[str, str] | None = None,
    note: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "accounts/sessions/sign_in.html",
        next_address=address,
        given=given,
        errors=errors or {},
        note=note,
        personas=demonstration_personas(service()),
    )
    return page, status


# An invitation's link


@blueprint.get("/activate/<token>")
@requires(PUBLIC)
def activate(token: str) -> ResponseReturnValue:
    """Ask for the password of a new account."""
    return _activate_page(token, {}, {})


@blueprint.post("/activate/<token>")
@requires(PUBLIC)
def activate_sent(token: str) -> ResponseReturnValue:
    """Use the link: keep the password and sign in."""
    typed = {name: request.form.get(name, "").strip() for name in ("display_name", "email")}
    with service().database.reading() as connection:
        found = find_invitation(connection, token, service().clock.now())
        account = find_account(connection, found.account_id)
    asks = account is not None and account.kind == "staff" and not account.email
    details = (typed["display_name"], typed["email"]) if asks else None
    known = (account.display_name or "", account.email or "") if account else ()
    words = (*typed.values(), *known)
    try:
        password = check_new_password(words)
        if details is not None and not details[1]:
            raise Invalid("email-missing", N_("Type the e-mail address that you will sign in by."))
        kept = hash_password(password)
        account_id, session_id = with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acts.activate(work, token=token, password_hash=kept, details=details),
        )
    except (Invalid, Refused) as problem:
        return _activate_page(token, typed, errors_of(problem), status=problem.status)
    flash(say(N_("Your account is ready."), {}), "info")
    return without_referrer(start(desk().reader(account_id, session_id), HOME))


def _activate_page(
    token: str, typed: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> Response:
    with service().database.reading() as connection:
        found = find_invitation(connection, token, service().clock.now())
        account = find_account(connection, found.account_id)
    page = render_template(
        "accounts/sessions/activate.html",
        account=account,
        asks_details=account is not None and account.kind == "staff" and not account.email,
        typed={"display_name": "", "email": ""} | typed,
        errors=errors,
        expires_at=found.expires_at,
        length_min=LENGTH_MIN,
    )
    return without_referrer(make_response(page, status))


# One's own account


@blueprint.get("/me")
@requires(SIGNED_IN)
def me() -> ResponseReturnValue:
    """One's own account: roles, open sessions, password."""
    return _me_page({})


@blueprint.post("/me/password")
@requires(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Choose another password; every other session ends."""
    reader = signed_in()
    with service().database.reading() as connection:
        account = find_account(connection, reader.account_id)
    words = (reader.name, (account.email or "") if account else "")
    try:
        given = request.form.get("password_now", "")
        asker = context(INSTALLATION_WIDE)
        known_by = reader.session_id
        if not desk().is_password(reader.account_id, given, asker, known_by=known_by):
            raise Invalid("password-wrong", N_("This is not your password."))
        password = check_new_password(words)
        fresh = hash_password(password)
        with_secrets(
            service(),
            context(INSTALLATION_WIDE),
            lambda work: acts.change_password(
                work,
                account_id=reader.account_id,
                password_hash=fresh,
                session_id=reader.session_id,
            ),
        )
    except Invalid as problem:
        return _me_page(errors_of(problem), status=problem.status)
    flash(say(N_("Your password is changed. Your other sessions have ended."), {}), "info")
    return redirect(ME, 303)


@blueprint.post("/me/sessions/<session_id>/end")
@requires(SIGNED_IN)
def end_session(session_id: str) -> ResponseReturnValue:
    """End one of one's own sessions."""
    reader = signed_in()
    _end(session_id, reader)
    if session_id != reader.session_id:
        flash(say(N_("The session has ended."), {}), "info")
        return redirect(ME, 303)
    flash(say(N_("You are signed out."), {}), "info")
    response = cast(Response, redirect(SIGN_IN, 303))
    clear_session(response, secure=_secure())
    return response


def _end(session_id: str, reader: Reader) -> None:
    desk().end(
        session_id,
        account_id=reader.account_id,
        by=reader.account_id,
        context=context(INSTALLATION_WIDE),
    )


def _me_page(errors: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    reader = signed_in()
    with service().database.reading() as connection:
        account = find_account(connection, reader.account_id)
        sessions = sessions_of(connection, reader.account_id, service().clock.now())
        roles = roles_of(connection, [reader.account_id])[reader.account_id]
        any_factor = has_factor(connection, reader.account_id)
    page = render_template(
        "accounts/sessions/me.html",
        account=account,
        sessions=sessions,
        device_words=device_words,
        roles=roles,
        errors=errors,
        length_min=LENGTH_MIN,
        has_factor=any_factor,
        factor_missing=factor_missing(reader),
    )
    return page, status


# The language


@blueprint.get("/language/<code>")
@requires(PUBLIC)
def choose_language(code: str) -> ResponseReturnValue:
    """Remember the reader's language in this browser and go back."""
    if code not in LANGUAGES:
        raise Missing("no-language", N_("There is no such language here."))
    response = cast(Response, redirect(local_address(request.args.get("next"), otherwise="/"), 303))
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=LANGUAGE_LENGTH,
        secure=_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response

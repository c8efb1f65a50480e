"""Pages on which an applicant signs in by a code, one question a page.

GET  /accounts/applicant             which phone number or e-mail address?
POST /accounts/applicant             always the same: a code is on its way if it is one of ours
GET  /accounts/applicant/code        which code came? POST opens the session
GET  /accounts/applicant/birth-date  whose of several people, where a phone is shared; POST too

Which number was typed is in no address and in no cookie: the browser keeps a random token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.accounts.addresses import local_address
from services.accounts.applicants.codes import CODE_DIGITS, CODE_LENGTH
from services.accounts.applicants.contact import TYPED_LENGTH_MAX
from services.accounts.applicants.signing_in import ApplicantDesk
from services.accounts.sessions.signing_in import EXTENSION, SignInDesk
from shared.access.reader import Reader
from shared.access.roles import PUBLIC
from shared.errors import Invalid, Problem, Refused, TooMany
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import requires
from shared.web.client_address import client_address
from shared.web.commands import context, service
from shared.web.language import language, say
from shared.web.session import set_session

_COOKIE: Final = "zanat_applicant"
_TOKEN_LENGTH_MAX: Final = 100
_DIGITS: Final = str.maketrans("", "", " -.\u00a0")

blueprint = Blueprint("applicants", __name__, url_prefix="/accounts/applicant")


def desk() -> ApplicantDesk:
    """Where this application signs applicants in."""
    signing_in = cast(SignInDesk, current_app.extensions[EXTENSION])
    return ApplicantDesk(service(), signing_in)


@blueprint.get("")
@requires(PUBLIC)
def ask() -> ResponseReturnValue:
    """Ask for a phone number or an e-mail address; whoever is signed in goes on, or proves it."""
    if g.reader is not None and "again" not in request.args:
        return redirect(_next(), 303)
    return _page("contact", {})


@blueprint.post("")
@requires(PUBLIC)
def asked() -> ResponseReturnValue:
    """Have a code sent, if it is one of ours; the answer is the same if not."""
    given = request.form.get("contact", "")[: TYPED_LENGTH_MAX + 1].strip()
    try:
        if not given:
            raise Invalid("contact-missing", N_("Type your phone number or e-mail address."))
        token = desk().ask(
            given,
            language=language(),
            address=client_address(),
            context=context(INSTALLATION_WIDE),
        )
    except (Invalid, TooMany) as problem:
        return _again("contact", problem, {"contact": given})
    response = cast(Response, redirect(url_for(".code", **_onwards()), 303))
    response.set_cookie(
        _cookie(),
        token,
        max_age=CODE_LENGTH,
        secure=service().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


@blueprint.get("/code")
@requires(PUBLIC)
def code() -> ResponseReturnValue:
    """Ask for the code that came."""
    if _token() is None:
        return redirect(_next() if g.reader else url_for(".ask", **_onwards()), 303)
    return _page("code", {})


@blueprint.post("/code")
@requires(PUBLIC)
def code_typed() -> ResponseReturnValue:
    """Open a session, or ask who it is where several people have the number."""
    token = _token()
    if token is None:
        return redirect(url_for(".ask", **_onwards()), 303)
    given = request.form.get("code", "")[:20].translate(_DIGITS)
    try:
        if len(given) != CODE_DIGITS or not (given.isascii() and given.isdigit()):
            raise Invalid("code-form", N_("Type the eight digits that came to you."))
        found = desk().type_code(
            token, given, address=client_address(), context=context(INSTALLATION_WIDE)
        )
    except (Invalid, Refused, TooMany) as problem:
        return _again("code", problem, {})
    if found.reader is None:
        return redirect(url_for(".birth_date", **_onwards()), 303)
    return _signed_in(found.reader)


@blueprint.get("/birth-date")
@requires(PUBLIC)
def birth_date() -> ResponseReturnValue:
    """Ask when the person was born, once the code was right."""
    token = _token()
    if token is None or not desk().is_typed(token):
        return redirect(url_for(".ask", **_onwards()), 303)
    return _page("birth_date", {})


@blueprint.post("/birth-date")
@requires(PUBLIC)
def birth_date_typed() -> ResponseReturnValue:
    """Open the session of the one who was born on that day."""
    token = _token()
    if token is None:
        return redirect(url_for(".ask", **_onwards()), 303)
    parts = {
        name: request.form.get(f"birth_date-{name}", "")[:10].strip()
        for name in ("day", "month", "year")
    }
    try:
        reader = desk().tell_birth_date(
            token,
            _day(parts).isoformat(),
            address=client_address(),
            context=context(INSTALLATION_WIDE),
        )
    except (Invalid, Refused, TooMany) as problem:
        return _again("birth_date", problem, parts)
    return _signed_in(reader)


def _day(parts: Mapping[str, str]) -> date:
    try:
        return date(*(int(parts[name]) for name in ("year", "month", "day")))
    except (ValueError, OverflowError):
        raise Invalid("no-day", N_("Type the day, the month and the year in numbers.")) from None


def _signed_in(reader: Reader) -> Response:
    response = cast(Response, redirect(_next(), 303))
    secure = service().settings.secure_cookies
    set_session(response, desk().desk.token(reader), secure=secure)
    response.delete_cookie(_cookie(), secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def _again(name: str, problem: Problem, typed: Mapping[str, str]) -> ResponseReturnValue:
    """The same question with what is wrong."""
    field = {"contact": "contact", "code": "code", "birth_date": "birth_date-day"}[name]
    page = _page(name, {field: say(problem.sentence, problem.facts)}, typed)
    headers = {}
    if seconds := problem.facts.get("retry_after_seconds"):
        headers["Retry-After"] = str(seconds)
    return page, problem.status, headers


def _page(name: str, errors: Mapping[str, str], typed: Mapping[str, str] | None = None) -> str:
    return render_template(
        f"accounts/applicants/{name}.html",
        errors=errors,
        typed={"contact": "", "day": "", "month": "", "year": "", **(typed or {})},
        onwards=_onwards(),
        next_address=_next(),
        minutes=int(CODE_LENGTH.total_seconds()) // 60,
    )


def _next() -> str:
    return local_address(request.values.get("next"))


def _onwards() -> dict[str, Any]:
    """Where to go in the end, for the next question's address."""
    wanted = request.values.get("next")
    return {"next": _next()} if wanted else {}


def _cookie() -> str:
    return f"__Host-{_COOKIE}" if service().settings.secure_cookies else _COOKIE


def _token() -> str | None:
    token = request.cookies.get(_cookie())
    return token if token and len(token) <= _TOKEN_LENGTH_MAX else None

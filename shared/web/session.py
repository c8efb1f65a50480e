"""The two cookies a browser holds for us: the session's token and the secret of its forms.

    set_session(response, token, secure=settings.secure_cookies)
    <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">

A form's token is an HMAC over the session id and a random cookie: another site can neither read
the cookie nor make the HMAC, and a token taken from one session is worth nothing in another.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

from flask import Flask, Response, current_app, g, request

from shared.access.reader import Reader

CSRF_FIELD: Final = "csrf_token"
STEP_UP_FIELDS: Final = (
    "step_up",
    "step_up_code",
    "step_up_credential",
    "step_up_demonstration",
)
"""What the page for stepping up adds to a form that it sends on; nobody else looks at it."""

CSRF_HEADER: Final = "X-CSRF-Token"
_SESSION: Final = "zanat_session"
_FORMS: Final = "zanat_forms"
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def session_cookie(*, secure: bool) -> str:
    """The name of the cookie that carries the token; ``__Host-`` binds it to this very host."""
    return f"__Host-{_SESSION}" if secure else _SESSION


def forms_cookie(*, secure: bool) -> str:
    """The name of the cookie that forms' tokens are bound to."""
    return f"__Host-{_FORMS}" if secure else _FORMS


def set_session(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser a token. Without an age: it goes when the browser closes."""
    response.set_cookie(
        session_cookie(secure=secure), token, secure=secure, httponly=True, samesite="Lax", path="/"
    )


def clear_session(response: Response, *, secure: bool) -> None:
    """Take the token back, and with it every form that was open."""
    for name in (session_cookie(secure=secure), forms_cookie(secure=secure)):
        response.delete_cookie(name, secure=secure, httponly=True, samesite="Lax", path="/")


def csrf_token() -> str:
    """The token that a form of this page carries."""
    return _expected(_nonce())


def csrf_matches(given: str | None) -> bool:
    """Whether the request's form or header carries the token of its session and cookie."""
    nonce = request.cookies.get(_cookie_name(current_app), "")
    if not given or not _NONCE.fullmatch(nonce) or not given.isascii():
        return False
    return hmac.compare_digest(given, _expected(nonce))


def csrf_binding() -> str:
    """What stands for this browser, to bind a challenge to it; empty when it has no cookie yet."""
    nonce = request.cookies.get(_cookie_name(current_app), "")
    return nonce if _NONCE.fullmatch(nonce) else ""


def keep_forms_cookie(response: Response) -> None:
    """Send the forms' cookie when a form was rendered and the browser has none yet."""
    nonce = g.get("forms_nonce")
    if nonce and request.cookies.get(_cookie_name(current_app)) != nonce:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(
            forms_cookie(secure=secure),
            nonce,
            secure=secure,
            httponly=True,
            samesite="Lax",
            path="/",
        )


def _nonce() -> str:
    if "forms_nonce" not in g:
        kept = request.cookies.get(_cookie_name(current_app), "")
        g.forms_nonce = kept if _NONCE.fullmatch(kept) else secrets.token_urlsafe(32)
    nonce: str = g.forms_nonce
    return nonce


def _expected(nonce: str) -> str:
    reader: Reader | None = g.get("reader")
    session_id = reader.session_id if reader else ""
    secret: bytes = current_app.config["SECRET_KEY"]
    message = f"forms\0{session_id}\0{nonce}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def _cookie_name(app: Flask) -> str:
    return forms_cookie(secure=bool(app.config["SESSION_COOKIE_SECURE"]))

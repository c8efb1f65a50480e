"""Leading a browser from the right password to the page that asks for the second factor.

    except CodeNeeded as needed:
        return ask_code(needed.account_id, address)

Between the two the browser holds a signed note (``pending.py``), which is not a session.
"""

from __future__ import annotations

from typing import Final, cast
from urllib.parse import quote

from flask import Response, current_app, redirect, request

from services.accounts.factors.keeping import has_factor
from services.accounts.factors.pending import LENGTH, account_id_of, cookie_name, sealed_note
from services.accounts.staff.credentials import password_hash
from shared.access.reader import Reader
from shared.web.commands import service

CODE_PAGE: Final = "/accounts/sign-in/code"
SIGN_IN_PURPOSE: Final = "sign-in"


def ask_code(account_id: str, address: str) -> Response:
    """Go on to the page for the code; the password of this account was right just now."""
    note = sealed_note(
        _secret(), SIGN_IN_PURPOSE, account_id, _kept(account_id) or "", service().clock.now()
    )
    response = cast(Response, redirect(f"{CODE_PAGE}?next={quote(address, safe='/')}", 303))
    secure = service().settings.secure_cookies
    response.set_cookie(
        cookie_name(secure=secure),
        note,
        max_age=LENGTH,
        secure=secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def asked_account() -> str | None:
    """Whose password was right in this browser within five minutes."""
    note = request.cookies.get(cookie_name(secure=service().settings.secure_cookies), "")
    return account_id_of(_secret(), SIGN_IN_PURPOSE, note, _kept, service().clock.now())


def forget_asked(response: Response) -> None:
    """Take the note back."""
    secure = service().settings.secure_cookies
    response.delete_cookie(
        cookie_name(secure=secure), secure=secure, httponly=True, samesite="Lax", path="/"
    )


def factor_missing(reader: Reader) -> bool:
    """Whether the reader's roles need a second factor and there is none."""
    needing = service().settings.second_factor_roles
    if service().settings.demonstration or not any(one.role in needing for one in reader.roles):
        return False
    with service().database.reading() as connection:
        return not has_factor(connection, reader.account_id)


def _kept(account_id: str) -> str | None:
    with service().database.reading() as connection:
        return password_hash(connection, account_id)


def _secret() -> bytes:
    secret: bytes = current_app.config["SECRET_KEY"]
    return secret

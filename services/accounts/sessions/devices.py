"""The device that asks: its cookie of accounts that were signed in there, and answers that wait.

desk().sign_in(given, password, context, device_of=asking_device)
keep_device(response, reader)
"""

from __future__ import annotations

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from services.accounts.throttling.devices import LENGTH, cookie_name, known_device, with_device
from shared.access.reader import Reader
from shared.errors import TooMany
from shared.web.commands import service


def asking_device(account_id: str) -> str | None:
    """The key of this browser's tries for the account, when it was signed in here before."""
    return known_device(_secret(), _cookie(), account_id)


def keep_device(response: Response, reader: Reader) -> None:
    """Let the browser prove later that the account was signed in there.

    Not for applicants: they have no password, and often no device of their own.
    """
    if reader.registrations or asking_device(reader.account_id) is not None:
        return
    secure = service().settings.secure_cookies
    response.set_cookie(
        cookie_name(secure=secure),
        with_device(_secret(), _cookie(), reader.account_id),
        max_age=LENGTH,
        secure=secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def waiting(page: ResponseReturnValue, refused: TooMany) -> Response:
    """A page that says to whoever tried too often how long to wait."""
    response = make_response(page)
    response.headers["Retry-After"] = str(refused.facts["retry_after_seconds"])
    return response


def _secret() -> bytes:
    secret: bytes = current_app.config["SECRET_KEY"]
    return secret


def _cookie() -> str | None:
    return request.cookies.get(cookie_name(secure=service().settings.secure_cookies))

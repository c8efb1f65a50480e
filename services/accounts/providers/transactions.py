"""What is remembered between leaving for a provider and coming back: in a signed cookie, once.

    begun = begin("ministry", now, address="/grants/calls")
    put(response, begun)                    # __Host-zanat_provider, ten minutes
    begun = take(connection, "ministry", given_state, now)     # raises Malformed

The cookie binds what comes back to the browser that left, by ``state``; the ID token to this one
sign-in, by ``nonce``; the code to us, by the verifier of PKCE. Whoever comes back twice with the
same state is refused: its hash is kept until the cookie would be too old anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from flask import Response, current_app, request
from sqlalchemy import Column, Connection, LargeBinary, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from services.accounts.tables import METADATA, Moment
from shared.errors import Malformed
from shared.language.marking import N_

LIFETIME: Final = timedelta(minutes=10)
COOKIE_LENGTH_MAX: Final = 3000
_COOKIE: Final = "zanat_provider"

USED: Final = Table(
    "provider_states_used",
    METADATA,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("used_at", Moment, nullable=False, index=True),
)


class Begun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sign-in that was begun. ``account_id``: whose, when a signed-in person links theirs."""

    provider: str
    state: str
    nonce: str
    verifier: str
    address: str
    began_at: int
    account_id: str = ""
    session_id: str = ""


def begin(
    provider: str, now: datetime, *, address: str, account_id: str = "", session_id: str = ""
) -> Begun:
    """Begin a sign-in, with random words that nobody can guess."""
    return Begun(
        provider=provider,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        address=address,
        began_at=int(now.timestamp()),
        account_id=account_id,
        session_id=session_id,
    )


def put(response: Response, begun: Begun) -> None:
    """Let the browser keep it, until it comes back."""
    text = base64.urlsafe_b64encode(msgspec.json.encode(begun)).decode()
    response.set_cookie(
        _name(),
        f"{text}.{_signature(text)}",
        max_age=LIFETIME,
        secure=_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear(response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name(), secure=_secure(), httponly=True, samesite="Lax", path="/")


def found(provider: str, state: str, now: datetime) -> Begun:
    """What this browser began at this provider and comes back from. Raises Malformed."""
    begun = _kept()
    if begun is None or begun.provider != provider:
        raise _over()
    age = now.timestamp() - begun.began_at
    if not hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "surrogatepass")):
        raise _over()
    if not -1 <= age < LIFETIME.total_seconds():
        raise _over()
    return begun


def use(connection: Connection, begun: Begun, now: datetime) -> None:
    """Note that it came back; the second time raises Malformed."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(delete(USED).where(USED.c.used_at < now - 2 * LIFETIME))
    done = connection.execute(
        insert(USED)
        .values(state_hash=hashlib.sha256(begun.state.encode()).digest(), used_at=now)
        .on_conflict_do_nothing()
        # Of an insert PostgreSQL's driver tells no count unless it is asked to.
        .execution_options(preserve_rowcount=True)
    )
    if done.rowcount != 1:
        raise _over()


def _kept() -> Begun | None:
    cookie = request.cookies.get(_name(), "")
    text, _, signature = cookie.rpartition(".")
    if len(cookie) > COOKIE_LENGTH_MAX or not cookie.isascii():
        return None
    if not hmac.compare_digest(signature, _signature(text)):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=Begun)
    except (binascii.Error, msgspec.MsgspecError):
        return None


def _signature(text: str) -> str:
    secret: bytes = current_app.config["SECRET_KEY"]
    return hmac.new(secret, b"provider\0" + text.encode(), hashlib.sha256).hexdigest()


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _name() -> str:
    return f"__Host-{_COOKIE}" if _secure() else _COOKIE


def _over() -> Malformed:
    return Malformed(
        "provider-sign-in-over",
        N_("This sign-in was begun elsewhere, used already or took too long. Begin again."),
    )

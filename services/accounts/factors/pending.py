"""Between the password and the code: a short-lived signed note in the browser, not a session.

    note = sealed_note(secret, "sign-in", account_id, kept, now)
    account_id_of(secret, "sign-in", note, kept_of, now)   # the account, or None

It is bound to what it was made for, to the account and to its password as it is kept: another
password makes it worthless. It opens nothing by itself.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from shared.identifiers import is_identifier

LENGTH: Final = timedelta(minutes=5)
NOTE_LENGTH_MAX: Final = 400


def cookie_name(*, secure: bool) -> str:
    """The cookie that carries it."""
    return "__Host-zanat_pending" if secure else "zanat_pending"


def sealed_note(secret: bytes, purpose: str, account_id: str, kept: str, now: datetime) -> str:
    """A note that lives for ``LENGTH``. kept: the account's password hash."""
    ends = int((now + LENGTH).timestamp())
    return f"{account_id}.{ends}.{_mark(secret, purpose, account_id, ends, kept)}"


def account_id_of(
    secret: bytes,
    purpose: str,
    note: str,
    kept_of: Callable[[str], str | None],
    now: datetime,
) -> str | None:
    """Whose note it is; None when it is of another purpose, too old, changed, or overtaken."""
    if len(note) > NOTE_LENGTH_MAX or not note.isascii() or note.count(".") != 2:
        return None
    account_id, ends, mark = note.split(".")
    if not is_identifier(account_id) or not ends.isdigit() or len(ends) > 12:
        return None
    if int(ends) <= now.timestamp():
        return None
    kept = kept_of(account_id)
    if kept is None:
        return None
    right = _mark(secret, purpose, account_id, int(ends), kept)
    return account_id if hmac.compare_digest(mark, right) else None


def _mark(secret: bytes, purpose: str, account_id: str, ends: int, kept: str) -> str:
    message = "\0".join(("second factor", purpose, account_id, str(ends), kept)).encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()

"""Changing the key that signs tokens: every month by itself, or when somebody asks for it.

    Definition(..., due={DUE_KIND: rotate_due}, daily=(DUE_KIND,))
    old, new = rotate(service, context)

The new key is published, the change is put on record, then the new key signs; what tokens there
are stays good until they run out (``shared/access/keys.py``). Of many processes that find the key
too old at the same time one changes it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from shared.errors import Conflict
from shared.events.append import Append, Context, StreamWrite
from shared.events.event import Event, event_type
from shared.service import INSTALLATION_WIDE, Service
from shared.web.composing import token_keys

DUE_KIND: Final = "accounts.token_key.rotate"

_log = structlog.get_logger("signing")


@event_type("accounts.token_key.rotated.v1")
class Rotated(Event, frozen=True, kw_only=True):
    """Another key signs tokens from now on; both by their ids.

    at_once: the old one was forgotten in that moment, and everybody had to sign in again.
    """

    old_key: str
    new_key: str
    at_once: bool = False


SIGNING_EVENTS: Final = (Rotated,)


def rotate(
    service: Service,
    context: Context | None = None,
    *,
    replaces: str | None = None,
    at_once: bool = False,
) -> tuple[str, str]:
    """Sign tokens with a new key from now on; the ids of the old and the new one.

    context:  who does it; the service itself when nobody is named.
    replaces: only while this key signs; else both ids are the old one's.
    at_once:  forget the old key: somebody else may have it.
    """

    def record(old: str, new: str) -> None:
        stream = f"token_key/{new}"
        event = Rotated(old_key=old, new_key=new, at_once=at_once)
        by = context or service.system_context(INSTALLATION_WIDE, cause=stream)
        write = StreamWrite(stream, 0, (event,))
        # Recorded already: what was cut short then goes on now.
        with suppress(Conflict):
            service.store.commit(Append(context=by, now=service.clock.now(), writes=(write,)))

    keys = token_keys(service.settings)
    return keys.rotate(service.clock, replaces=replaces, at_once=at_once, before=record)


def rotate_due(service: Service, payload: bytes) -> None:  # noqa: ARG001 (due work has a payload)
    """Change the key when it has signed for as long as the setting says."""
    keys = token_keys(service.settings)
    current = keys.current().kid
    age = service.clock.now() - datetime.fromtimestamp(keys.made_at(), UTC)
    if age < timedelta(days=service.settings.token_key_days):
        return
    old, new = rotate(service, replaces=current)
    if old != new:
        _log.info("token key rotated", old_key=old, new_key=new)

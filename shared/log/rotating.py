"""Changing the key that signs a service's log, on record in that log.

    Definition(name="grants", events=(*access_events("grants"), *log_events("grants")), ...)
    old, new = rotate(service, context)

The name stays, the key's id changes. The new public key is published before anything else, then
the change is recorded in the service's own log, then the new key is in use; the first checkpoint
after that has both signatures. Up to which size the old key signed alone is put on record beside
the public keys. What is cut short goes on when ``rotate`` is called again.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import NamedTuple

from shared.errors import Conflict
from shared.events.append import Append, Context, StreamWrite
from shared.events.event import Event, event_type
from shared.log import keys
from shared.log.checkpoints import signed_so_far
from shared.service import INSTALLATION_WIDE, Service


class LogEvents(NamedTuple):
    """A service's event classes for what happens to its log."""

    key_rotated: type[Event]


@cache
def log_events(service: str) -> LogEvents:
    """The event classes of a service, always the same ones."""

    @event_type(f"{service}.log.key_rotated.v1")
    class KeyRotated(Event, frozen=True, kw_only=True):
        """Another key signs the log from now on. Both in verifier form: ``name+id+base64``."""

        old_key: str
        new_key: str

    return LogEvents(KeyRotated)


def rotate(service: Service, context: Context | None = None) -> tuple[str, str]:
    """Sign the service's log with a new key from now on; (old, new) verifier key.

    context: who does it; the service itself when nobody is named.
    """
    old, new = keys.prepare_next(service.settings, service.name)
    # Cut short between its two last steps: the key in use is the successor already.
    if old.key_id != new.key_id:
        stream = f"log_key/{new.key_id.hex()}"
        event = log_events(service.name).key_rotated(
            old_key=old.verifier_key, new_key=new.verifier_key
        )
        by = context or service.system_context(INSTALLATION_WIDE, cause=stream)
        write = StreamWrite(stream, 0, (event,))
        # Recorded already: the key is not in use yet.
        with suppress(Conflict):
            service.store.commit(Append(context=by, now=service.clock.now(), writes=(write,)))
    keys.begin_next(service.settings, service.name)
    if old.key_id != new.key_id:
        # Nothing more is signed with the old key alone: what is kept now is all.
        size = signed_so_far(service)
        keys.set_retired(service.settings, service.name, old.verifier_key, size)
    return old.verifier_key, new.verifier_key

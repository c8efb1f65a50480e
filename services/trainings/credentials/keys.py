"""The key that signs credentials and status lists: a file beside those that sign logs.

    ensure: ``migrate`` does, since the definition of trainings names it (``Definition.signs``)
    signing_key(settings)            # in use now
    public_keys(settings)            # that one first, then those that were: they still verify
    rotate(service)                  # sign with another from now on, on record

Only its owner may read ``trainings.credentials.key`` (0600, outside every database);
``trainings.credentials.vkeys`` has the public halves, from which the issuer's document is made.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from shared.errors import Conflict
from shared.events.append import Append, Context, StreamWrite
from shared.events.event import Event, event_type
from shared.log import keys
from shared.log.notes import Signer
from shared.service import INSTALLATION_WIDE, Service
from shared.settings import Settings

PURPOSE: Final = "credentials"
NAME: Final = f"trainings.{PURPOSE}"


@event_type("trainings.credential_key.rotated.v1")
class CredentialKeyRotated(Event, frozen=True, kw_only=True):
    """Another key signs credentials from now on. Both in verifier form: ``name+id+base64``."""

    old_key: str
    new_key: str


def signing_key(settings: Settings) -> Signer:
    """The key in use. Raises FileNotFoundError before ``migrate``."""
    return keys.signer(settings, NAME)


def public_keys(settings: Settings) -> tuple[bytes, ...]:
    """The 32 bytes of each public key, the one in use first."""
    return tuple(one.public for one in keys.verifiers(settings, NAME))


def rotate(service: Service, context: Context | None = None) -> tuple[str, str]:
    """Sign with a new key from now on; (old, new) verifier key. What was signed stays good.

    context: who does it; the service itself when nobody is named. Cut short, it goes on next time.
    """
    settings = service.settings
    old, new = keys.prepare_next(settings, NAME)
    if old.key_id != new.key_id:
        stream = f"credential_key/{new.key_id.hex()}"
        event = CredentialKeyRotated(old_key=old.verifier_key, new_key=new.verifier_key)
        by = context or service.system_context(INSTALLATION_WIDE, cause=stream)
        write = StreamWrite(stream, 0, (event,))
        with suppress(Conflict):
            service.store.commit(Append(context=by, now=service.clock.now(), writes=(write,)))
    keys.begin_next(settings, NAME)
    # Nobody needs its signature beside the successor's, unlike a log's.
    keys.retire(settings, NAME, keys.retiring(settings, NAME))
    return old.verifier_key, new.verifier_key

"""Which entries of a registration tell what somebody says of their origin, or that they said it.

>>> is_of_origin_alone(RomaDeclared(registration_id="r1", declared_roma="yes"))
True

Whoever may not know of somebody's origin is not told either that there is a consent to it: not on
the page, not in its history, not in a file.
"""

from __future__ import annotations

from services.trainings.people.purposes import PURPOSES
from services.trainings.people.registration_events import (
    ConsentGiven,
    ConsentWithdrawn,
    Registered,
    RomaDeclared,
)
from shared.events.event import Event


def is_of_origin_alone(event: Event) -> bool:
    """Whether all that an entry says is about origin: it is shown to nobody who may not know."""
    match event:
        case RomaDeclared():
            return True
        case ConsentGiven() | ConsentWithdrawn():
            return PURPOSES[event.purpose].special
    return False


def is_of_origin(event: Event, name: str) -> bool:
    """Whether a field of an entry is about origin, among others that are not."""
    if isinstance(event, Registered):
        return name in ("declared_roma", "consent_on")
    return is_of_origin_alone(event)

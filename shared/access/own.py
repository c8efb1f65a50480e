"""Whether a record is of whoever acts: nobody decides about their own case.

>>> is_own("r1", frozenset({"r1"})), is_own("r2", frozenset({"r1"}))
(True, False)
>>> is_own("r2", frozenset({"r1", TOO_MANY}))
True

What is a member of staff's own comes with their token (``Reader.registrations``).
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from shared.errors import Forbidden
from shared.language.marking import N_

TOO_MANY: Final = "*"
"""In place of registrations that a token has no room for: then any may be one's own."""


def is_own(registration_id: str, own: Set[str]) -> bool:
    """Whether the registration is, or may be, one of ``own``."""
    return registration_id in own or TOO_MANY in own


def check_not_own(registration_id: str, own: Set[str]) -> None:
    """Raises Forbidden when the registration is one of ``own``."""
    if is_own(registration_id, own):
        raise own_case()


def own_case() -> Forbidden:
    """What is said to whoever would decide about themself."""
    return Forbidden("own-case", N_("This is about yourself. Somebody else must do it."))

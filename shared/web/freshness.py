"""Stepping up: what needs a second factor that was just proved, and where to prove it.

    is_fresh(reader, clock.now().timestamp())
    raise step_up_needed()                       # to a program
    return to_step_up("/grants/batches/…", reads=False)

A browser is led to accounts and comes back with its form; a program is told where to go. A
program's key is nobody who could prove anything, so it is never fresh.
"""

from __future__ import annotations

from typing import Final

from flask import redirect, request
from werkzeug.wrappers import Response

from shared.access.reader import Reader
from shared.access.tokens import CLOCK_DIFFERENCE_SECONDS_MAX
from shared.errors import Forbidden
from shared.language.marking import N_

STEP_UP: Final = "/accounts/step-up"
"""Accounts asks for the second factor here and sends the browser on with 307, form and all."""

STEP_UP_API: Final = "/accounts/api/v1/tokens/step-up"
FRESH_SECONDS: Final = 600
"""How long a second factor that was proved counts for what needs it fresh."""


def is_fresh(found: Reader, now: float) -> bool:
    """Whether the reader proved a second factor lately. ``now``: seconds since 1970."""
    if found.fresh_at is None or found.scopes is not None:
        return False
    return -CLOCK_DIFFERENCE_SECONDS_MAX <= now - found.fresh_at < FRESH_SECONDS


def step_up_needed() -> Forbidden:
    """What a program is told."""
    return Forbidden(
        "step-up-needed",
        N_("Prove by your second factor that it is you, then send this again."),
        step_up=STEP_UP_API,
        fresh_seconds=FRESH_SECONDS,
    )


def to_step_up(here: str, *, reads: bool) -> Response:
    """Lead a browser to the proof and back. ``here``: the address asked for, quoted."""
    address = f"{STEP_UP}?next={here}"
    if request.headers.get("HX-Request") == "true":
        # A fragment must not swallow the page: htmx moves the whole window.
        return Response(status=403, headers={"HX-Redirect": address})
    return redirect(address, 303 if reads else 307)

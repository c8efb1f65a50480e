"""What asking for permissions costs of a request: the checks alone, beside the whole of it.

The request lists a programme's calls on SQLite in this process: little else is done in it, so that
the share is at its largest. The checks are those of every request (which permission the route
declares, freshness, forms, what the reader accepts) and the one that a handler makes of a record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.load.databases import folder
from tests.load.measure import Measure

if TYPE_CHECKING:
    from flask import Flask

TIMES: Final = 300
PROGRAMME: Final = "RS-2011"
ADDRESS: Final = "/grants/api/v1/calls"


@dataclass
class Permitting:
    """The application, what says who asks, and the check that runs before each request."""

    app: Flask
    headers: dict[str, str]
    enforce: Callable[[], Any]

    def checks(self) -> float:
        """Microseconds of the checks of one request."""
        from flask import request

        from shared.access.reader import may
        from shared.web.access import signed_in

        with self.app.test_request_context(ADDRESS, headers=self.headers):
            self.app.preprocess_request()
            assert request.endpoint
            reader = signed_in()
            begun = time.perf_counter()
            for _ in range(TIMES):
                assert self.enforce() is None
                assert may(reader, "grants.calls.read", PROGRAMME)
            return (time.perf_counter() - begun) / TIMES * 1e6

    def requests(self) -> float:
        """Microseconds of one whole request."""
        client = self.app.test_client()
        begun = time.perf_counter()
        for _ in range(TIMES):
            assert client.get(ADDRESS, headers=self.headers).status_code == 200
        return (time.perf_counter() - begun) / TIMES * 1e6


@contextmanager
def stage() -> Iterator[Permitting]:
    """Grants with nothing in it, on SQLite."""
    from services.grants.app import create, definition
    from shared.access.reader import Reader, RoleGrant
    from shared.access.roles import Role
    from shared.access.tokens import TokenSigner
    from shared.clock import SystemClock
    from shared.migrations.migrating import migrate
    from shared.service import Service
    from shared.settings import Settings
    from shared.web.composing import token_key

    with folder("permitting") as home:
        settings = Settings(home=home, public_url="http://localhost:8000", log_level="WARNING")
        migrate(settings, [definition()])
        key = token_key(settings)
        service = Service.open(definition(), settings)
        try:
            app = create(service)
            signer = TokenSigner(key, audience=settings.installation, clock=SystemClock())
            grants = (RoleGrant(Role.programme_officer, PROGRAMME),)
            token = signer.sign(Reader("officer-1", "session-1", "Mira Primer", grants))
            before = app.before_request_funcs[None]
            enforce = next(one for one in before if one.__name__ == "enforce")
            yield Permitting(app, {"Authorization": f"Bearer {token}"}, enforce)
        finally:
            service.close()


SHARE = Measure(
    name="permission-checks",
    order=125,
    row="the permission checks of a request (a short one: a list of calls, SQLite)",
    against="the whole request",
    unit="µs",
    at_most=0.05,
    stage=stage,
    ours=Permitting.checks,
    peer=Permitting.requests,
)

"""The application list made again on PostgreSQL, beside a bare cursor over the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.load.measure import Measure

EVENTS: Final = 200_000


@contextmanager
def stage() -> Iterator[Any]:
    """A log of applications."""
    from tests import servers
    from tests.load.databases import folder
    from tests.load.rebuilt import applications

    server = servers.ensure("postgresql").url
    with folder("rebuilding") as path, applications(path, server, events=EVENTS) as home:
        yield home


def ours(home: Any) -> float:
    from tests.load.rebuilt import rebuilt

    return rebuilt(home)


def peer(home: Any) -> float:
    from tests.load.rebuilt import fetched

    return fetched(home)


REBUILD: Final = Measure(
    name="rebuild-postgresql",
    order=8,
    row="rebuild of the application list from 200,000 events, PostgreSQL",
    against="bare server-side cursor over the same rows",
    unit="events/s",
    at_least=0.3,
    stage=stage,
    ours=ours,
    peer=peer,
)

"""The whole log read as event objects, beside the notification log of `eventsourcing`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.load.appending import Stage
from tests.load.measure import Measure
from tests.load.peer import Peer

EVENTS = 200_000


@contextmanager
def stage() -> Iterator[Stage]:
    """Both logs filled; ours with its positions."""
    from tests import servers
    from tests.load.appended import all_in_place, fill, installed, sequencing
    from tests.load.databases import database, folder

    server = servers.ensure("postgresql").url
    with ExitStack() as stack:
        settings = stack.enter_context(installed(stack.enter_context(folder("replaying")), server))
        url = stack.enter_context(database("bench_replay"))
        peer = stack.enter_context(Peer("eventsourcing_store"))
        with sequencing(settings):
            fill(settings, EVENTS)
            while not all_in_place(settings):
                pass
        peer.ask("fill", url=url, events=EVENTS)
        yield Stage(settings, {"eventsourcing_store": peer}, {"url": url})


def ours(stage: Stage) -> float:
    from tests.load.appended import replay

    return replay(stage.settings, EVENTS)


REPLAY = Measure(
    name="replay-postgresql",
    order=7,
    row="replay of 200,000 events from PostgreSQL, decoded to event objects",
    against="`eventsourcing` notification log, decoded",
    unit="events/s",
    at_least=3,
    aim=5,
    stage=stage,
    ours=ours,
    peer=lambda stage: stage.peer("eventsourcing_store", "replay", events=EVENTS),
)

"""Exchanges and queues, the same on RabbitMQ and on kombu's in-process transport.

``<installation>.events``   topic, routing key ``<source>.<type>``, ``<source>.head`` and
                            ``<source>.checkpoint``
``<installation>.replay``   direct, routing key the source that is asked to send again
``<installation>.<service>``         quorum queue of a consuming service, single active consumer
``<installation>.<service>.replay``  requests to a source, and cosignatures for it
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from kombu import Connection, Exchange, Queue

from shared.settings import Settings

POSITION_HEADER: Final = "zanat-position"
SOURCE_HEADER: Final = "zanat-source"
HEAD_HEADER: Final = "zanat-head"
CHECKPOINT_HEADER: Final = "zanat-checkpoint"
COSIGNATURE_HEADER: Final = "zanat-cosignature"
HEAD_SECONDS: Final = 1.0
CHECKPOINT_AGAIN_SECONDS: Final = 10.0
HEAD_LIVES_SECONDS: Final = 10
HEARTBEAT_SECONDS: Final = 30
POSITION_MAX: Final = 2**62


class ReplayRequest(msgspec.Struct, frozen=True):
    """Please send positions from ``start`` on again, to this queue, at most ``limit`` of them."""

    queue: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    start: Annotated[int, msgspec.Meta(ge=0, le=POSITION_MAX)]
    limit: Annotated[int, msgspec.Meta(ge=1)]


def connect(settings: Settings) -> Connection:
    """A connection; not yet opened. Heartbeats are checked by whoever loops over it."""
    return Connection(
        settings.broker_url,
        heartbeat=0 if in_process(settings) else HEARTBEAT_SECONDS,
        connect_timeout=10,
    )


def in_process(settings: Settings) -> bool:
    """Whether the queue lives in this process only."""
    return settings.broker_url.startswith("memory://")


def events_exchange(settings: Settings) -> Exchange:
    return Exchange(f"{settings.installation}.events", type="topic", durable=True)


def replay_exchange(settings: Settings) -> Exchange:
    return Exchange(f"{settings.installation}.replay", type="direct", durable=True)


def service_queue(settings: Settings, service: str, sources: tuple[str, ...]) -> list[Queue]:
    """The queue of a consuming service, once per binding."""
    arguments = (
        None
        if in_process(settings)
        else {"x-queue-type": "quorum", "x-single-active-consumer": True}
    )
    return [
        Queue(
            f"{settings.installation}.{service}",
            exchange=events_exchange(settings),
            routing_key=f"{source}.#",
            durable=True,
            queue_arguments=arguments,
        )
        for source in sources
    ]


def replay_queue(settings: Settings, service: str) -> Queue:
    return Queue(
        f"{settings.installation}.{service}.replay",
        exchange=replay_exchange(settings),
        routing_key=service,
        durable=True,
        queue_arguments=None if in_process(settings) else {"x-queue-type": "quorum"},
    )

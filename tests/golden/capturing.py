"""What a relay and a consumer really send, caught from a queue in memory.

capture(tmp_path, [envelope, ...])
->  {"grants.call.opened.v1": {"routing_key": ..., "headers": ..., "body": ...}, "head": ...}
"""

from __future__ import annotations

import json
import threading
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from kombu import Consumer
from kombu.message import Message

from shared.bus.consumer import ServiceConsumer
from shared.bus.relay import Relay
from shared.bus.topology import connect, replay_queue, service_queue
from shared.events.envelope import decode
from shared.events.event import PREFIX
from shared.events.tables import EVENTS, LOG
from shared.log.leaf import leaf_hash
from shared.migrations.migrating import migrate
from shared.service import Definition, Service
from shared.settings import Settings
from tests.store.domain import until

READER = "audit"
PROPERTIES = ("delivery_mode", "expiration")


def capture(folder: Path, envelopes: list[bytes]) -> dict[str, dict[str, Any]]:
    """Put envelopes into their services' logs and let them be relayed."""
    settings = Settings(home=folder, installation=f"g{uuid.uuid4().hex[:10]}")
    by_source: dict[str, list[bytes]] = {}
    for raw in envelopes:
        by_source.setdefault(decode(raw).source, []).append(raw)
    sources = tuple(sorted(by_source))
    definitions = {name: Definition(name=name) for name in sources}
    reader = Definition(name=READER, follows=sources[:1])
    migrate(settings, [*definitions.values(), reader])
    opened = {name: Service.open(made, settings) for name, made in definitions.items()}
    for name, service in opened.items():
        fill(service, by_source[name])
    found = caught(settings, opened)
    listening = Service.open(reader, settings)
    found["replay-request"] = asked(settings, listening, sources[0])
    for service in (*opened.values(), listening):
        service.close()
    return found


def fill(service: Service, envelopes: list[bytes]) -> None:
    """A log of these bytes, each event in a stream of its own."""
    with service.database.writing() as connection:
        for position, raw in enumerate(envelopes):
            envelope = decode(raw)
            connection.execute(
                EVENTS.insert().values(
                    event_id=envelope.id,
                    stream=f"golden/{position}",
                    version=1,
                    type=envelope.type,
                    envelope=raw,
                )
            )
            connection.execute(
                LOG.insert().values(
                    position=position, event_id=envelope.id, leaf_hash=leaf_hash(raw)
                )
            )


def caught(settings: Settings, services: dict[str, Service]) -> dict[str, dict[str, Any]]:
    """Every message of these services' relays, by type; one head for all."""
    found: dict[str, dict[str, Any]] = {}
    heads: set[str] = set()

    def keep(message: Message) -> None:
        told = as_told(settings, message)
        source = told["headers"]["zanat-source"]
        if "zanat-head" in told["headers"]:
            heads.add(source)
            if source == min(services):
                found["head"] = told
        elif "zanat-checkpoint" in told["headers"]:
            if source == min(services):
                found["checkpoint"] = told
        else:
            found[told["body"]["type"].removeprefix(PREFIX)] = told
        message.ack()

    with connect(settings) as connection:
        channel = connection.channel()
        queues = [q(channel) for q in service_queue(settings, READER, tuple(services))]
        for queue in queues:
            queue.declare()
        relays = [Relay(service) for service in services.values()]
        threads = [threading.Thread(target=relay.run) for relay in relays]
        for thread in threads:
            thread.start()
        with Consumer(channel, queues=queues[:1], on_message=keep):
            until(lambda: drained(connection) or heads == set(services))
        for relay in relays:
            relay.stop()
        for thread in threads:
            thread.join(10)
    return found


def drained(connection: Any) -> bool:
    with suppress(TimeoutError):
        connection.drain_events(timeout=0.2)
    return False


def asked(settings: Settings, reader: Service, source: str) -> dict[str, Any]:
    """The request of a consumer that begins to listen."""
    consumer = ServiceConsumer(reader)
    with connect(settings) as connection:
        queue = replay_queue(settings, source)(connection.channel())
        queue.declare()
        thread = threading.Thread(target=consumer.run)
        thread.start()
        found: list[Any] = []

        def got() -> bool:
            found.extend(message for message in (queue.get(),) if message is not None)
            return bool(found)

        until(got)
        consumer.stop()
        thread.join(10)
        return as_told(settings, found[0])


def as_told(settings: Settings, message: Message) -> dict[str, Any]:
    """A message as it travels; installation and positions, which vary, are only named."""
    body = message.body if isinstance(message.body, str) else message.body.decode()
    info = message.delivery_info
    told = {
        "exchange": info["exchange"],
        "routing_key": info["routing_key"],
        "headers": {k: named(v) for k, v in message.headers.items()},
        "content_type": message.content_type,
        "content_encoding": message.content_encoding,
        "properties": {k: v for k, v in message.properties.items() if k in PROPERTIES},
        "body": signed(body) if "zanat-checkpoint" in message.headers else json.loads(body),
    }
    return json.loads(json.dumps(told).replace(settings.installation, "<installation>"))


def signed(note: str) -> list[str]:
    """A checkpoint's lines; size, root and signature, which vary, are only named."""
    origin, _size, _root, empty, *lines = note.splitlines()
    names = [line.rpartition(" ")[0] for line in lines]
    return [origin, "<size>", "<root>", empty, *(f"{name} <signature>" for name in names)]


def named(header: Any) -> Any:
    """A position is a whole number, never text."""
    return "<position>" if type(header) is int else header

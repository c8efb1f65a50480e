"""kombu with nothing around it: confirms in windows, and a bare consumer that acks in batches.

The consumer is a process of its own: ``python -m tests.load.peers.kombu_alone URL NAME PREFETCH``
writes a line with the monotonic clock once it has taken as many messages as its input's line says.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from typing import Any

from kombu import Connection, Consumer, Exchange, Producer, Queue

from tests.load.peers.serving import serve

ACKNOWLEDGED_TOGETHER = 250
ROUTING_KEY = "trainings.org.zanat.trainings.step.noted.v1"


def declared(name: str) -> tuple[Exchange, Queue]:
    exchange = Exchange(f"{name}.events", type="topic", durable=True)
    queue = Queue(
        f"{name}.bare",
        exchange=exchange,
        routing_key="trainings.#",
        durable=True,
        queue_arguments={"x-queue-type": "quorum", "x-single-active-consumer": True},
    )
    return exchange, queue


class Publisher:
    """kombu's Producer; confirms are awaited once a window."""

    def __init__(self, connection: Connection, exchange: Exchange) -> None:
        self._connection = connection
        channel: Any = connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        exchange(channel).declare()
        self._producer = Producer(channel, exchange=exchange)
        self._sent = self._confirmed = 0

    def send(self, position: int, raw: bytes) -> None:
        self._producer.publish(
            raw,
            routing_key=ROUTING_KEY,
            headers={"zanat-source": "trainings", "zanat-position": position},
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
            delivery_mode=2,
            mandatory=True,
        )
        self._sent += 1

    def confirm(self) -> None:
        while self._confirmed < self._sent:
            self._connection.drain_events(timeout=15)

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        self._confirmed = delivery_tag if multiple else self._confirmed + 1


class Throughput:
    """A publisher here, a consumer in another process, the same bytes again each round."""

    def __init__(self, url: str, name: str, raws: list[bytes], window: int, prefetch: int) -> None:
        self._raws, self._window = raws, window
        command = [sys.executable, "-m", "tests.load.peers.kombu_alone"]
        self._consumer = subprocess.Popen(
            [*command, url, name, str(prefetch)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self._line() == "ready"
        self._connection = Connection(url)
        self._publisher = Publisher(self._connection, declared(name)[0])

    def round(self) -> float:
        """Messages a second, from before the first is sent to after the last is acknowledged."""
        assert self._consumer.stdin
        self._consumer.stdin.write(f"{len(self._raws)}\n")
        began = time.monotonic()
        for start in range(0, len(self._raws), self._window):
            for position, raw in enumerate(self._raws[start : start + self._window], start):
                self._publisher.send(position, raw)
            self._publisher.confirm()
        return len(self._raws) / (float(self._line()) - began)

    def close(self) -> None:
        assert self._consumer.stdin
        self._connection.release()
        self._consumer.stdin.close()
        self._consumer.wait(20)

    def _line(self) -> str:
        assert self._consumer.stdout
        return self._consumer.stdout.readline().strip()


def consume(url: str, name: str, prefetch: int) -> None:
    """The bare consumer."""
    taken = wanted = 0

    def take(message: Any) -> None:
        nonlocal taken
        taken += 1
        if taken % ACKNOWLEDGED_TOGETHER == 0 or taken == wanted:
            message.ack(multiple=True)

    with Connection(url) as connection:
        channel = connection.channel()
        queue = declared(name)[1](channel)
        queue.declare()
        consumer = Consumer(
            channel, queues=[queue], on_message=take, prefetch_count=prefetch, auto_declare=False
        )
        with consumer:
            print("ready", flush=True)
            for line in sys.stdin:
                taken, wanted = 0, int(line)
                while taken < wanted:
                    connection.drain_events(timeout=60)
                print(time.monotonic(), flush=True)


class RoundTrip:
    """Publishes one and waits for it, on one connection in one thread."""

    def __init__(self, url: str, name: str, raws: list[bytes]) -> None:
        self._raws = raws
        self._connection = Connection(url)
        exchange, queue = declared(name)
        channel = self._connection.channel()
        self._publisher = Publisher(self._connection, exchange)
        queue(channel).declare()
        self._arrived = False
        self._consumer = Consumer(
            channel, queues=[queue(channel)], on_message=self._take, auto_declare=False
        )
        self._consumer.consume()

    def times(self, idle_seconds: float) -> list[float]:
        """Milliseconds from before publishing to after the acknowledgement, one a message."""
        found = []
        for position, raw in enumerate(self._raws):
            time.sleep(idle_seconds)
            self._arrived = False
            began = time.monotonic()
            self._publisher.send(position, raw)
            while not self._arrived:
                self._connection.drain_events(timeout=10)
            found.append((time.monotonic() - began) * 1000)
            self._publisher.confirm()
        return found

    def close(self) -> None:
        self._connection.release()

    def _take(self, message: Any) -> None:
        message.ack()
        self._arrived = True


STAGED: dict[str, Any] = {}


def prepare(
    url: str, name: str, raws: list[str], window: int, prefetch: int, *, single: bool
) -> None:
    """Connect, with the base64 of the messages' bytes."""
    bodies = [base64.b64decode(raw) for raw in raws]
    STAGED["at"] = (
        RoundTrip(url, name, bodies) if single else Throughput(url, name, bodies, window, prefetch)
    )


def throughput() -> float:
    """One round of the prepared messages, a rate."""
    return float(STAGED["at"].round())


def round_trips(idle_seconds: float) -> list[float]:
    """Milliseconds, one a message."""
    return list(STAGED["at"].times(idle_seconds))


def finish() -> None:
    """Disconnect."""
    STAGED.pop("at").close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        consume(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        serve(prepare=prepare, throughput=throughput, round_trips=round_trips, finish=finish)

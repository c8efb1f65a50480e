"""What a window of messages is made of, and when it is confirmed."""

from __future__ import annotations

import socket
import struct
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from amqp import spec
from amqp.basic_message import Message
from amqp.method_framing import frame_writer
from amqp.serialization import dumps
from amqp.transport import TCPTransport

from shared.bus.frames import CONTENT_ENCODING, CONTENT_TYPE, Frames
from shared.bus.handing import BYTES_MAX, ENTRIES_MAX, Handed
from shared.bus.publishing import WRITE_BYTES, ConfirmTimeout, WindowPublisher, take_events
from shared.bus.relay import REPLAY_LIMIT_MAX, WINDOW, WINDOWS_AHEAD, Sending, _replay
from shared.bus.topology import POSITION_HEADER, SOURCE_HEADER, ReplayRequest


def as_py_amqp_writes(key: str, position: int, body: bytes, frame_max: int) -> bytes:
    """The bytes that the library sends for the same message."""
    written: list[bytes] = []
    transport = SimpleNamespace(write=lambda part: written.append(bytes(part)))
    connection = SimpleNamespace(frame_max=frame_max, bytes_sent=0)
    message = Message(
        body,
        content_type=CONTENT_TYPE,
        content_encoding=CONTENT_ENCODING,
        application_headers={SOURCE_HEADER: "grants", POSITION_HEADER: position},
        delivery_mode=2,
    )
    arguments = dumps("Bssbb", (0, "zanat.events", key, True, False))
    write = frame_writer(connection, transport)
    write(1, 3, spec.Basic.Publish, arguments, message)
    return b"".join(written)


@pytest.mark.parametrize("position", [0, 1, 2**31 - 1, 2**31, 2**62])
@pytest.mark.parametrize("length", [1, 700, 4_088, 4_089, 60_000])
def test_frames_are_those_of_py_amqp(position: int, length: int) -> None:
    frames = Frames(
        channel=3, exchange="zanat.events", source="grants", mandatory=True, frame_bytes_max=4_096
    )
    body = b"x" * length
    for key in ("grants.org.zanat.grants.call.opened.v1", "grants.other", "grants.other"):
        wanted = as_py_amqp_writes(key, position, body, 4_096)
        assert frames.of(key, position, body) == wanted


# Confirms


class Channel:
    """As much of a channel as a publisher needs; the test is the broker."""

    channel_id = 1

    def __init__(self) -> None:
        self.events: dict[str, set[Any]] = {
            "basic_ack": set(), "basic_nack": set(), "basic_return": set()
        }  # fmt: skip
        self.closed = False

    def confirm_select(self) -> None: ...

    def close(self) -> None:
        self.closed = True


class Log:
    """A log in memory, and what is kept of the cursor."""

    def __init__(self, count: int) -> None:
        self.all = [(n, "t", b"{}") for n in range(count)]
        self.kept: list[int] = []

    def entries(self, *, start: int, limit: int) -> list[tuple[int, str, bytes]]:
        return self.all[start : start + limit]

    def keep(self, position: int) -> None:
        self.kept.append(position)


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> WindowPublisher:
    """One whose broker is silent until the test speaks."""
    channel = Channel()
    amqp = SimpleNamespace(
        frame_writer=None, frame_max=131_072, bytes_sent=0,
        transport=SimpleNamespace(write=lambda _part: None),
    )  # fmt: skip
    connection = SimpleNamespace(channel=lambda: channel, connection=amqp)
    monkeypatch.setattr("shared.bus.publishing.take_events", lambda _connection: False)
    monkeypatch.setattr("shared.bus.publishing.Producer", lambda *_args, **_options: None)
    exchange: Any = lambda _channel: SimpleNamespace(declare=lambda: None)  # noqa: E731
    exchange = type("Named", (), {"name": "x", "__call__": staticmethod(exchange)})()
    return WindowPublisher(connection, exchange, confirms=True, source="grants")


def ack(publisher: WindowPublisher, tag: int, *, multiple: bool = False) -> None:
    publisher._on_ack(tag, multiple)


def test_confirms_in_any_order_count_up_to_the_first_that_is_missing(
    publisher: WindowPublisher,
) -> None:
    publisher.send_entries(Log(9).all, key=str)
    for tag, multiple, confirmed in [
        (3, False, 0), (2, True, 3), (5, False, 3), (6, False, 3), (4, False, 6), (8, True, 8),
        (7, True, 8), (9, False, 9),
    ]:  # fmt: skip
        ack(publisher, tag, multiple=multiple)
        assert publisher.confirmed == confirmed
    publisher.confirm()


def test_the_cursor_follows_the_confirms_and_never_runs_ahead(
    publisher: WindowPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.relay.WINDOW", 3)
    monkeypatch.setattr("shared.bus.relay._KEEP_SECONDS", -1.0)
    log = Log(10)
    sending = Sending("grants", log, publisher, -1)
    assert [sending.turn() for _ in range(4)] == [3, 3, 0, 0] and WINDOWS_AHEAD == 2
    assert log.kept == []
    ack(publisher, 2, multiple=True)
    assert sending.turn() == 0 and log.kept == []
    ack(publisher, 3)
    assert sending.turn() == 3 and log.kept == [2]
    ack(publisher, 9, multiple=True)
    assert [sending.turn(), sending.turn()] == [1, 0] and log.kept == [2, 8]
    ack(publisher, 10)
    sending.turn()
    assert log.kept == [2, 8, 9]


def test_a_broker_that_does_not_confirm_is_left(
    publisher: WindowPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending("grants", Log(2), publisher, -1)
    assert sending.turn() == 2
    monkeypatch.setattr("shared.bus.relay.CONFIRM_TIMEOUT_SECONDS", -1.0)
    with pytest.raises(ConfirmTimeout):
        sending.turn()


def test_a_message_that_the_broker_refuses_begins_the_connection_anew(
    publisher: WindowPublisher,
) -> None:
    publisher.send_entries(Log(2).all, key=str)
    with pytest.raises(ConfirmTimeout):
        publisher._on_nack(1, False)


def test_a_broker_that_stops_within_a_frame_keeps_nobody() -> None:
    """What there is of the frame is kept until the rest comes."""
    here, there = socket.socketpair()
    transport = TCPTransport("localhost")
    transport.sock = here
    transport._setup_transport()
    frames: list[tuple[int, int, bytes]] = []
    amqp = SimpleNamespace(transport=transport, on_inbound_frame=frames.append)
    connection: Any = SimpleNamespace(connection=amqp)
    whole = struct.pack(">BHI", 3, 1, 1_000) + bytes(1_000) + b"\xce"
    taken: list[bool] = []
    with here, there:
        for part in (whole[:3], whole[3:400], whole[400:] + whole[:9], whole[9:]):
            there.sendall(part)
            taking = threading.Thread(target=lambda: taken.append(take_events(connection)))
            taking.daemon = True
            taking.start()
            taking.join(5)
            assert not taking.is_alive()
    assert taken == [False, False, True, True]
    assert frames == [(3, 1, bytes(1_000))] * 2


def test_what_was_handed_over_is_not_read_and_what_lies_between_is(
    publisher: WindowPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    send = publisher.send_entries

    def sending_entries(entries: list[Any], **options: Any) -> int:
        sent.extend(position for position, _, _ in entries)
        return send(entries, **options)

    monkeypatch.setattr(publisher, "send_entries", sending_entries)
    monkeypatch.setattr("shared.bus.relay.WINDOW", 3)
    monkeypatch.setattr("shared.bus.relay.WINDOWS_AHEAD", 100)
    log = Log(20)
    handed = Handed(log.all[n] for n in (3, 4, 5, 6, 7, 11, 12, 15))
    reads: list[int] = []
    read = log.entries

    def entries(*, start: int, limit: int) -> list[tuple[int, str, bytes]]:
        reads.append(start)
        return read(start=start, limit=limit)

    log.entries = entries  # type: ignore[method-assign]
    sending = Sending("grants", log, publisher, 4, handed)
    while sending.turn():
        pass
    assert sent == list(range(5, 20))
    assert reads == [8, 13, 16, 19, 20]


@pytest.mark.parametrize(
    ("limit", "last"), [(1, 10), (WINDOW, WINDOW + 9), (WINDOW + 1, WINDOW + 10), (10**9, 5_009)]
)
def test_what_is_asked_for_again_is_read_and_sent_window_by_window(
    publisher: WindowPublisher, monkeypatch: pytest.MonkeyPatch, limit: int, last: int
) -> None:
    log = Log(6_000)
    sent: list[list[int]] = []

    def send_entries(entries: list[Any], **_options: Any) -> None:
        sent.append([position for position, _, _ in entries])

    monkeypatch.setattr(publisher, "send_entries", send_entries)
    _replay(ReplayRequest("there", 10, limit), publisher, log)
    assert [position for part in sent for position in part] == list(range(10, last + 1))
    assert max(map(len, sent)) <= WINDOW and last < 10 + REPLAY_LIMIT_MAX
    sent.clear()
    _replay(ReplayRequest("there", 5_900, limit), publisher, log)
    assert [position for part in sent for position in part] == list(
        range(5_900, min(6_000, 5_900 + limit))
    )


def test_large_entries_are_not_joined_as_a_whole(publisher: WindowPublisher) -> None:
    written: list[int] = []
    amqp: Any = publisher._connection.connection
    amqp.transport.write = lambda part: written.append(len(part))
    large = WRITE_BYTES // 4
    entries = [(n, "t", bytes(large)) for n in range(10)]
    assert publisher.send_entries(entries, key=str) == amqp.bytes_sent == 10
    assert len(written) == 3 and max(written) < WRITE_BYTES + 2 * large


def test_little_is_handed_over_however_large_it_is() -> None:
    handed = Handed((n, "t", b"{}") for n in range(ENTRIES_MAX - 1))
    assert handed.has_room()
    handed.put([(ENTRIES_MAX - 1, "t", b"{}")])
    assert not handed.has_room()
    handed.clear()
    assert handed.has_room() and handed.first() is None
    handed.put((n, "t", bytes(BYTES_MAX // 4)) for n in range(4))
    assert not handed.has_room()
    assert handed.take()[0] == 0 and handed.first() == 1
    assert handed.has_room()

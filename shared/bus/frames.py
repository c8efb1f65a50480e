"""The bytes that publish entries of a log on an AMQP channel, made for a whole window at once.

    frames = Frames(channel=1, exchange="zanat.events", source="grants", mandatory=True)
    connection.transport.write(b"".join(frames.of("grants.…v1", position, raw) for ...))

Of the messages of one log only routing key, position and body differ: all else is made once. These
are the bytes that py-amqp writes for the same message; a test compares them. Source: AMQP 0-9-1,
sections 2.3.5 (frames), 1.8.3.7 (basic.publish) and 4.2.6.1 (content header).
"""

from __future__ import annotations

import struct
from typing import Final

from amqp.serialization import dumps

from shared.bus.topology import POSITION_HEADER, SOURCE_HEADER

CONTENT_TYPE: Final = "application/cloudevents+json"
CONTENT_ENCODING: Final = "utf-8"
PERSISTENT: Final = 2

_END: Final = b"\xce"
_METHOD, _HEADER, _BODY = 1, 2, 3
_BASIC, _PUBLISH = 60, 40
_FLAGS: Final = 0xF000
"""Content type, content encoding, headers and delivery mode are there."""
_INT_MAX: Final = 2**31 - 1
_FRAME: Final = struct.Struct(">BHI")
_CONTENT: Final = struct.Struct(">HHQ")


class Frames:
    """For one channel, exchange and log."""

    def __init__(
        self,
        *,
        channel: int,
        exchange: str,
        source: str,
        mandatory: bool,
        frame_bytes_max: int = 131_072,
    ) -> None:
        self._channel = channel
        self._exchange = exchange
        self._mandatory = mandatory
        self._chunk = frame_bytes_max - 8
        self._methods: dict[str, bytes] = {}
        self._front = struct.pack(">H", _FLAGS) + dumps("ss", (CONTENT_TYPE, CONTENT_ENCODING))
        named: bytes = dumps("F", ({SOURCE_HEADER: source},))[4:]
        position = POSITION_HEADER.encode()
        self._named = named + bytes([len(position)]) + position

    def of(self, routing_key: str, position: int, body: bytes) -> bytes:
        """Method, header and body frames of one persistent message."""
        kind, value = (b"I", ">i") if position <= _INT_MAX else (b"L", ">q")
        table = self._named + kind + struct.pack(value, position)
        header = b"".join(
            (
                _CONTENT.pack(_BASIC, 0, len(body)),
                self._front,
                len(table).to_bytes(4),
                table,
                bytes([PERSISTENT]),
            )
        )
        method = self._methods.get(routing_key) or self._method(routing_key)
        parts = [method, _FRAME.pack(_HEADER, self._channel, len(header)), header, _END]
        for start in range(0, len(body), self._chunk):
            chunk = body[start : start + self._chunk]
            parts += (_FRAME.pack(_BODY, self._channel, len(chunk)), chunk, _END)
        return b"".join(parts)

    def _method(self, routing_key: str) -> bytes:
        arguments: bytes = dumps("Bssbb", (0, self._exchange, routing_key, self._mandatory, False))
        payload = struct.pack(">HH", _BASIC, _PUBLISH) + arguments
        frame: bytes = _FRAME.pack(_METHOD, self._channel, len(payload)) + payload + _END
        # (types of a service's events, and queues that ask: some tens)
        self._methods[routing_key] = frame
        return frame

"""What comes broken, foreign or too early harms one stream at most, and never a whole source."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from kombu import Exchange, Producer

import shared.bus.consumer as consuming
from shared.bus.applying import apply_batch
from shared.bus.consumer import hold
from shared.bus.effects import Unreadable
from shared.bus.parking import resolve_parked, retry_parked
from shared.bus.topology import (
    HEAD_HEADER,
    POSITION_HEADER,
    SOURCE_HEADER,
    events_exchange,
    replay_exchange,
)
from shared.events.envelope import Envelope
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.rebuilding import differences
from shared.events.tables import CURSORS, INBOX
from shared.service import Service
from tests.bus.conftest import RABBITMQ
from tests.bus.harbour import SOURCE, Harbour
from tests.store.domain import (
    BERTHS,
    HARBOUR,
    HARBOURS,
    TROUBLE,
    BoatSailed,
    launch,
    rows,
    sail,
)
from tests.store.writing import together


@pytest.fixture(params=["memory", RABBITMQ])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harbour]:
    """An installation of the test's own, since what it parks stays."""
    servers = request.param == "rabbitmq"
    found = Harbour.make(
        tmp_path,
        database_url=request.getfixturevalue("database_url") if servers else "",
        broker_url=request.getfixturevalue("broker_url") if servers else "memory://",
    )
    found.purge()
    yield found
    TROUBLE.streams = set()
    found.close()


def send(
    harbour: Harbour, body: Any, headers: dict[str, Any] | None, *, to: Exchange, key: str
) -> None:
    """One message of any kind."""
    with harbour.connection() as connection:
        producer = Producer(connection.channel(), exchange=to)
        producer.publish(
            body,
            routing_key=key,
            headers=headers or {},
            content_type="application/octet-stream",
            content_encoding="binary",
        )


def tell(harbour: Harbour, body: Any, **headers: Any) -> None:
    """Told to whoever listens to the source."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    exchange = events_exchange(harbour.home.settings)
    send(harbour, body, named, to=exchange, key=f"{SOURCE}.any")


def answer(harbour: Harbour, position: int, raw: bytes) -> None:
    """Sent as the source answers to whoever asks it to send again."""
    headers = {SOURCE_HEADER: SOURCE, POSITION_HEADER: position}
    queue = f"{harbour.home.settings.installation}.grants"
    send(harbour, raw, headers, to=Exchange(""), key=queue)


# Too many at once


def test_a_full_buffer_takes_what_is_nearer_and_lets_go_of_the_farthest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consuming, "AHEAD_MAX", 3)
    ahead: dict[int, bytes] = {}
    for position in (5, 7, 9, 11, 4, 6, 5):
        hold(ahead, position, b"%d" % position)
    assert ahead == {4: b"4", 5: b"5", 6: b"6"}


def test_more_messages_ahead_than_are_held_stop_nothing(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is lost and more than the buffer holds came in its place."""
    monkeypatch.setattr(consuming, "AHEAD_MAX", 5)
    before = len(harbour.log())
    for n in range(4):
        launch(harbour.boats, f"many-{n}", sail=4)
    entries = harbour.log()[before:]
    harbour.lose_unsent()
    harbour.publish(entries[1:])
    with harbour.moving(relay=False):
        harbour.idle()
    harbour.publish(entries[1:])
    with harbour.moving():
        harbour.wait()
    harbour.assert_all_told()


# Not ours, or not to be read


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SOURCE_HEADER: "nobody", POSITION_HEADER: 0},
        {SOURCE_HEADER: 7, POSITION_HEADER: 0},
        {SOURCE_HEADER: SOURCE},
        {SOURCE_HEADER: SOURCE, POSITION_HEADER: "first"},
        {SOURCE_HEADER: SOURCE, POSITION_HEADER: -3},
        {SOURCE_HEADER: SOURCE, POSITION_HEADER: 2**63 - 1},
        {SOURCE_HEADER: SOURCE, HEAD_HEADER: "far"},
    ],
    ids=str,
)
def test_a_foreign_message_is_skipped(harbour: Harbour, headers: dict[str, Any]) -> None:
    tell(harbour, b"{}", **headers)
    with harbour.moving():
        launch(harbour.boats, f"foreign-{len(harbour.log())}", sail=1)
        harbour.wait()
        harbour.idle()
    harbour.assert_all_told()
    assert harbour.parked() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"{}", b'{"queue":"x"}', b'{"queue":"x","start":-1,"limit":5}',
     b'{"queue":"x","start":1000000000000000000000,"limit":5}'],
    ids=str,
)  # fmt: skip
def test_a_malformed_request_to_send_again_is_skipped(harbour: Harbour, body: bytes) -> None:
    exchange = replay_exchange(harbour.home.settings)
    with harbour.home.moving(harbour.relay()):
        send(harbour, body, None, to=exchange, key=SOURCE)
        launch(harbour.boats, f"asked-{len(harbour.log())}", sail=1)
        harbour.lose_unsent()
        with harbour.moving(relay=False):
            harbour.wait()
    harbour.assert_all_told()


def test_bytes_that_are_no_envelope_are_parked_and_the_source_flows_on(own: Harbour) -> None:
    """They are so in the source's own answer, hence for good."""
    for name in ("first", "bad", "last"):
        launch(own.boats, name, sail=2)
    log = own.log()
    own.lose_unsent()
    with own.moving(relay=False):
        own.idle()
        for position, raw in log:
            answer(own, position, b'{"specversion":' if position == 4 else raw)
        own.wait()
    (letter,) = own.parked()
    assert (letter.stream, letter.position, letter.type) == ("unreadable/4", 4, "unreadable")
    assert bytes(letter.envelope) == b'{"specversion":' and letter.error == "Unreadable"
    assert {row[0]: row[3] for row in rows(own.harbours, HARBOUR)} == {
        "first": "1 2 ", "bad": "2 ", "last": "1 2 "
    }  # fmt: skip
    assert differences(own.harbours) == []
    with pytest.raises(Unreadable):
        retry_parked(own.harbours, SOURCE, "unreadable/4")
    assert own.parked() == [letter]
    assert resolve_parked(own.harbours, SOURCE, "unreadable/4", resolution="it was a test") == 1


@pytest.mark.parametrize("subject", ["boat/" + "x" * 200, "boat/\u0000"])
def test_an_envelope_that_cannot_be_kept_is_parked_too(own: Harbour, subject: str) -> None:
    launch(own.boats, "one")
    ((_, raw),) = own.log()
    name = subject.replace("\u0000", "\\u0000").encode()
    bad = raw.replace(b'"boat/one"', b'"' + name + b'"')
    assert apply_batch(own.harbours, {SOURCE: {0: bad, 1: raw}}) == {SOURCE: 1}
    assert [letter.stream for letter in own.parked()] == ["unreadable/0"]
    assert [row[0] for row in rows(own.harbours, HARBOUR)] == ["one"]


# Followed


TOLD = "told-"


def follower(own: Harbour, trouble: set[int]) -> Service:
    """The harbours, following every log that the boats write: a row for each that they are told."""

    def on_followed(at: Projecting, _envelope: Envelope, position: int, _raw: bytes) -> None:
        if position in trouble:
            raise ValueError("a stone in the water near Ana")
        at.make(BERTHS, {"id": f"{TOLD}{position}", "taken": position})

    return own.home.open(replace(HARBOURS, follows=(SOURCE,), on_followed=on_followed))


def told(service: Service) -> list[int]:
    return [row[1] for row in rows(service, BERTHS) if row[0].startswith(TOLD)]


def test_who_follows_and_fails_parks_one_stream(own: Harbour) -> None:
    trouble = {2}
    service = follower(own, trouble)
    launch(own.boats, "bad", sail=3)
    launch(own.boats, "good", sail=1)
    assert apply_batch(service, {SOURCE: dict(own.log())}) == {SOURCE: 5}
    assert told(service) == [0, 1, 3, 4, 5]
    assert [(letter.position, letter.error) for letter in own.parked()] == [
        (2, "ValueError"), (3, "behind a parked event")
    ]  # fmt: skip
    assert [row[3] for row in rows(service, HARBOUR)] == ["1 ", "1 "]
    assert [row[1] for row in rows(service, INBOX)] == [0, 1, 3, 4, 5]
    trouble.clear()
    assert retry_parked(service, SOURCE, "boat/bad") == 2
    assert told(service) == [0, 1, 2, 3, 4, 5]
    assert [row[3] for row in rows(service, HARBOUR)] == ["1 2 3 ", "1 "]
    assert [row[1] for row in rows(service, INBOX)] == [0, 1, 2, 3, 4, 5]


# Two operators


def test_two_who_retry_at_once_apply_each_event_once(own: Harbour) -> None:
    inside = threading.Event()

    def slowly(at: Projecting, _recorded: Recorded) -> None:
        inside.set()
        if at.connection.dialect.name == "postgresql":
            at.connection.execute(sa.text("select pg_sleep(0.3)"))

    slow = Projection("slow", 1, (BERTHS,), slowly, (BoatSailed,))
    service = own.home.open(replace(HARBOURS, projections=(*HARBOURS.projections, slow)))
    TROUBLE.streams = {"boat/bad"}
    launch(own.boats, "bad", sail=2)
    sail(own.boats, "bad")
    apply_batch(service, {SOURCE: dict(own.log())})
    TROUBLE.streams = set()
    done: list[int] = []

    def retry(n: int) -> None:
        if n:
            assert inside.wait(10)
        done.append(retry_parked(service, SOURCE, "boat/bad"))

    assert together(2, retry) == []
    assert sum(done) == 4 and own.parked() == []
    assert rows(service, HARBOUR) == [("bad", "Ana", 3, "1 2 3 ")]
    assert rows(service, BERTHS) == [("bad", 1)]


# Remembered


def test_a_remembered_cursor_that_is_not_right_changes_nothing(own: Harbour) -> None:
    """Somebody else was at work meanwhile, or there is less than was thought."""
    launch(own.boats, "one", sail=5)
    log = dict(own.log())
    known: dict[str, int] = {}
    assert apply_batch(own.harbours, {SOURCE: {0: log[0], 1: log[1]}}, known) == {SOURCE: 1}
    assert own.in_memory or known == {SOURCE: 1}
    for wrong in (0, 3):
        ahead = {SOURCE: dict(log)}
        known[SOURCE] = wrong
        apply_batch(own.harbours, ahead, known)
        assert own.cursor() == 5 and ahead == {SOURCE: {}}
        assert own.in_memory or known == {SOURCE: 5}
    own.assert_all_told()


def test_a_remembered_cursor_that_is_gone_is_not_believed(own: Harbour) -> None:
    """The database was put back to before the first message: it is told from the beginning."""
    launch(own.boats, "one", sail=2)
    known: dict[str, int] = {}
    assert apply_batch(own.harbours, {SOURCE: dict(own.log())}, known) == {SOURCE: 2}
    with own.harbours.database.writing() as connection:
        connection.execute(sa.delete(CURSORS))
    sail(own.boats, "one")
    log = dict(own.log())
    assert apply_batch(own.harbours, {SOURCE: {3: log[3]}}, known) == {}
    assert rows(own.harbours, HARBOUR)[0][2] == 2
    with own.harbours.database.writing() as connection:
        connection.execute(CURSORS.insert().values(source=SOURCE, position=2))
    assert apply_batch(own.harbours, {SOURCE: {3: log[3]}}, known) == {SOURCE: 3}
    own.assert_all_told()


def test_a_remembered_cursor_does_not_pass_over_a_parked_stream(own: Harbour) -> None:
    known: dict[str, int] = {}
    launch(own.boats, "bad")
    launch(own.boats, "good", sail=1)
    apply_batch(own.harbours, {SOURCE: dict(own.log())}, known)
    TROUBLE.streams = {"boat/bad"}
    sail(own.boats, "bad")
    apply_batch(own.harbours, {SOURCE: dict(own.log())}, known)
    TROUBLE.streams = set()
    sail(own.boats, "bad")
    sail(own.boats, "good")
    apply_batch(own.harbours, {SOURCE: dict(own.log())}, known)
    assert [letter.error for letter in own.parked()] == ["ValueError", "behind a parked event"]
    assert [row[3] for row in rows(own.harbours, HARBOUR)] == ["", "1 2 "]
    assert retry_parked(own.harbours, SOURCE, "boat/bad") == 2
    sail(own.boats, "bad")
    apply_batch(own.harbours, {SOURCE: dict(own.log())}, known)
    own.assert_all_told()

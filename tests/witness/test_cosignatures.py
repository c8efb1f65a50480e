"""Cosignatures come back to the log, from within the installation and from elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from shared.events.tables import CHECKPOINTS, CURSORS, EVENTS, INBOX, LOG_HASHES
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.leaf import leaf_hash
from shared.log.tree import root
from shared.log.watching.alarms import Finding, Kind, over, raise_alarm
from shared.log.watching.copies import copy_of, copy_size
from shared.log.watching.outside import OutsideWitnesses
from shared.log.watching.posting import keep_cosignature_of
from shared.log.watching.trust import outside_witnesses
from shared.web.composing import finish, open_app
from tests.store.domain import launch, rows, sail, until
from tests.witness.place import SOURCE, Place


def test_the_log_shows_the_cosignature_with_its_checkpoint(place: Place) -> None:
    with place.moving():
        for n in range(5):
            launch(place.boats, f"boat-{n}", sail=3)
            place.wait()
    app, _ = open_app(place.boats, title="Boats")
    shown = finish(app).test_client().get(f"/{SOURCE}/log/checkpoint").text
    assert f"\n— {keys.witness_name(place.settings, 'audit')} " in shown
    # No event tells of it: the log is as long as it was.
    assert place.size(place.boats) == len(rows(place.boats, EVENTS)) == 20


def test_the_witness_is_witnessed_in_turn(place: Place) -> None:
    finding = Finding(source=SOURCE, kind=Kind.missing, matter="3", position=3)
    assert raise_alarm(place.audit, finding)
    assert raise_alarm(place.audit, finding) is None
    assert over(place.audit, SOURCE, Kind.missing)
    with place.moving():
        until(lambda: place.cosigned(place.audit, place.accounts))
        before = place.size(place.audit)
        time.sleep(1)
    # Cosigning is no entry of either log, else the two would keep each other busy for ever.
    assert place.size(place.audit) == before == 2
    assert place.size(place.accounts) == 0
    assert place.alarms(place.accounts) == []


def test_a_database_from_before_there_were_copies_is_hashed_from_its_inbox(place: Place) -> None:
    with place.moving():
        launch(place.boats, "one", sail=300)
        place.wait()
    place.tamper("delete from log_hashes", "delete from checkpoints", service="audit")
    with place.audit.database.reading() as connection:
        assert copy_size(connection, SOURCE) == 0
    sail(place.boats, "one")
    with place.moving():
        place.wait()
    with place.audit.database.reading() as connection:
        assert copy_size(connection, SOURCE) == 302
        copied = root(copy_of(connection, SOURCE), 302)
        inbox = connection.execute(select(INBOX.c.position, INBOX.c.envelope)).all()
        hashes = connection.execute(
            select(LOG_HASHES.c.position, LOG_HASHES.c.hash).where(LOG_HASHES.c.level == 0)
        ).all()
    assert {row.position: leaf_hash(row.envelope) for row in inbox} == dict(map(tuple, hashes))
    with place.boats.database.reading() as connection:
        assert (
            copied
            == connection.execute(
                select(CHECKPOINTS.c.root).order_by(CHECKPOINTS.c.size.desc()).limit(1)
            ).scalar_one()
        )


def test_a_consumer_that_comes_later_gets_the_whole_log(place: Place) -> None:
    launch(place.boats, "one", sail=40)
    with place.moving():
        place.wait()
    # As a service that is added to a log with history: it has no cursor and nothing of the log.
    for table in ("inbox", "log_hashes", "checkpoints", "cosignatures", "cursors", "heard"):
        place.tamper(f"delete from {table}", service="audit")  # noqa: S608 (our own names)
    with place.audit.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(CURSORS)).scalar() == 0
    with place.moving():
        until(lambda: len(rows(place.audit, INBOX)) == 41)
        sail(place.boats, "one")
        place.wait()
    assert place.alarms() == []


@pytest.mark.parametrize("size", [3, "3", -1, None, 2**63])
def test_a_cosignature_that_does_not_verify_is_dropped(place: Place, size: object) -> None:
    launch(place.boats, "one", sail=2)
    Checkpointer(place.boats, lambda: None).turn()
    note = place.checkpoint()
    assert note is not None
    cosigner = keys.cosigner(place.settings, "audit")
    good = cosigner.cosign(note.text, 1_800_000_000).encode()
    wrong = cosigner.cosign(note.text.replace("\n3\n", "\n2\n"), 1_800_000_000).encode()
    assert not keep_cosignature_of(place.boats, size, wrong)
    assert keep_cosignature_of(place.boats, size, good) is (size == 3)
    assert not keep_cosignature_of(place.boats, size, good)
    assert not keep_cosignature_of(place.boats, size, b"\xff" + good)


# Outside


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@pytest.fixture
def friends(tmp_path: Path) -> Iterator[Place]:
    """Another installation, whose audit witnesses for us."""
    made = Place.make(tmp_path / "friends")
    yield made
    made.close()


def introduce(place: Place, friends: Place, folder: Path) -> Path:
    """They learn our key, and we have a file for theirs."""
    ours, theirs = folder / "their-logs", folder / "our-witnesses"
    ours.write_text(keys.verifier_keys(place.settings, SOURCE)[0] + "\n", "utf-8")
    theirs.write_text("# nobody yet\n", "utf-8")
    friends.with_settings(witnessed_logs=ours)
    place.with_settings(witnesses=theirs)
    return theirs


def test_an_outside_witness_cosigns_and_is_caught_up_after_it_was_away(
    place: Place, friends: Place, tmp_path: Path
) -> None:
    file = introduce(place, friends, tmp_path)
    key = keys.witness_verifier_keys(friends.settings, "audit")[0]
    checkpointer = Checkpointer(place.boats, lambda: None)
    asking = OutsideWitnesses(place.boats, every_seconds=0.5)
    launch(place.boats, "one", sail=4)
    checkpointer.turn()
    assert outside_witnesses(place.settings) == ()
    file.write_text(f"{key} http://127.0.0.1:9/audit/witness\n", "utf-8")
    (away,) = outside_witnesses(place.settings)
    assert not asking.turn(away, time.monotonic())
    app, _ = open_app(friends.audit, title="Audit")
    with served(finish(app)) as address:
        file.write_text(f"# friends\n{key} {address}/audit/witness/\n", "utf-8")
        (witness,) = outside_witnesses(place.settings)
        assert not asking.turn(witness, time.monotonic()), "it rests after the failure"
        assert asking.turn(witness, time.monotonic() + 1)
        # Whoever knows nothing of what was witnessed before is told so by 409.
        launch(place.boats, "two", sail=4)
        checkpointer.turn()
        place.tamper("delete from cosignatures")
        assert OutsideWitnesses(place.boats).turn(witness, time.monotonic())
        # And the thread does all this by itself.
        thread = threading.Thread(target=asking.run, daemon=True)
        thread.start()
        launch(place.boats, "three", sail=4)
        checkpointer.turn()
        until(lambda: shown(place).count("— ") == 2)
        asking.stop()
        thread.join(5)
    note = place.checkpoint()
    assert note is not None
    assert note.verified_by([witness.verifier]) == (witness.verifier,)
    assert friends.alarms() == []


def shown(place: Place) -> str:
    note = place.checkpoint()
    return "" if note is None else bytes(note).decode()

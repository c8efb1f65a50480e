"""No change of a log at rest passes verifying, and the first bad position is named."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.database import sqlite_path
from shared.log import keys
from shared.log.checkpoints import RefusedToSign, make_checkpoint
from shared.log.leaf import leaf_hash
from shared.log.notes import Checkpoint, Note
from tests.evidence.tampering import SignedLog, flip, signed_log, tampered, write

ENTRIES = 1_300
FLIPS = 400


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedLog]:
    made = signed_log(tmp_path_factory.mktemp("tampering"), entries=ENTRIES)
    yield made
    made.service.close()


def test_an_honest_log_has_nothing_wrong(log: SignedLog) -> None:
    verdict = log.verify(log.copy(), kept=log.notes)
    assert verdict.findings == []
    assert (verdict.entries, verdict.signed, verdict.unsigned) == (ENTRIES, ENTRIES, None)
    assert verdict.checkpoints >= len(log.notes)


@pytest.mark.parametrize("part", range(4))
def test_any_flipped_bit_is_found(log: SignedLog, part: int) -> None:
    seed = 20_260_301 + part
    chance = random.Random(seed)
    done = 0
    while done < FLIPS // 4:
        file = log.copy()
        with tampered(file) as connection:
            what = flip(connection, chance)
        if what is None:
            continue
        done += 1
        assert log.verify(file).findings, f"seed {seed}, flip {done}: {what}"


@pytest.mark.parametrize(
    ("position", "statement", "words"),
    [
        (300, "update events set envelope = replace(envelope, '300', '301') {event}", None),
        (300, "update events set envelope = cast(substr(envelope, 1, 80) as blob) {event}", None),
        (300, "update events set stream = 'boat/x' {event}", "the row beside"),
        (300, "update events set type = 'x' {event}", "the row beside"),
        (300, "update events set version = 999 {event}", "the row beside"),
        (300, "delete from events {event}", "the event is gone"),
        (300, "update log set leaf_hash = zeroblob(32) where position = 300", "do not fit"),
        (300, "update log set leaf_hash = null where position = 300", "NOT NULL"),
        (300, "delete from log where position = 300", "is missing"),
        (300, "update log set position = 5000 where position = 300", "is missing"),
        (256, "update log_hashes set hash = zeroblob(32) where level = 1 and position = 1", None),
        (256, "delete from log_hashes where level = 1 and position = 1", "no hash stored"),
    ],
)
def test_a_changed_row_is_named_by_its_position(
    log: SignedLog, position: int, statement: str, words: str | None
) -> None:
    file = log.copy()
    event = "where event_id = (select event_id from log where position = 300)"
    with tampered(file) as connection:
        try:
            connection.execute(statement.format(event=event))
        except sqlite3.IntegrityError as error:
            assert words is not None and words in str(error)
            return
    found = log.verify(file).findings
    assert found[0].startswith((f"position {position}", f"positions {position} "))
    assert words is None or words in found[0]


def test_swapped_entries_are_found(log: SignedLog) -> None:
    """Rows that all fit each other, in another order: the tree alone can tell."""
    file = log.copy()
    with tampered(file) as connection:
        rows = connection.execute(
            "select position, event_id, leaf_hash from log where position in (300, 301)"
        ).fetchall()
        connection.execute("delete from log where position in (300, 301)")
        for (position, *_), (_, *other) in zip(rows, reversed(rows), strict=True):
            connection.execute("insert into log values (?, ?, ?)", (position, *other))
    assert log.verify(file).findings[0] == (
        "positions 256 to 511 do not give the hash that is stored over them"
    )
    with tampered(file) as connection:
        connection.execute("delete from log_hashes")
    found = log.verify(file).findings
    assert any("do not give the root of the checkpoint of size 700" in one for one in found)


def test_rewriting_with_every_hash_made_again_is_found(log: SignedLog) -> None:
    """Event, leaf and tree fit; only what was signed does not."""
    file = log.copy()
    with tampered(file) as connection:
        raw, event_id = connection.execute(
            "select envelope, event_id from events "
            "where event_id = (select event_id from log where position = 1100)"
        ).fetchone()
        changed = raw.replace(b'"number":1100', b'"number":9999')
        assert changed != raw
        connection.execute("update events set envelope = ? where event_id = ?", (changed, event_id))
        connection.execute(
            "update log set leaf_hash = ? where position = 1100", (leaf_hash(changed),)
        )
        leaves = [
            row[0]
            for row in connection.execute(
                "select leaf_hash from log where position >= 1024 and position < 1280 "
                "order by position"
            )
        ]
        while len(leaves) > 1:
            pairs = zip(leaves[::2], leaves[1::2], strict=True)
            leaves = [hashlib.sha256(b"\1" + a + b).digest() for a, b in pairs]
        connection.execute(
            "update log_hashes set hash = ? where level = 1 and position = 4", (leaves[0],)
        )
    (found,) = log.verify(file).findings
    assert found == (
        f"positions 1024 to {ENTRIES - 1} do not give the root of the checkpoint of size {ENTRIES}"
    )


def test_an_appended_forgery_is_found(log: SignedLog) -> None:
    file = log.copy()
    with tampered(file) as connection:
        raw = connection.execute(
            "select envelope from events where event_id = "
            "(select event_id from log where position = 1299)"
        ).fetchone()[0]
        forged = raw.replace(b'"streamversion":33', b'"streamversion":34')
        assert forged != raw
        connection.execute(
            "insert into events select 'forged', stream, 34, type, ? from events "
            "where event_id = (select event_id from log where position = 1299)",
            (forged,),
        )
        connection.execute("insert into log values (1300, 'forged', ?)", (leaf_hash(forged),))
    verdict = log.verify(file)
    assert verdict.findings[0].startswith("position 1300: ")
    assert verdict.unsigned == "positions 1300 to 1300 stand after the last checkpoint that fits"


def test_an_appended_event_that_fits_is_not_signed(log: SignedLog) -> None:
    """Everything beside it is right: no checkpoint covers it."""
    file = log.copy()
    with tampered(file) as connection:
        raw = connection.execute(
            "select envelope from events where event_id = "
            "(select event_id from log where position = 1299)"
        ).fetchone()[0]
        event_id = "0199aaaa-0000-7000-8000-000000000000"
        old = raw.partition(b'"id":"')[2][:36]
        forged = raw.replace(old, event_id.encode()).replace(
            b'"streamversion":33', b'"streamversion":34'
        )
        connection.execute(
            "insert into events select ?, stream, 34, type, ? from events "
            "where event_id = (select event_id from log where position = 1299)",
            (event_id, forged),
        )
        connection.execute("insert into log values (1300, ?, ?)", (event_id, leaf_hash(forged)))
    verdict = log.verify(file)
    assert verdict.findings == []
    assert verdict.unsigned == "positions 1300 to 1300 stand after the last checkpoint that fits"


def test_a_cut_log_is_found_by_its_own_checkpoints(log: SignedLog) -> None:
    file = log.copy()
    with tampered(file) as connection:
        cut(connection, 1_200)
    found = log.verify(file).findings
    assert any("is of 1300 entries; the log has only 1200" in one for one in found)


def test_a_cut_log_signed_again_is_found_by_a_kept_checkpoint(log: SignedLog) -> None:
    """Whoever has the key too leaves nothing behind but what was kept elsewhere."""
    file = log.copy()
    with tampered(file) as connection:
        cut(connection, 700)
        connection.execute("delete from checkpoints where size > 700")
        connection.execute("delete from cosignatures where size > 700")
        connection.execute("delete from log_hashes where level = 1 and position >= 2")
    assert log.verify(file).findings == []
    (found,) = log.verify(file, kept=log.notes[-1:]).findings
    assert found == "the kept checkpoint of size 1300 is of 1300 entries; the log has only 700"


def test_a_checkpoint_signed_over_another_root_is_found(log: SignedLog) -> None:
    signer = keys.signer(log.service.settings, "trainings")
    text = Checkpoint(signer.name, ENTRIES, bytes(32)).text()
    note = bytes(Note(text).with_line(signer.sign(text)))
    file = log.copy()
    with tampered(file) as connection:
        connection.execute("delete from cosignatures where size = ?", (ENTRIES,))
        connection.execute(
            "update checkpoints set root = ?, note = ? where size = ?", (bytes(32), note, ENTRIES)
        )
    (found,) = log.verify(file).findings
    assert "do not give the root of the checkpoint of size 1300" in found


@pytest.mark.parametrize("table", ["events", "log", "log_hashes", "checkpoints", "cosignatures"])
def test_guards_that_are_gone_are_named(log: SignedLog, table: str) -> None:
    file = log.copy()
    with sqlite3.connect(file) as connection:
        connection.execute(f"drop trigger {table}_no_update")
    (found,) = log.verify(file).findings
    assert found.startswith(f"the guard {table}_no_update is gone")


def test_leftovers_beside_the_log_are_named(log: SignedLog) -> None:
    file = log.copy()
    with tampered(file) as connection:
        connection.execute(
            "insert into events select 'stray', 'boat/stray', 1, type, envelope from events limit 1"
        )
        connection.execute("insert into pending select 1, 0, event_id, leaf_hash from log limit 1")
    assert log.verify(file).findings == [
        "1 events have a position and still wait for one",
        f"{ENTRIES + 1} events stand beside {ENTRIES} positions",
        "event stray has no position",
    ]


FORGED = "0199aaaa-0000-7000-8000-00000000000f"


def forge(connection: sqlite3.Connection) -> bytes:
    """An event at the end of a stream that fits it in everything; its leaf hash."""
    row = connection.execute(
        "select event_id, stream, version, type, envelope from events "
        "where event_id = (select event_id from log where position = 1299)"
    ).fetchone()
    event_id, stream, version, kind, raw = row
    forged = raw.replace(event_id.encode(), FORGED.encode()).replace(
        b'"streamversion":%d' % version, b'"streamversion":%d' % (version + 1)
    )
    connection.execute(
        "insert into events (event_id, stream, version, type, envelope) values (?, ?, ?, ?, ?)",
        (FORGED, stream, version + 1, kind, forged),
    )
    return leaf_hash(forged)


def test_a_forged_event_before_the_beginning_is_found(log: SignedLog) -> None:
    """Whoever reads its stream gets it; no position from 0 on leads to it."""
    file = log.copy()
    with tampered(file) as connection:
        connection.execute("insert into log values (-1, ?, ?)", (FORGED, forge(connection)))
    assert log.verify(file).findings == [
        "log: a row of the log whose position is -1: they count from 0",
        f"{ENTRIES + 1} events stand beside {ENTRIES} positions",
        f"event {FORGED} has no position",
    ]


def test_a_forged_event_that_waits_for_a_position_is_found(log: SignedLog) -> None:
    file = log.copy()
    with tampered(file) as connection:
        connection.execute("insert into pending values (1, 0, ?, ?)", (FORGED, forge(connection)))
    assert log.verify(file).findings == [
        "1 rows of pending: on SQLite no event waits for its position",
    ]


def test_a_forged_event_in_the_place_of_another_is_found(log: SignedLog) -> None:
    """As many events as before."""
    file = log.copy()
    with tampered(file) as connection:
        forge(connection)
        connection.execute(
            "delete from events where event_id = (select event_id from log where position = 3)"
        )
    found = log.verify(file).findings
    assert found[0] == "position 3: the event is gone"
    assert f"event {FORGED} has no position" in found


def test_nothing_is_signed_of_a_log_that_begins_before_its_beginning(tmp_path: Path) -> None:
    log = signed_log(tmp_path, entries=20, sizes=())
    file = sqlite_path(log.service.settings, "trainings")
    write(log.service, 1)
    with tampered(file) as connection:
        connection.execute("insert into log values (-1, ?, ?)", (FORGED, bytes(32)))
    with pytest.raises(RefusedToSign, match="begins at position -1"):
        make_checkpoint(log.service)
    log.service.close()


@pytest.mark.parametrize(
    "statement",
    [
        "insert into log values ({value}, 'x', zeroblob(32))",
        "insert into inbox values ('grants', {value}, 'x', x'00')",
        "insert into log_hashes values ('trainings', 1, {value}, zeroblob(32))",
        "insert into checkpoints values ('trainings', {value}, x'00', x'00', '2026-03-01')",
        "insert into cosignatures values ('trainings', {value}, 'k', 'l', '2026-03-01')",
    ],
)
@pytest.mark.parametrize("value", ["-1", "'zz'", "2.5"])
def test_rows_that_do_not_count_from_0_are_refused_and_found(
    log: SignedLog, statement: str, value: str
) -> None:
    file = log.copy()
    with closing(sqlite3.connect(file)) as connection, pytest.raises(sqlite3.Error):
        connection.execute(statement.format(value=value))
    with tampered(file) as connection:
        try:
            connection.execute(statement.format(value=value))
        except sqlite3.IntegrityError:
            assert "into log " in statement
            return
    words = f"is {value.strip(chr(39))}: they count from 0"
    assert any(words in one for one in log.verify(file).findings)


def test_a_size_that_is_none_hides_no_hashes(log: SignedLog) -> None:
    file = log.copy()
    with tampered(file) as connection:
        connection.execute("delete from log_hashes where level = 1 and position = 1")
        connection.execute(
            "insert into checkpoints values ('trainings', 'zz', x'00', x'00', '2026-03-01')"
        )
    found = log.verify(file).findings
    assert found[0] == "positions 256 to 511 have no hash stored over them"


def test_a_guard_that_refuses_nothing_is_named(log: SignedLog) -> None:
    file = log.copy()
    with sqlite3.connect(file) as connection:
        connection.execute("drop trigger log_no_delete")
        connection.execute(
            "create trigger log_no_delete before delete on log "
            "when 0 begin select raise(abort, 'log is append-only'); end"
        )
    assert log.verify(file).findings == [
        "the guard log_no_delete is another than it was made: rows of log could be changed"
    ]


def test_bytes_of_the_file_itself_may_be_flipped(log: SignedLog) -> None:
    """A damaged page is no traceback: either nothing that counts changed, or it is told."""
    chance = random.Random(7)
    for _ in range(40):
        file = log.copy()
        raw = bytearray(file.read_bytes())
        at = chance.randrange(4_096, len(raw))
        raw[at] ^= 0xFF
        Path(file).write_bytes(raw)
        try:
            log.verify(file)
        except ValueError as error:
            assert "read" in str(error)


def test_parts_find_the_same_as_one(log: SignedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.events.verifying.PART_MIN", 300)
    assert log.verify(log.copy(), kept=log.notes).findings == []
    file = log.copy()
    with tampered(file) as connection:
        connection.execute("delete from log where position = 900")
    assert log.verify(file).findings[0] == "position 900 is missing"


def cut(connection: sqlite3.Connection, size: int) -> None:
    connection.execute(
        "delete from events where event_id in (select event_id from log where position >= ?)",
        (size,),
    )
    connection.execute("delete from log where position >= ?", (size,))

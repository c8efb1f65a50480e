"""The same on PostgreSQL, where the owner can take the guards away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from shared.database import owner_engine
from shared.events.verifying import target_of, trust_of, verify_at_rest
from shared.log import keys
from shared.log.checkpoints import make_checkpoint
from shared.log.hashes import grow_in_batches
from shared.log.sequencer import sequence_once
from shared.service import Service
from tests.evidence.tampering import LOG, write
from tests.store.domain import BOATS, Home

ENTRIES = 600


@pytest.fixture(scope="module")
def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = Home.make(tmp_path_factory.mktemp("home"), database_url=database_url)
    made = home.open(BOATS)
    keys.ensure(home.settings, LOG)
    for _ in range(ENTRIES // 40):
        write(made, 40)
        with made.database.writing() as connection:
            sequence_once(connection)
    grow_in_batches(made.database, LOG, own=True)
    make_checkpoint(made)
    yield made
    home.close()


def found(service: Service, *statements: str) -> list[str]:
    """What verifying finds after the owner did this; it is undone afterwards."""
    engine = owner_engine(service.settings, LOG)
    tables = ("events", "log", "log_hashes", "checkpoints")
    with engine.connect() as connection:
        saved = {
            table: connection.execute(sa.text(f"select * from {table}")).mappings().all()  # noqa: S608
            for table in tables
        }
        for table in tables:
            connection.execute(sa.text(f"alter table {table} disable trigger all"))
        for statement in statements:
            connection.execute(sa.text(statement))
        for table in tables:
            connection.execute(sa.text(f"alter table {table} enable trigger all"))
            for verb in ("change", "truncate"):
                connection.execute(
                    sa.text(f"alter table {table} enable always trigger {table}_no_{verb}")
                )
        connection.commit()
        try:
            return verify_at_rest(target_of(service), LOG, trust_of(service)).findings
        finally:
            for table in tables:
                connection.execute(sa.text(f"alter table {table} disable trigger all"))
                connection.execute(sa.text(f"delete from {table}"))  # noqa: S608
                for row in saved[table]:
                    names = ", ".join(row.keys())
                    values = ", ".join(f":{name}" for name in row)
                    connection.execute(
                        sa.text(f"insert into {table} ({names}) values ({values})"),  # noqa: S608
                        dict(row),
                    )
                connection.execute(sa.text(f"alter table {table} enable trigger all"))
                for verb in ("change", "truncate"):
                    connection.execute(
                        sa.text(f"alter table {table} enable always trigger {table}_no_{verb}")
                    )
            connection.commit()
            engine.dispose()


def test_an_honest_log_has_nothing_wrong(service: Service) -> None:
    verdict = verify_at_rest(target_of(service), LOG, trust_of(service))
    assert verdict.findings == []
    assert (verdict.entries, verdict.signed) == (ENTRIES, ENTRIES)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update events set envelope = envelope || '\\x20'::bytea {event}", "position 300: the b"),
        ("update events set type = 'x' {event}", "position 300: the row beside"),
        ("update events set stream = 'x' {event}", "position 300: the row beside"),
        ("delete from events {event}", "position 300: the event is gone"),
        ("delete from log where position = 300", "position 300 is missing"),
        ("update log set leaf_hash = '\\x00' where position = 300", "position 300: the bytes do"),
        ("update log_hashes set hash = '\\x00' where position = 1", "positions 256 to 511 do not"),
        ("update checkpoints set root = '\\x00' where size > 0", "the checkpoint of size 600: the"),
    ],
)
def test_what_the_owner_changes_is_named(service: Service, statement: str, words: str) -> None:
    event = "where event_id = (select event_id from log where position = 300)"
    assert found(service, statement.format(event=event))[0].startswith(words)


def test_rows_that_do_not_count_from_0_are_refused(service: Service) -> None:
    for statement in (
        "insert into log values (-1, 'x', '\\x00')",
        "insert into inbox values ('grants', -1, 'x', '\\x00')",
        "insert into log_hashes values ('trainings', 1, -1, '\\x00')",
        "insert into checkpoints values ('trainings', -1, '\\x00', '\\x00', now())",
        "insert into cosignatures values ('trainings', -1, 'k', 'l', now())",
    ):
        with pytest.raises(IntegrityError, match="_from_zero"), service.database.writing() as at:
            at.execute(sa.text(statement))


GUARD = "create or replace trigger log_no_change before update or delete on log {when} "
CHECKED = "alter table log {verb} constraint log_from_zero"


@pytest.mark.parametrize(
    ("change", "undo", "guard"),
    [
        (
            CHECKED.format(verb="drop"),
            CHECKED.format(verb="add") + " check (position >= 0) not valid",
            "log_from_zero",
        ),
        (
            GUARD.format(when="for each row when (false) execute function refuse_change()"),
            GUARD.format(when="for each row execute function refuse_change()"),
            "log_no_change",
        ),
    ],
)
def test_a_guard_that_refuses_nothing_is_named(
    service: Service, change: str, undo: str, guard: str
) -> None:
    engine = owner_engine(service.settings, LOG)
    always = "alter table log enable always trigger log_no_change"
    try:
        for statements, found in (((change, always), 1), ((undo, always), 0)):
            with engine.begin() as connection:
                for statement in statements:
                    connection.execute(sa.text(statement))
            said = verify_at_rest(target_of(service), LOG, trust_of(service)).findings
            assert [one.startswith(f"the guard {guard} is ") for one in said] == [True] * found
    finally:
        engine.dispose()


def test_a_guard_that_does_not_always_fire_is_named(service: Service, tmp_path: Path) -> None:
    engine = owner_engine(service.settings, LOG)
    with engine.begin() as connection:
        connection.execute(sa.text("alter table log disable trigger log_no_change"))
    try:
        (said,) = verify_at_rest(target_of(service), LOG, trust_of(service)).findings
        assert said.startswith("the guard log_no_change is gone")
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("alter table log enable always trigger log_no_change"))
        engine.dispose()

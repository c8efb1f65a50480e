"""Installations of earlier versions, upgraded by the code of now, tell what they told then.

Copies of ``fixtures/<number>`` are unpacked on SQLite and put back on PostgreSQL, migrated,
verified, asked, rebuilt and written to. Commands run as processes, as an operator would run them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from services.all_in_one import Installation, definitions
from services.commands.demonstration_people import PROGRAMME
from shared.database import Database, owner_engine
from shared.events.tables import LOG
from shared.files.attachments import Attachments
from shared.log.checkpointer import Checkpointer
from shared.log.checkpoints import latest
from shared.log.sequencer import sequence_once
from shared.migrations.migrating import migrate
from shared.privacy import master_key
from shared.privacy.keyring import Keyring
from shared.privacy.master_key import Masters
from shared.privacy.wrapping import WrongMasterKey
from shared.settings import Settings
from tests.installation.commands import Commands
from tests.log.naive import leaf, naive_root
from tests.upgrade import databases, packing
from tests.upgrade.make import FIXTURES, INSTALLATION, MORE
from tests.upgrade.telling import entries, opened, sealed_texts, settings_of, told, told_here

NUMBERS = sorted(path.name for path in FIXTURES.glob("[0-9]*"))
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]
INDEXES = {
    "sqlite": "select name from sqlite_master where type = 'index'",
    "postgresql": "select indexname from pg_indexes where schemaname = 'public'",
}
pytestmark = pytest.mark.slow


@dataclass
class Kept:
    """A copy of an installation that an earlier version made, and what it told."""

    commands: Commands
    expected: dict[str, bytes]
    more: dict[str, Any]

    @property
    def settings(self) -> Settings:
        return settings_of(self.commands)

    def assert_same(self, now: dict[str, bytes]) -> None:
        """Figures may have come since; those of then are as they were."""
        for name, content in now.items():
            then = self.expected[name]
            if name.endswith(".json"):
                assert json.loads(content).items() >= json.loads(then).items(), name
            else:
                assert content.splitlines() == then.splitlines(), name


@pytest.fixture(params=NUMBERS)
def number(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, number: str, tmp_path: Path) -> Iterator[Kept]:
    source = FIXTURES / number / str(request.param)
    commands = Commands(tmp_path)
    if request.param == "postgresql":
        commands.environment["ZANAT_DATABASE_URL"] = request.getfixturevalue("database_url")
    else:
        commands.environment["ZANAT_INSTALLATION"] = INSTALLATION
    packing.unpack(source / "home", tmp_path)
    expected = {path.name: path.read_bytes() for path in (source / "expected").iterdir()}
    more = json.loads(expected.pop(MORE))
    if request.param == "sqlite":
        yield Kept(commands, expected, more)
        return
    texts = {
        name: packing.read(source / "databases" / f"{name}.sql").decode()
        for name in databases.NAMES
    }
    settings = settings_of(commands)
    try:
        databases.restore(settings, texts, name_then=INSTALLATION)
        yield Kept(commands, expected, more)
    finally:
        databases.drop(settings)


def test_there_are_installations_to_upgrade() -> None:
    assert NUMBERS


def test_an_upgraded_installation_tells_the_same_and_goes_on(kept: Kept) -> None:
    kept.commands.run("migrate")
    assert_form_is_of_now(kept)
    assert entries(kept.commands) == kept.more["entries"]
    kept.assert_same(told(kept.commands))
    kept.assert_same(told_here(kept.settings))
    assert sealed_texts(kept.settings) == kept.more["texts"]
    assert all(kept.more["erased"] not in texts for texts in kept.more["texts"].values())
    assert_receipt_opens(kept)
    kept.commands.run("rebuild")
    kept.assert_same(told_here(kept.settings))
    assert_logs_are_signed(kept)
    assert_master_key_changes(kept)
    register_somebody(kept)
    after = entries(kept.commands)
    assert after.pop("trainings") == kept.more["entries"]["trainings"] + 1
    assert all(count >= kept.more["entries"][name] for name, count in after.items())


def assert_form_is_of_now(kept: Kept) -> None:
    """Every list has the columns and indexes that a new installation's has."""
    for definition in definitions():
        engine = owner_engine(kept.settings, definition.name)
        found = sa.inspect(engine)
        with engine.connect() as connection:
            asked = sa.text(INDEXES[engine.dialect.name])
            indexes = set(connection.execute(asked).scalars())
        for table in (t for m in definition.view_metadata() for t in m.sorted_tables):
            columns = {one["name"] for one in found.get_columns(table.name)}
            assert columns == set(table.columns.keys()), table.name
            assert indexes >= {one.name for one in table.indexes}, table.name
        engine.dispose()


def assert_logs_are_signed(kept: Kept) -> None:
    """Logs of versions that knew no tree get theirs, over the very bytes that were there."""
    with opened(kept.settings) as services:
        for name, service in services.items():
            with service.database.reading() as connection:
                note = latest(connection, name)
                leaves = [leaf(raw) for _, raw in service.store.whole_log(connection)]
            root = base64.b64encode(naive_root(leaves)).decode()
            said = f"{kept.settings.installation}/{name}\n{len(leaves)}\n{root}\n"
            assert note is not None and note.decode().startswith(said)


def assert_master_key_changes(kept: Kept) -> None:
    """Also of a keyring from when every secret was made of the master key. ``verify`` follows."""
    before = master_key.masters(kept.settings).known()
    kept.commands.run("keys", "rotate-master")
    kept.commands.run("keys", "check")
    assert master_key.masters(kept.settings).known() != before
    assert sealed_texts(kept.settings) == kept.more["texts"]
    assert_receipt_opens(kept)
    keyring = Database(owner_engine(kept.settings, "keyring"))
    with closing(Keyring(keyring, Masters.of(before[0].secret))) as by_the_old_one:
        with pytest.raises(WrongMasterKey):
            by_the_old_one.secret("blind index")
        with pytest.raises(WrongMasterKey):
            by_the_old_one.ensure(by_the_old_one.names(owners="", data_class="identity")[:1])


def assert_receipt_opens(kept: Kept) -> None:
    receipt = kept.more["receipt"]
    with opened(kept.settings) as services:
        found = Attachments.open(services["grants"]).get(receipt["sha256"])
    assert found == receipt["content"].encode()


def register_somebody(kept: Kept) -> None:
    """Sign in with a password of then, and write what seals under new keys."""
    with Installation.open(kept.settings) as installation:
        client = Client(installation.web())
        answer = client.post("/accounts/api/v1/tokens", json=kept.more["officer"])
        assert answer.status_code == 201, answer.text
        person = {
            "programme": PROGRAMME,
            "full_name": "Proba Probić",
            "birth_date": "1990-02-03",
            "sex": "F",
            "country": "RS",
            "municipality": "Topola",
            "declared_roma": "declined",
            "consented": False,
        }
        token = {"Authorization": f"Bearer {json.loads(answer.text)['token']}"}
        answer = client.post("/trainings/api/v1/people", json=person, headers=token)
        assert answer.status_code == 201, answer.text
        for service in installation.services.values():
            if not service.database.is_sqlite:
                with service.database.writing() as connection:
                    while sequence_once(connection):
                        pass
            Checkpointer(service, on_made=lambda: None).turn()


def test_every_read_model_may_change_its_form_at_once(kept: Kept) -> None:
    """As if a later version had changed them all: dropped, made anew, filled from the logs."""
    migrate(kept.settings, definitions())
    before = all_rows(kept.settings)
    later = [
        replace(
            one,
            projections=tuple(replace(p, version=p.version + 1) for p in one.projections),
        )
        for one in definitions()
    ]
    migrate(kept.settings, later)
    assert all_rows(kept.settings) == before
    kept.assert_same(told_here(kept.settings))


def all_rows(settings: Settings) -> dict[str, list[str]]:
    """The rows of every table of a read model, in an order of their own, and of each log."""
    found = {}
    with opened(settings) as services:
        for name, service in services.items():
            tables = [t for m in service.definition.view_metadata() for t in m.sorted_tables]
            with service.database.reading() as connection:
                for table in (*tables, LOG):
                    rows = connection.execute(sa.select(table)).all()
                    found[f"{name}.{table.name}"] = sorted(repr(tuple(row)) for row in rows)
    assert sum(len(rows) for rows in found.values()) > 1_000
    return found

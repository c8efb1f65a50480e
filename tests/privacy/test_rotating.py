"""The master key is changed while services work; afterwards the old one opens nothing."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from shared.database import Database
from shared.migrations.migrating import migrate
from shared.privacy import master_key, rotating
from shared.privacy.keyring import KeyName, Keyring
from shared.privacy.master_key import MasterKey, Masters
from shared.privacy.sealing import open_text, seal_text
from shared.privacy.tables import KEYS, MASTERS, ROOTS
from shared.privacy.wrapping import WrongMasterKey
from shared.service import Service
from shared.settings import Settings
from tests.store.conftest import BOTH, on_both
from tests.store.domain import BOATS, HARBOURS, Home, until

NAMES = [BOATS.name, HARBOURS.name]


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    yield from on_both(request, tmp_path)


@pytest.fixture(autouse=True)
def small_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "BATCH", 10)
    for module in (rotating, master_key):
        monkeypatch.setattr(module, "REREAD_SECONDS", 0.05)


def rotate(settings: Settings, **options: Any) -> rotating.Change:
    with rotating.alone(settings):
        change = rotating.begin(settings)
        rotating.wrap_anew(settings, NAMES, change, **options)
        rotating.finish(settings, change)
    return change


def secret_of(settings: Settings) -> bytes:
    return master_key.masters(settings).known()[0].secret


def rows(service: Service, table: sa.Table) -> list[Any]:
    with service.keyring._database.reading() as connection:
        return list(connection.execute(sa.select(table)))


def seal(service: Service, count: int) -> list[Any]:
    return [seal_text(service.keyring, KeyName(f"r-{n}", "identity"), str(n)) for n in range(count)]


def opened_with(home: Home, secret: bytes) -> Keyring:
    """The keyring for who has this master key alone."""
    masters = Masters.of(secret)
    return Keyring(
        Database.open(home.settings, "keyring", masters=masters, role=BOATS.name), masters
    )


def test_all_is_wrapped_anew_and_nothing_else_changes(home: Home) -> None:
    running = home.open(BOATS)
    sealed = seal(running, 35)
    gone = running.keyring.destroy([KeyName("r-3", "identity")])
    index, forms = running.keyring.blind_index("x", "1"), running.keyring.secret("forms")
    before, old = rows(running, KEYS), secret_of(home.settings)
    batches: list[int] = []
    change = rotate(home.settings, progress=batches.append)
    assert batches == [10, 10, 10, 4]
    assert secret_of(home.settings) == change.new.secret != old
    fresh = home.open(BOATS)
    texts = [open_text(fresh.keyring, one) for one in sealed]
    assert texts == [None if n == 3 else str(n) for n in range(35)]
    assert fresh.keyring.blind_index("x", "1") == index
    assert fresh.keyring.secret("forms") == forms
    now = {row.key_id: row for row in rows(fresh, KEYS)}
    for row in before:
        same = ("owner", "data_class", "retention_group", "made_at", "destroyed_at")
        assert [getattr(now[row.key_id], one) for one in same] == [
            getattr(row, one) for one in same
        ]
        assert (now[row.key_id].wrapped != row.wrapped) is (row.key_id not in gone)
    assert {row.master_id for row in now.values() if row.wrapped} == {change.new.id}
    assert {row.master_id for row in rows(fresh, ROOTS)} == {change.new.id}
    assert [(row.master_id, row.until is None) for row in rows(fresh, MASTERS)] == [
        (MasterKey(old).id, False),
        (change.new.id, True),
    ]


def test_the_old_key_opens_nothing(home: Home) -> None:
    service = home.open(BOATS)
    sealed = seal(service, 12)
    old = secret_of(home.settings)
    rotate(home.settings)
    if home.settings.database_url:
        with pytest.raises(sa.exc.OperationalError, match="password authentication failed"):
            opened_with(home, old).secret("forms")
        keyring = Keyring(service.keyring._database, Masters.of(old))
    else:
        keyring = opened_with(home, old)
    for name in ("blind index", "forms", "tombstones"):
        with pytest.raises(WrongMasterKey):
            keyring.secret(name)
    for one in sealed:
        with pytest.raises(WrongMasterKey):
            keyring.open_key(one.key)
    with pytest.raises(WrongMasterKey):
        keyring.ensure([KeyName("new", "identity")])
    if not home.settings.database_url:
        # Nor is anything of it left in the file's free pages or its write-ahead log.
        folder = home.settings.home / "keys"
        stored = b"".join(path.read_bytes() for path in folder.glob("keyring.sqlite3*"))
        assert all(row.wrapped in stored for row in rows(service, KEYS))


def test_nothing_that_was_wrapped_before_is_left_in_the_file(tmp_path: Path) -> None:
    home = Home.make(tmp_path)
    service = home.open(BOATS)
    seal(service, 30)
    before = [row.wrapped for row in rows(service, KEYS)]
    rotate(home.settings)
    service.close()
    folder = home.settings.home / "keys"
    stored = b"".join(path.read_bytes() for path in folder.glob("keyring.sqlite3*"))
    assert not [wrapped for wrapped in before if wrapped in stored]
    home.close()


def test_services_go_on_meanwhile_and_lose_no_key(home: Home) -> None:
    """One that was opened before makes and opens keys all along, without being started again."""
    service, other = home.open(BOATS), home.open(HARBOURS)
    sealed = seal(service, 40)
    made: list[Any] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            for one in (service, other):
                name = KeyName(f"n-{len(made)}", "identity")
                made.append((str(len(made)), seal_text(one.keyring, name, str(len(made)))))
                one.keyring.forget()
                assert open_text(one.keyring, sealed[len(made) % 40]) == str(len(made) % 40)
                # Every connection signs in anew, as after a restart of the server.
                one.keyring._database.engine.dispose()

    thread = home.start(work)
    until(lambda: len(made) > 5)
    change = rotate(home.settings, progress=lambda _: time.sleep(0.05))
    count = len(made)
    until(lambda: len(made) > count + 5)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    fresh = home.open(BOATS)
    assert [open_text(fresh.keyring, box) for _, box in made] == [text for text, _ in made]
    assert {row.master_id for row in rows(fresh, KEYS)} == {change.new.id}


def test_broken_off_at_any_step_it_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kill leaves: everything up to a commit, and nothing after it."""
    service = home.open(BOATS)
    sealed = seal(service, 25)
    steps: Iterator[int] = iter(())
    breaks_at = 0
    names = ["_name", "_wrap_roots", "_wrap_batch", "_overwrite", "finish"]
    names += ["_set_passwords"] if home.settings.database_url else []
    for name in names:
        run = getattr(rotating, name)

        def step(*args: Any, _run: Any = run) -> Any:
            if next(steps) == breaks_at:
                raise KeyboardInterrupt
            return _run(*args)

        monkeypatch.setattr(rotating, name, step)
    count = 2 + 4 + len(names) - 3
    for breaks_at in range(count):
        old = secret_of(home.settings)
        steps = iter(range(100))
        with pytest.raises(KeyboardInterrupt):
            rotate(home.settings)
        meanwhile = home.open(BOATS)
        assert [open_text(meanwhile.keyring, one) for one in sealed[:25]] == [
            str(n) for n in range(25)
        ]
        sealed.append(seal_text(meanwhile.keyring, KeyName(f"more-{breaks_at}", "identity"), ""))
        steps = iter(range(100, 200))
        change = rotate(home.settings)
        assert change.old == MasterKey(old)
        fresh = home.open(BOATS)
        assert None not in [open_text(fresh.keyring, one) for one in sealed]
        assert {row.master_id for row in rows(fresh, KEYS)} == {change.new.id}
    assert len(rows(service, MASTERS)) == 1 + count
    migrate(home.settings, (BOATS, HARBOURS))
    assert [open_text(service.keyring, one) for one in sealed[:25]] == [str(n) for n in range(25)]


def test_killed_it_goes_on_when_it_is_called_again(tmp_path: Path) -> None:
    home = Home.make(tmp_path)
    service = home.open(BOATS)
    sealed = [
        seal_text(service.keyring, KeyName("r-0", "identity"), "0"),
        seal_text(service.keyring, KeyName("r-x", "special"), "x"),
    ]
    service.keyring.ensure(KeyName(f"r-{n}", "identity") for n in range(8_000))
    command = [sys.executable, "-m", "services", "keys", "rotate-master"]
    environment = {**os.environ, "ZANAT_HOME": str(tmp_path)}
    environment["ZANAT_INSTALLATION"] = home.settings.installation
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    with closing(service.keyring._database.sqlite_connection()) as connection:
        half = "select count(distinct master_id) from keys"
        until(lambda: connection.execute(half).fetchone()[0] == 2, seconds=60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(master_key.load(home.settings.master_key_path)) == 2
    assert [open_text(home.open(BOATS).keyring, one) for one in sealed] == ["0", "x"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert b"opens nothing of this keyring" in done.stderr
    assert done.stdout == b""
    assert len(master_key.load(home.settings.master_key_path)) == 1
    assert [open_text(home.open(BOATS).keyring, one) for one in sealed] == ["0", "x"]
    assert len({row.master_id for row in rows(service, KEYS)}) == 1
    home.close()


def test_a_variable_gives_the_new_key_first(home: Home) -> None:
    old, new = secret_of(home.settings), master_key.new()
    sealed = seal(home.open(BOATS), 3)
    texts = [base64.b64encode(one).decode() for one in (new, old)]
    with pytest.raises(ValueError, match="gives one master key"):
        rotate(replace(home.settings, master_key=texts[1]))
    settings = replace(home.settings, master_key=" ".join(texts))
    change = rotate(settings)
    assert (change.new.secret, change.old) == (new, MasterKey(old))
    alone = Service.open(BOATS, replace(home.settings, master_key=texts[0]))
    assert [open_text(alone.keyring, one) for one in sealed] == ["0", "1", "2"]
    alone.close()
    with pytest.raises(ValueError, match="was replaced before"):
        rotate(replace(home.settings, master_key=" ".join(reversed(texts))))


def test_a_file_that_cannot_be_written_here_is_changed_by_hand(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a secret that is mounted into a container."""
    path, old, new = home.settings.master_key_path, secret_of(home.settings), master_key.new()
    sealed = seal(home.open(BOATS), 3)
    put = master_key.put

    def refused(*_: Any) -> None:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr(master_key, "put", refused)
    with pytest.raises(ValueError, match="cannot be written here"):
        rotate(home.settings)
    put(path, new, old)
    rotate(home.settings)
    assert [one.secret for one in master_key.masters(home.settings).known()] == [new, old]
    put(path, new)
    fresh = home.open(BOATS)
    assert [open_text(fresh.keyring, one) for one in sealed] == ["0", "1", "2"]


def test_a_wrong_key_changes_nothing_and_says_so(home: Home) -> None:
    service = home.open(BOATS)
    seal(service, 3)
    before = rows(service, KEYS)
    master_key.put(home.settings.master_key_path, master_key.new())
    with pytest.raises(WrongMasterKey, match="does not open this keyring"):
        rotate(home.settings)
    with pytest.raises(WrongMasterKey):
        migrate(home.settings, (BOATS, HARBOURS))
    assert rows(service, KEYS) == before


def test_one_at_a_time(home: Home) -> None:
    with (
        rotating.alone(home.settings),
        pytest.raises(ValueError, match="another process"),
        rotating.alone(home.settings),
    ):
        pass


def test_connections_of_their_own_follow_too(database_url: str, tmp_path: Path) -> None:
    home = Home.make(tmp_path, database_url=database_url)
    service = home.open(BOATS)
    before = service.database.url
    rotate(home.settings)
    with service.database.postgresql_connection() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert service.database.url != before
    stale = before.set(drivername="postgresql").render_as_string(hide_password=False)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(stale)
    home.close()

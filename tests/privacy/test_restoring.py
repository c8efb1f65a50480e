"""An older keyring is put back: what was destroyed since stays destroyed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.all_in_one import Installation
from shared.due.worker import DueWorker
from shared.events.append import Append, StreamWrite
from shared.events.event import Event, event_type
from shared.migrations.migrating import migrate
from shared.privacy import reviving
from shared.privacy.classes import KEY_CLASSES
from shared.privacy.keyring import REMEMBERED_SECONDS, KeyName, NotThisService
from shared.privacy.sealing import open_text, seal_text
from shared.privacy.tables import KEYS
from shared.service import Service
from shared.settings import Settings
from tests.store.conftest import BOTH, on_both
from tests.store.domain import BOATS, HARBOURS, Home, context, until
from tests.store.writing import NOON
from tests.upgrade import databases

NAME = KeyName("r-1", "identity")


@event_type("trainings.erasure.keys_destroyed.v1")
class Noted(Event, frozen=True, kw_only=True):
    """What an erasure writes of the keys that it destroyed."""

    erasure_id: str
    key_ids: tuple[str, ...]
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


ERASING = replace(BOATS, events=(*BOATS.events, Noted))


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    yield from on_both(request, tmp_path)


class Backup:
    """The keyring as it is now, to be put back later."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = settings.home / "backup"
        if settings.database_url:
            self._dump = databases.dump(settings, "keyring")
        else:
            shutil.copytree(settings.home / "keys", self._kept)

    def put_back(self) -> None:
        """With services stopped, as the operations' manual says."""
        settings = self._settings
        if not settings.database_url:
            for path in (settings.home / "keys").glob("keyring.sqlite3*"):
                path.unlink()
            for path in self._kept.glob("keyring.sqlite3*"):
                shutil.copy(path, settings.home / "keys" / path.name)
            return
        name = f"{settings.installation}_keyring"
        with databases._connected(settings, None) as server:
            server.exec_driver_sql(f"drop database {name} with (force)")
            server.exec_driver_sql(f"create database {name} encoding 'UTF8'")
        with databases._connected(settings, name) as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(databases._renamed(self._dump, "x", "x"))
        migrate(settings, (ERASING, HARBOURS))


def stop(home: Home) -> None:
    for service in home.opened:
        service.close()
    home.opened.clear()


def note(service: Service, key_ids: list[str], **more: tuple[str, ...]) -> None:
    """The erasure is on record in the service's log."""
    event = Noted(erasure_id="e1", key_ids=tuple(key_ids), **more)
    write = StreamWrite("erasure/e1", 0, (event,))
    service.store.commit(Append(context=context(), now=NOON, writes=(write,)))


def wrapped(service: Service, key_id: str) -> bytes | None:
    with service.keyring._database.reading() as connection:
        row = connection.execute(sa.select(KEYS).where(KEYS.c.key_id == key_id)).one()
    return bytes(row.wrapped) if row.wrapped else None


def test_a_restored_key_is_refused_at_once_and_destroyed_again(home: Home) -> None:
    service = home.open(BOATS)
    gone = seal_text(service.keyring, NAME, "Ana")
    kept = seal_text(service.keyring, KeyName("r-2", "identity"), "Beba")
    backup = Backup(home.settings)
    (key_id,) = service.keyring.destroy([NAME])
    stop(home)
    backup.put_back()
    service = home.open(BOATS)
    assert wrapped(service, key_id) is not None
    assert open_text(service.keyring, gone) is None
    assert service.keyring.open_many([key_id])[key_id].cipher is None
    assert service.keyring.ensure([NAME])[NAME].cipher is None
    with pytest.raises(ValueError, match="destroyed"):
        seal_text(service.keyring, NAME, "Ana")
    assert open_text(service.keyring, kept) == "Beba"
    assert reviving.check(service).revived == (key_id,)
    assert reviving.destroy_again(service) == [key_id]
    assert wrapped(service, key_id) is None
    assert reviving.check(service).revived == ()
    assert reviving.destroy_again(service) == []
    assert open_text(service.keyring, kept) == "Beba"


def test_the_log_alone_knows_when_the_file_went_back_too(home: Home) -> None:
    service = home.open(ERASING)
    gone = seal_text(service.keyring, NAME, "Ana")
    backup = Backup(home.settings)
    (key_id,) = service.keyring.destroy([NAME])
    note(service, [key_id])
    stop(home)
    backup.put_back()
    home.settings.destroyed_keys_path.unlink()
    service = home.open(ERASING)
    assert open_text(service.keyring, gone) == "Ana"
    found = reviving.check(service)
    assert (found.revived, found.unwritten) == ((key_id,), (key_id,))
    worker = DueWorker(service)
    home.start(worker.run)
    until(lambda: wrapped(service, key_id) is None)
    worker.stop()
    assert open_text(service.keyring, gone) is None
    found = reviving.check(service)
    assert (found.revived, found.unwritten, found.faults) == ((), (), ())


def refused(service: Service, *names: KeyName) -> bool:
    """Whether nothing can be sealed under any of these names."""
    for name in names:
        with pytest.raises(ValueError, match="destroyed"):
            seal_text(service.keyring, name, "Ana")
    return True


def test_a_key_that_is_newer_than_the_backup_stays_destroyed_by_the_file(home: Home) -> None:
    """The restored keyring knows nothing of it: no second key is made under its name."""
    service = home.open(BOATS)
    seal_text(service.keyring, KeyName("r-2", "identity"), "Beba")
    backup = Backup(home.settings)
    agreement = KeyName("r-1", "identity", "agreement")
    gone = seal_text(service.keyring, NAME, "Ana")
    service.keyring.ensure([agreement])
    service.keyring.destroy([NAME, agreement])
    stop(home)
    backup.put_back()
    service = home.open(BOATS)
    assert refused(service, NAME, agreement)
    assert open_text(service.keyring, gone) is None
    assert reviving.destroy_again(service) == []
    assert refused(home.open(BOATS), NAME, agreement)
    assert seal_text(service.keyring, KeyName("r-1", "contact"), "060") is not None
    found = reviving.check(service)
    assert (found.revived, found.lost, found.unwritten, found.faults) == ((), (), (), ())


def test_a_key_that_is_newer_than_the_backup_stays_destroyed_by_the_log(home: Home) -> None:
    """The file went back too; each erasure says whose keys for which data it ended."""
    service = home.open(ERASING)
    backup = Backup(home.settings)
    seal_text(service.keyring, NAME, "Ana")
    (key_id,) = service.keyring.destroy([NAME])
    kinds = ("identity/programme", "identity/agreement", "financial/programme")
    note(service, [key_id], owners=("r-1",), kinds=kinds)
    stop(home)
    backup.put_back()
    home.settings.destroyed_keys_path.unlink()
    service = home.open(ERASING)
    found = reviving.check(service)
    # The money's keys are another service's.
    assert found.lost == ("r-1 identity/agreement", "r-1 identity/programme")
    assert reviving.destroy_again(service) == []
    assert refused(service, NAME, KeyName("r-1", "identity", "agreement"))
    found = reviving.check(service)
    assert (found.revived, found.lost, found.unwritten, found.faults) == ((), (), (), ())


def test_names_are_added_to_a_file_from_before_them(home: Home) -> None:
    service = home.open(BOATS)
    service.keyring.ensure([NAME])
    (key_id,) = service.keyring.destroy([NAME])
    path = home.settings.destroyed_keys_path
    path.unlink()
    stones = reviving.stones_of(service)
    stones.add({key_id: ""}, service.keyring.secret("tombstones"))
    reviving.destroy_again(service)
    stones = reviving.stones_of(service)
    assert stones.names() == {service.keyring.stone(NAME)}
    assert "r-1" not in path.read_text()
    assert stones.faults(service.keyring.secret("tombstones")) == []


def test_what_was_destroyed_before_there_was_a_file_is_written_there(home: Home) -> None:
    service = home.open(BOATS)
    service.keyring.ensure([NAME])
    (key_id,) = service.keyring.destroy([NAME])
    home.settings.destroyed_keys_path.unlink()
    migrate(home.settings, (BOATS, HARBOURS))
    assert reviving.stones_of(service).ids() == {key_id}
    assert reviving.check(service).faults == ()


def test_a_changed_file_is_told(home: Home) -> None:
    service = home.open(BOATS)
    service.keyring.ensure([NAME])
    service.keyring.destroy([NAME])
    path = home.settings.destroyed_keys_path
    path.write_text(path.read_text().replace(" ", " f", 1)[:-2] + "\n")
    assert reviving.check(service).faults == (1,)


def test_each_service_opens_its_own_classes_only(home: Home) -> None:
    """On PostgreSQL the database refuses; on SQLite the keyring does."""
    boats, harbours = home.open(BOATS), home.open(HARBOURS)
    money = KeyName("r-1", "financial")
    sealed = seal_text(harbours.keyring, money, "160-1")
    for keyring in (boats.keyring, home.open(BOATS).keyring):
        assert open_text(keyring, sealed) is None
        assert keyring.open_key(sealed.key) is None
        assert keyring.open_keys([sealed.key]) == {}
        assert keyring.open_many([sealed.key]) == {}
        assert keyring.names(owners="r-", data_class="financial") == []
        assert keyring.destroy([money]) == []
        assert keyring.destroy_ids([sealed.key]) == []
        for name in (money, KeyName("new", "financial"), KeyName("new", "grants")):
            with pytest.raises(NotThisService):
                keyring.ensure([name])
    assert open_text(harbours.keyring, sealed) == "160-1"
    assert seal_text(boats.keyring, KeyName("x", "trainings"), "own") is not None


def test_in_one_process_too_each_service_opens_its_own_classes_only(tmp_path: Path) -> None:
    """The embedded default: one keyring file, and every service's keyring is held to its part."""
    with Installation.open(Settings(home=tmp_path)) as installation:
        services = installation.services
        makers = {"identity": "audit", "contact": "accounts", "special": "trainings"}
        makers |= {"financial": "grants"} | {name: name for name in services}
        for data_class, maker in makers.items():
            name = KeyName("r-1", data_class)
            sealed = seal_text(services[maker].keyring, name, data_class)
            for service in services.values():
                own = data_class in (*KEY_CLASSES[service.name], service.name)
                assert open_text(service.keyring, sealed) == (data_class if own else None)
                with nullcontext() if own else pytest.raises(NotThisService):
                    service.keyring.ensure([name])


OTHER_PROCESS = """
import json, sys, time
from pathlib import Path
from shared.events.event import Sealed
from shared.privacy.sealing import open_text
from shared.service import Service
from shared.settings import Settings
from tests.store.domain import BOATS

given = json.loads(sys.argv[1])
settings = Settings(home=Path(given["home"]), database_url=given["url"], installation=given["as"])
service = Service.open(BOATS, settings)
sealed = Sealed(given["key"], given["box"])
assert open_text(service.keyring, sealed) == "Ana"
print("opened", flush=True)
while open_text(service.keyring, sealed) is not None:
    time.sleep(0.005)
print(time.time(), flush=True)
service.close()
"""


def test_another_process_forgets_within_a_second(home: Home) -> None:
    service = home.open(BOATS)
    sealed = seal_text(service.keyring, NAME, "Ana")
    given = {
        "home": str(home.settings.home),
        "url": home.settings.database_url,
        "as": home.settings.installation,
        "key": sealed.key,
        "box": sealed.box,
    }
    words = [sys.executable, "-c", OTHER_PROCESS, json.dumps(given)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "opened\n"
        time.sleep(0.1)
        service.keyring.destroy([NAME])
        destroyed = time.time()
        forgotten = float(process.stdout.readline())
        assert process.wait() == 0
    assert forgotten - destroyed < REMEMBERED_SECONDS + 0.5

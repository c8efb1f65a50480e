"""After an erasure nothing of the person is left in the clear, wherever bytes are kept.

Three people are erased: one with two registrations and an applicant wholly, and one with a grant
but for the agreement that accounting law keeps. Everything is searched in every script and
encoding, and so is a backup that was taken before, with the keyring of today.
"""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from kombu import Queue
from sqlalchemy import NullPool, create_engine

from shared.bus.topology import connect, events_exchange
from shared.database import server_url
from shared.settings import SERVICES, Settings
from tests.installation.commands import ROOT, Commands
from tests.privacy.registered import Registered
from tests.privacy.test_plaintext import READ_MODELS, databases, drop, dumped, remove
from tests.server_processes import find_program

pytestmark = pytest.mark.slow

EVERYTHING = ("identity", "contact", "special", "financial")


@dataclass
class World:
    """An installation with people in it.

    ids: reference to registration. together: of one person; applicant: without a grant.
    """

    installation: Commands
    people: Registered
    ids: dict[str, str]
    together: tuple[str, ...]
    applicant: str
    granted: str
    said: list[bytes] = field(default_factory=list)

    @property
    def wholly(self) -> tuple[str, ...]:
        """Who is erased wholly."""
        return (*self.together, self.applicant)

    def like(self, installation: Commands) -> World:
        """The same people in another installation."""
        name = self.installation.environment["ZANAT_INSTALLATION"]
        installation.environment["ZANAT_INSTALLATION"] = name
        return replace(self, installation=installation, said=[])

    def process(self, wish: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
        """Run ``erasing_process``; what it says is kept to be searched."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.privacy.erasing_process", json.dumps(wish)],
            cwd=ROOT,
            env=self.installation.environment,
            capture_output=True,
            timeout=300,
            check=False,
        )
        self.said.append(done.stdout + done.stderr)
        return done

    def erase(self, *references: str, **wish: Any) -> None:
        people = [self.ids[one] for one in references]
        done = self.process({"people": people, "classes": EVERYTHING, **wish})
        assert done.returncode == 0, done.stderr.decode()[-3000:]

    def verify(self) -> None:
        self.installation.run("verify")


def made(folder: Path, installation: Commands, ask: Any) -> World:
    """Load a register and choose who is erased. ``ask``: (service, statement) to rows."""
    people = Registered.invent(folder / "register")
    installation.run("load", str(people.folder), "--programme", "demo")
    ids = dict(ask("trainings", "select reference, registration_id from registrations"))
    persons: dict[str, list[str]] = {}
    for reference, person in ask("trainings", "select reference, person_id from registrations"):
        persons.setdefault(person, []).append(reference)
    awards = {one for (one,) in ask("grants", "select registration_id from awards")}
    applied = {one for (one,) in ask("grants", "select registration_id from applications")}
    together = next(
        tuple(sorted(refs))
        for _, refs in sorted(persons.items())
        if len(refs) > 1 and not awards.intersection(ids[r] for r in refs)
    )
    alone = [
        refs[0]
        for _, refs in sorted(persons.items())
        if len(refs) == 1 and all(people.people[refs[0]]) and ids[refs[0]] in applied
    ]
    applicant = next(one for one in alone if ids[one] not in awards)
    granted = next(one for one in alone if ids[one] in awards)
    return World(installation, people, ids, together, applicant, granted)


def asked(home: Path) -> Any:
    def ask(service: str, statement: str) -> list[Any]:
        path = home / "data" / f"{service}.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()

    return ask


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("erasing")
    installation = Commands(folder / "home")
    return made(folder, installation, asked(folder / "home"))


def copied(world: World, home: Path) -> World:
    """The same installation in another home."""
    shutil.copytree(world.installation.home, home)
    return world.like(Commands(home))


@pytest.fixture(scope="module")
def erased(loaded: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Both were erased, and the installation verified before."""
    world = copied(loaded, tmp_path_factory.mktemp("erased") / "home")
    world.verify()
    world.erase(world.together[0], world.applicant, world.granted)
    return world


def stored(home: Path) -> dict[str, bytes]:
    """Every byte in a home, files by their names."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_before_it_everything_was_there(loaded: World) -> None:
    """So that what is looked for afterwards is what was there."""
    secrets = loaded.people.secrets({*loaded.wholly, loaded.granted})
    whole = b"".join(stored(loaded.installation.home).values())
    found = {label.split(" ", 1)[0] for label in secrets.found_in(whole)}
    # A national number is covered but for its end, or hashed with a key, also in read models.
    assert found == {"name", "phone", "account"}


def test_no_byte_of_the_home_tells_anything_of_who_was_erased_wholly(erased: World) -> None:
    """Databases with free pages and logs beside them, keyring, files, outbox, names of files."""
    secrets = erased.people.secrets(erased.wholly)
    assert len(secrets.texts) >= 4
    for name, content in stored(erased.installation.home).items():
        assert secrets.found_in(content + b"\n" + name.encode()) == set(), name


def test_of_who_has_a_grant_only_the_agreement_is_left(erased: World) -> None:
    secrets = erased.people.secrets({erased.granted})
    for name, content in stored(erased.installation.home).items():
        found = {label.split(" ", 1)[0] for label in secrets.found_in(content)}
        allowed = {"name", "account"} if name.startswith("data/grants.sqlite3") else set()
        assert found <= allowed, name
    ask = asked(erased.installation.home)
    rows = ask("grants", "select registration_id, full_name, account_number from awards")
    kept = {
        name for whose, name, account in rows if account and whose == erased.ids[erased.granted]
    }
    assert kept == {erased.people.people[erased.granted][0]}


def test_others_are_as_they_were(loaded: World, erased: World) -> None:
    others = set(erased.ids) - {*erased.wholly, erased.granted}
    gone = {erased.ids[one] for one in (*erased.wholly, erased.granted)}
    statement = "select * from registrations order by registration_id"
    for service in ("trainings", "grants"):
        before = asked(loaded.installation.home)(service, statement)
        after = asked(erased.installation.home)(service, statement)
        same = [row for row in before if row[0] not in gone]
        assert same == [row for row in after if row[0] not in gone]
        assert len(same) == len(others)


def test_nothing_was_said_of_them(erased: World) -> None:
    secrets = erased.people.secrets({*erased.wholly, erased.granted})
    said = b"".join(erased.said)
    assert b"erasure.purged.v1" in said
    assert secrets.found_in(said) == set()


def test_it_verifies_and_a_rebuild_gives_the_same(erased: World, tmp_path: Path) -> None:
    world = copied(erased, tmp_path / "home")
    world.verify()
    world.installation.run("rebuild")
    world.verify()
    secrets = world.people.secrets(world.wholly)
    for name, content in stored(world.installation.home).items():
        assert secrets.found_in(content) == set(), name


def test_a_backup_of_before_tells_nothing_with_the_keyring_of_today(
    loaded: World, erased: World, tmp_path: Path
) -> None:
    """The read models are left out of it, as docs/operations.md says, and made again."""
    backup, home = loaded.installation.home, tmp_path / "home"
    shutil.copytree(backup, home, ignore=shutil.ignore_patterns("keys"))
    for path in databases(home):
        drop(path, sorted(READ_MODELS[path.stem]))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("update projections set version = 0")
            connection.commit()
    shutil.copytree(erased.installation.home / "keys", home / "keys")
    world = loaded.like(Commands(home))
    world.installation.run("migrate")
    world.installation.run("rebuild")
    secrets = world.people.secrets(world.wholly)
    for name, content in stored(home).items():
        assert secrets.found_in(content) == set(), name
    others = world.people.secrets(set(world.ids) - {*world.wholly, world.granted})
    told = (home / "data" / "trainings.sqlite3").read_bytes()
    assert len(others.found_in(told)) > 20


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["destroyed", "purged"])
def test_what_was_cut_off_is_finished_after_the_next_start(
    loaded: World, tmp_path: Path, moment: str
) -> None:
    world = copied(loaded, tmp_path / "home")
    wish = {"people": [world.ids[world.together[0]]], "classes": EVERYTHING, "die": moment}
    assert world.process(wish).returncode == -signal.SIGKILL
    done = world.process({"later_minutes": 6})
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    ask = asked(world.installation.home)
    assert ask("trainings", "select state, purged from erasures") == [("completed", 5)]
    secrets = world.people.secrets(world.together)
    for name, content in stored(world.installation.home).items():
        assert secrets.found_in(content) == set(), name
    world.verify()


def test_once_more_changes_nothing(erased: World, tmp_path: Path) -> None:
    world = copied(erased, tmp_path / "home")
    world.erase(world.together[1])
    ask = asked(world.installation.home)
    states = ask("trainings", "select state, count(*) from erasures group by state")
    assert states == [("completed", 4)]
    world.verify()


@pytest.fixture
def on_servers(tmp_path: Path, database_url: str, broker_url: str) -> Iterator[World]:
    program = find_program("psql", "/usr/lib/postgresql/*/bin")
    if program is None:
        pytest.skip("psql is not installed")
    installation = Commands(tmp_path / "home", database_url=database_url, broker_url=broker_url)
    settings = Settings(
        home=tmp_path / "home", database_url=database_url, installation=installation.name
    )
    yield made(tmp_path, installation, _asked_of_server(settings))
    remove(settings)


@contextmanager
def listening(settings: Settings) -> Iterator[Callable[[], list[bytes]]]:
    """A queue beside those of the services, to which everything comes that they get."""
    with connect(settings) as connection:
        channel = connection.channel()
        name = f"{settings.installation}.spy"
        queue = Queue(name, events_exchange(settings), routing_key="#", durable=False)(channel)
        queue.declare()

        def heard() -> list[bytes]:
            found = []
            while message := queue.get(no_ack=True):
                body = message.body
                found.append(body if isinstance(body, bytes) else str(body).encode())
            return found

        yield heard
        queue.delete()


def _asked_of_server(settings: Settings) -> Any:
    def ask(service: str, statement: str) -> list[Any]:
        url = server_url(settings, database=f"{settings.installation}_{service}")
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    return ask


def test_no_dump_of_postgresql_and_no_message_of_the_queue_tells_anything(
    on_servers: World, database_url: str, broker_url: str
) -> None:
    world = on_servers
    program = find_program("pg_dump", "/usr/lib/postgresql/*/bin")
    if program is None:
        pytest.skip("pg_dump is not installed")
    settings = Settings(
        home=world.installation.home,
        database_url=database_url,
        broker_url=broker_url,
        installation=world.installation.name,
    )
    with listening(settings) as heard:
        world.erase(world.together[0], world.applicant)
        messages = heard()
    secrets = world.people.secrets(world.wholly)
    assert any(b"erasure.keys_destroyed.v1" in one for one in messages)
    assert secrets.found_in(b"\n".join(messages)) == set()
    told = b""
    for service in (*SERVICES, "keyring"):
        for table, content in dumped(program, settings, service):
            assert secrets.found_in(content) == set(), f"{service}: {table}"
            told += content
    others = world.people.secrets(set(world.ids) - set(world.wholly))
    assert len(others.found_in(told)) > 20
    assert secrets.found_in(b"".join(world.said)) == set()
    world.verify()

"""The audit commands on an installation that was really made."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from services.all_in_one import Installation
from services.audit.evidence.live import Live, Unanswered, verify_live
from services.commands import verifying
from services.commands.verifying import trust_from
from shared.events.verifying_rows import open_rows
from shared.events.verifying_tree import newest_size
from shared.identifiers import Uuid7
from shared.log.checkpointer import Checkpointer
from shared.log.rotating import rotate
from shared.settings import Settings
from tests.evidence.tampering import tampered
from tests.installation.commands import Commands
from tests.store.domain import until

KEY = re.compile(r"t[0-9a-f]{10}/([a-z]+)\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    commands = Commands(tmp_path_factory.mktemp("home"))
    commands.run("migrate")
    return commands


def settings_of(commands: Commands) -> Settings:
    return Settings.from_environment(commands.environment)


def test_keys_are_one_a_line_and_nothing_else(installed: Commands) -> None:
    lines = installed.run("audit", "keys").stdout.decode().splitlines()
    assert all(KEY.fullmatch(line) for line in lines)
    assert [line.partition("+")[0].partition("/")[2] for line in lines] == [
        *("accounts", "trainings", "grants", "notifications", "audit")
    ]
    witnesses = installed.run("audit", "keys", "--witnesses").stdout.decode().splitlines()
    assert [line.split("+")[0].rpartition("/")[0].rpartition("/")[2] for line in witnesses] == [
        *("accounts", "audit")
    ]
    assert installed.run("audit", "keys", "--retired").stdout == b""


def test_a_rotated_key_is_on_record_and_everything_still_verifies(
    installed: Commands, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(installed.run("audit", "checkpoint").stdout)
    before = installed.run("audit", "keys").stdout.decode().splitlines()
    said = installed.run("audit", "rotate-key", "grants").stderr.decode()
    after = installed.run("audit", "keys").stdout.decode().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert all(key in said for key in changed[0])
    retired = installed.run("audit", "keys", "--retired").stdout.decode().split()
    assert retired == [changed[0][0]]
    notes = installed.run("audit", "checkpoint").stdout.decode()
    own = [line for line in notes.splitlines() if line.startswith(f"— {installed.name}/grants ")]
    assert len(own) == 2
    assert b"Everything agrees." in installed.run("audit", "verify", "--kept", str(kept)).stderr
    assert b"Everything agrees." in installed.run("verify").stderr


def test_a_proof_verifies_as_anybody_would(installed: Commands) -> None:
    proof = installed.run("audit", "prove", "grants", "0").stdout
    assert proof.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n")
    installed.run("audit", "prove", "grants", "100000", status=1)


def test_a_changed_file_is_a_bad_verdict(installed: Commands, tmp_path: Path) -> None:
    copy = tmp_path / "grants.sqlite3"
    source = installed.home / "data" / "grants.sqlite3"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    good = installed.run("audit", "verify", str(copy))
    assert b"are what was signed" in good.stderr
    with tampered(copy) as connection:
        connection.execute("update events set envelope = replace(envelope, 'grants', 'gifts')")
    wrong = installed.run("audit", "verify", str(copy), status=1)
    assert b"BAD: grants: position 0: " in wrong.stderr
    keys = tmp_path / "keys.txt"
    keys.write_bytes(installed.run("audit", "keys").stdout)
    installed.run("audit", "verify", str(copy), "--keys", str(keys), status=1)


def test_what_is_in_a_file_does_not_choose_its_keys(installed: Commands, tmp_path: Path) -> None:
    copy = tmp_path / "backup-of-grants.sqlite3"
    with closing(sqlite3.connect(installed.home / "data" / "grants.sqlite3")) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    good = installed.run("audit", "verify", str(copy))
    assert b"are what was signed" in good.stderr
    for name in ("grantz", "../../keys", "grants.witness"):
        with tampered(copy) as connection:
            connection.execute(
                "update events set envelope = json_set(cast(envelope as text), '$.source', ?)",
                (name,),
            )
        said = installed.run("audit", "verify", str(copy), status=1).stderr
        assert b"which service's log" in said


def test_without_keys_nothing_is_good(installed: Commands, tmp_path: Path) -> None:
    copy = tmp_path / "grants.sqlite3"
    with closing(sqlite3.connect(installed.home / "data" / "grants.sqlite3")) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    folder = installed.home / "keys" / "log"
    with moved_away(folder):
        said = installed.run("audit", "verify", str(copy), status=1).stderr
        assert b"BAD: grants: no keys of it are known here" in said
        said = installed.run("audit", "verify", status=1).stderr
        assert b"grants: its key is not on record" in said
        assert b"grants: the key with which audit cosigns is not on record" in said
    assert b"Everything agrees." in installed.run("audit", "verify").stderr


@contextmanager
def moved_away(folder: Path) -> Iterator[None]:
    folder.rename(folder.with_name("gone"))
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name("gone").rename(folder)


def test_kept_checkpoints_of_nothing_are_no_proof(installed: Commands, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    copy = tmp_path / "grants.sqlite3"
    with closing(sqlite3.connect(installed.home / "data" / "grants.sqlite3")) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    notes = installed.run("audit", "checkpoint").stdout
    for raw in (b"", notes.replace(installed.name.encode(), b"elsewhere")):
        kept.write_bytes(raw)
        said = installed.run("audit", "verify", "--kept", str(kept), status=1).stderr
        assert b"kept.txt: no checkpoint of a log of this installation is in it" in said
        said = installed.run("audit", "verify", str(copy), "--kept", str(kept), status=1).stderr
        assert b"kept.txt: no checkpoint of the log grants is in it" in said
    kept.write_bytes(notes)
    installed.run("audit", "verify", str(copy), "--kept", str(kept))


def test_an_emptied_file_is_not_good(installed: Commands, tmp_path: Path) -> None:
    copy = tmp_path / "grants.sqlite3"
    with closing(sqlite3.connect(installed.home / "data" / "grants.sqlite3")) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    with tampered(copy) as connection:
        for table in ("events", "log", "log_hashes", "checkpoints", "cosignatures"):
            connection.execute(f"delete from {table}")  # noqa: S608 (our names)
    said = installed.run("audit", "verify", str(copy), status=1).stderr
    assert b"BAD: grants: it is empty, and nobody has signed that it is" in said


def test_an_address_with_a_password_comes_from_the_environment(installed: Commands) -> None:
    secret = "postgresql://nobody:hidden@127.0.0.1:1/zanat_grants"
    command = ("audit", "verify", "--database-from", "AUDITED")
    said = installed.run(*command, status=1).stderr
    assert b"AUDITED must hold a PostgreSQL address" in said
    installed.environment["AUDITED"] = secret
    try:
        said = installed.run(*command, status=1).stderr
    finally:
        del installed.environment["AUDITED"]
    assert b"the server does not answer" in said
    assert b"hidden" not in said
    said = installed.run("audit", "verify", secret, status=1).stderr
    assert b"give --database-from instead" in said


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """An installation at rest, of whose log of grants the audit has witnessed two checkpoints."""
    commands = Commands(tmp_path_factory.mktemp("witnessed"))
    commands.run("migrate")
    for size in (2, 4):
        with Installation.open(settings_of(commands)) as installation:
            grants = installation.services["grants"]
            for _ in range(2):
                rotate(grants, grants.system_context("-", cause=Uuid7().new()))
            Checkpointer(grants, lambda: None).turn()
            installation.start_workers(due=False)
            until(partial(cosigned, commands, size), seconds=90)
            until(lambda: newest(commands, "audit", "trainings") is not None, seconds=90)
    return commands


def test_a_followed_log_without_entries_is_no_stranger(witnessed: Commands) -> None:
    """Its checkpoint was witnessed before anything came of it."""
    assert newest(witnessed, "audit", "trainings") == 0
    assert verified(witnessed) == []


def cosigned(commands: Commands, size: int) -> bool:
    with closing(open_rows(str(commands.home / "data" / "grants.sqlite3"))) as rows:
        return bool(rows.query("select 1 from cosignatures where size >= ?", size))


def verified(commands: Commands) -> list[str]:
    """What is wrong with an installation at rest."""
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifying, "conclude", lambda found, _good: said.extend(found))
        verifying.installation(settings_of(commands), None)
    return said


@pytest.mark.parametrize(
    ("of", "statements", "words"),
    [
        (
            "audit",
            (
                "delete from inbox where source = 'grants' and position >= 1",
                "delete from log_hashes where log = 'grants' and position >= 1",
                "delete from cosignatures where log = 'grants' and size > 1",
                "delete from checkpoints where log = 'grants' and size > 1",
            ),
            "audit: its copy of grants: 1 entries are there; 4 were applied",
        ),
        (
            "audit",
            (
                "delete from inbox where source = 'grants'",
                "delete from log_hashes where log = 'grants'",
                "delete from cosignatures where log = 'grants'",
                "delete from checkpoints where log = 'grants'",
                "delete from cursors where source = 'grants'",
            ),
            "audit: its copy of grants: the cosignature of size ",
        ),
        (
            "audit",
            (
                "delete from cosignatures where log = 'grants'",
                "delete from checkpoints where log = 'grants'",
                "update heard set heard_at = '2999-01-01 00:00:00'",
            ),
            "audit: its copy of grants: no checkpoint of these 4 entries was witnessed",
        ),
        (
            "audit",
            ("delete from log_hashes where log = 'grants' and position = 1",),
            "audit: its copy of grants: position 1: its hash is gone",
        ),
        (
            "grants",
            (
                "delete from cosignatures",
                "delete from checkpoints where size < 4",
            ),
            "audit: its copy of grants: the checkpoint of size ",
        ),
        (
            "grants",
            ("delete from cosignatures",),
            "audit: its copy of grants: none of the ",
        ),
    ],
)
def test_a_witness_that_was_cut_or_emptied_is_found(
    witnessed: Commands, of: str, statements: tuple[str, ...], words: str
) -> None:
    file = witnessed.home / "data" / f"{of}.sqlite3"
    before = file.read_bytes()
    assert verified(witnessed) == []
    try:
        with tampered(file) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount
        found = verified(witnessed)
        assert any(one.startswith(words) for one in found), found
    finally:
        file.write_bytes(before)


def newest(commands: Commands, service: str, log: str) -> int | None:
    with closing(open_rows(str(commands.home / "data" / f"{service}.sqlite3"))) as rows:
        return newest_size(rows, log)


def test_targets_that_are_none_are_told_in_a_line(installed: Commands, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("nothing")
    for target in (str(text), str(tmp_path / "none"), "http://127.0.0.1:9/grants", "https://"):
        said = installed.run("audit", "verify", target, status=1).stderr
        assert b"Traceback" not in said


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, installation.web(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_a_live_service_is_verified_by_its_tiles(installed: Commands, tmp_path: Path) -> None:
    settings = settings_of(installed)
    kept = tmp_path / "kept.txt"
    kept.write_bytes(installed.run("audit", "checkpoint").stdout)
    with Installation.open(settings) as installation:
        Checkpointer(installation.services["grants"], lambda: None).turn()
        with served(installation) as address:
            live = Live(f"{address}/grants")
            trust = trust_from(settings, "grants", None, kept)
            verdict = verify_live(live, trust, with_entries=False, begun=lambda _: lambda _: None)
            assert verdict.findings == []
            assert verdict.signed == verdict.entries > 0
            other = trust_from(settings, "accounts", None, None)
            wrong = verify_live(live, other, with_entries=False, begun=lambda _: lambda _: None)
            assert wrong.findings
            with pytest.raises(Unanswered):
                Live(f"{address}/nowhere").checkpoint()

"""The audit commands on an installation that was really made."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from services.all_in_one import Installation
from services.audit.evidence.live import Live, Unanswered, verify_live
from services.commands.verifying import trust_from
from shared.log.checkpointer import Checkpointer
from shared.settings import Settings
from tests.evidence.tampering import tampered
from tests.installation.commands import Commands

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

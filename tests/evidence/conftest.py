"""An audit with copies of two signed logs, and bundles of them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from services.audit.app import create, definition
from services.audit.entries.views import Scope
from services.audit.evidence import verifier
from services.audit.evidence.bundling import VERIFIER, prepare
from services.audit.evidence.selection import Selection
from shared.access.roles import EVERY_PROGRAMME, Role
from shared.access.tokens import TokenSigner
from shared.clock import FixedClock
from shared.log import keys, tree
from shared.log.notes import Checkpoint, Note
from shared.log.watching.copies import copy_of
from shared.log.watching.trust import followed_log
from shared.log.watching.witnessing import add_checkpoint, submission_of
from shared.migrations.migrating import migrate
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.http.audit.conftest import NOON, Office

EVERYTHING = Scope(((Role.auditor, EVERY_PROGRAMME),))


@dataclass
class Archive:
    """Copies of the logs of grants and trainings, of so many entries, signed and cosigned."""

    office: Office
    folder: Path

    @property
    def service(self) -> Service:
        return self.office.service

    def sign(self, log: str) -> bytes:
        """A checkpoint of the log as it is now, as its service signs it, cosigned here."""
        settings = self.service.settings
        signer = keys.signer(settings, log)
        with self.service.database.reading() as connection:
            hashes = copy_of(connection, log)
            size = hashes.count(0)
            root = tree.root(hashes, size)
        text = Checkpoint(signer.name, size, root).text()
        note = Note(text).with_line(signer.sign(text))
        known = followed_log(self.service, log)
        add_checkpoint(self.service, submission_of(self.service, known, note))
        return bytes(note)

    def bundle(self, selection: Selection | None = None, *, kept: tuple[Note, ...] = ()) -> Path:
        """A bundle as a file."""
        made = prepare(self.service, EVERYTHING, selection or Selection(), kept=kept)
        path = self.folder / "bundle.zip"
        with self.office.app.test_request_context("/audit/"), path.open("wb") as file:
            for part in made.parts():
                file.write(part)
        return path

    def keys_file(self) -> Path:
        """The keys as somebody has them from elsewhere."""
        settings = self.service.settings
        found = [
            key for log in ("grants", "trainings") for key in keys.verifier_keys(settings, log)
        ]
        path = self.folder / "keys.txt"
        path.write_text("\n".join((*found, *keys.witness_verifier_keys(settings, "audit"))))
        return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, public_url="http://localhost:8000")
    migrate(settings, [definition()])
    for log in ("grants", "trainings"):
        keys.ensure(settings, log)
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    key = token_key(settings)
    app: Flask = create(service)
    signer = TokenSigner(key, audience=settings.installation, clock=clock)
    made = Archive(Office(service, app, clock, signer), tmp_path_factory.mktemp("out"))
    for number in range(20):
        made.office.arrives("grants.call.opened.v1", f"call/{number}")
        if number == 8:
            made.sign("grants")
        made.office.arrives("trainings.cohort.closed.v1", f"cohort/{number}", programme="BA-2012")
    made.sign("grants")
    made.sign("trainings")
    yield made
    service.close()


def verify_alone(bundle: Path, folder: Path, *arguments: str) -> tuple[int, str]:
    """(exit status, output) of the verifier alone, by Python without this project, elsewhere."""
    folder.mkdir(exist_ok=True)
    script = folder / "verifier.py"
    script.write_bytes(VERIFIER.read_bytes())
    found = subprocess.run(
        [sys.executable, "-I", str(script), str(bundle), *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert b"Traceback" not in found.stderr
    return found.returncode, found.stdout.decode() + found.stderr.decode()


def rewritten(bundle: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The bundle with other files: ``change`` gives a file's content, None to leave it out."""
    path = bundle.with_name("rewritten.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return path


def bad(bundle: Path) -> list[str]:
    """What the verifier finds wrong."""
    return verifier.verify_bundle(bundle).bad

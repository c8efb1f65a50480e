"""``audit``: keys and checkpoints of the logs, proofs, bundles, and verifying all of it.

    python -m services audit keys
    python -m services audit verify                       # this installation at rest
    python -m services audit verify bundle.zip --keys keys.txt --kept 2026-03-01.txt
    python -m services audit verify https://zanat.example.org/grants

What verifying finds is said by position, the first first; the exit status is 0 only when all holds.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from services.all_in_one import APPS, Installation
from services.audit.entries.views import Scope, Search
from services.audit.evidence import verifier
from services.audit.evidence.bundling import Bundle, prepare
from services.audit.evidence.live import Live, verify_live
from services.audit.evidence.selection import Selection, history_of, positions_of
from services.commands import operating, verifying
from services.commands.terminal import Progress, say
from services.commands.verifying import kept_notes, trust_from
from shared.access.roles import EVERY_PROGRAMME, Role
from shared.errors import Refused
from shared.events.append import Context
from shared.events.verifying import Verdict, count, own_name, verify_at_rest
from shared.events.verifying_rows import open_rows
from shared.identifiers import Uuid7
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.checkpoints import latest, latest_signed, note_of, prove
from shared.log.rotating import rotate
from shared.service import INSTALLATION_WIDE, Service
from shared.settings import SERVICES, Settings

WITNESSED_WITHIN_SECONDS = 20.0
KEYS = click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verifier keys from elsewhere, one a line.",
)
KEPT = click.option(
    "--kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Signed checkpoints that were kept elsewhere, such as a daily file.",
)


@click.group("audit")
def audit() -> None:
    """The logs' keys and checkpoints, proofs, evidence, and verifying."""


@audit.command("keys")
@click.option("--witnesses", is_flag=True, help="The keys that cosign, instead.")
@click.option("--retired", is_flag=True, help="Those that were in use before, instead.")
@click.pass_obj
def print_keys(settings: Settings, witnesses: bool, retired: bool) -> None:
    """Print each log's verifier key (name+id+base64), one a line and nothing else."""
    of = keys.witness_verifier_keys if witnesses else keys.verifier_keys
    found = {name: of(settings, name) for name in SERVICES}
    if not any(found.values()):
        raise ValueError("there are no keys yet: run python -m services migrate")
    for known in found.values():
        for key in known[1:] if retired else known[:1]:
            click.echo(key)


@audit.command("rotate-key")
@click.argument("service", type=click.Choice(SERVICES))
@click.pass_obj
def rotate_key(settings: Settings, service: str) -> None:
    """Sign a service's log with a new key from now on; the change is recorded in that log."""
    with Installation.open(settings) as installation:
        cause = Uuid7().new()
        by = Context(
            actor=operating.operator(),
            programme=INSTALLATION_WIDE,
            correlation=cause,
            causation=cause,
        )
        old, new = rotate(installation.services[service], by)
        Checkpointer(installation.services[service], lambda: None).turn()
    say(f"Until now: {old}")
    say(f"From now:  {new}")
    say("Give the new key to everybody who verifies this log from elsewhere.")


@audit.command()
@click.pass_obj
def checkpoint(settings: Settings) -> None:
    """Print the newest signed checkpoint of each log, with its cosignatures: a file to keep."""
    installation = Installation.for_reading(settings)
    found = []
    for name, service in installation.services.items():
        with service.database.reading() as connection:
            note = latest(connection, name)
        if note is not None:
            found.append(note)
    sys.stdout.buffer.write(b"\n".join(found))
    sys.stdout.buffer.flush()


@audit.command("prove")
@click.argument("log", type=click.Choice(SERVICES))
@click.argument("position", type=click.IntRange(min=0))
@click.pass_obj
def prove_entry(settings: Settings, log: str, position: int) -> None:
    """Print the proof that an entry is in its log (C2SP tlog-proof)."""
    service = Installation.for_reading(settings).services[log]
    with service.database.reading() as connection:
        signed = latest_signed(connection, log)
        if signed is None or signed.size <= position:
            raise ValueError(f"no checkpoint of {log} covers position {position}")
        path = prove(connection, log, True, position, signed.size)
        note = note_of(connection, log, signed)
    lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    head = f"{verifier.PROOF_HEAD}\nindex {position}\n{lines}\n"
    sys.stdout.buffer.write(head.encode() + note)
    sys.stdout.buffer.flush()


@audit.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--source", default="", metavar="SERVICE")
@click.option("--stream", default="", metavar="KIND/ID", help="One record.")
@click.option("--history", default="", metavar="KIND/ID", help="A record and all that belongs.")
@click.option("--correlation", default="", metavar="ID", help="All that one request did.")
@click.option("--actor", default="", metavar="ACCOUNT")
@click.option("--programme", default="", metavar="CODE")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--positions", default="", metavar="LOG:FIRST-LAST", help="Several with spaces.")
@KEPT
@click.pass_obj
def bundle(settings: Settings, /, out: Path, kept: Path | None, **given: Any) -> None:
    """Write entries with their proofs, checkpoints and keys as one zip."""
    history, positions = history_of(given.pop("history")), positions_of(given.pop("positions"))
    for name in ("since", "until"):
        moment: datetime | None = given[name]
        given[name] = moment.date() if moment else None
    selection = Selection(search=Search(**given), history=history, positions=positions)
    with Installation.open(settings) as installation:
        _bundle(installation, selection, out, kept)


def _bundle(installation: Installation, selection: Selection, out: Path, kept: Path | None) -> None:
    service = installation.services["audit"]
    everything = Scope(((Role.auditor, EVERY_PROGRAMME),))
    # What was written just now is signed and witnessed within seconds of being at work.
    installation.start_workers(due=False)
    deadline = time.monotonic() + WITNESSED_WITHIN_SECONDS
    made = _prepared(service, everything, selection, kept)
    while (made is None or made.left_out) and time.monotonic() < deadline:
        time.sleep(0.5)
        made = _prepared(service, everything, selection, kept)
    made = made or prepare(service, everything, selection, kept=kept_notes(kept))
    operating.record_operator_export(
        service,
        what="evidence",
        subject=f"/audit/evidence?{selection.words()}",
        programme=selection.search.programme or INSTALLATION_WIDE,
    )
    partial = out.with_name(f".{out.name}.partial")
    app = APPS["audit"].create(service)
    try:
        with (
            app.test_request_context("/audit/evidence"),
            partial.open("xb") as file,
            Progress("bundle", made.entries) as progress,
        ):
            for part in made.parts():
                file.write(part)
            progress.advance(made.entries)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    say(f"{made.entries} entries are in {out.name}.")
    if made.left_out:
        say(f"{made.left_out} are left out: no checkpoint covers them yet.")


def _prepared(
    service: Service, scope: Scope, selection: Selection, kept: Path | None
) -> Bundle | None:
    """None while no checkpoint covers anything of it."""
    try:
        return prepare(service, scope, selection, kept=kept_notes(kept))
    except Refused as error:
        if error.code != "evidence-unsigned":
            raise
        return None


@audit.command()
@click.argument("target", default="", required=False)
@KEYS
@KEPT
@click.option(
    "--database-from",
    metavar="VARIABLE",
    help="TARGET stands in this environment variable: an address with a password in it.",
)
@click.pass_obj
def verify(
    settings: Settings,
    target: str,
    keys_file: Path | None,
    kept: Path | None,
    database_from: str | None,
) -> None:
    """Verify this installation, or TARGET: a bundle, a service's address, a database.

    TARGET is a bundle (zip), the address of a running service (https://host/grants; with
    ZANAT_TOKEN its entries too), a SQLite file of a service, or a PostgreSQL address.
    """
    if database_from is not None:
        target = _from_environment(target, database_from)
    elif "://" in target and urlsplit(target).password:
        say("Everybody on this machine can read a command line: give --database-from instead.")
    if not target:
        verifying.installation(settings, kept)
    elif target.startswith(("http://", "https://")):
        _live(settings, target, keys_file, kept)
    elif target.startswith("postgresql"):
        _at_rest(settings, target, keys_file, kept)
    elif not Path(target).is_file():
        raise FileNotFoundError(f"there is no file {target}")
    elif _is_sqlite(Path(target)):
        _at_rest(settings, target, keys_file, kept)
    else:
        _verify_bundle(Path(target), keys_file, kept)


def _from_environment(target: str, variable: str) -> str:
    """The address in an environment variable, which ``ps`` does not show."""
    found = os.environ.get(variable, "")
    if target or not found.startswith("postgresql"):
        raise ValueError(f"{variable} must hold a PostgreSQL address, and no TARGET be given")
    return found


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(6) == b"SQLite" or path.suffix in (".sqlite3", ".sqlite", ".db")


def _verify_bundle(path: Path, keys_file: Path | None, kept: Path | None) -> None:
    report = verifier.verify_bundle(path, keys=keys_file, kept=kept)
    for line in report.lines:
        say(line)
    for line in verifier.LIMITS:
        say(line)
    found = list(report.bad)
    if report.own_keys and not found:
        found.append("unproven: all fits the keys that came with it. Give --keys from elsewhere")
    verifying.conclude(found, f"{report.entries} entries are what was signed.")


def _live(settings: Settings, address: str, keys_file: Path | None, kept: Path | None) -> None:
    token = os.environ.get("ZANAT_TOKEN", "")
    live = Live(address, token)
    trust = trust_from(settings, live.name, keys_file, kept)
    bars: list[Progress] = []

    def begun(size: int) -> Any:
        bars.append(Progress(f"reading {live.name}", size).__enter__())
        return bars[0].advance

    verdict = verify_live(live, trust, with_entries=bool(token), begun=begun)
    for bar in bars:
        bar.__exit__(None, None, None)
    if not token:
        say("Only hashes were read: give an auditor's token in ZANAT_TOKEN for the entries.")
    _conclude(verdict, bool(trust.keys))


def _at_rest(settings: Settings, target: str, keys_file: Path | None, kept: Path | None) -> None:
    with closing(open_rows(target)) as rows:
        # The name of the file or database first: what is in it may have been changed.
        called = urlsplit(target).path if "://" in target else target
        stem = Path(called).stem.rpartition("_")[2]
        name = stem if stem in SERVICES else own_name(rows)
        total = count(rows, None)
    if not name:
        raise ValueError("it does not say which service's log it is: name it <service>.sqlite3")
    trust = trust_from(settings, name, keys_file, kept)
    with Progress(f"verifying {name}", total) as progress:
        verdict = verify_at_rest(
            target,
            name,
            trust,
            follows=APPS[name].definition().follows,
            progress=progress.advance,
        )
    _conclude(verdict, bool(trust.keys))


def _conclude(verdict: Verdict, signatures: bool) -> None:
    found = list(verdict.findings)
    if (words := verdict.unsigned) and not found:
        found.append(words)
    if not signatures:
        found.append("no keys of it are known here: signatures were not checked. Give --keys")
    words = f"{verdict.entries} entries are what was signed."
    if not verdict.entries:
        words = "it is empty, as was signed."
    verifying.conclude([f"{verdict.log}: {one}" for one in found], f"{verdict.log}: {words}")

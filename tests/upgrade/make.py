"""Makes the installations of this version that later versions must upgrade: ``fixtures/<number>``.

    python -m tests.upgrade.make        # fixtures/1, anew
    python -m tests.upgrade.make 2      # for a version whose logs or tables have another form

One installation on SQLite and one on PostgreSQL, each of an invented register and a demonstration,
and beside each what it tells. Once a version is released its fixture is never made again.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from services.accounts.first import seed_personas
from services.accounts.personas import Persona
from services.all_in_one import Installation
from services.commands.demonstration_people import PEOPLE, PROGRAMME
from services.grants.awards import handling as awards
from services.grants.awards.views import AWARDS, TRANCHES
from services.register.invent import invent
from shared.events.append import Context
from shared.files.attachments import Attachments
from shared.identifiers import Uuid7
from shared.money import Money
from shared.privacy.keyring import KeyName, Keyring
from shared.privacy.tables import KEYS
from tests import servers
from tests.installation.commands import Commands
from tests.server_processes import say
from tests.upgrade import databases, packing
from tests.upgrade.telling import (
    entries,
    opened,
    personal,
    sealed_texts,
    settings_of,
    told,
    told_here,
)

FIXTURES = Path(__file__).parent / "fixtures"
INSTALLATION = "upgrade"
KINDS = ("sqlite", "postgresql")
SEED = 1
PEOPLE_PER_COUNTRY = 6
MORE = "more.json"
"""Lengths of the logs, texts that keys open, a receipt, who was erased, somebody who signs in."""
RECEIPT = b"%PDF-1.4\n% A receipt that nobody ever wrote.\n"
README = """# An installation made by version {number} of this format

Everything here is invented: the people, the money, the businesses. The keys are throw-away ones
that open nothing else; they are in the repository so that a test can open what they seal.

- `sqlite/home`: a home on SQLite, each file gzipped.
- `postgresql/home` and `postgresql/databases`: the same register loaded on PostgreSQL; `pg_dump`
  of each database, gzipped. The installation was named `{name}`.
- `*/expected`: what the installation told when it was made.

`tests/upgrade/test_upgrade.py` upgrades copies of both. Made by `python -m tests.upgrade.make
{number}`; never made again once the version that made it is released, and never edited.
"""


def main(number: str) -> None:
    """Make one fixture anew."""
    target = FIXTURES / number
    with tempfile.TemporaryDirectory() as name:
        work, made = Path(name), Path(name) / "made"
        invent(work / "register", seed=SEED, people=PEOPLE_PER_COUNTRY)
        for kind in KINDS:
            url = servers.ensure(kind).url if kind == "postgresql" else ""
            say(f"making {target / kind}")
            make(work / kind, work / "register", made / kind, database_url=url)
        assert_alike(made)
        (made / "README.md").write_text(README.format(number=number, name=INSTALLATION), "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    say(f"It has {size // 1000} kB.")


def make(home: Path, register: Path, target: Path, *, database_url: str = "") -> None:
    """One installation, packed, with what it tells."""
    commands = Commands(home, database_url=database_url)
    commands.environment["ZANAT_INSTALLATION"] = INSTALLATION
    settings = settings_of(commands)
    if database_url:
        databases.drop(settings)
    commands.run("demo", "--load-only", "--register", str(register))
    expected = go_on(commands)
    # What a destroyed key sealed is gone from the read models once they are made again.
    commands.run("rebuild")
    (target / "expected").mkdir(parents=True)
    for file, content in {**told_here(settings), **told(commands)}.items():
        (target / "expected" / file).write_bytes(content)
    expected |= {"entries": entries(commands), "texts": sealed_texts(settings)}
    text = json.dumps(expected, indent=1, ensure_ascii=False, sort_keys=True)
    (target / "expected" / MORE).write_text(text + "\n", "utf-8")
    packing.pack(home, target / "home")
    if database_url:
        for name in databases.NAMES:
            content = databases.dump(settings, name).encode()
            packing.write(target / "databases" / f"{name}.sql", content)
        databases.drop(settings)


def go_on(commands: Commands) -> dict[str, Any]:
    """What a demonstration does not have: a receipt that was attached, and an erased person."""
    with Installation.open(settings_of(commands)) as installation:
        installation.start_workers(due=False)
        personas = seed_personas(installation.services["accounts"], PROGRAMME)
        officer = next(one for one in personas if one.role == "programme_officer")
        receipt = attach_receipt(installation, officer)
        installation.wait_until_caught_up()
    with opened(settings_of(commands)) as services:
        service = services["trainings"]
        owner = next(who for who, text in personal(service) if text == PEOPLE[-1].full_name)
        erase(service.keyring, owner)
    return {
        "receipt": {"sha256": receipt, "content": RECEIPT.decode()},
        "erased": PEOPLE[-1].full_name,
        "officer": {"account": officer.email, "password": officer.password},
    }


def attach_receipt(installation: Installation, officer: Persona) -> str:
    """Accept a receipt for a paid tranche of the demonstration; the hash of the sealed file."""
    service = installation.services["grants"]
    with service.database.reading() as connection:
        row = connection.execute(
            select(AWARDS.c.registration_id, TRANCHES)
            .join(TRANCHES, TRANCHES.c.award_id == AWARDS.c.award_id)
            .where(AWARDS.c.programme == PROGRAMME, TRANCHES.c.paid, TRANCHES.c.receipts == "open")
            .order_by(TRANCHES.c.award_id, TRANCHES.c.tranche)
        ).first()
    assert row is not None, "the demonstration has no paid tranche without receipts"
    kept = Attachments.open(service).put(
        row.registration_id, "financial", RECEIPT, "application/pdf", group="agreement"
    )
    cause = Uuid7().new()
    context = Context(
        actor=officer.account_id, programme=PROGRAMME, correlation=cause, causation=cause
    )
    service.transact(
        context,
        lambda work: awards.accept_receipts(
            work,
            row.award_id,
            by=officer.account_id,
            tranche=row.tranche,
            amount=Money(row.amount_minor, row.currency),
            receipts=(kept.sha256,),
        ),
    )
    return kept.sha256


def erase(keyring: Keyring, owner: str) -> None:
    """Destroy all keys of a person."""
    with keyring._database.reading() as connection:
        rows = connection.execute(select(KEYS).where(KEYS.c.owner == owner)).all()
    names = [KeyName(row.owner, row.data_class, row.retention_group) for row in rows]
    assert len(keyring.destroy(names)) == len(names) > 0


def assert_alike(folder: Path) -> None:
    """The register's figures and decisions do not depend on where it was loaded."""
    for name in ("demo-report.json", "demo-decisions.csv"):
        texts = {(folder / kind / "expected" / name).read_bytes() for kind in KINDS}
        assert len(texts) == 1, f"{name} differs"


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["1"]))

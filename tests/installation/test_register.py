"""The register from its files to the report, embedded and on real servers; other registers too."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
from pathlib import Path

import pytest

from services.register.invent import invent
from tests.independent.totals import compute
from tests.installation.commands import REGISTER, Commands, assert_as_expected, expected_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def embedded(tmp_path_factory) -> Commands:
    installation = Commands(tmp_path_factory.mktemp("embedded"))
    installation.run("load", str(REGISTER), "--programme", "demo")
    return installation


def test_the_report_and_every_decision_equal_what_was_computed_independently(embedded):
    assert_as_expected(embedded)


def test_loading_again_changes_nothing(embedded):
    heads = embedded.run("verify").stderr
    again = embedded.run("load", str(REGISTER), "--programme", "demo")
    assert b"0 rows loaded" in again.stderr
    assert embedded.run("verify").stderr == heads
    assert_as_expected(embedded)


def test_a_changed_row_is_reported_and_changes_nothing(embedded, tmp_path):
    changed = tmp_path / "register"
    shutil.copytree(REGISTER, changed)
    visits = changed / "visits.csv"
    text = visits.read_text("utf-8").replace(",trading,", ",not_trading,", 1)
    visits.write_text(text, "utf-8")
    done = embedded.run("load", str(changed), "--programme", "demo")
    assert b"visits.csv row 2" in done.stderr
    assert embedded.report() == expected_report()


def test_every_log_and_read_model_agrees(embedded):
    assert b"Everything agrees" in embedded.run("verify").stderr


def test_rebuilt_read_models_give_the_same_report(embedded):
    embedded.run("rebuild")
    assert_as_expected(embedded)


def test_the_ledger_export_balances_with_the_report(embedded):
    text = embedded.run("export", "ledger").stdout.decode()
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    assert not text.startswith("\ufeff")
    assert len(rows) > 340


def test_no_personal_data_of_the_register_stands_outside_the_read_models(embedded):
    """Looks for every name, number, phone and account in the bytes of logs, inbox and keyring."""
    with (REGISTER / "participants.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    with (REGISTER / "applications.csv").open(encoding="utf-8", newline="") as file:
        accounts = [row["account"] for row in csv.DictReader(file)]
    secrets = {row["full_name"] for row in people} | {row["jmbg"] for row in people}
    secrets |= {row["phone"] for row in people} | set(accounts)
    wanted = [one.encode() for one in secrets if one]
    stored = b"".join(_outside_the_read_models(embedded.home))
    assert len(stored) > 1_000_000
    assert [one for one in wanted if one in stored] == []


def _outside_the_read_models(home: Path):
    core = ("events", "log", "inbox", "pending", "claims", "idempotency_records", "dead_letters")
    for path in sorted((home / "data").glob("*.sqlite3")):
        connection = sqlite3.connect(path)
        for table in (*core, "due", "cursors"):
            for row in connection.execute(f"select * from {table}"):  # noqa: S608
                yield b"\n".join(_bytes(value) for value in row)
        connection.close()
    for path in (home / "keys").rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_another_register_gives_its_own_right_totals(tmp_path, seed):
    folder = tmp_path / "register"
    invent(folder, seed=seed)
    expected = compute(folder)
    installation = Commands(tmp_path / "home")
    installation.run("load", str(folder), "--programme", f"other-{seed}")
    assert installation.report() == expected.totals
    assert installation.decisions().decode().splitlines() == expected.csv_text.splitlines()


def test_the_report_is_the_same_on_postgresql_and_rabbitmq(tmp_path, database_url, broker_url):
    installation = Commands(tmp_path, database_url=database_url, broker_url=broker_url)
    installation.run("load", str(REGISTER), "--programme", "demo")
    assert_as_expected(installation)
    again = installation.run("load", str(REGISTER), "--programme", "demo")
    assert b"0 rows loaded" in again.stderr
    assert b"Everything agrees" in installation.run("verify").stderr


@pytest.mark.parametrize(
    ("file", "row", "column", "old", "new"),
    [
        ("applications.csv", 3, "requested_minor", "21993000", "-5"),
        ("bank_statement.csv", 4, "currency", "RSD", "XXX"),
        ("visits.csv", 2, "occurred_at", "2011-06-03T10:00:00", "2011-13-03T10:00:00"),
    ],
)
def test_one_bad_cell_is_named_and_nothing_is_written(tmp_path, file, row, column, old, new):
    folder = tmp_path / "register"
    shutil.copytree(REGISTER, folder)
    lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
    assert old in lines[row - 1]
    lines[row - 1] = lines[row - 1].replace(old, new, 1)
    (folder / file).write_text("".join(lines), "utf-8")
    installation = Commands(tmp_path / "home")
    done = installation.run("load", str(folder), "--programme", "demo", status=1)
    message = done.stderr.decode()
    assert file in message and str(row) in message and column in message
    assert not list((tmp_path / "home").glob("data/*.sqlite3")) or _empty(tmp_path / "home")


def _empty(home: Path) -> bool:
    for path in (home / "data").glob("*.sqlite3"):
        connection = sqlite3.connect(path)
        count = connection.execute("select count(*) from events").fetchone()[0]
        connection.close()
        if count:
            return False
    return True

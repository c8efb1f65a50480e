"""Nothing is fitted to one register: others give their own totals, and a bad cell stops any."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from services.register.invent import invent
from tests.independent.totals import compute
from tests.installation.commands import REGISTER, Commands

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_another_register_gives_its_own_right_totals(tmp_path, seed):
    folder = tmp_path / "register"
    invent(folder, seed=seed)
    expected = compute(folder)
    installation = Commands(tmp_path / "home")
    installation.run("load", str(folder), "--programme", f"other-{seed}")
    assert installation.report() == expected.totals
    assert installation.decisions().decode().splitlines() == expected.csv_text.splitlines()


@pytest.mark.parametrize(
    ("file", "row", "column", "old", "new"),
    [
        ("applications.csv", 3, "requested_minor", "21993000", "-5"),
        ("bank_statement.csv", 4, "currency", "RSD", "QQQ"),
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

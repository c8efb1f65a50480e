"""A cut of the repository's example register, small enough to be read hundreds of times."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.register.tables import TABLES

EXAMPLE = Path(__file__).parents[3] / "examples" / "register"
ROWS_KEPT = {"attendance": 40, "tests": 20, "education": 9, "score_sheets": 40, "visits": 20}
LINES_KEPT = 60


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of each file that no other file refers to."""
    folder = tmp_path_factory.mktemp("small")
    for name, table in TABLES.items():
        kept = ROWS_KEPT.get(name, LINES_KEPT if name == "bank_statement" else 1000)
        lines = (EXAMPLE / table.file).read_bytes().splitlines(keepends=True)
        (folder / table.file).write_bytes(b"".join(lines[: kept + 1]))
    return folder


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    """A copy of the cut that a test may spoil."""
    return Path(shutil.copytree(small, tmp_path / "register"))

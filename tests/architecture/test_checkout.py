"""What runs is this checkout, never a copy of it that somebody installed."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["shared", "services", "tests"])
def test_package_is_this_checkouts(name: str) -> None:
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).resolve() == ROOT / name / "__init__.py"


def test_nothing_is_installed_under_our_names() -> None:
    installed = importlib.metadata.packages_distributions()
    assert not {"shared", "services", "tests"} & set(installed)


def test_locks_have_hashes_and_name_no_index() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text()
        for word in ("index-url", "find-links", "trusted-host", "://"):
            assert word not in text, f"{lock.name} names an index: {word}"
        for block in text.replace("\\\n", " ").splitlines():
            if block and not block.lstrip().startswith(("#", "-")):
                assert "==" in block and "--hash=sha256:" in block, f"{lock.name}: {block}"


def test_locks_are_complete_and_installed_as_they_are() -> None:
    """Without `--no-deps` an older pip asks for the newest `coverage[toml]`, whatever is pinned."""
    for file in ("Makefile", "deploy/Dockerfile"):
        lines = [
            line for line in (ROOT / file).read_text().splitlines() if "--require-hashes" in line
        ]
        assert lines, file
        assert all("--require-hashes --no-deps" in line for line in lines), file
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_pins_what_run_pins() -> None:
    pins = {
        name: {
            line.split()[0]
            for line in (ROOT / "requirements" / name).read_text().splitlines()
            if "==" in line and not line.startswith((" ", "#"))
        }
        for name in ("run.txt", "check.txt")
    }
    assert pins["run.txt"] <= pins["check.txt"]


def test_every_dependency_has_a_reason() -> None:
    text = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    explained = re.findall(r"^\| ([a-z][a-z0-9-]*) \|", text, flags=re.MULTILINE)
    asked = [
        re.split(r"[~=<>\[; ]", line, maxsplit=1)[0]
        for name in ("run.in", "check.in")
        for line in (ROOT / "requirements" / name).read_text().splitlines()
        if line and not line.startswith(("#", "-"))
    ]
    assert sorted(explained) == sorted(asked)

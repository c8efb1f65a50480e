"""Runs ``python -m services …`` in processes of their own, on an installation made for one test.

installation = Commands(home=tmp_path)
installation.run("load", "examples/register", "--programme", "demo")
json.loads(installation.run("report", "--format", "json").stdout)
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "examples" / "register"


class Commands:
    """The command line of one installation; its name is unique, so that servers can be shared."""

    def __init__(self, home: Path, *, database_url: str = "", broker_url: str = "") -> None:
        self.home = home
        self.name = f"t{uuid.uuid4().hex[:10]}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ZANAT_")},
            "ZANAT_HOME": str(home),
            "ZANAT_INSTALLATION": self.name,
            "ZANAT_DATABASE_URL": database_url,
            "ZANAT_BROKER_URL": broker_url,
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "services", *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "services", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == status, done.stderr.decode()[-3000:]
        return done

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to the whole process group that ``start`` made."""
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("report", "--format", "json").stdout)
        return found

    def decisions(self) -> bytes:
        return self.run("export", "decisions").stdout


def expected_report(folder: Path = REGISTER) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return found


def assert_as_expected(installation: Commands, folder: Path = REGISTER) -> None:
    assert installation.report() == expected_report(folder)
    expected = (folder / "expected_decisions.csv").read_bytes().splitlines()
    assert installation.decisions().splitlines() == expected

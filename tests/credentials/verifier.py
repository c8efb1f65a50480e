"""npm's verifier as a program: its packages are installed once, from the lock beside this file.

verify([credential, changed])      # [{"verified": True, …}, {"verified": False, …}]
contexts()                         # address → context, as npm's packages have them
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.server_processes import ROOT, Unavailable

HERE = Path(__file__).parent
LOCKS = ("package.json", "package-lock.json")
PROGRAMS = ("verify.mjs", "contexts.mjs")
INSTALL_SECONDS = 300
RUN_SECONDS = 120


def verify(credentials: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the verifier finds of each. Raises Unavailable without Node."""
    found: list[dict[str, Any]] = _run("verify.mjs", json.dumps(list(credentials)))
    return found


def contexts() -> dict[str, Any]:
    """The contexts of npm's packages by their addresses. Raises Unavailable without Node."""
    found: dict[str, Any] = _run("contexts.mjs", "")
    return found


def modules() -> Path:
    """The folder with the installed packages and our programs. Raises Unavailable."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        raise Unavailable("node and npm are not installed")
    mark = hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in LOCKS)).hexdigest()[:12]
    folder = ROOT / "var" / f"credentials-{mark}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            for name in LOCKS:
                shutil.copyfile(HERE / name, folder / name)
            done = subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=INSTALL_SECONDS,
            )
            if done.returncode != 0:
                last = (done.stderr.strip() or "no output").splitlines()[-1]
                raise Unavailable(f"npm cannot install the verifier: {last}")
            (folder / "installed").touch()
        for name in PROGRAMS:
            shutil.copyfile(HERE / name, folder / name)
    return folder


def _run(program: str, given: str) -> Any:
    done = subprocess.run(
        ["node", program],
        cwd=modules(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)

"""On what was measured: processor, memory, disk, versions of servers and of both sides.

about()  ->  {"processor": "…, 2 cores", "memory": "23 GiB", "Python": "3.11.7", ...}
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Final

from tests.load.peer import PYTHON

OURS: Final = ("SQLAlchemy", "psycopg", "Flask", "gunicorn", "kombu", "msgspec", "cryptography")
PEERS: Final = ("eventsourcing", "psycopg", "SQLAlchemy", "Flask", "kombu", "pymerkle")


def about() -> dict[str, str]:
    """What is told of the machine, by name."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **_servers(),
        "ours": ", ".join(f"{name} {metadata.version(name)}" for name in OURS),
        "peers": _peers(),
    }


def commit() -> str:
    """The commit that was measured, with a + when files were changed since."""
    head = _told("git", "rev-parse", "--short", "HEAD")
    changed = _told("git", "status", "--porcelain", "--", "shared", "services", "tests/load/*.py")
    return head + ("+" if changed else "")


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _servers() -> dict[str, str]:
    import psycopg

    from tests import servers
    from tests.server_processes import Unavailable

    told = {}
    try:
        with psycopg.connect(servers.ensure("postgresql").url) as connection:
            row = connection.execute("select version()").fetchone()
            synchronous = connection.execute("show synchronous_commit").fetchone()
        if row and synchronous:
            version = " ".join(str(row[0]).split()[:2])
            told["PostgreSQL"] = (
                f"{version.split()[1]}, synchronous_commit {synchronous[0]}, fsync on"
            )
    except (Unavailable, psycopg.Error):
        pass
    found = _told("rabbitmqctl", "version")
    if found:
        told["RabbitMQ"] = found.splitlines()[-1]
    return told


def _peers() -> str:
    script = (
        "from importlib.metadata import version;"
        f"print(', '.join(f'{{n}} {{version(n)}}' for n in {PEERS!r}))"
    )
    return _told(str(PYTHON), "-c", script)


def _told(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""

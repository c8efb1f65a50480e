"""Processes of our own for the tests' servers: programs, accounts, folders, ports, beginning, end.

    account = account_of("postgres")              # nothing when we are not root
    folder = fresh_folder("postgresql", "postgres")
    process = begin([str(program)], folder, folder / "server.log", account)
    wait_until(ready, process, folder / "server.log")
    end((let_go(process),), signal.SIGINT)

A process is known by its number and the instant of its start, so that we end only what we began.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "services"
READY_SECONDS = 120
STOP_SECONDS = 30
INSTALL_SECONDS = 900


class Unavailable(Exception):
    """A server can neither be found nor started here; the message is one line that says why."""


def say(line: str) -> None:
    """Messages go to standard error, so that standard output stays for data."""
    print(line, file=sys.stderr, flush=True)


def start_mark(pid: int) -> str:
    """When a process began, as its system says it, so that a reused pid is not taken for ours."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def is_alive(pid: int, mark: str) -> bool:
    """The very process that we began still runs."""
    return mark != "" and start_mark(pid) == mark


def let_go(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """What names a process from now on; it outlives us, so Popen need not wait for its end."""
    named = process.pid, start_mark(process.pid)
    process.returncode = 0
    return named


def end(processes: tuple[tuple[int, str], ...], sign: signal.Signals) -> None:
    """Ask each process to end, the last one first, and wait; make an end where that is not heard.

    One that leads a process group takes the group with it then.
    """
    for pid, mark in reversed(processes):
        if not is_alive(pid, mark):
            continue
        os.kill(pid, sign)
        deadline = time.monotonic() + STOP_SECONDS
        while is_alive(pid, mark) and time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)
        if is_alive(pid, mark):
            leads = os.getpgid(pid) == pid
            (os.killpg if leads else os.kill)(pid, signal.SIGKILL)


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Poll until a fresh server answers; a dead or silent one is Unavailable with its last line."""
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.1)
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    end((let_go(process),), signal.SIGKILL)
    raise Unavailable(f"it did not start: {lines[-1] if lines else 'no output'} ({log})")


def find_program(name: str, *places: str) -> Path | None:
    """A program in places (patterns; the newest version wins) or on the path."""
    for place in places:
        pattern = place.lstrip("/") + "/" + name
        found = sorted(Path("/").glob(pattern), key=lambda path: [len(path.parts[-3]), str(path)])
        if found:
            return found[-1]
    on_path = shutil.which(name)
    return Path(on_path).resolve() if on_path else None


def require_program(name: str, *places: str, package: str) -> Path:
    """The same, installed first where that is possible (root, apt) and it is missing."""
    found = find_program(name, *places)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"{package} is missing: installing it with apt-get")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", package]):
            subprocess.run(
                ["apt-get", *command],
                check=False,
                env=environment,
                stdout=sys.stderr,
                timeout=INSTALL_SECONDS,
            )
        found = find_program(name, *places)
    if found is None:
        raise Unavailable(f"{package} is not installed")
    return found


def account_of(user: str) -> dict[str, Any]:
    """Popen's arguments to run as user; empty when we are not root and run as ourselves."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def fresh_folder(name: str, user: str) -> Path:
    """An empty folder owned by user: under var/services, or in /tmp where user cannot get there."""
    account = account_of(user)
    base = FOLDER
    reachable = subprocess.run(["test", "-x", str(FOLDER)], cwd="/", check=False, **account)
    if reachable.returncode != 0:
        mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        base = Path(tempfile.gettempdir()) / f"zanat-services-{os.geteuid()}-{mark}"
        base.mkdir(mode=0o711, exist_ok=True)
        if base.is_symlink() or base.stat().st_uid != os.geteuid():
            raise Unavailable(f"{base} belongs to somebody else")
    folder = base / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account["user"], account["group"])
    return folder


def free_ports(count: int) -> list[int]:
    """Ports of loopback on which nobody listens now."""
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


def write_for(path: Path, text: str, account: Mapping[str, Any]) -> Path:
    """Write a file that the server's account alone can read."""
    path.touch(mode=0o600)
    path.write_text(text)
    if account:
        os.chown(path, account["user"], account["group"])
    return path


def begin(
    command: list[str], folder: Path, log: Path, account: Mapping[str, Any], **environment: str
) -> subprocess.Popen[bytes]:
    """Start a server in a process group of its own, so that our end is not its end."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, "HOME": str(folder), "LC_ALL": "C", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
            **account,
        )

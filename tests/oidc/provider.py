"""npm's oidc-provider as a process of our own, and a person who signs in at it over HTTP.

    with running(clients=[…], people={"mira": {"claims": {…}, "proved": {…}}}) as provider:
        back = provider.visit(address, "mira")      # the address that the browser is sent back to

Its packages are installed once, from the lock beside this file, into ``var``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from tests.server_processes import ROOT, Unavailable, free_ports

HERE = Path(__file__).parent
LOCKS = ("package.json", "package-lock.json")
INSTALL_SECONDS = 300
READY_SECONDS = 30
STOP_SECONDS = 10
STEPS_MAX = 12


def modules() -> Path:
    """The folder with the installed packages and the provider. Raises Unavailable."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable("node and npm are not installed")
    mark = hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in LOCKS)).hexdigest()[:12]
    folder = ROOT / "var" / f"oidc-{mark}"
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
                raise Unavailable(f"npm cannot install oidc-provider: {last}")
            (folder / "installed").touch()
        shutil.copyfile(HERE / "provider.mjs", folder / "provider.mjs")
    return folder


@dataclass
class Provider:
    """A provider that runs. ``process`` is ours to end."""

    issuer: str
    process: subprocess.Popen[str]

    def visit(self, address: str, login: str, *, back: str) -> str:
        """Sign in there as somebody and agree; the address under ``back`` that one is sent to.

        Raises AssertionError with what the provider says when it sends nobody back.
        """
        with requests.Session() as browser:
            browser.trust_env = False
            answer = browser.get(address, allow_redirects=False, timeout=10)
            for _ in range(STEPS_MAX):
                if answer.is_redirect:
                    following = urljoin(answer.url, answer.headers["Location"])
                    if following.startswith(back):
                        return following
                    answer = browser.get(following, allow_redirects=False, timeout=10)
                    continue
                assert answer.status_code == 200, answer.text
                action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert action and prompt, answer.text
                form = {"prompt": prompt[1]}
                if prompt[1] == "login":
                    form["login"] = login
                answer = browser.post(
                    urljoin(answer.url, html.unescape(action[1])),
                    data=form,
                    allow_redirects=False,
                    timeout=10,
                )
        raise AssertionError("it leads around in a circle")

    def end(self) -> None:
        """End the process, by its id."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def running(
    *, clients: list[dict[str, Any]], people: dict[str, dict[str, Any]]
) -> Iterator[Provider]:
    """Run a provider with these clients and people. Raises Unavailable."""
    folder, port = modules(), free_ports(1)[0]
    given = {"port": port, "clients": clients, "people": people}
    process = subprocess.Popen(
        ["node", "provider.mjs", json.dumps(given)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    provider = Provider(f"http://127.0.0.1:{port}", process)
    try:
        # It says one line once it listens, and ends without one when it cannot.
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise Unavailable("the provider did not start")
        yield provider
    finally:
        provider.end()
        if process.stdout is not None:
            process.stdout.close()

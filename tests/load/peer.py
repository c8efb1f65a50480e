"""A peer at work in a process of its own: one line of JSON asks, one line of JSON answers.

    with Peer("eventsourcing_postgresql", environment={...}) as peer:
        rate = peer.ask("append", clients=16, events=4000)

What the peer prints goes to our standard error. Its process ends with the ``with`` block.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"
END_SECONDS: Final = 20


class PeerFailed(RuntimeError):
    """What the peer answered in place of a result."""


class Peer:
    """The module ``tests.load.peers.<name>`` in the peers' environment."""

    def __init__(self, name: str, *, environment: Mapping[str, str] | None = None) -> None:
        if not PYTHON.exists():
            raise PeerFailed("there is no .venv-peers: run make bench")
        self.name = name
        self._process = subprocess.Popen(
            [str(PYTHON), "-m", f"tests.load.peers.{name}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, action: str, **arguments: Any) -> Any:
        """Call a function of the peer; raises PeerFailed with what it says went wrong."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": action, "with": arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise PeerFailed(f"{self.name} ended while it did {action}")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerFailed(f"{self.name}, {action}: {answer['error']}")
        return answer["ok"]

    def close(self) -> None:
        """End the process: it leaves by itself when nobody asks any more."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

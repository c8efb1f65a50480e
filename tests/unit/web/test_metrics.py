"""Metrics add up over worker processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_counts_of_all_workers_are_added(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    def run(code: str) -> str:
        command = [sys.executable, "-c", f"from shared import metrics\n{code}"]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    for position in (3, 5):
        run(
            "metrics.commands.labels('grants', 'submit', 'accepted').inc(2)\n"
            f"metrics.log_position.labels('grants').set({position})"
        )
    text = run("print(metrics.exposition().decode())")
    assert 'zanat_commands_total{command="submit",outcome="accepted",service="grants"} 4.0' in text
    assert 'zanat_log_position{service="grants"} 5.0' in text

"""Kills a load at random moments, as a lost machine does."""

from __future__ import annotations

import random
import subprocess

from tests.installation.commands import REGISTER, Commands

KILLS = 10


def kill_at_random_moments(installation: Commands, seed: int) -> int:
    """Start the load ten times and kill it each time; returns how many were still at work."""
    moments = random.Random(seed)
    interrupted = 0
    for _ in range(KILLS):
        process = installation.start("load", str(REGISTER), "--programme", "demo")
        try:
            process.wait(moments.uniform(0.5, 4.0))
        except subprocess.TimeoutExpired:
            interrupted += 1
            installation.kill(process)
        else:
            process.communicate()
    return interrupted

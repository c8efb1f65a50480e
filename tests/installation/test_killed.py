"""Killing the load at random moments, and purging the broker's queues, end in the same report."""

from __future__ import annotations

import random
import subprocess
import time

import pytest
from amqp.exceptions import NotFound
from kombu import Connection

from shared.settings import SERVICES
from tests.installation.commands import REGISTER, Commands, assert_as_expected

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
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


def test_ten_kills_embedded(tmp_path):
    installation = Commands(tmp_path)
    assert kill_at_random_moments(installation, seed=2026) > 0
    installation.run("load", str(REGISTER), "--programme", "demo")
    assert_as_expected(installation)
    assert b"Everything agrees" in installation.run("verify").stderr


def test_ten_kills_on_servers(tmp_path, database_url, broker_url):
    installation = Commands(tmp_path, database_url=database_url, broker_url=broker_url)
    assert kill_at_random_moments(installation, seed=11) > 0
    installation.run("load", str(REGISTER), "--programme", "demo")
    assert_as_expected(installation)
    assert b"Everything agrees" in installation.run("verify").stderr


def test_purging_every_queue_half_way(tmp_path, database_url, broker_url):
    installation = Commands(tmp_path, database_url=database_url, broker_url=broker_url)
    process = installation.start("load", str(REGISTER), "--programme", "demo")
    purged = 0
    while process.poll() is None:
        purged += purge_all(broker_url, installation.name)
        time.sleep(0.3)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()[-2000:]
    assert_as_expected(installation)


def purge_all(broker_url: str, name: str) -> int:
    count = 0
    for service in SERVICES:
        for queue in (f"{name}.{service}", f"{name}.{service}.replay"):
            with Connection(broker_url) as connection:
                try:
                    count += connection.channel().queue_purge(queue) or 0
                except NotFound:  # not yet declared
                    continue
    return count

"""Purging every queue of the broker while a register is loaded loses nothing."""

from __future__ import annotations

import time

import pytest
from amqp.exceptions import NotFound
from kombu import Connection

from shared.settings import SERVICES
from tests.installation.commands import REGISTER, Commands, assert_as_expected

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


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

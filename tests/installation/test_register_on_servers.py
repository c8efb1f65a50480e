"""The register's report on PostgreSQL and RabbitMQ is the embedded one's."""

from __future__ import annotations

import pytest

from tests.installation.commands import REGISTER, Commands, assert_as_expected

pytestmark = pytest.mark.slow


def test_the_report_is_the_same_on_postgresql_and_rabbitmq(tmp_path, database_url, broker_url):
    installation = Commands(tmp_path, database_url=database_url, broker_url=broker_url)
    installation.run("load", str(REGISTER), "--programme", "demo")
    assert_as_expected(installation)
    again = installation.run("load", str(REGISTER), "--programme", "demo")
    assert b"0 rows loaded" in again.stderr
    assert b"Everything agrees" in installation.run("verify").stderr

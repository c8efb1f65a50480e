"""The tests' servers answer, and what one test process does on the queue no other one sees."""

from __future__ import annotations

import kombu
import psycopg

from tests import servers

CONFIRMED = {"confirm_publish": True}


def test_database_syncs_to_disk_and_its_owner_may_make_databases_and_roles(
    database_url: str,
) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select current_setting('fsync'), rolcreatedb and rolcreaterole or rolsuper"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == ("on", True)


def test_broker_keeps_a_message_in_a_quorum_queue(broker_url: str) -> None:
    queue = kombu.Queue("proof", queue_arguments={"x-queue-type": "quorum"})
    with kombu.Connection(broker_url, transport_options=CONFIRMED) as connection:
        with connection.Producer() as producer:
            producer.publish({"a": 1}, routing_key="proof", declare=[queue])
        received = queue(connection.channel()).get(no_ack=True)
        assert received is not None and received.payload == {"a": 1}
        queue(connection.channel()).delete()


def test_starting_again_finds_what_runs(database_url: str, broker_url: str) -> None:
    assert servers.ensure("postgresql").url == database_url
    assert servers.ensure("rabbitmq").url.split("@")[1].split("/")[0] in broker_url


def test_addresses_are_shown_without_passwords() -> None:
    shown = servers.without_password("amqp://zanat:p%40ss@127.0.0.1:5672//")
    assert shown == "amqp://127.0.0.1:5672//"

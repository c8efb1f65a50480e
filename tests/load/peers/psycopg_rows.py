"""psycopg alone: one prepared insert of one row, committed by itself, from each client.

    peer.ask("append", url="postgresql://…", clients=16, processes=1, events=4000)   # rows/s

The row has what a row of events has: id, stream, version, type, envelope; both keys are indexed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import psycopg

from tests.load.payload import fields
from tests.load.peers.clients import Act, rate
from tests.load.peers.serving import serve

TABLE = (
    "create table if not exists rows (event_id varchar(36) primary key,"
    " stream varchar(120) not null, version integer not null, type varchar(120) not null,"
    " envelope bytea not null, unique (stream, version))"
)
INSERT = "insert into rows values (%s, %s, %s, %s, %b)"


def append(*, url: str, clients: int, processes: int, events: int) -> float:
    """Rows a second."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)

    def open_process() -> Callable[[], Act]:
        def open_client() -> Act:
            connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)

            def act(number: int) -> None:
                name = str(uuid.uuid4())
                raw = json.dumps({"id": name, "data": fields(number)}).encode()
                connection.execute(INSERT, (name, f"draft/{name}", 1, "drafted.v1", raw))

            return act

        return open_client

    return rate(open_process, clients=clients, processes=processes, events=events)


if __name__ == "__main__":
    serve(append=append)

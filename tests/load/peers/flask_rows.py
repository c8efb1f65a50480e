"""A bare Flask route that inserts one row with SQLAlchemy: no sign-in, no schema, no key.

gunicorn tests.load.peers.flask_rows:app, with BENCH_DATABASE_URL
"""

from __future__ import annotations

import os
import uuid
from datetime import date

from flask import Flask, request
from sqlalchemy import Column, Date, MetaData, String, Table, create_engine
from sqlalchemy.engine import make_url

METADATA = MetaData()
OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("outcome_id", String(36), primary_key=True),
    Column("registration_id", String(36), nullable=False),
    Column("outcome", String(60), nullable=False),
    Column("completed_on", Date, nullable=False),
    Column("institution", String(200), nullable=False),
    Column("evidence", String(300), nullable=False),
)
URL = make_url(os.environ["BENCH_DATABASE_URL"]).set(drivername="postgresql+psycopg")
ENGINE = create_engine(URL, pool_size=16, max_overflow=0)
METADATA.create_all(ENGINE)
ENGINE.dispose()

app = Flask(__name__)


@app.post("/outcomes")
def record() -> tuple[dict[str, str], int]:
    """Insert what came."""
    given = request.get_json()
    outcome_id = str(uuid.uuid4())
    with ENGINE.begin() as connection:
        connection.execute(
            OUTCOMES.insert().values(
                outcome_id=outcome_id,
                registration_id=given["registration_id"],
                outcome=given["outcome"],
                completed_on=date.fromisoformat(given["completed_on"]),
                institution=given["institution"],
                evidence=given["evidence"],
            )
        )
    return {"id": outcome_id}, 201

"""The two services between which ``carrying`` measures: one notes steps, the other lists them.

    python -m tests.load.carried telling '{"home": ..., "timed": false}'

is the worker process of one of them, as in production: it ends with its input.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import shared.bus.consumer as consuming
from shared import logging as zanat_logging
from shared.bus.applying import apply_batch
from shared.events.append import Append, Context, StreamWrite
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.service import Definition, Service
from shared.settings import Settings
from shared.worker import Worker

NOTE = "Attendance of the second module was entered by the trainer and seen by the coordinator."


@event_type("trainings.step.noted.v1")
class Noted(Event, frozen=True, kw_only=True):
    """Something of ordinary size."""

    number: int
    course: str
    note: str


@reads("trainings.step.noted.v1")
class StepNoted(Foreign, frozen=True, kw_only=True):
    """What the other service reads of it."""

    number: int
    course: str


VIEWS = sa.MetaData()
STEPS = sa.Table(
    "carried_steps",
    VIEWS,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("course", sa.String(40), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)


def project(at: Projecting, recorded: Recorded) -> None:
    """One row an event."""
    event = recorded.event
    if isinstance(event, StepNoted):
        key = {"id": recorded.identifier}
        at.put(STEPS, key, number=event.number, course=event.course, at=recorded.at)


STEP: Decider[int] = Decider(
    kind="step",
    initial=0,
    evolve=lambda state, _event: state + 1,
    decide=lambda _state, command: (command,),
    events=(Noted,),
)
TELLING = Definition(name="trainings", deciders=(STEP,))
LISTENING = Definition(
    name="grants", projections=(Projection("carried_steps", 1, (STEPS,), project, (StepNoted,)),)
)


def noted(count: int) -> Append:
    """An append of so many events, each of a stream of its own."""
    correlation = str(uuid.uuid4())
    return Append(
        context=Context(
            actor="clerk", programme="rs", correlation=correlation, causation=correlation
        ),
        now=datetime.now(UTC),
        writes=tuple(
            StreamWrite(f"step/{uuid.uuid4()}", 0, (Noted(number=n, course="course-7", note=NOTE),))
            for n in range(count)
        ),
    )


def settings_of(values: dict[str, Any]) -> Settings:
    """The settings in what was handed to a process."""
    return Settings(
        home=Path(values["home"]),
        database_url=values["database_url"],
        broker_url=values["broker_url"],
        installation=values["installation"],
    )


def telling_when(
    of: Service, ahead: dict[str, dict[int, bytes]], known: dict[str, int]
) -> dict[str, int]:
    """Apply as ever, and say the position that was reached and the moment after the commit."""
    after = apply_batch(of, ahead, known)
    moment = time.monotonic()
    sys.stdout.write(f"{after.get('trainings', -1)} {moment}\n")
    sys.stdout.flush()
    return after


def main(part: str, values: dict[str, Any]) -> None:
    """Work until the input ends."""
    zanat_logging.configure(service=part)
    service = Service.open(TELLING if part == "telling" else LISTENING, settings_of(values))
    if values["timed"] and part == "listening":
        consuming.apply_batch = telling_when  # type: ignore[attr-defined, assignment]
    worker = Worker(service)
    worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    worker.stop()
    service.close()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))

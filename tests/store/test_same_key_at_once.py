"""The same request twice at the same moment: both hear the one answer, whatever it takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from flask import Flask, g

from shared.access.reader import Reader
from shared.errors import Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.service import Service
from shared.web.commands import EXTENSION, Answer, perform, receipt
from shared.web.idempotency import HEADER, REPLAYED_HEADER
from tests.store.domain import BOAT, Launch, Sail, launch
from tests.store.writing import stored

IDENTIFIERS = Uuid7()
Told = tuple[dict[str, Any], bool]


@dataclass
class Program:
    """Sends one request under one key; in the middle of the first, the second."""

    service: Service
    key: str
    act: Callable[[Work], Answer]
    at: str
    """``before``: the second comes before the first acts, ``after``: before it is committed."""

    def __post_init__(self) -> None:
        self.second: list[Told] = []
        self.turns = 0

    def send(self) -> Told:
        app = Flask("boats")
        app.extensions[EXTENSION] = self.service
        with app.test_request_context("/boats", method="POST", headers={HEADER: self.key}, json={}):
            g.reader = Reader("a1", "s1", "Mira")
            g.correlation_id = IDENTIFIERS.new()
            answer = perform("rs", self._handler)
        return msgspec.json.decode(answer.data), REPLAYED_HEADER in answer.headers

    def _handler(self, work: Work) -> Answer:
        self.turns += 1
        first = self.turns == 1
        if first and self.at == "before":
            self._again()
        answer = self.act(work)
        if first and self.at == "after":
            self._again()
        return answer

    def _again(self) -> None:
        thread = threading.Thread(target=lambda: self.second.append(self.send()))
        thread.start()
        thread.join(15)
        assert self.second


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_command_that_takes_a_claim(boats: Service, at: str) -> None:
    """Each try makes a record of its own, so only the claim and the key can tell."""
    made: list[str] = []

    def act(work: Work) -> Answer:
        boat = work.new_id()
        made.append(boat)
        work.decide(BOAT, boat, Launch(registration_id=f"r-{boat}", captain="Ana"))
        work.claim(Claim("hull", f"hull-{at}", f"boat/{boat}"))
        return receipt(work, BOAT, boat)

    program = Program(boats, f"claim-{at}", act, at)
    first = program.send()
    (second,) = program.second
    assert first == (second[0], True) and not second[1]
    assert sum(len(stored(boats, f"boat/{boat}")) for boat in made) == 1


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_command_on_the_version_that_was_seen(boats: Service, at: str) -> None:
    launch(boats, f"seen-{at}")

    def act(work: Work) -> Answer:
        work.expect(BOAT, f"seen-{at}", 1)
        work.decide(BOAT, f"seen-{at}", Sail())
        return receipt(work, BOAT, f"seen-{at}")

    program = Program(boats, f"seen-{at}", act, at)
    first = program.send()
    assert first == (program.second[0][0], True)
    assert stored(boats, f"boat/seen-{at}") == [1, 2]


def test_a_claim_that_somebody_else_holds_is_refused_as_ever(boats: Service) -> None:
    def act(work: Work) -> Answer:
        boat = work.new_id()
        work.decide(BOAT, boat, Launch(registration_id=f"r-{boat}", captain="Ana"))
        work.claim(Claim("hull", "hull-taken", f"boat/{boat}"))
        return receipt(work, BOAT, boat)

    Program(boats, "taken-1", act, "never").send()
    with pytest.raises(Refused):
        Program(boats, "taken-2", act, "never").send()

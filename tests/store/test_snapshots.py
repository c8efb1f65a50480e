"""With and without snapshots a stream has the same state; one that does not fit is not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.grants.calls.budget import BUDGET, Balance
from services.trainings.certificates.numbering import NUMBERING, Numbering
from shared.events.decider import Decider, Snapshots
from shared.events.snapshots import find, taken
from shared.events.tables import SNAPSHOTS
from shared.events.work import Work
from shared.money import Money
from shared.service import Service
from tests.store.domain import BOAT, Painted, context, rows


@dataclass(frozen=True)
class Colours:
    """How often each colour was taken, with money in it as a budget has."""

    counts: Mapping[str, int] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    worth: Money | None = None


def evolve(state: Colours, event: Painted) -> Colours:
    count = state.counts.get(event.colour, 0) + 1
    return Colours(
        {**state.counts, event.colour: count}, (*state.order, event.colour), Money(count, "EUR")
    )


def kept(every: int, version: int = 1) -> Decider[Colours]:
    return Decider(
        kind="boat",
        initial=Colours(),
        evolve=evolve,
        decide=lambda _state, command: command,
        events=(Painted,),
        snapshots=Snapshots(Colours, version=version, every=every),
    )


BARE = replace(kept(1), snapshots=None)


def paint(service: Service, decider: Decider[Colours], boat: str, *colours: str) -> None:
    events = tuple(Painted(colour=colour) for colour in colours)
    service.transact(context(), lambda work: work.decide(decider, boat, events))


def state(service: Service, decider: Decider[Colours], boat: str) -> tuple[Colours, int]:
    def look(work: Work) -> tuple[Colours, int]:
        return work.load(decider, boat), work.version(decider, boat)

    return service.transact(context(), look)


def snapshots(service: Service, boat: str) -> list[int]:
    return [row[2] for row in rows(service, SNAPSHOTS) if row[0] == f"boat/{boat}"]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    every=st.integers(1, 5),
    parts=st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1, max_size=8),
    thrown_away=st.integers(0, 8),
)
def test_with_and_without_snapshots_the_state_is_the_same(
    boats: Service, every: int, parts: list[list[str]], thrown_away: int
) -> None:
    boat, decider = boats.store.identifiers.new(), kept(every)
    for number, part in enumerate(parts):
        paint(boats, decider, boat, *part)
        if number == thrown_away:
            with boats.database.writing() as connection:
                connection.execute(SNAPSHOTS.delete())
        assert state(boats, decider, boat) == state(boats, BARE, boat)
    total = sum(len(part) for part in parts)
    found = snapshots(boats, boat)
    assert all(version <= total for version in found)
    assert bool(found) or total < every or thrown_away < len(parts)


def test_a_stream_is_read_from_its_snapshot_on(boats: Service) -> None:
    decider = kept(3)
    paint(boats, decider, "long", *"abcab")
    assert snapshots(boats, "long") == [5]
    paint(boats, decider, "long", "c")
    assert snapshots(boats, "long") == [5]
    assert decider.snapshots is not None
    with boats.database.reading() as connection:
        found = find(decider.snapshots, connection, boats.keyring, "boat/long")
    assert found == (Colours({"a": 2, "b": 2, "c": 1}, tuple("abcab"), Money(2, "EUR")), 5)
    paint(boats, decider, "long", "a", "b")
    assert snapshots(boats, "long") == [8]


@pytest.mark.parametrize("spoil", ["version", "state", "stream", "form"])
def test_a_snapshot_that_this_code_did_not_make_is_not_read(boats: Service, spoil: str) -> None:
    boat, decider = f"spoilt-{spoil}", kept(2)
    paint(boats, decider, boat, *"abab")
    forged, moved = (
        taken(Snapshots(Colours, version=1), boats.keyring, name, 4, Colours({"z": 9}))
        for name in (f"boat/{boat}", "boat/other")
    )
    assert forged and moved
    changes = {
        "version": {"version": 2},
        "state": {"state": rows(boats, SNAPSHOTS)[0][3][:32] + forged.state[32:]},
        "stream": {"state": moved.state},
        "form": {"form": "Colours.1.0"},
    }[spoil]
    with boats.database.writing() as connection:
        connection.execute(
            SNAPSHOTS.update().where(SNAPSHOTS.c.stream == f"boat/{boat}").values(**changes)
        )
    assert state(boats, decider, boat) == state(boats, BARE, boat)


def test_another_version_or_class_ignores_what_was_kept(boats: Service) -> None:
    other = msgspec.defstruct("Colours", [("counts", dict[str, int])])
    forms: list[Snapshots[object]] = [
        Snapshots(Colours, version=1),
        Snapshots(Colours, version=2),
        Snapshots(other, version=1),
    ]
    paint(boats, kept(1), "older", "a", "b")
    with boats.database.reading() as connection:
        found = [bool(find(form, connection, boats.keyring, "boat/older")) for form in forms]
    assert found == [True, False, False]


def test_no_state_of_personal_fields_is_kept() -> None:
    with pytest.raises(TypeError, match="Launched"):
        replace(BOAT, snapshots=Snapshots(Colours, version=1))


def test_budgets_and_certificate_numbers_are_kept() -> None:
    assert BUDGET.snapshots is not None and BUDGET.snapshots.state is Balance
    assert NUMBERING.snapshots is not None and NUMBERING.snapshots.state is Numbering

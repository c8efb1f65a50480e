"""What holds one of the numbered locks keeps nothing else waiting."""

from __future__ import annotations

import threading

from shared import locks
from shared.events.aside import tables_aside
from shared.log.checkpoints import make_checkpoint
from shared.log.hashes import grow_in_batches
from tests.store.domain import BOATS, CREW, SHIPS, Home, launch, number


def test_no_two_things_share_a_number() -> None:
    numbers = [value for name, value in vars(locks).items() if name.isupper() and name[0] != "_"]
    assert len(numbers) == len(set(numbers)) >= 4


def test_a_checkpoint_is_signed_while_read_models_are_made_aside(postgres: Home) -> None:
    boats = postgres.open(BOATS)
    launch(boats, "b1")
    number(boats)
    grow_in_batches(boats.database, boats.name, own=True)
    made: list[bytes | None] = []
    signing = threading.Thread(target=lambda: made.append(make_checkpoint(boats)))
    with tables_aside(boats, [SHIPS, CREW]):
        signing.start()
        signing.join(5)
        held = not made
    signing.join(10)
    assert made[0] is not None and not held

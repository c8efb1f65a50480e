"""The events of one append stand together, also where the sequencer's limit would cut it."""

from __future__ import annotations

import itertools

import pytest

from shared.events.verifying import verify_log
from shared.log.sequencer import BATCH_MAX, sequence_once
from shared.service import Service
from tests.store.conftest import BOTH
from tests.store.domain import number
from tests.store.writing import append, painted


@pytest.mark.parametrize("home", BOTH[1:], indirect=True)
@pytest.mark.parametrize("more", [1, BATCH_MAX + 1])
def test_an_earlier_number_that_is_committed_late_does_not_come_between(
    boats: Service, more: int
) -> None:
    number(boats)
    great, early = f"boat/great-{more}", f"boat/early-{more}"
    colours = tuple(str(n) for n in range(BATCH_MAX + more))
    with boats.database.writing() as connection:
        boats.store.write(connection, append(painted(early, 0)))
        boats.store.commit(append(painted(great, 0, *colours)))
        with boats.database.writing() as sequencing:
            assert sequence_once(sequencing) == len(colours)
    number(boats)
    with boats.database.reading() as connection:
        log = [boats.store.recorded(raw).stream for _, raw in boats.store.whole_log(connection)]
    assert [name for name, _ in itertools.groupby(log)][-2:] == [great, early]
    assert verify_log(boats) == (len(log), [])

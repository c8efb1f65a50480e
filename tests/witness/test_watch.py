"""What a watch cosigns and what it tells, message by message."""

from __future__ import annotations

import pytest

from shared.log.watching.deciding import Behind, Inconsistent
from shared.log.watching.witnessing import add_checkpoint
from tests.witness.watching import Watched


def test_nothing_is_cosigned_that_has_not_arrived(watched: Watched) -> None:
    watched.arrive(10)
    audit = watched.place.audit
    add_checkpoint(audit, watched.submission(0, 10))
    # Signed by the log's own key and proved to go on, but never told here.
    forged = {10: b"forged", 11: b"forged"}
    with pytest.raises(Inconsistent):
        add_checkpoint(audit, watched.submission(10, 12, forged))
    with pytest.raises(Behind):
        add_checkpoint(audit, watched.submission(0, 12))
    assert watched.alarms() == []
    watched.arrive(2)
    with pytest.raises(Inconsistent):
        add_checkpoint(audit, watched.submission(10, 12, forged))
    assert watched.kinds() == ["fork"]
    add_checkpoint(audit, watched.submission(10, 12))


def test_of_a_log_that_told_nothing_no_size_is_cosigned(watched: Watched) -> None:
    with pytest.raises(Inconsistent):
        add_checkpoint(watched.place.audit, watched.submission(0, 3))

"""Many who issue at once leave no gap and no double; ten thousand of them are for the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.load.issuing import Found, by_processes, by_threads, found, installed, opened, prepare

THREADS_COUNT = 400
PROCESSES_COUNT = 200


def test_sixteen_threads_on_sqlite(tmp_path: Path) -> None:
    with installed(tmp_path) as settings:
        service = opened(settings)
        try:
            ready = prepare(service, THREADS_COUNT)
            told = found(service, ready, by_threads(service, ready))
        finally:
            service.close()
    assert told.people == THREADS_COUNT and told.faults() == []


@pytest.mark.servers
def test_four_processes_on_postgresql(tmp_path: Path, database_url: str) -> None:
    with installed(tmp_path, database_url) as settings:
        service = opened(settings)
        try:
            ready = prepare(service, PROCESSES_COUNT)
            told = found(service, ready, by_processes(settings, ready))
        finally:
            service.close()
    assert told.people == PROCESSES_COUNT and told.faults() == []


def test_a_gap_and_a_double_would_be_told() -> None:
    whole = [f"RS-2026-{n:06d}" for n in range(1, 4)]
    good = Found(in_table=whole, in_numbering=whole, in_streams=whole, people=3, seconds=1.0)
    assert good.faults() == []
    for wrong in (whole[:2], [*whole[:2], whole[1]], [*whole[:2], "RS-2026-000004"]):
        assert len(replace(good, in_table=wrong).faults()) == 1
    assert len(replace(good, in_numbering=whole[::-1]).faults()) == 1, "in their order"

"""What programs are given of a programme's decisions, on both databases."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.commands import reporting
from shared.money import Money

from .committee_home import Committee
from .either import BOTH, opened
from .home import PROGRAMME, House


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    yield from opened(request, tmp_path)


def test_decisions_are_exported_row_by_row(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.grants.applications.views.ROWS_AT_ONCE", 1)
    committee = Committee(house, budget=Money(40_000_000, "RSD"), ceiling=Money(40_000_000, "RSD"))
    decided = [committee.application(f"A-{n}", requested=30_000_000) for n in (2, 1)]
    committee.close()
    for application_id in decided:
        committee.review(application_id)
    meeting_id = committee.ranked()
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    installation: Any = SimpleNamespace(services={"grants": house.service})
    parts = list(reporting.decisions_csv(installation, PROGRAMME))
    assert len(parts) == 3
    found = list(csv.DictReader("".join(parts).splitlines()))
    assert [row["application_no"] for row in found] == ["A-1", "A-2"]
    assert sorted(row["outcome"] for row in found) == ["approved", "waitlisted"]
    assert sorted(row["approved_minor"] for row in found) == ["0", "30000000"]
    assert list(reporting.decisions_csv(installation, "nowhere")) == parts[:1]

"""Other registers of the same form read cleanly and have right totals of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.register.invent import invent
from services.register.reading import read
from services.register.tables import TABLES
from tests.independent.totals import compute

EXAMPLE = Path(__file__).parents[3] / "examples" / "register"


def test_the_independent_totals_are_those_of_the_example() -> None:
    expected = compute(EXAMPLE)
    assert expected.json_text.encode() == (EXAMPLE / "expected.json").read_bytes()
    assert expected.csv_text.encode() == (EXAMPLE / "expected_decisions.csv").read_bytes()


@pytest.mark.parametrize("seed", range(1, 13))
def test_an_invented_register_is_read_and_pays_exactly_the_approved(
    tmp_path: Path, seed: int
) -> None:
    invent(tmp_path, seed=seed)
    register = read(tmp_path)
    expected = compute(tmp_path)
    approved = {row["application_no"] for row in expected.decisions if row["outcome"] == "approved"}
    assert approved == {line.application_no for line in register.bank_statement}
    assert approved
    assert {"late", "not_adult", "no_certificate", "second_application"} <= set(
        expected.json_text.replace('"', " ").split()
    )


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_register(
    tmp_path: Path,
) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        invent(tmp_path / name, seed=seed)
    for table in TABLES.values():
        first = (tmp_path / "a" / table.file).read_bytes()
        assert first == (tmp_path / "b" / table.file).read_bytes()
        assert first != (tmp_path / "c" / table.file).read_bytes()

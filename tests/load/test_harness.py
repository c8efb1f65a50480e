"""The benchmark computes ratios, medians and verdicts right, and lets both sides take turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.load import reporting, results, running
from tests.load.measure import Bound, Measure, Outcome
from tests.load.results import Kept
from tests.server_processes import Unavailable


def measure(name: str = "append", **given) -> Measure:
    @contextmanager
    def stage() -> Iterator[list[str]]:
        yield []

    return Measure(
        **{
            "name": name,
            "order": 1,
            "row": "append",
            "against": "a peer",
            "unit": "events/s",
            "at_least": 1.5,
            "aim": 2.5,
            "stage": stage,
            "ours": lambda _: 2.0,
            "peer": lambda _: 1.0,
            **given,
        }
    )


def run(measures, tmp_path: Path, *, rounds: int = 3) -> list[running.Found]:
    return list(running.run(measures, rounds=rounds, folder=tmp_path, say=lambda _: None))


def test_ratio_is_median_to_median_and_spread_is_that_of_the_rounds():
    found = Outcome("x", ours=(10.0, 40.0, 20.0), peer=(10.0, 10.0, 4.0))
    assert found.ratio == 2.0
    assert (min(found.ratios), max(found.ratios)) == (1.0, 5.0)


@pytest.mark.parametrize(
    ("bound", "ratio", "verdict", "aim"),
    [
        (Bound(at_least=1.5), 1.5, "met", None),
        (Bound(at_least=1.5), 1.499, "below", None),
        (Bound(at_least=1.5, aim=2.5), 2.4, "met", False),
        (Bound(at_least=1.5, aim=2.5), 2.5, "met", True),
        (Bound(at_most=4), 4.0, "met", None),
        (Bound(at_most=4), 4.01, "below", None),
        (Bound(at_most=4, aim=2), 2.0, "met", True),
        (Bound(at_most=4, aim=2), 3.0, "met", False),
    ],
)
def test_verdict(bound, ratio, verdict, aim):
    assert bound.verdict(ratio) == verdict
    assert bound.aim_reached(ratio) is aim


def test_a_row_has_one_bound():
    for wrong in ({}, {"at_least": 1.0, "at_most": 2.0}):
        with pytest.raises(ValueError, match="either"):
            Bound(**wrong)


def test_both_sides_warm_up_and_take_turns(tmp_path):
    calls: list[str] = []

    def ours(_):
        calls.append("ours")
        return float(len(calls))

    def peer(_):
        calls.append("peer")
        return 1.0

    (found,) = run([measure(ours=ours, peer=peer)], tmp_path)
    assert calls == ["ours", "peer", "ours", "peer", "peer", "ours", "ours", "peer"]
    assert isinstance(found, Outcome)
    assert found.ours == (3.0, 6.0, 7.0)
    assert len(found.noise.computing) == len(found.noise.fsync) == 7
    assert min(found.noise.computing + found.noise.fsync) > 0


def test_what_stands_beside_is_measured_in_the_same_rounds_and_shown(tmp_path):
    row = measure(beside=(("peer, tuned", lambda _: 1.6),))
    (found,) = run([row], tmp_path)
    assert isinstance(found, Outcome)
    assert found.beside == {"peer, tuned": (1.6, 1.6, 1.6)}
    assert found.ratio == 2.0
    path = tmp_path / "kept.json"
    results.write(path, {"append": Kept(found, "2026-12-01", "abc", {})})
    assert "| peer, tuned | 1.6 | 1.6, 1.6, 1.6 |" in reporting.document(
        [row], results.read(path), {}
    )


def test_neighbours_share_their_stage(tmp_path):
    opened = []

    @contextmanager
    def stage():
        opened.append("opened")
        yield
        opened.append("closed")

    run([measure(name, stage=stage) for name in ("a", "b")], tmp_path)
    assert opened == ["opened", "closed"]


def test_what_breaks_is_told_apart_from_what_has_no_server(tmp_path):
    @contextmanager
    def no_server():
        if tmp_path:
            raise Unavailable("no PostgreSQL here")
        yield

    def wrong(_):
        raise ArithmeticError("wrong")

    rows = [measure("a", stage=no_server), measure("b", ours=wrong), measure("c")]
    first, second, third = run(rows, tmp_path)
    assert first == running.NotMeasured("a", "no PostgreSQL here", broken=False)
    assert second == running.NotMeasured("b", "ArithmeticError: wrong", broken=True)
    assert isinstance(third, Outcome)


def test_rows_are_chosen_by_words():
    rows = [measure("append-one"), measure("replay"), measure("append-many")]
    assert [one.name for one in running.chosen(rows, "append")] == ["append-one", "append-many"]
    assert running.chosen(rows, "replay, many") == rows[1:]
    assert running.chosen(rows, "") == rows


def test_rows_of_this_folder_are_declared_once_and_in_order():
    rows = running.declared()
    assert [one.order for one in rows] == sorted(one.order for one in rows)
    assert [bool(one.bound.at_least) for one in rows] == [one.at_most is None for one in rows]


def test_the_document_says_met_or_below_and_keeps_notes(tmp_path):
    rows = [measure("fast"), measure("slow"), measure("later")]
    kept = {
        "fast": Kept(Outcome("fast", (30.0,), (10.0,)), "2026-12-01", "abc", {"memory": "1 GiB"}),
        "slow": Kept(Outcome("slow", (9.0,), (10.0,)), "2026-12-01", "abc", {"memory": "1 GiB"}),
    }
    path = tmp_path / "kept.json"
    results.write(path, kept)
    text = reporting.document(rows, results.read(path), {"slow": "It waits for the disk."})
    assert "| [append](#fast) | a peer | ≥ 1.5 (aim 2.5) | 3.00 × | met, aim reached |" in text
    assert "| [append](#slow) | a peer | ≥ 1.5 (aim 2.5) | 0.90 × | below |" in text
    assert "It waits for the disk." in text.split("## slow")[1]
    assert "Not measured yet: later." in text

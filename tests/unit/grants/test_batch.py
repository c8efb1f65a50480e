"""A batch is authorised and released by others than its preparers, and exported once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.payments import batch as b
from services.grants.payments.duties import OneController
from shared.errors import Problem
from shared.money import Money

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINES = tuple(
    b.BatchLine(
        payment_id=f"p{n}",
        end_to_end_id=f"A000{n}-T1",
        amount=Money(100 * n, "RSD"),
        account_version=1,
    )
    for n in (1, 2, 3)
)
PREPARE = b.PrepareBatch(by="officer", now=NOW, batch_id="b1", lines=LINES, scored=False)
AUTHORISE = b.AuthoriseBatch(by="controller-1", now=NOW, scored=False, typed_account=frozenset())
RELEASE = b.ReleaseBatch(by="controller-2", now=NOW, scored=False, typed_account=frozenset())
EXPORT = b.ExportBatch(by="officer", now=NOW, format="pain_001", file_sha256="a" * 64)


def after(*commands: Any) -> Any:
    state: Any = b.BATCH.initial
    for command in commands:
        state = b.BATCH.fold(b.BATCH.decide(state, command), state)
    return state


def refusal(state: Any, command: Any) -> str:
    with pytest.raises(Problem) as caught:
        b.BATCH.decide(state, command)
    str(caught.value)
    return caught.value.code


def test_it_is_exported_once_with_control_totals() -> None:
    released = after(PREPARE, AUTHORISE, RELEASE)
    (exported,) = b.BATCH.decide(released, EXPORT)
    assert isinstance(exported, b.BatchExported)
    assert (exported.count, exported.total) == (3, Money(600, "RSD"))
    state = after(PREPARE, AUTHORISE, RELEASE, EXPORT)
    assert b.BATCH.decide(state, EXPORT) == ()
    assert refusal(state, replace(EXPORT, file_sha256="b" * 64)) == "batch-exported"
    assert refusal(released, replace(EXPORT, file_sha256="x")) == "digest-malformed"


def test_duties_are_separate() -> None:
    assert refusal(b.BATCH.initial, replace(PREPARE, scored=True)) == "scorer-pays"
    prepared = after(PREPARE)
    assert refusal(prepared, replace(AUTHORISE, by="officer")) == "same-person-authorises"
    assert refusal(prepared, RELEASE) == "batch-state-forbids"
    authorised = after(PREPARE, AUTHORISE)
    assert refusal(authorised, replace(RELEASE, by="officer")) == "same-person-releases"
    assert refusal(authorised, replace(RELEASE, by="controller-1")) == "same-controller-releases"
    changer = replace(RELEASE, typed_account=frozenset({"controller-2"}))
    assert refusal(authorised, changer) == "account-changer-releases"
    one = OneController(amount_max=Money(600, "RSD"), paid_in_90_days=Money(0, "RSD"))
    (released,) = b.BATCH.decide(
        authorised, replace(RELEASE, by="controller-1", one_controller=one)
    )
    assert isinstance(released, b.BatchReleased)
    assert released.one_controller


def test_a_rebuilt_batch_is_authorised_anew_by_neither_of_its_preparers() -> None:
    rebuild = b.RebuildBatch(
        by="controller-1", now=NOW, without=frozenset({"p2"}), reason="The account changed."
    )
    state = after(PREPARE, AUTHORISE, RELEASE, rebuild)
    assert [line.payment_id for line in state.lines] == ["p1", "p3"]
    assert refusal(state, AUTHORISE) == "same-person-authorises"
    assert refusal(state, replace(AUTHORISE, by="officer")) == "same-person-authorises"
    assert refusal(state, EXPORT) == "batch-state-forbids"
    everything = replace(rebuild, without=frozenset({"p1", "p3"}))
    assert b.BATCH.fold(b.BATCH.decide(state, everything), state) == b.Dissolved()
    exported = after(PREPARE, AUTHORISE, RELEASE, EXPORT)
    assert refusal(exported, rebuild) == "batch-state-forbids"


def test_one_currency_no_repeats_and_a_limit() -> None:
    start = b.BATCH.initial
    other = b.BatchLine(
        payment_id="p9", end_to_end_id="x", amount=Money(1, "BAM"), account_version=1
    )
    assert refusal(start, replace(PREPARE, lines=(*LINES, other))) == "batch-currencies"
    assert refusal(start, replace(PREPARE, lines=())) == "batch-currencies"
    assert refusal(start, replace(PREPARE, lines=(*LINES, LINES[0]))) == "batch-repeats"
    assert refusal(start, replace(PREPARE, lines=LINES * 90)) == "batch-too-long"


@given(st.lists(st.sampled_from(["ana", "boris", "ceca"]), min_size=4, max_size=4))
def test_an_exported_batch_has_three_people(people: list[str]) -> None:
    state: Any = after(replace(PREPARE, by=people[0]))
    for command in (
        replace(AUTHORISE, by=people[1]),
        replace(RELEASE, by=people[2]),
        replace(EXPORT, by=people[3]),
    ):
        try:
            state = b.BATCH.fold(b.BATCH.decide(state, command), state)
        except Problem:
            continue
    assert isinstance(state, b.Exported) == (len(set(people[:3])) == 3)

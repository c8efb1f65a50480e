"""Identifiers: sorted by time, never twice, also not after a process was copied."""

from __future__ import annotations

import os

import pytest

from shared.identifiers import Uuid7, derived, is_identifier


def test_they_are_identifiers_in_the_order_in_which_they_were_made() -> None:
    made = [Uuid7().new() for _ in range(3)]
    source = Uuid7()
    many = [source.new() for _ in range(10_000)]
    assert many == sorted(set(many))
    assert all(is_identifier(one) for one in (*made, *many, derived("call", "RS-2011")))


def test_a_child_draws_its_own() -> None:
    """What a parent drew ahead would make both give the same ones."""
    source = Uuid7(milliseconds=lambda: 1)
    source.new()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, source.new().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 36).decode()
    assert is_identifier(theirs)
    assert theirs[19:] != source.new()[19:]


@pytest.mark.parametrize(
    "text",
    ["", "0192f0c1", "0192F0C1-7E7B-7000-8000-000000000000",
     "{0192f0c1-7e7b-7000-8000-000000000000}",
     "0192f0c17e7b70008000000000000000", "0192f0c1-7e7b-7000-8000-00000000000g",
     "0192f0c1-7e7b-7000-8000-000000000000\n"],
)  # fmt: skip
def test_another_spelling_is_none(text: str) -> None:
    assert not is_identifier(text)

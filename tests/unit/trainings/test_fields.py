"""Texts of people: one line where there is one line, and nothing in them that nobody sees."""

from __future__ import annotations

import doctest

import pytest

from services.trainings.people import fields
from services.trainings.people.fields import line, optional_line, optional_text, text
from shared.errors import Invalid


def name(value: str) -> str:
    return line(value, field="full_name", length_max=20)


def test_its_examples() -> None:
    assert doctest.testmod(fields).failed == 0


@pytest.mark.parametrize(
    "between", ["\n", "\r\n", "\t", "\u0085", "\u2028", "\u2029", "\x0b", "  "]
)
def test_a_line_is_one_line_whatever_breaks_it(between: str) -> None:
    assert name(f" Mira{between}Primer{between}") == "Mira Primer"


def test_a_text_keeps_its_lines() -> None:
    assert text("One\nTwo", field="reason", length_max=20) == "One\nTwo"


@pytest.mark.parametrize(
    "unseen",
    ["\ufeff", "\u200b", "\u00ad", "\u2060", "\u200e", "\u202e", "\u200d", "\u3164", "\u034f"],
)
def test_what_nobody_sees_is_left_out(unseen: str) -> None:
    assert name(f"{unseen}Mi{unseen}ra{unseen}") == "Mira"
    assert text(f"Mi{unseen}ra", field="reason", length_max=20) == "Mira"
    assert optional_text(unseen, field="note", length_max=20) is None
    assert optional_line(f" {unseen}\n", field="note", length_max=20) is None
    with pytest.raises(Invalid, match="text-length"):
        name(f"{unseen}{unseen}")


def test_joiners_stay_where_a_script_needs_them() -> None:
    farsi, family = "می\u200cخواهم", "👩\u200d👧"
    assert name(farsi) == farsi and name(family) == family
    assert name("क्\u200dष") == "क्\u200dष"


def test_other_controls_cannot_be_written() -> None:
    for wrong in ("Mi\x00ra", "Mi\x7fra", "Mi\ud800ra", "Mi\x9fra"):
        with pytest.raises(Invalid, match="text-characters"):
            name(wrong)

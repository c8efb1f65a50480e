"""What is typed, pasted or scanned is read as people write it; names are compared word by word."""

from __future__ import annotations

import pytest

from services.trainings.verification.acting import same_words
from services.trainings.verification.addresses import typing_address, verification_address
from services.trainings.verification.asking import Asked, asked

RIGHT = Asked("RS-2026-000123", "a1b2c3d4e5f6")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("RS-2026-000123", "a1b2c3d4e5f6"),
        ("rs-2026-000123", "A1B2-C3D4-E5F6"),
        (" RS 2026 000123 ", "a1b2 c3d4 e5f6"),
        ("RS–2026–000123", "a1b2–c3d4–e5f6"),
        ("РС-2026-000123", "а1б2-ц3д4-е5ф6"),
        ("RS2026000123", "a1b2c3d4e5f6 "),
        ("№ RS-2026-000123.", "Code: a1b2-c3d4-e5f6"),
        ("RS-2026-000123 a1b2-c3d4-e5f6", ""),
        ("", "RS-2026-000123, a1b2-c3d4-e5f6"),
    ],
)
def test_number_and_code_are_read(number: str, code: str) -> None:
    assert asked(number, code) == RIGHT


@pytest.mark.parametrize(
    "text",
    [
        "https://zanat.example/trainings/check/RS-2026-000123#a1b2c3d4e5f6",
        "CERTIFICATE\nNumber RS-2026-000123\nfor 24 hours, 2 March 2026\nCode a1b2-c3d4-e5f6\n",
        "Потврда бр. РС-2026-000123\nКод a1b2-c3d4-e5f6\nТел. 0112 3456 7890",
        "Tel. 1123 4567 8901\nRS-2026-000123\nA1B2-C3D4-E5F6",
    ],
)
def test_a_whole_text_is_read(text: str) -> None:
    assert asked("", "", text) == RIGHT


@pytest.mark.parametrize(
    ("number", "code", "found"),
    [
        ("", "", Asked("", "")),
        ("123", "", Asked("", "")),
        ("RS-2026-0001234", "x", Asked("", "")),
        ("XRS-2026-000123", "a1b2c3d4e5f6", Asked("", "a1b2c3d4e5f6")),
        ("RS-2026-000123", "oldcode77", Asked("RS-2026-000123", "oldcode77")),
        ("9-" * 100_000, "f" * 100_000, Asked("", "")),
    ],
)
def test_nothing_is_guessed(number: str, code: str, found: Asked) -> None:
    assert asked(number, code) == found


@pytest.mark.parametrize(
    ("typed", "held", "same"),
    [
        ("Đorđe Čović", "Djordje Covic", True),
        ("Љиљана Џаферовић", "dzaferovic ljiljana", True),
        ("Ana-Marija Proba", "Ana Marija Proba", True),
        ("Mira", "Mira Primer", False),
        ("Mira Primer Mira", "Mira Primer", False),
        ("", "Mira Primer", False),
        ("...", "...", False),
    ],
)
def test_names_are_the_same_by_their_words(typed: str, held: str, same: bool) -> None:
    assert same_words(typed, held) is same


def test_the_code_is_only_where_browsers_send_nothing() -> None:
    found = verification_address("https://zanat.example/", "RS-2026-000123", "a1b2c3d4e5f6")
    assert found == "https://zanat.example/trainings/check/RS-2026-000123#a1b2c3d4e5f6"
    assert typing_address("https://zanat.example") == "https://zanat.example/check"

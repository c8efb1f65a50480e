"""Passwords: kept as argon2id, and not to be guessed at the first try."""

from __future__ import annotations

import pytest

from shared.access.passwords import check_strength, hash_password, is_outdated, matches
from shared.errors import Invalid


def test_only_the_password_matches() -> None:
    kept = hash_password("četiri tihe zelene kuće")
    assert kept.startswith("$argon2id$")
    assert matches(kept, "četiri tihe zelene kuće")
    assert matches(kept, "četiri tihe zelene kuće")
    assert not matches(kept, "cetiri tihe zelene kuce")
    assert not is_outdated(kept)


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
def test_without_a_hash_nothing_matches(kept: str | None) -> None:
    assert not matches(kept, "nobody has this password")


def test_an_endless_password_costs_nothing() -> None:
    assert not matches(None, "x" * 10_000_000)


@pytest.mark.parametrize(
    "password",
    [
        "četiri tihe zelene kuće",
        "7 malih labudova na jezeru",
        "kv9#Lw2!pQ7z",
        "blue kettle rides the tram",
    ],
)
def test_good_ones_may_be_chosen(password: str) -> None:
    check_strength(password, known_words=("mira.ilic",))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password-too-short"),
        ("x" * 201, "password-too-long"),
        ("aaaaaaaaaaaaaaaa", "password-too-common"),
        ("121212121212121", "password-too-common"),
        ("password2026!", "password-too-common"),
        ("P@ssw0rd2026!!", "password-too-common"),
        ("lozinkalozinka", "password-too-common"),
        ("Kragujevac2026!", "password-too-common"),
        ("qwertzuiopas", "password-too-common"),
        ("mira.ilic rides", "password-too-common"),
    ],
)
def test_bad_ones_may_not(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_strength(password, known_words=("Mira.Ilic",))
    assert caught.value.code == code

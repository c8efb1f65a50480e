"""Passwords: kept as argon2id, and not to be guessed at the first try."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from zxcvbn import matching

from shared.access import passwords
from shared.access.guessing import LENGTH_JUDGED, guessed
from shared.access.passwords import LENGTH_MAX, check_strength, hash_password, is_outdated, matches
from shared.errors import Invalid

EARNEST = {name: getattr(passwords, name) for name in ("_HASHER", "_NOBODY")}
"""As the product has them; other tests hash with less work."""


@pytest.fixture(autouse=True)
def earnest_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in EARNEST.items():
        monkeypatch.setattr(passwords, name, value)


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


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Mira Ilic 4 trešnje", "Leave your name"),
        ("mira@primer.example", "Leave your name"),
        ("Дервишка улица 17", "Leave your name"),
        ("password password1", "repetitions"),
        ("correct horse battery staple", "lists of stolen"),
        ("лозинка2026лозинка", "easy to guess"),
        ("Dragana Pavlović 1985", "easy to guess"),
        ("mirsad.delic.tuzla", "easy to guess"),
        ("Шуто Оризари 2005", "easy to guess"),
        ("Crvena Zvezda 1991!", "easy to guess"),
        ("asdfghjklčćyxcvbnm", "easy to guess"),
        ("qweertzuiopšđ", "keys"),
        ("abcdefghijklmnop", "lists of stolen"),
        ("19840208 08021984", "Dates"),
    ],
)
def test_whoever_is_refused_is_told_what_to_do(password: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_strength(password, known_words=("Mira Ilić", "mira.dervis@primer.example"))
    assert said in str(caught.value)
    assert password not in str(caught.value)


@pytest.mark.parametrize(
    "password",
    [
        "moja mačka voli burek petkom",
        "трошак брод лампа цвеће",
        "Ekser9 jezero, hartija lampa",
        "lungo drom, latcho kher, 7 grast",
    ],
)
def test_words_that_nobody_expects_beside_each_other_are_good(password: str) -> None:
    check_strength(password, known_words=("Mira Ilić",))


def test_one_account_s_words_are_kept_nowhere() -> None:
    check_strength("moja mačka voli burek petkom", known_words=("Gluvača Primer",))
    assert "gluvaca" not in str(matching.RANKED_DICTIONARIES.get("user_inputs", ""))
    check_strength("gluvaca primer ima sto ovaca", known_words=("Mira Ilić",))


def test_judging_costs_little_for_the_longest_password() -> None:
    """Only a limited part is looked at: what comes after it changes neither verdict nor work."""
    beginning = "4@8({[<3€6" * 7
    assert guessed(beginning) == guessed(beginning + "x" * (LENGTH_MAX - len(beginning)))
    assert len(beginning) > LENGTH_JUDGED


def test_the_hash_costs_more_than_owasp_wants_at_the_least() -> None:
    """OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane."""
    parameters = extract_parameters(hash_password("seven quiet green kettles"))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert parameters.parallelism >= 1
    assert (parameters.hash_len, parameters.salt_len) >= (32, 16)


def test_a_hash_that_costs_less_is_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    assert is_outdated(weak.hash("seven quiet green kettles"))


def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    known = extract_parameters(hash_password("seven quiet green kettles"))
    assert extract_parameters(passwords._NOBODY) == known

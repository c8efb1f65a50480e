"""Folding agrees over scripts, case and diacritics, and folding twice changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.language.folding import fold, same_name
from shared.language.scripts import CYRILLIC_TO_LATIN, to_latin

CYRILLIC = st.text("".join(CYRILLIC_TO_LATIN) + " ")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_only_letters_digits_and_single_spaces_remain(text: str) -> None:
    folded = fold(text)
    assert all(character.isalnum() or character == " " for character in folded)
    assert folded == " ".join(folded.split())


@given(CYRILLIC)
def test_scripts_and_cases_agree(text: str) -> None:
    assert fold(text) == fold(to_latin(text)) == fold(text.upper()) == fold(to_latin(text).upper())


@pytest.mark.parametrize(
    "spelling",
    ["Đorđević", "Djordjević", "Ђорђевић", "Dorđević", "ĐORĐEVIĆ", "Dordevic", "Ðorđević",
     "Dorde\u030cvic\u0301", "Đorđevic\N{ZERO WIDTH SPACE}", " đorđević "],
)  # fmt: skip
def test_one_surname_in_every_spelling(spelling: str) -> None:
    assert same_name(spelling, "Đorđević")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Љиљана Његош Џинић", "ljiljana njegos dzinic"),
        ("\u01c8ubica \u01cbegovan \u01c5ep", "ljubica njegovan dzep"),
        ("Ana-Marija  (Ćirić)", "ana marija ciric"),
        ("D'Anđelo", "dandelo"),
        ("100%_", "100"),
        ("ŠABAC, Žarka 5/2", "sabac zarka 5 2"),
        ("Straße", "strasse"),
        ("--", ""),
    ],
)
def test_examples(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_other_names_stay_other_names() -> None:
    assert not same_name("Jovanović", "Ivanović")
    assert not same_name("", "")
    assert not same_name("Ana Marija", "Anamarija")

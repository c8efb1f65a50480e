"""Whoever is looked for is found: in any script and order, by beginnings, with a typo a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from services.trainings.people.finding import PEOPLE_WORDS, word_rows
from services.trainings.people.matching import matches, shortest
from services.trainings.people.searching import Place, found
from services.trainings.reach import Reach
from services.trainings.tables import COHORTS, MEMBERS, REGISTRATIONS
from shared.language.folding import fold, joined, spelled
from shared.language.scripts import CYRILLIC_TO_LATIN
from shared.language.spellings import LENGTH_MIN, spellings

EVERYWHERE = Reach("somebody", frozenset({"*"}), frozenset())
LATIN = "abcčćdđefghijklmnoprsštuvzž"
CYRILLIC = "".join(sorted({letter.lower() for letter in CYRILLIC_TO_LATIN}))
NAMES = (
    *("Jovan Jovanović", "Jovana Petrović", "Marko Jovanović", "Đorđe Đorđević"),
    *("Ljiljana Njegomir", "Džemal Hodžić", "Ana Anić", "Mira Jović Petrović", "Ђорђе Ђорђевић"),
)


@pytest.fixture(scope="module")
def people() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        for table in (REGISTRATIONS, PEOPLE_WORDS, MEMBERS, COHORTS):
            table.create(connection)
        add(connection, NAMES)
        yield connection
    engine.dispose()


def add(connection: Connection, names: Sequence[str], *, programme: str = "P") -> None:
    for name in names:
        for row in word_rows(fold(name)):
            own = {"registration_id": name, "programme": programme}
            connection.execute(PEOPLE_WORDS.insert().values(**own, **row))


def names_of(people: Connection, typed: str, *, similar: bool = False) -> list[str]:
    hits = found(people, EVERYWHERE, typed, limit=50).hits
    return [hit.registration_id for hit in hits if hit.similar == similar]


@pytest.mark.parametrize(
    "typed", ["đorđević", "djordjevic", "DORDEVIC", "Ђорђевић", "đor", "djor djordj", "Ђорђе"]
)
def test_script_case_marks_and_digraphs_make_no_difference(people: Connection, typed: str) -> None:
    assert names_of(people, typed) == ["Đorđe Đorđević", "Ђорђе Ђорђевић"]


def test_words_come_in_any_order_and_each_needs_a_word_of_its_own(people: Connection) -> None:
    assert names_of(people, "jovanović jovan") == ["Jovan Jovanović"]
    assert names_of(people, "jov jov") == ["Jovan Jovanović"]
    assert names_of(people, "petr mir jov") == ["Mira Jović Petrović"]
    assert names_of(people, "ana ana") == [] and names_of(people, "an an") == ["Ana Anić"]


def test_who_is_spelled_so_comes_before_who_is_spelled_nearly_so(people: Connection) -> None:
    page = found(people, EVERYWHERE, "jovana", limit=50)
    assert [(hit.registration_id, hit.similar) for hit in page.hits] == [
        ("Jovana Petrović", False),
        ("Jovan Jovanović", True),
        ("Marko Jovanović", True),
    ]
    assert names_of(people, "jovna jovanovć", similar=True) == ["Jovan Jovanović"]
    assert names_of(people, "jovna jovanovć") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ubica", None),
        ("iljana", "Ljiljana Njegomir"),
        ("Иљана", "Ljiljana Njegomir"),
        ("егомир", "Ljiljana Njegomir"),
        ("hoić", "Džemal Hodžić"),
        ("емал", "Džemal Hodžić"),
        ("mra", "Mira Jović Petrović"),
    ],
)
def test_a_letter_of_cyrillic_is_one_letter_though_latin_writes_two(
    people: Connection, typed: str, meant: str | None
) -> None:
    similar = names_of(people, typed, similar=True)
    assert similar == [] if meant is None else meant in similar


def test_pages_follow_one_another_without_gap_or_double(people: Connection) -> None:
    for typed in ("jov", "j", "jovna", "jovanovoć", "petrović mra", "a"):
        whole = [hit.registration_id for hit in found(people, EVERYWHERE, typed, limit=50).hits]
        paged: list[str] = []
        after: Place | None = None
        while hits := found(people, EVERYWHERE, typed, after=after, limit=1).hits:
            paged.append(hits[0].registration_id)
            after = hits[0].place
        assert paged == whole and len(set(paged)) == len(paged), typed


def test_nobody_of_another_programme_is_found(people: Connection) -> None:
    other = Reach("somebody", frozenset({"Q"}), frozenset())
    assert found(people, other, "jovan", limit=50).hits == []
    assert found(people, other, "jovna", limit=50).hits == []


@st.composite
def names_with_a_typo(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and the same with one typo in one of its words, in the script of the word."""
    letters = draw(st.sampled_from([LATIN, CYRILLIC]))
    word = st.text(letters, min_size=4, max_size=9).filter(lambda w: len(fold(w)) >= LENGTH_MIN)
    words = draw(st.lists(word, min_size=1, max_size=3))
    which = draw(st.integers(0, len(words) - 1))
    mistyped = draw(typo_of(words[which], letters))
    typed = [*words[:which], mistyped, *words[which + 1 :]]
    return " ".join(words), " ".join(draw(st.permutations(typed)))


@st.composite
def typo_of(draw: st.DrawFn, word: str, letters: str) -> str:
    kind = draw(st.sampled_from(["left out", "put in", "another", "swapped"]))
    place = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(letters))
    match kind:
        case "left out":
            return word[:place] + word[place + 1 :]
        case "put in":
            return word[:place] + letter + word[place:]
        case "another":
            return word[:place] + letter + word[place + 1 :]
        case _:
            place = min(place, len(word) - 2)
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


@given(names_with_a_typo())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_one_typo_in_a_word_still_finds(people: Connection, both: tuple[str, str]) -> None:
    name, typed = both
    with people.begin_nested() as undone:
        if name not in NAMES:
            add(people, [name])
        found_ids = [hit.registration_id for hit in found(people, EVERYWHERE, typed, limit=50).hits]
        undone.rollback()
    assert name in found_ids


@given(st.text(LATIN, min_size=4, max_size=10), st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_one_typo_away_is_among_the_spellings(word: str, data: st.DataObject) -> None:
    if len(fold(word)) >= LENGTH_MIN:
        mistyped = data.draw(typo_of(word, LATIN))
        near = spellings(spelled(mistyped)) | {joined(spelled(mistyped))}
        assert fold(word) in near


def test_words_are_given_to_one_another_wherever_that_is_possible() -> None:
    assert matches(["ab", "a"], [("a",), ("ab",)])
    assert matches(["abc", "ab", "a"], [("a",), ("a",), ("ab",)])
    assert not matches(["abc", "b"], [("a",), ("ab",)])
    assert shortest(["jovanovic", "jov", "j", "petar"]) == ("j", "petar")

"""Headers are recognised in any script and spelling; what is unclear is left to the person."""

from __future__ import annotations

import pytest

from shared.sheets.recognising import candidates, guess

KNOWN = {
    "given_name": ["ime", "first name"],
    "family_name": ["prezime", "last name", "surname"],
    "national_number": ["JMBG", "matični broj"],
    "birth_date": ["datum rođenja", "rođen", "date of birth"],
    "phone": ["telefon", "broj telefona", "mobitel"],
    "municipality": ["opština", "općina", "mjesto prebivališta"],
}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("PREZIME", "family_name"),
        ("Презиме", "family_name"),
        ("Ime:", "given_name"),
        ("1. Ime", "given_name"),
        ("Datum rodjenja", "birth_date"),
        ("DatumRodjenja", "birth_date"),
        ("datum_rodenja", "birth_date"),
        ("ДАТУМ РОЂЕЊА", "birth_date"),
        ("Datum rođenja (dd.mm.gggg)", "birth_date"),
        ("Datum roðenja", "birth_date"),
        ("J.M.B.G.", "national_number"),
        ("Maticni broj", "national_number"),
        ("Kontakt – Telefon", "phone"),
        ("Opstina", "municipality"),
        ("Opčina", "municipality"),
        ("Brojtelefona", "phone"),
        ("birth_date", "birth_date"),
    ],
)
def test_header_is_recognised(header, field):
    assert guess([header], KNOWN) == {0: field}


@pytest.mark.parametrize("header", ["Napomena", "(C)", "", "Broj", "12.03.2024", "Im", "—"])
def test_header_that_is_none_of_them(header):
    assert guess([header], KNOWN) == {}


def test_every_field_once_and_the_better_one_wins():
    assert guess(["Telefon", "Broj telefona kuće"], KNOWN) == {0: "phone"}
    assert guess(["Ime", "Ime (B)", "Prezime"], KNOWN) == {0: "given_name", 2: "family_name"} or (
        guess(["Ime", "Ime (B)", "Prezime"], KNOWN) == {2: "family_name"}
    )


def test_two_equal_ones_are_left_to_the_person():
    assert guess(["Telefon", "Broj telefona"], KNOWN) == {}
    assert candidates("Telefon", KNOWN)[0][0] == "phone"


def test_field_that_two_words_share_is_left_to_the_person():
    known = {"start": ["datum"], "end": ["datum"]}
    assert guess(["Datum"], known) == {}
    assert [field for field, _ in candidates("Datum", known)] == ["end", "start"]

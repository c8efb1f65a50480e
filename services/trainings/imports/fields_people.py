"""The fields of sheets about people: one row a registration.

>>> PEOPLE.missing(["full_name", "birth_date"])[0].name
'sex'
"""

from __future__ import annotations

from typing import Final

from services.trainings.imports.field import (
    Choice,
    Field,
    Kind,
    choice,
    day,
    day_or_yes,
    digits,
    text,
)
from services.trainings.people.fields import (
    EMAIL_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PLACE_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
)
from shared.language.marking import N_

SEXES: Final = (
    Choice(
        "F",
        N_("Female"),
        ("ž", "f", "žensko", "ženski", "female", "woman", "zena", "žena", "z", "w", "2"),
    ),
    Choice(
        "M",
        N_("Male"),
        ("m", "muško", "muški", "male", "man", "muskarac", "muškarac", "musko", "1"),
    ),
)
COUNTRIES: Final = (
    Choice("RS", N_("Serbia"), ("rs", "srb", "srbija", "serbia", "republika srbija", "sr")),
    Choice(
        "BA",
        N_("Bosnia and Herzegovina"),
        ("ba", "bih", "bosna i hercegovina", "bosna", "bosnia", "bosnia and herzegovina", "b i h"),
    ),
)
DECLARED: Final = (
    Choice("yes", N_("Yes"), ("da", "yes", "rom", "romkinja", "roma", "d", "y")),
    Choice("no", N_("No"), ("ne", "no", "nije rom", "n")),
    Choice(
        "declined",
        N_("Did not say"),
        ("nije se izjasnio", "nije se izjasnila", "nije se izjasnio/la", "neizjasnjen",
         "ne želi da kaže", "declined", "did not say", "bez odgovora"),
    ),
)  # fmt: skip

REFERENCE_WORDS: Final = (
    "participant_no", "participant no", "participant number", "reference", "id", "code", "no",
    "šifra", "šifra učesnika", "šifra polaznika", "oznaka", "evidencioni broj", "broj učesnika",
    "broj polaznika", "šifra učesnice", "redni broj učesnika", "učesnik", "polaznik",
    "šifra korisnika", "referenca", "šifra osobe",
)  # fmt: skip
NUMBER_WORDS: Final = (
    "jmbg", "national number", "national id", "personal number", "matični broj",
    "jedinstveni matični broj", "jedinstveni matični broj građana", "lični broj", "jmb", "mb",
)  # fmt: skip

PEOPLE: Final = Kind(
    name="people",
    label=N_("People"),
    hint=N_("One row for each registration: name, birth date, sex, place."),
    either=((("full_name",), ("first_name", "last_name")),),
    fields=(
        Field(
            name="reference",
            label=N_("Reference"),
            synonyms=REFERENCE_WORDS,
            read=text(REFERENCE_LENGTH_MAX),
        ),
        Field(
            name="full_name",
            label=N_("Full name"),
            synonyms=(
                "full_name", "full name", "name", "ime i prezime", "prezime i ime", "puno ime",
                "ime i prezime učesnika", "ime i prezime polaznika", "naziv osobe", "osoba",
            ),
            read=text(NAME_LENGTH_MAX),
        ),
        Field(
            name="first_name",
            label=N_("First name"),
            synonyms=("first name", "given name", "ime", "ime učesnika", "ime polaznika"),
            read=text(NAME_LENGTH_MAX),
        ),
        Field(
            name="last_name",
            label=N_("Last name"),
            synonyms=("last name", "surname", "family name", "prezime", "prezime učesnika"),
            read=text(NAME_LENGTH_MAX),
        ),
        Field(
            name="jmbg",
            label=N_("National number (JMBG)"),
            synonyms=NUMBER_WORDS,
            read=digits,
            covered=True,
        ),
        Field(
            name="birth_date",
            label=N_("Birth date"),
            synonyms=(
                "birth_date", "birth date", "date of birth", "born", "dob", "datum rođenja",
                "rođen", "rođena", "rođen/a", "datum rodjenja", "rođenje", "dan rođenja",
            ),
            read=day,
            required=True,
        ),
        Field(
            name="sex",
            label=N_("Sex"),
            synonyms=("sex", "gender", "pol", "spol", "m/ž", "pol (m/ž)", "spol (m/ž)"),
            read=choice(*SEXES),
            required=True,
            choices=SEXES,
        ),
        Field(
            name="country",
            label=N_("Country"),
            synonyms=("country", "država", "zemlja", "država prebivališta"),
            read=choice(*COUNTRIES),
            choices=COUNTRIES,
        ),
        Field(
            name="municipality",
            label=N_("Municipality"),
            synonyms=(
                "municipality", "town", "city", "place", "opština", "općina", "grad", "mesto",
                "mjesto", "opština stanovanja", "općina stanovanja", "prebivalište",
                "mesto stanovanja", "mjesto stanovanja", "mesto prebivališta", "grad/opština",
                "opština prebivališta", "mjesto prebivališta",
            ),
            read=text(PLACE_LENGTH_MAX),
            required=True,
        ),
        Field(
            name="phone",
            label=N_("Phone number"),
            synonyms=(
                "phone", "telephone", "mobile", "phone number", "telefon", "mobilni", "mobitel",
                "broj telefona", "kontakt telefon", "tel", "mob", "kontakt", "gsm",
            ),
            read=text(40),
        ),
        Field(
            name="email",
            label=N_("E-mail address"),
            synonyms=(
                "email", "e-mail", "mail", "e mail", "e-mail adresa", "imejl", "e-pošta",
                "elektronska pošta", "mejl",
            ),
            read=text(EMAIL_LENGTH_MAX),
        ),
        Field(
            name="declared_roma",
            label=N_("What the person says of their own origin: Roma"),
            synonyms=(
                "declared_roma", "declared roma", "roma", "rom", "rom/romkinja", "etnicitet",
                "nacionalnost", "nacionalna pripadnost", "izjasnio se kao rom",
                "izjašnjava se kao rom", "romska nacionalnost", "ethnicity",
            ),
            read=choice(*DECLARED),
            covered=True,
            choices=DECLARED,
        ),
        Field(
            name="consent",
            label=N_("Consent to that being held (day, or yes)"),
            synonyms=(
                "consent", "consent date", "consented", "saglasnost", "pristanak",
                "datum saglasnosti", "datum pristanka", "saglasnost data", "saglasan", "suglasnost",
                "datum suglasnosti",
            ),
            read=day_or_yes,
        ),
    ),
)  # fmt: skip

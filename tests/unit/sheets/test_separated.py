"""CSV files in any encoding, with any delimiter, are read as the program that wrote them meant."""

from __future__ import annotations

import pytest

from shared.errors import Invalid
from shared.sheets.encodings import guessed
from shared.sheets.limits import CELL_LENGTH_MAX

from .building import cells, codes, read

TEXT = "Ime;Prezime;Mjesto rođenja\nĐorđe;Šćepanović;Žabalj\nČedomir;Ćosić;Šabac\n"
CYRILLIC = "Име;Презиме;Место рођења\nЂорђе;Шћепановић;Жабаљ\nЧедомир;Ћосић;Шабац\n"


def csv(text: str | bytes, **options):
    content = text.encode() if isinstance(text, str) else text
    return read(content, "list.csv", **options)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", TEXT),
        ("utf-8-sig", TEXT),
        ("utf-16", TEXT),
        ("utf-16-le", TEXT),
        ("utf-16-be", TEXT),
        ("windows-1250", TEXT),
        ("iso-8859-2", TEXT),
        ("windows-1251", CYRILLIC),
        ("utf-8", CYRILLIC),
        ("utf-16", CYRILLIC),
    ],
)
def test_encoding_is_guessed_by_letters(encoding, text):
    with csv(text.encode(encoding)) as sheet:
        lines = [line.split(";") for line in text.splitlines()]
        assert list(sheet.headers) == lines[0]
        assert cells(sheet) == [tuple(line) for line in lines[1:]]
        old = not encoding.startswith("utf")
        assert ("encoding" in codes(sheet)) == old
        if old:
            assert encoding in str(sheet.notes[0])


def test_wrong_guess_can_be_corrected():
    content = "Ime;Mesto\nAna;µ¹\n".encode("iso-8859-2", "replace")
    with csv(TEXT.encode("windows-1250"), encoding="windows-1251") as sheet:
        assert sheet.headers[2] != "Mjesto rođenja"
    with csv(content, encoding="iso-8859-2") as sheet:
        assert sheet.encoding == "iso-8859-2"
    with pytest.raises(Invalid) as refusal:
        csv(content, encoding="rot13")
    assert refusal.value.code == "sheet-encoding-unknown"


def test_few_letters_are_enough_to_tell_the_encoding():
    assert guessed("Ime,Grad\nAna,Niš\n".encode("windows-1250")).encoding == "windows-1250"
    assert guessed("Ime,Grad\nAna,Niš\n".encode("iso-8859-2")).encoding == "iso-8859-2"
    assert guessed("Ime\nЉубица\n".encode("windows-1251")).encoding == "windows-1251"


def test_damaged_letters_of_utf8_are_told_and_the_rest_read():
    content = TEXT.encode() * 3 + b"Mi\xf0ko;Peri\xc4\x87;Bar\n"
    with csv(content) as sheet:
        assert sheet.encoding == "utf-8" and "letters-broken" in codes(sheet)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiter_is_guessed(delimiter):
    text = "\n".join(delimiter.join(row) for row in [("Ime", "Sati"), ("Mira", "8"), ("Ana", "7")])
    with csv(text) as sheet:
        assert sheet.delimiter == delimiter
        assert cells(sheet) == [("Mira", "8"), ("Ana", "7")]


def test_decimal_commas_do_not_make_columns():
    with csv("Ime;Bodovi\nMira;7,5\nAna;8,25\nZora;9,0\n") as sheet:
        assert cells(sheet)[1] == ("Ana", "8,25")


def test_line_that_names_the_delimiter_is_no_row():
    with csv("sep=|\r\nIme|Opis\r\nMira|a;b;c\r\n") as sheet:
        assert sheet.headers == ("Ime", "Opis") and sheet.header_at == 1
        assert [(row.number, row.cells) for row in sheet.rows()] == [(2, ("Mira", "a;b;c"))]


def test_rows_are_counted_as_the_program_counts():
    with csv('Ime;Adresa\n\n"Mira";"Ulica 1\nKragujevac"\n\nAna;Bor\n') as sheet:
        assert [row.number for row in sheet.rows()] == [3, 5]
        assert cells(sheet)[0] == ("Mira", "Ulica 1\nKragujevac")


def test_ragged_rows_have_every_column():
    with csv("Ime;Prezime\nMira\nAna;Bor;jos;vise\n") as sheet:
        assert sheet.columns == 4
        assert cells(sheet) == [("Mira", None, None, None), ("Ana", "Bor", "jos", "vise")]
        assert "headers-empty" in codes(sheet)


def test_zero_bytes_are_left_out():
    with csv(b"Ime;Grad\nMi\x00ra;Bor\n") as sheet:
        assert cells(sheet) == [("Mira", "Bor")] and "signs-left-out" in codes(sheet)


def test_carriage_returns_alone_end_rows():
    with csv("Ime;Grad\rMira;Bor\rAna;Bar\r") as sheet:
        assert [row.number for row in sheet.rows()] == [2, 3]


@pytest.mark.parametrize("end", ["", "Ana;Bor\n" * 3])
def test_quote_that_is_never_closed_swallows_nothing(end):
    with pytest.raises(Invalid) as refusal:
        csv('Ime;Grad\nMira;"Bor\n' + end)
    assert refusal.value.code == "sheet-quote-open" and refusal.value.facts == {"row": 2}


def test_rows_begin_again_and_go_on_after_one():
    with csv("Ime;Grad\nMira;Bor\nAna;Bar\nZora;Niš\n") as sheet:
        both = sheet.rows(), sheet.rows()
        assert [(next(both[0]).number, next(both[1]).number) for _ in range(3)] == [
            (2, 2),
            (3, 3),
            (4, 4),
        ]
        assert [row.number for row in sheet.rows(after=3)] == [4]
        assert sheet.count == 3


def test_one_column_is_a_sheet_too():
    with csv("Ime\nMira\nAna\n") as sheet:
        assert sheet.headers == ("Ime",) and cells(sheet) == [("Mira",), ("Ana",)]


@pytest.mark.parametrize("length", [CELL_LENGTH_MAX + 1, 200_000, 3_000_000])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_that_is_too_long_is_named_as_such(length: int, quote: str) -> None:
    content = f"sep=;\nIme;Iznos\nMira;1\n{quote}{'a' * length}{quote};2\nSanja;3\n".encode()
    with pytest.raises(Invalid) as refusal:
        csv(content)
    assert refusal.value.code == "sheet-cell-too-long"
    assert refusal.value.facts == {"row": 3, "most": CELL_LENGTH_MAX}


def test_a_quote_that_swallows_more_than_a_cell_holds_is_still_named_as_such() -> None:
    content = b'Ime;Iznos\n"Mira;1\n' + b"Sanja;2\n" * 40_000
    with pytest.raises(Invalid) as refusal:
        csv(content)
    assert refusal.value.code == "sheet-quote-open" and refusal.value.facts == {"row": 2}

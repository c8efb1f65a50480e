"""What is written reads back as what it was, and no program takes any of it for a formula."""

from __future__ import annotations

import io
import string
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sheets.cells import as_number, as_text
from shared.sheets.days import as_day
from shared.sheets.guarding import guarded, unguarded
from shared.sheets.writing import csv_pieces, tab_name, write_csv, write_xlsx

from .building import cells, entry, read

HEADERS = ("Ime", "Rođen", "Iznos", "Šifra")
LETTERS = string.ascii_letters + "čćžšđЂЋЉ =+-@;,|'\"\t" + "0123456789"
words = st.text(LETTERS, min_size=1, max_size=20).map(lambda text: "a" + text.strip() + "b")
risky = st.sampled_from(["=1+1", "+381 64", "-x", "@a", "'=x", "''+1", "a;=1", "＝1", "x'"])
rows = st.lists(
    st.tuples(
        st.one_of(words, risky),
        st.dates(date(1900, 3, 1), date(2199, 12, 31)),
        st.decimals(0, 10**9, places=2),
        st.from_regex(r"\A0[0-9]{12}\Z"),
    ),
    min_size=1,
    max_size=6,
)


@given(rows=rows)
@settings(max_examples=60, deadline=None)
def test_workbook_reads_back_as_it_was(rows):
    made = io.BytesIO()
    assert write_xlsx(made, "Ljudi", HEADERS, rows) == len(rows)
    with read(made.getvalue()) as sheet:
        assert sheet.headers == HEADERS and sheet.part == "Ljudi"
        found = cells(sheet)
    assert [_meant(row) for row in found] == [_expected(row) for row in rows]


@given(rows=rows, delimiter=st.sampled_from(";,\t|"))
@settings(max_examples=100, deadline=None)
def test_csv_reads_back_as_it_was(rows, delimiter):
    made = io.BytesIO()
    assert write_csv(made, HEADERS, rows, delimiter=delimiter) == len(rows)
    with read(made.getvalue(), "a.csv", delimiter=delimiter) as sheet:
        assert sheet.headers == HEADERS
        found = cells(sheet)
    assert [_meant(row) for row in found] == [_expected(row) for row in rows]


def _meant(row):
    name, day, amount, code = row
    return (as_text(name), as_day(day), _amount(amount), code)


def _amount(cell):
    # Three digits after one sign may be thousands; two never are.
    return as_number(cell)


def _expected(row):
    name, day, amount, code = row
    return (" ".join(name.split()), day, amount.quantize(Decimal("0.01")), code)


@given(text=st.text(max_size=30))
def test_guarding_is_undone(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\u200b=1", "＝1"])
def test_no_cell_begins_a_formula(text):
    made = io.BytesIO()
    write_csv(made, ("Ime",), [(text,)])
    cell = made.getvalue().decode("utf-8-sig").replace('"', "").splitlines()[1]
    assert cell.startswith("'") and cell.endswith(text[-1])
    book = io.BytesIO()
    write_xlsx(book, "x", ("Ime",), [(text,)])
    assert b"<f>" not in entry(book.getvalue(), "xl/worksheets/sheet1.xml")
    assert b"quotePrefix" in entry(book.getvalue(), "xl/styles.xml")


def test_every_kind_of_value():
    values = (
        True,
        7,
        7.5,
        timedelta(hours=30, minutes=5),
        datetime(2024, 5, 6, 7, 8),
        None,
        10**15,
    )
    headers = ("a", "b", "c", "d", "e", "f", "g")
    book, text = io.BytesIO(), io.BytesIO()
    write_xlsx(book, "x", headers, [values])
    write_csv(text, headers, [values])
    with read(book.getvalue()) as sheet:
        assert cells(sheet)[0] == (*values[:-1], str(10**15))
    with read(text.getvalue(), "a.csv") as sheet:
        assert cells(sheet)[0] == ("1", "7", "7,5", "30:05", "06.05.2024 07:08", None, str(10**15))


def test_days_before_spreadsheets_begin_are_text():
    book = io.BytesIO()
    write_xlsx(book, "x", ("Ime", "Dan"), [("Mira", date(1899, 5, 6))])
    with read(book.getvalue()) as sheet:
        assert cells(sheet) == [("Mira", "06.05.1899")]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ljudi", "Ljudi"),
        ("a/b:c?", "a b c"),
        ("", "Sheet"),
        ("History", "Sheet"),
        ("x" * 40, "x" * 31),
    ],
)
def test_names_of_tabs(title, name):
    assert tab_name(title) == name


def test_pieces_begin_with_the_mark_that_programs_ask_for():
    pieces = csv_pieces(("Ime",), iter([("Љиљана",), ("Žana",)]))
    assert next(pieces).startswith(b"\xef\xbb\xbf")
    assert next(pieces).decode() == "Љиљана\r\n"


def test_headers_stay_in_sight():
    book = io.BytesIO()
    write_xlsx(book, "x", HEADERS, [], widths=(30, 12))
    markup = entry(book.getvalue(), "xl/worksheets/sheet1.xml")
    assert b'state="frozen"' in markup and b"<autoFilter" in markup and b"<cols>" in markup

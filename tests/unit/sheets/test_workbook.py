"""XLSX files as people keep them: merged cells, titles, dates, formulas, hidden things, tabs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from shared.errors import Invalid
from shared.sheets.cells import BadCell, as_hours_in_minutes, as_percent, as_text, as_whole
from shared.sheets.days import as_day
from shared.sheets.rows import MERGED, Failed

from .building import cells, codes, entry, read, rows_of, with_entries, workbook


def test_values_keep_their_kinds():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Ime", "Rođen", "Od", "Sati", "Ukupno", "Broj", "Mera", "Test"])
        sheet.write(1, 0, "Mira")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_datetime(1, 1, datetime(1990, 12, 31), day)
        sheet.write_datetime(
            1, 2, datetime(2024, 5, 6, 10, 30), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        )
        sheet.write_number(1, 3, 0.3125, book.add_format({"num_format": "h:mm"}))
        sheet.write_number(1, 4, 1.5, book.add_format({"num_format": "[h]:mm"}))
        sheet.write_number(1, 5, 12)
        sheet.write_number(1, 6, 7.5)
        sheet.write_number(1, 7, 0.85, book.add_format({"num_format": "0%"}))

    with read(workbook(fill=fill)) as sheet:
        (row,) = cells(sheet)
    assert row == (
        "Mira",
        date(1990, 12, 31),
        datetime(2024, 5, 6, 10, 30),
        timedelta(hours=7, minutes=30),
        timedelta(hours=36),
        12,
        7.5,
        "85%",
    )
    assert as_hours_in_minutes(row[3]) == 450 and as_hours_in_minutes(row[4]) == 36 * 60
    assert as_percent(row[7]) == 85


@pytest.mark.parametrize("base_1904", [False, True])
def test_days_as_dates_and_as_bare_numbers_in_both_systems(base_1904):
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Ime", "Rođen"])
        sheet.write(1, 0, "Mira")
        sheet.write_datetime(1, 1, datetime(1990, 12, 31), book.add_format({"num_format": 14}))
        sheet.write(2, 0, "Ana")
        sheet.write_number(2, 1, 33238 - (1462 if base_1904 else 0))

    with read(workbook(fill=fill, date_1904=base_1904)) as sheet:
        assert sheet.from_1904 == base_1904
        days = [as_day(row.cell(1), from_1904=sheet.from_1904) for row in sheet.rows()]
    assert days == [date(1990, 12, 31)] * 2


def test_errors_and_formulas_without_values_are_named_not_empty():
    def fill(_, sheet):
        sheet.write_row(0, 0, ["Ime", "Zbir", "Prosek", "Sati"])
        sheet.write_row(1, 0, ["Mira"])
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 3, "=A9*2", None, "GONE")

    content = workbook(fill=fill)
    markup = entry(content, "xl/worksheets/sheet1.xml").replace(b"<v>GONE</v>", b"")
    with read(with_entries(content, {"xl/worksheets/sheet1.xml": markup})) as sheet:
        (row,) = cells(sheet)
    assert row == ("Mira", 2, Failed("#DIV/0!"), Failed("formula"))
    for cell, code in ((row[2], "cell-error"), (row[3], "cell-not-computed")):
        with pytest.raises(BadCell) as bad:
            as_whole(cell)
        assert bad.value.code == code


def test_titles_above_and_empty_rows_leave_numbers_as_they_are():
    content = rows_of(
        [
            ["Spisak polaznika 2024"],
            [],
            ["Ime", "Prezime", "Sati"],
            ["Mira", "P", 8],
            [],
            ["A", "B", 7],
        ]
    )
    with read(content) as sheet:
        assert sheet.headers == ("Ime", "Prezime", "Sati")
        assert (sheet.header_at, sheet.header_rows) == (3, 1)
        assert [row.number for row in sheet.rows()] == [4, 6]
        assert "headers-at" in codes(sheet)


def test_headers_can_be_said_instead():
    content = rows_of([["Grupa", "A"], ["Ime", "Prezime"], ["Mira", "Primer"]])
    with read(content) as sheet:
        assert sheet.header_at == 1
        assert sheet.top[1].cells == ("Ime", "Prezime")
    with read(content, header_at=2) as sheet:
        assert sheet.headers == ("Ime", "Prezime") and cells(sheet) == [("Mira", "Primer")]
    with read(content, header_rows=2) as sheet:
        assert sheet.headers == ("Grupa – Ime", "A – Prezime")
    with pytest.raises(Invalid) as refusal:
        read(content, header_at=9)
    assert refusal.value.code == "sheet-no-headers"


def two_rows(book, sheet):
    sheet.merge_range("A1:A2", "Ime")
    sheet.merge_range("B1:C1", "Kontakt")
    sheet.merge_range("D1:E1", "Prisustvo")
    sheet.write_row(1, 1, ["Telefon", "E-pošta", "Sati", "Dani"])
    sheet.write_row(2, 0, ["Mira", "064 123", "m@example.org", 8, 1])


def test_two_rows_of_headers_with_merged_groups():
    with read(workbook(fill=two_rows)) as sheet:
        assert sheet.header_rows == 2 and sheet.header_at == 2
        assert sheet.headers == (
            "Ime",
            "Kontakt – Telefon",
            "Kontakt – E-pošta",
            "Prisustvo – Sati",
            "Prisustvo – Dani",
        )
        assert cells(sheet) == [("Mira", "064 123", "m@example.org", 8, 1)]


def test_two_rows_of_headers_without_merges():
    text = "Polaznik;;Prisustvo;\nIme;Prezime;Sati;Sati\nMira;Primer;8;7\n"
    with read(text.encode(), "a.csv") as sheet:
        assert sheet.headers[:3] == ("Polaznik – Ime", "Polaznik – Prezime", "Prisustvo – Sati")
        assert "headers-twice" in codes(sheet)


def test_one_title_merged_over_all_is_no_group():
    def fill(_, sheet):
        sheet.merge_range("A1:C1", "Spisak polaznika")
        sheet.write_row(1, 0, ["Ime", "Prezime", "Sati"])
        sheet.write_row(2, 0, ["Mira", "Primer", 8])

    with read(workbook(fill=fill)) as sheet:
        assert sheet.headers == ("Ime", "Prezime", "Sati") and sheet.header_at == 2


def test_cells_merged_down_are_each_rows():
    def fill(_, sheet):
        sheet.write_row(0, 0, ["Ime", "Adresa"])
        sheet.write_column(1, 0, ["Mira", "Ana", "Zoran"])
        sheet.merge_range("B2:B3", "Ulica 1")
        sheet.write(3, 1, "Ulica 2")

    with read(workbook(fill=fill)) as sheet:
        assert [row.cells[1] for row in sheet.rows()] == ["Ulica 1", "Ulica 1", "Ulica 2"]
        assert "merged-filled" in codes(sheet)


def test_cells_merged_across_are_asked_about_and_captions_left_out():
    def fill(_, sheet):
        sheet.write_row(0, 0, ["Ime", "Prezime", "Grad"])
        sheet.merge_range("A2:C2", "Grupa 1")
        sheet.write(2, 0, "Mira")
        sheet.merge_range("B3:C3", "Primer Bor")
        sheet.write_row(3, 0, ["Ana", "Primer", "Bor"])

    with read(workbook(fill=fill)) as sheet:
        assert [row.number for row in sheet.rows()] == [3, 4]
        assert cells(sheet)[0] == ("Mira", Failed(MERGED), Failed(MERGED))
        assert {"merged-unclear", "captions"} <= codes(sheet)
        with pytest.raises(BadCell) as bad:
            as_text(cells(sheet)[0][1])
    assert bad.value.code == "cell-merged"


def test_hidden_rows_columns_and_tabs_are_told():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Ime", "Prezime", "Grad"])
        sheet.write_row(1, 0, ["Mira", "Primer", "Bor"])
        sheet.write_row(2, 0, ["Ana", "Primer", "Bor"])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.set_column(3, 16383, None, None, {"hidden": True})
        book.add_worksheet("Drugi").write_row(0, 0, ["X", "Y"])

    with read(workbook(fill=fill)) as sheet:
        notes = {note.code: str(note) for note in sheet.notes}
        assert notes["hidden-rows"].endswith(": 3.") and notes["hidden-columns"].endswith(": B.")
        assert "other-tabs" in notes
        assert sheet.parts == ("List", "Drugi") and len(cells(sheet)) == 2


def test_tab_can_be_chosen_and_an_empty_first_one_is_passed_over():
    def fill(book, _):
        other = book.add_worksheet("Ljudi & grupe")
        other.write_row(0, 0, ["Ime", "Grad"])
        other.write_row(1, 0, ["Mira", "Bor"])

    content = workbook(fill=fill)
    with read(content) as sheet:
        assert sheet.part == "Ljudi & grupe" and cells(sheet) == [("Mira", "Bor")]
    with pytest.raises(Invalid) as refusal:
        read(content, part="List")
    assert refusal.value.code == "sheet-no-rows"
    with pytest.raises(Invalid) as refusal:
        read(content, part="Nema")
    assert refusal.value.code == "sheet-part-unknown"


def test_rows_that_begin_further_right_and_down_keep_their_columns():
    def fill(_, sheet):
        sheet.write_row(4, 2, ["Ime", "Grad"])
        sheet.write_row(6, 2, ["Mira", "Bor"])

    with read(workbook(fill=fill)) as sheet:
        assert sheet.headers == ("(A)", "(B)", "Ime", "Grad")
        assert [(row.number, row.cells[2:]) for row in sheet.rows()] == [(7, ("Mira", "Bor"))]


def test_headers_twice_and_empty_ones_are_told():
    with read(rows_of([["Ime", "Ime", None, "Grad"], ["Mira", "Ana", "x", "Bor"]])) as sheet:
        assert sheet.headers == ("Ime", "Ime (B)", "(C)", "Grad")
        assert {"headers-twice", "headers-empty"} <= codes(sheet)

"""What cannot be read is answered clearly, and nothing that a file holds does harm."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.sheets import parsing
from shared.sheets.parsing import Asked, parse

from .building import OLE, cells, entry, read, rows_of, with_entries, workbook

ROWS = [["Ime", "Grad"], ["Mira", "Bor"]]
SHEET = "xl/worksheets/sheet1.xml"


def refusal(content: bytes, name: str = "list.xlsx", **options) -> str:
    with pytest.raises(Invalid) as refused:
        read(content, name, **options)
    return refused.value.code


def packed(**entries: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet-empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "sheet-empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "sheet-is-pdf"),
        (b"<html><table><tr><td>Ime</td></tr></table></html>", "sheet-is-html"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>", "sheet-is-html"),
        (b"<?xml version='1.0'?><Workbook/>", "sheet-unknown-kind"),
        (b"\x89PNG\r\n\x1a\n", "sheet-unknown-kind"),
        (OLE + b"\0" * 500 + "Workbook".encode("utf-16-le"), "sheet-is-old"),
        (
            OLE + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le"),
            "sheet-locked",
        ),
        (OLE + "WordDocument".encode("utf-16-le"), "sheet-unknown-kind"),
        (packed(**{"a.txt": b"Ime"}), "sheet-unknown"),
        (
            packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
            "sheet-unknown",
        ),
        (bytes(range(256)) * 20, "sheet-unreadable"),
        (b"\x01\x02\x03\x04" * 200, "sheet-unknown-kind"),
        (rows_of([]), "sheet-no-rows"),
        (rows_of([["Ime", "Grad"]]), "sheet-no-rows"),
        (rows_of([[1, 2], [3, 4]]), "sheet-no-headers-at-all"),
        (rows_of(ROWS)[:-30], "file-unreadable"),
        (rows_of(ROWS)[:600], "file-unreadable"),
        (with_entries(rows_of(ROWS), {"xl/vbaProject.bin": b"x"}), "sheet-acts"),
        (with_entries(rows_of(ROWS), {SHEET: b"<worksheet><sheetData>"}), "sheet-unreadable"),
        (with_entries(rows_of(ROWS), {SHEET: None}), "sheet-unreadable"),
        (with_entries(rows_of(ROWS), {"xl/a.xml": b" " * 4_000_000}), "sheet-too-large"),
    ],
)
def test_what_is_no_sheet_is_told_apart(content, code):
    assert refusal(content) == code


def test_macros_in_a_sheet_that_says_so():
    content = rows_of(ROWS)
    types = (
        entry(content, "[Content_Types].xml")
        .replace(b"spreadsheetml.sheet.main+xml", b"x")
        .replace(
            b"application/vnd.openxmlformats-officedocument.x",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    )
    assert refusal(with_entries(content, {"[Content_Types].xml": types}), "a.xlsm") == "sheet-acts"


def test_far_cells_are_too_many_rows_or_columns():
    def far(row, column):
        def fill(_, sheet):
            sheet.write_row(0, 0, ["Ime", "Grad"])
            sheet.write_row(1, 0, ["Mira", "Bor"])
            sheet.write(row, column, "x")

        return workbook(fill=fill)

    assert refusal(far(1_048_575, 0)) == "sheet-too-many-rows"
    assert refusal(far(1, 16_383)) == "sheet-too-many-columns"
    assert refusal((";".join(["Ime"] * 300) + "\n" + "a;" * 300).encode(), "a.csv") == (
        "sheet-too-many-columns"
    )


def test_formats_of_whole_columns_and_rows_are_no_rows():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Ime", "Grad"])
        sheet.write_row(1, 0, ["Mira", "Bor"])
        sheet.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))

    with read(workbook(fill=fill)) as sheet:
        assert cells(sheet) == [("Mira", "Bor")]


def test_too_many_rows_of_text(monkeypatch):
    monkeypatch.setattr(parsing, "ROWS_MAX", 10)
    assert refusal(b"Ime;Grad\n" + b"Mira;Bor\n" * 11, "a.csv") == "sheet-too-many-rows"


def test_process_of_its_own_reads_and_refuses_alike(elsewhere):
    with read(rows_of(ROWS)) as sheet:
        assert cells(sheet) == [("Mira", "Bor")]
    with read("Ime;Grad\nMira;Niš\n".encode("windows-1250"), "a.csv") as sheet:
        assert cells(sheet) == [("Mira", "Niš")]
    assert refusal(rows_of([])) == "sheet-no-rows"


def test_process_that_runs_out_of_memory_is_an_answer(elsewhere, monkeypatch):
    # One cell far down and one far right: what lies between them is made of nothing.
    def fill(_, sheet):
        sheet.write_row(0, 0, ["Ime", "Grad"])
        sheet.write(99_999, 0, "x")
        sheet.write(1, 199, "x")

    content = workbook(fill=fill)
    try:
        with read(content) as sheet:
            assert sheet.count == 2
    except Invalid as refused:
        assert refused.code == "sheet-too-large"


@given(content=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.xlsx", "a"]))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_read_or_refused(content, name):
    _read_or_refused(content, name)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_damaged_workbooks_are_read_or_refused(data):
    content = bytearray(rows_of(ROWS))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refused(bytes(content), "a.xlsx")


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_damaged_markup_is_read_or_refused(data):
    markup = bytearray(entry(rows_of(ROWS), SHEET))
    for _ in range(data.draw(st.integers(1, 5))):
        markup[data.draw(st.integers(0, len(markup) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refused(with_entries(rows_of(ROWS), {SHEET: bytes(markup)}), "a.xlsx")


def _read_or_refused(content: bytes, name: str) -> None:
    try:
        with read(content, name) as sheet:
            assert len(list(sheet.rows())) == sheet.count
    except Invalid as refused:
        assert str(refused)


def test_parsing_writes_nothing_for_what_it_refuses():
    kept = io.BytesIO()
    with pytest.raises(Invalid):
        parse(rows_of([[1, 2]]), Asked(kind="xlsx"), kept)
    assert kept.getvalue() == b""

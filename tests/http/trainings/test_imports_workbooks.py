"""Workbooks as people keep them, through the pages of an import: each a clear answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services.trainings.tables import REGISTRATIONS
from tests.http.trainings.conftest import Asker, House
from tests.http.trainings.importing import IMPORTS, Importer, said_of
from tests.unit.sheets.building import OLE, entry, rows_of, with_entries, workbook

HEADERS = ("Šifra", "Ime i prezime", "Datum rođenja", "Pol", "Opština", "Država")


@pytest.fixture
def importer(house: House, officer: Asker) -> Importer:
    return Importer(house, officer)


def with_macros() -> bytes:
    content = rows_of([HEADERS, ("P1", "Mira Primer", "1.1.1990", "Ž", "Topola", "RS")])
    return with_entries(content, {"xl/vbaProject.bin": b"x"})


def locked() -> bytes:
    """What programs write when a workbook is saved with a password: no zip, but a container."""
    parts = ("EncryptionInfo", "EncryptedPackage")
    folder = b"".join(one.encode("utf-16-le").ljust(128, b"\0") for one in parts)
    return OLE + b"\0" * 1016 + folder + b"\0" * 512


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("popis.xlsm", with_macros(), "program"),
        ("popis.xlsx", locked(), "password"),
        ("popis.xlsx", b"%PDF-1.7\n" + b"x" * 600, "PDF"),
    ],
)
def test_what_acts_or_is_locked_is_told_apart(
    importer: Importer, name: str, content: bytes, said: str
) -> None:
    answer = importer.upload(name, content)
    assert answer.status_code == 422
    assert said in said_of(answer)


def entered(house: House, importer: Importer, content: bytes) -> list[Any]:
    sent = importer.upload("popis.xlsx", content)
    assert sent.status_code in (302, 303), said_of(sent)
    import_id = sent.location.split("/")[-2]
    importer.choose(import_id)
    importer.map(import_id)
    importer.enter(import_id)
    row = REGISTRATIONS.c
    query = select(row.reference, row.full_name, row.birth_date, row.municipality)
    with house.service.database.reading() as connection:
        return [tuple(one) for one in connection.execute(query.order_by(row.reference))]


def test_days_as_text_and_as_numbers_are_days(house: House, importer: Importer) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ("P1", "Mira Primer", "1.1.1990.", "Ž", "Topola", "RS"))
        sheet.write_row(2, 0, ("P2", "Sanja Uzorak", None, "Ž", "Topola", "RS"))
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_datetime(2, 2, date(1985, 12, 31), day)
        sheet.write_row(3, 0, ("P3", "Ivan Proba", 31412, "M", "Topola", "RS"))

    assert [one[2] for one in entered(house, importer, workbook(fill=fill))] == [
        "1990-01-01",
        "1985-12-31",
        "1985-12-31",
    ]


def test_two_rows_of_headers_and_merged_cells_are_read_and_told(
    house: House, importer: Importer
) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.merge_range("A1:D1", "Osoba")
        sheet.merge_range("E1:F1", "Prebivalište")
        sheet.write_row(1, 0, HEADERS)
        sheet.write_row(2, 0, ("P1", "Mira Primer", "1.1.1990", "Ž"))
        sheet.write_row(3, 0, ("P2", "Sanja Uzorak", "2.1.1990", "Ž"))
        sheet.merge_range("E3:E4", "Topola")
        sheet.merge_range("F3:F4", "RS")

    content = workbook(fill=fill)
    assert entry(content, "[Content_Types].xml")
    found = entered(house, importer, content)
    assert [(one[0], one[3]) for one in found] == [("P1", "Topola"), ("P2", "Topola")]
    shown = importer.asker.get(IMPORTS).text
    assert "popis.xlsx" not in shown, "what a file was called is not kept"

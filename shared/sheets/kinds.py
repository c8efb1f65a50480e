"""What kind of sheet a file is, known by its bytes; what is none is told apart in words.

>>> kind_of(b"Ime;Prezime\\nMira;Primer\\n", "popis.csv")
'csv'
>>> kind_of(b"%PDF-1.7 ...", "popis.xlsx")
Traceback (most recent call last):
shared.errors.Invalid: sheet-is-pdf: This is a PDF, not a sheet. Save the sheet as .xlsx or .csv.
"""

from __future__ import annotations

import re
from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_

CSV: Final = "csv"
XLSX: Final = "xlsx"
BYTES_MAX: Final = 32 * 1024 * 1024

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
_OLD_EXCEL: Final = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_HTML: Final = re.compile(
    rb"\s*(<\?xml[^>]{0,200}>\s*)?(<!--.{0,2000}?-->\s*)?"
    rb"<(!doctype\s+html|html|head|body|table|meta|div|style|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(rb"\s*<\?xml|\s*<[A-Za-z!]")
_OTHERS: Final = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh",
    b"\x7fELF", b"MZ\x90", b"{\\rtf", b"SQLite format 3", b"\xfd7zXZ",
)  # fmt: skip


def kind_of(content: bytes, name: str = "") -> str:
    """``csv`` or ``xlsx``. Raises Invalid for what is neither, saying what it is."""
    if not content.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Invalid("sheet-empty", N_("This file is empty."))
    if content.startswith(_ZIP):
        return XLSX
    if content.startswith(_OLE):
        raise _old_office(content)
    beginning = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    if beginning.startswith(b"%PDF-"):
        raise Invalid(
            "sheet-is-pdf", N_("This is a PDF, not a sheet. Save the sheet as .xlsx or .csv.")
        )
    if _HTML.match(beginning):
        raise Invalid(
            "sheet-is-html",
            N_("This is a web page, whatever its name says. Open it and save it as .xlsx."),
        )
    if _XML.match(beginning) or beginning.startswith(_OTHERS):
        raise unknown()
    if name.lower().endswith((".xlsx", ".xlsm")) and b"\x00" in content[:4096]:
        raise unreadable()
    return CSV


def _old_office(content: bytes) -> Invalid:
    # Names of the container's parts stand in its folder, which may stand anywhere in the file.
    if all(name in content for name in _LOCKED):
        return locked()
    if any(name in content for name in _OLD_EXCEL):
        return Invalid(
            "sheet-is-old",
            N_("This is an old Excel file (.xls). Open it and save it as .xlsx."),
        )
    return unknown()


def locked() -> Invalid:
    """The sheet cannot be opened without its password."""
    return Invalid("sheet-locked", N_("This sheet is locked with a password. Save it without one."))


def unknown() -> Invalid:
    """The file is no sheet at all."""
    return Invalid(
        "sheet-unknown-kind", N_("This is no sheet. Save it as .xlsx or .csv, then send.")
    )


def unreadable() -> Invalid:
    """The file begins like a sheet and cannot be read to its end."""
    return Invalid(
        "sheet-unreadable",
        N_("This sheet is damaged or not what it says. Open it, save it as .xlsx, then send."),
    )


def too_large() -> Invalid:
    """The file has more bytes than are read."""
    return Invalid(
        "sheet-too-large-file",
        N_("This file is too large: at most {megabytes} MB."),
        megabytes=BYTES_MAX // (1024 * 1024),
    )


def holds_too_much() -> Invalid:
    """Reading the file takes more memory or time than there is for it."""
    return Invalid("sheet-too-large", N_("This sheet holds more than can be looked through."))

"""What kinds of files are taken, known by their bytes and never by their names.

>>> kind_of(b"%PDF-1.7 …")
'application/pdf'
>>> kind_of(b'<svg xmlns="http://www.w3.org/2000/svg"></svg>')
Traceback (most recent call last):
shared.errors.Invalid: file-is-svg: An SVG drawing can hold a program. Send a PDF or a photo.

What a browser says of a file (its name, its content type) is a guess of the sender's and not looked
at. Kinds that people do send and that are refused are told apart, so that the answer helps.
"""

from __future__ import annotations

import re
from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
WEBP: Final = "image/webp"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"

PICTURES: Final = (JPEG, PNG, WEBP)
DOCUMENTS: Final = (PDF, *PICTURES, XLSX)
"""What is taken as a document about a person."""

SHEETS: Final = (XLSX, CSV)
"""What is taken to be imported. A CSV file has no mark: who reads it judges every byte of it."""

MARKS: Final[dict[str, tuple[tuple[int, bytes], ...]]] = {
    PDF: ((0, b"%PDF-"),),
    JPEG: ((0, b"\xff\xd8\xff"),),
    PNG: ((0, b"\x89PNG\r\n\x1a\n"),),
    WEBP: ((0, b"RIFF"), (8, b"WEBP")),
    XLSX: ((0, b"PK\x03\x04"),),
}
"""Media type → the bytes by which it is known: (offset, bytes)."""

ENDINGS: Final = {PDF: "pdf", JPEG: "jpg", PNG: "png", WEBP: "webp", XLSX: "xlsx", CSV: "csv"}
"""Media type → how the name of a file that we hand out ends."""

_REFUSED: Final[tuple[tuple[re.Pattern[bytes], str, str], ...]] = (
    (
        re.compile(rb"II\*\x00|MM\x00[*+]|II\+\x00"),
        "file-is-tiff",
        N_("A TIFF file cannot be kept. Save it as PDF or JPEG, then send that."),
    ),
    (
        re.compile(rb"....ftyp(hei|hev|mif1|msf1|avi[fs])", re.DOTALL),
        "file-is-heic",
        N_("A HEIC photo cannot be kept. Set the phone to JPEG, or send the photo as JPEG."),
    ),
    (
        re.compile(rb"GIF8[79]a"),
        "file-is-gif",
        N_("A GIF file cannot be kept. Save it as PNG or JPEG, then send that."),
    ),
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "file-is-old-office",
        N_("An old Office file (.doc, .xls) can hold programs. Save it as PDF or .xlsx."),
    ),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<[\s\S]{0,4000}?<?svg\b", re.IGNORECASE),
        "file-is-svg",
        N_("An SVG drawing can hold a program. Send a PDF or a photo."),
    ),
)
_BEGINNING_BYTES: Final = 4096


def kind_of(content: bytes) -> str:
    """The media type of a file that is taken here. Raises Invalid for every other one."""
    for media_type, marks in MARKS.items():
        if all(content[start : start + len(mark)] == mark for start, mark in marks):
            return media_type
    beginning = content[:_BEGINNING_BYTES]
    for pattern, code, sentence in _REFUSED:
        if pattern.match(beginning):
            raise Invalid(code, sentence)
    raise unknown_kind()


def unknown_kind() -> Invalid:
    """The file is of a kind that is not taken."""
    return Invalid(
        "file-kind-unknown",
        N_("Only PDF files, photos (JPEG, PNG, WebP) and sheets (.xlsx) can be kept."),
    )


def unreadable() -> Invalid:
    """The file begins like one of its kind and is none, or is broken."""
    return Invalid(
        "file-unreadable", N_("This file is damaged or not what it says. Save it again, then send.")
    )

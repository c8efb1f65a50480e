"""Files as people and attackers send them, made here so that each says what it is."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import pikepdf
from PIL import Image

MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, by agreement; it does nothing."""


def photo(form: str = "JPEG", *, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A picture that is red on its left half."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def telling_photo(*, orientation: int = 1) -> bytes:
    """A JPEG whose camera wrote down where, when, by whom, and a small copy."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CameraOfMira"
    exif[0x013B] = "Mira Primer"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 12:00:00"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (44.0, 0.0, 38.5), 3: "E", 4: (20.0, 54.0, 59.0), 29: "2026:03:01"})
    return photo(exif=exif, comment=b"of Mira", xmp=b"<x:xmpmeta>Mira</x:xmpmeta>")


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it has so many dots."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(change: Any = None, *, pages: int = 1, **options: Any) -> bytes:
    """A PDF of empty pages. ``change``: called with it before it is saved."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(200, 200))
    if change is not None:
        change(document)
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def sheet(parts: Mapping[str, bytes] | None = None) -> bytes:
    """A sheet, with further parts or others in place of its own."""
    content = {
        "[Content_Types].xml": f'<Types><Override ContentType="{MAIN}"/></Types>'.encode(),
        "xl/workbook.xml": b"<workbook/>",
        "xl/worksheets/sheet1.xml": b"<worksheet><sheetData/></worksheet>",
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in content.items():
            packed.writestr(name, data)
    return out.getvalue()

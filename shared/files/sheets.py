"""Sheets (.xlsx) are opened as the packed folders that they are, and judged by what lies in them.

    check(content)   # returns, or raises Invalid with the reason in words

No programs (macros, ActiveX), no other files inside, no links that fetch from elsewhere; a link
that a person clicks may stay. Sizes are counted while unpacking, never believed: a packed file of
some kilobytes can unpack to gigabytes. The bytes are kept as they came.

Source: ECMA-376 part 2 (packages), OWASP "File Upload Cheat Sheet".
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from typing import Final

from shared.errors import Invalid
from shared.files.kinds import unreadable
from shared.language.marking import N_

ENTRIES_MAX: Final = 1000
ENTRY_BYTES_MAX: Final = 64 * 1024 * 1024
ALL_BYTES_MAX: Final = 128 * 1024 * 1024
RATIO_MAX: Final = 150
"""Sheets of numbers are packed to a tenth, very even ones to a hundredth."""

_SMALL_BYTES: Final = 256 * 1024
"""Below this the ratio says nothing."""

_STEP_BYTES: Final = 256 * 1024
_NEEDED: Final = ("[Content_Types].xml", "xl/workbook.xml")
_ACTING_PART: Final = re.compile(
    r"vbaProject|vbaData|macrosheets/|externalLinks/|activeX/|embeddings/|ctrlProps/|customUI"
    r"|connections\.xml|queryTables?/|webextensions|xl/model/|\.(bin|exe|dll|js|vbs|ps1|hta)\Z",
    re.IGNORECASE,
)
_HARMLESS_BIN: Final = re.compile(r"xl/printerSettings/printerSettings\d+\.bin\Z", re.IGNORECASE)
_MAIN_TYPE: Final = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTING_TYPE: Final = re.compile(rb"macroEnabled|vbaProject|oleObject|activeX", re.IGNORECASE)
_FROM_ELSEWHERE: Final = re.compile(
    rb"<(?:\w+:)?Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?![^>]*/hyperlink[\"'])",
    re.IGNORECASE,
)
_DECLARATION: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_OVERLAP_BYTES: Final = 4096


def check(
    content: bytes, *, entry_bytes_max: int = ENTRY_BYTES_MAX, all_bytes_max: int = ALL_BYTES_MAX
) -> None:
    """Raise Invalid for what is no sheet, is a bomb, or holds something that acts.

    entry_bytes_max, all_bytes_max: what one entry and all of them may unpack to.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check(packed, entry_bytes_max, all_bytes_max)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise unreadable() from error
    except (ValueError, RuntimeError) as error:
        # An entry with a password, or in a form that nobody should use.
        raise unreadable() from error


def _check(packed: zipfile.ZipFile, entry_bytes_max: int, all_bytes_max: int) -> None:
    entries = packed.infolist()
    names = [one.filename for one in entries]
    if len(entries) > ENTRIES_MAX:
        raise _too_large()
    if len({name.casefold() for name in names}) != len(names) or any(map(_strays, names)):
        raise unreadable()
    if not set(_NEEDED) <= set(names):
        raise Invalid("sheet-unknown", N_("This is no .xlsx sheet. Save it as one, then send."))
    if any(_ACTING_PART.search(name) and not _HARMLESS_BIN.match(name) for name in names):
        raise _acts()
    total = 0
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Invalid(
                "sheet-locked", N_("This sheet is locked with a password. Save it without one.")
            )
        total += _check_entry(packed, entry, min(entry_bytes_max, all_bytes_max - total))


def _check_entry(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, bytes_max: int) -> int:
    """Unpack one entry piece by piece; its size."""
    size, end, is_main = 0, b"", False
    name = entry.filename
    reads = name.endswith((".xml", ".rels", ".vml"))
    with packed.open(entry) as file:
        while piece := file.read(_STEP_BYTES):
            size += len(piece)
            packed_size = max(1, entry.compress_size)
            if size > bytes_max or (size > _SMALL_BYTES and size / packed_size > RATIO_MAX):
                raise _too_large()
            if reads:
                text = end + piece
                _check_text(name, text)
                is_main = is_main or _MAIN_TYPE in text
                end = text[-_OVERLAP_BYTES:]
    if name == _NEEDED[0] and not is_main:
        raise Invalid("sheet-unknown", N_("This is no .xlsx sheet. Save it as one, then send."))
    return size


def _check_text(name: str, text: bytes) -> None:
    if b"\x00" in text or _DECLARATION.search(text):
        # In another encoding nothing below could be found; with entities it could grow.
        raise unreadable()
    if name == _NEEDED[0] and _ACTING_TYPE.search(text):
        raise _acts()
    if name.endswith(".rels") and _FROM_ELSEWHERE.search(text):
        raise _acts()


def _strays(name: str) -> bool:
    """Whether a name leads out of the folder that it is unpacked into."""
    return (
        not name
        or "\\" in name
        or "\x00" in name
        or name.startswith("/")
        or ":" in name
        or posixpath.normpath(name).startswith("..")
    )


def _acts() -> Invalid:
    return Invalid(
        "sheet-acts",
        N_(
            "This sheet holds a program, another file or a link that fetches. Save it without them."
        ),
    )


def _too_large() -> Invalid:
    return Invalid("sheet-too-large", N_("This sheet holds more than can be looked through."))

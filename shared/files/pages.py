"""PDF files are read to their end; what can act by itself or carries other files is refused.

    check(content)   # returns, or raises Invalid with the reason in words

The bytes are kept as they came: writing them anew would break the signature that a document may
have. So nothing is taken out of a file; a file with something in it that acts is refused:
JavaScript, launching of programs, sending of forms, opening of other files, files inside, films,
XFA forms. Links to the web stay, since a reader asks before following one.

Source of the list: ISO 32000-1, 12.6 (actions), 7.11.4 (embedded files), 12.7.8 (XFA), 13 (media).
"""

from __future__ import annotations

import io
import zlib
from typing import Any, Final

import pikepdf

from shared.errors import Invalid
from shared.files.kinds import unreadable
from shared.language.marking import N_

PAGES_MAX: Final = 200
OBJECTS_MAX: Final = 200_000
DEPTH_MAX: Final = 60
STREAM_BYTES_MAX: Final = 256 * 1024 * 1024
ALL_STREAMS_BYTES_MAX: Final = 1024 * 1024 * 1024
_STEP_BYTES: Final = 1024 * 1024

_ACTING_NAMES: Final = frozenset(
    {
        *("/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/AA", "/XFA", "/AF"),
        *("/RichMedia", "/RichMediaContent", "/Movie", "/Launch"),
    }
)
_ACTIONS: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition"),
        *("/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/Trans"),
    }
)
_ACTING_SUBTYPES: Final = frozenset(
    {"/FileAttachment", "/Movie", "/Sound", "/Screen", "/RichMedia", "/3D"}
)


def check(content: bytes) -> None:
    """Raise Invalid for a file that does not open, asks for a password, is too long or acts."""
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if document.is_encrypted:
                raise _locked()
            if not 1 <= len(document.pages) <= PAGES_MAX:
                raise Invalid(
                    "document-too-long",
                    N_("This document has too many pages, or none: at most {pages_max}."),
                    pages_max=PAGES_MAX,
                )
            _walk(document)
    except pikepdf.PasswordError:
        raise _locked() from None
    except (pikepdf.PdfError, OSError, ValueError, LookupError, TypeError) as error:
        raise unreadable() from error


def _walk(document: Any) -> None:
    """Look at every object of the file, also at those that no page leads to."""
    seen, decoded = 0, 0
    for found in document.objects:
        waiting: list[tuple[Any, int]] = [(found, 0)]
        while waiting:
            item, depth = waiting.pop()
            seen += 1
            if seen > OBJECTS_MAX or depth > DEPTH_MAX:
                raise _too_large()
            if isinstance(item, pikepdf.Stream):
                decoded += _decoded_bytes(item)
                if decoded > ALL_STREAMS_BYTES_MAX:
                    raise _too_large()
                item = item.stream_dict
            if isinstance(item, pikepdf.Dictionary):
                _check_dictionary(item)
                inner = [item.get(name) for name in item.keys()]  # noqa: SIM118 (not a dict)
            elif isinstance(item, pikepdf.Array):
                inner = list(item)
            else:
                continue
            # What has a number of its own comes by itself.
            waiting.extend(
                (one, depth + 1)
                for one in inner
                if isinstance(one, pikepdf.Object) and not one.is_indirect
            )


def _check_dictionary(found: Any) -> None:
    names = set(found.keys())
    action = found.get("/S")
    subtype = found.get("/Subtype")
    if (
        names & _ACTING_NAMES
        or (isinstance(action, pikepdf.Name) and str(action) in _ACTIONS)
        or (isinstance(subtype, pikepdf.Name) and str(subtype) in _ACTING_SUBTYPES)
        or (found.get("/Type") == pikepdf.Name("/Filespec") and "/EF" in names)
    ):
        raise Invalid(
            "document-acts",
            N_(
                "This PDF holds a program, a film or another file. Print it to PDF, then send that."
            ),
        )


def _decoded_bytes(stream: Any) -> int:
    """How large a stream is once it is decoded, found without keeping it."""
    filters = stream.get("/Filter")
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    flate = [name for name in names if name == pikepdf.Name("/FlateDecode")]
    raw = stream.read_raw_bytes()
    if len(flate) > 1 or len(names) > 2:
        # Nobody but a bomb packs what is packed already.
        raise _too_large()
    if not flate or names[0] != pikepdf.Name("/FlateDecode"):
        return len(raw)
    unpacking, size, waiting = zlib.decompressobj(), 0, raw
    try:
        while waiting and not unpacking.eof:
            size += len(unpacking.decompress(waiting, _STEP_BYTES))
            waiting = unpacking.unconsumed_tail
            if size > STREAM_BYTES_MAX:
                raise _too_large()
    except zlib.error:
        # Readers show what they can of a broken stream; it is not larger than this.
        return size
    return size


def _locked() -> Invalid:
    return Invalid(
        "document-locked", N_("This PDF is locked with a password. Save it without one, then send.")
    )


def _too_large() -> Invalid:
    return Invalid("document-too-large", N_("This PDF holds more than can be looked through."))

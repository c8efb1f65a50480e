"""The one way by which a file that somebody sends comes in, and by which one goes out again.

    @blueprint.post("/outcomes/<outcome_id>/documents")
    @requires(WRITE)
    @body_bytes_max(UPLOAD_BYTES_MAX)
    def add(outcome_id: str) -> ResponseReturnValue:
        kept = received("file")                # opened, cleaned, scanned; else Invalid in words
        files.put(registration_id, "identity", kept.content, kept.media_type)

    return handed_out(content, media_type, name="document-1")

The name that a file had on somebody's computer may tell who it is about: it is never kept, and what
goes out has a name of ours. A test refuses every other use of ``request.files``.
"""

from __future__ import annotations

from typing import Final

from flask import Response, request

from shared.errors import Busy, Invalid
from shared.files.cleaning import BYTES_MAX, Cleaned, clean, too_large
from shared.files.kinds import CSV, DOCUMENTS, ENDINGS, XLSX
from shared.files.scanning import Scanner
from shared.language.marking import N_
from shared.sheets import kinds as sheets
from shared.web.commands import service

UPLOAD_BYTES_MAX: Final = BYTES_MAX + 64 * 1024
"""The body of a form with one file: the file, and room for the form's other fields."""

_CONTROLS: Final = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))

_OUT_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""A file that a browser shows in spite of all can then do nothing, and is of no origin."""


def received(
    field: str, *, kinds: tuple[str, ...] = DOCUMENTS, keep_position: bool = False
) -> Cleaned:
    """The one file of a form's field, as it may be kept.

    Raises Invalid in words for what cannot be kept, Busy when the scanner gives no answer; each
    names the field.
    """
    found = received_all(field, files_max=1, kinds=kinds, keep_position=keep_position)
    if not found:
        raise Invalid("file-not-chosen", N_("Choose a file."), field=field)
    return found[0]


def received_all(
    field: str,
    *,
    files_max: int,
    kinds: tuple[str, ...] = DOCUMENTS,
    keep_position: bool = False,
) -> list[Cleaned]:
    """The files of a form's field, as they may be kept; none when none was chosen.

    Raises as ``received`` does, for the first that cannot be kept.
    """
    try:
        contents = _sent(field, BYTES_MAX, files_max)
        for content in contents:
            _scan(content)
        return [clean(one, kinds=kinds, keep_position=keep_position) for one in contents]
    except (Invalid, Busy) as refusal:
        refusal.facts["field"] = field
        raise


def received_text(field: str, *, bytes_max: int) -> str | None:
    """The text of a form's file, such as a table in CSV; None when no file was chosen.

    Raises Invalid for what is no plain text in UTF-8, or larger than ``bytes_max``.
    """
    contents = _sent(field, bytes_max, files_max=1)
    if not contents:
        return None
    content = contents[0]
    _scan(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("text-encoding", N_("Save the file as UTF-8, then send it.")) from None
    if not _CONTROLS.isdisjoint(text):
        raise Invalid("text-unreadable", N_("This file is no plain text."))
    return text


def received_sheet(field: str) -> Cleaned:
    """The one sheet of a form's field: CSV in any encoding, or XLSX. Whoever reads it judges it.

    Raises Invalid in words for what is no sheet; each names the field.
    """
    try:
        contents = _sent(field, BYTES_MAX, files_max=1)
        if not contents:
            raise Invalid("file-not-chosen", N_("Choose a file."))
        _scan(contents[0])
        sheet = sheets.kind_of(contents[0], _ending_of(field))
    except (Invalid, Busy) as refusal:
        refusal.facts["field"] = field
        raise
    return Cleaned(contents[0], XLSX if sheet == sheets.XLSX else CSV)


def _ending_of(field: str) -> str:
    """How a file's name ends, for a clearer answer; the rest of it is not looked at."""
    name = next((one.filename or "" for one in request.files.getlist(field)), "")
    return name[-len(".xlsx") :].lower()


def handed_out(content: bytes, media_type: str, *, name: str) -> Response:
    """A kept file as an answer that a browser saves and never shows as a page of ours.

    name: of ours, without the ending, in letters that need no escaping.
    """
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise ValueError("the name of a file that goes out is made of letters, digits and dashes")
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ENDINGS[media_type]}"'
    response.headers["Content-Security-Policy"] = _OUT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _sent(field: str, bytes_max: int, files_max: int) -> list[bytes]:
    files = [one for one in request.files.getlist(field) if one.filename]
    if len(files) > files_max:
        if files_max == 1:
            raise Invalid("file-not-alone", N_("Send one file at a time."))
        raise Invalid(
            "files-too-many", N_("Attach at most {files_max} files."), files_max=files_max
        )
    contents = []
    for one in files:
        content = one.stream.read(bytes_max + 1)
        if len(content) > bytes_max:
            raise too_large() if bytes_max == BYTES_MAX else _text_too_large(bytes_max)
        contents.append(content)
    return contents


def _text_too_large(bytes_max: int) -> Invalid:
    return Invalid(
        "text-too-large",
        N_("This file is too large: at most {kilobytes} KB."),
        kilobytes=bytes_max // 1024,
    )


def _scan(content: bytes) -> None:
    scanner = Scanner.of(service().settings)
    if scanner is not None:
        scanner.check(content)

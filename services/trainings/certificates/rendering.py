"""Certificates as PDF: typst makes the same bytes of the same words, whoever asks and when.

    content = rendered(sheet(version, document, public_url=…), at=document.recorded_at)
    picture(sheet(version, None, public_url=…))  ->  PNG of the preview

PDF/A-2a for keeping and PDF/UA-1 for reading aloud in one: tagged, fonts embedded. The only moment
in it is that of recording. Fonts come with the renderer and nothing of the machine's is looked at,
so that the locked renderer makes the bytes anew. A form that made documents is never changed.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from services.trainings.certificates.sheet import Said
from shared.errors import Refused
from shared.language.marking import N_

if TYPE_CHECKING:
    import typst

TEMPLATE: Final = "certificate-1"
STANDARDS: Final = ("a-2a", "ua-1")
PREVIEW_PIXELS_AN_INCH: Final = 110.0

UNMAKEABLE: Final = "document-unmakeable"
"""Code of the refusal where the renderer cannot make a document of what it says."""

_TEXTS: Final = "printable"
_FORMS: Final = Path(__file__).parent / "forms"
_SUSPECTS: Final = b"/Suspects false"
_one_at_a_time: Final = threading.Lock()


def renderer() -> str:
    """What makes documents now, such as ``typst-0.15.2``."""
    return f"typst-{version('typst')}"


def rendered(said: Said, *, at: datetime, template: str = TEMPLATE) -> bytes:
    """The document as PDF of one page. ``at``: when it was recorded, to the second.

    Raises Refused where a text has what the fonts lack; ``printing.py`` finds out before.
    """
    import typst  # 7 MB with its fonts, for who makes documents

    try:
        made = _compile(
            template,
            _named(said),
            format="pdf",
            pdf_standards=list(STANDARDS),
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError:
        # What the renderer says of it quotes the text, which may be a name.
        raise Refused(
            UNMAKEABLE,
            N_("This document cannot be made: it has characters that it cannot show. Correct it."),
        ) from None
    # Absent means the same, and poppler takes the explicit word for an error. Offsets stay.
    return made.replace(_SUSPECTS, b" " * len(_SUSPECTS))


def picture(said: Said, *, template: str = TEMPLATE) -> bytes:
    """The document as PNG, for looking at it on a page."""
    return _compile(template, _named(said), format="png", ppi=PREVIEW_PIXELS_AN_INCH)


def prints(texts: Sequence[str]) -> bool:
    """Whether documents can show these texts; one for which they cannot makes it False."""
    import typst

    try:
        _compile(_TEXTS, list(texts), format="pdf", pdf_standards=list(STANDARDS), timestamp=0)
    except typst.TypstError:
        return False
    return True


def _named(said: Said) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in said.items()}


def _compile(template: str, given: Any, **how: Any) -> bytes:
    # A compiler keeps what it was given last, so that it is used by one thread at a time.
    with _one_at_a_time:
        if _process() != os.getpid():
            raise RuntimeError("documents were made before the fork: the renderer's threads stayed")
        made = _compiler(template).compile(sys_inputs={"data": json.dumps(given)}, **how)
    return cast(bytes, made)


@cache
def _process() -> int:
    """The process that made the first document. In a fork of it the renderer waits for ever."""
    return os.getpid()


@cache
def _compiler(template: str) -> typst.Compiler:
    import typst

    return typst.Compiler(_FORMS / f"{template}.typ", root=_FORMS, ignore_system_fonts=True)

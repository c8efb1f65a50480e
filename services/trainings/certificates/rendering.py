"""Certificates as PDF: typst makes the same bytes of the same words, whoever asks and when.

    content = rendered(sheet(version, document, public_url=…), at=document.recorded_at)
    picture(sheet(version, None, public_url=…))  ->  PNG of the preview

PDF/A-2a for keeping and PDF/UA-1 for reading aloud in one: tagged, fonts embedded. The only moment
in it is that of recording. Fonts come with the renderer and nothing of the machine's is looked at,
so that the locked renderer makes the bytes anew. A form that made documents is never changed.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, cast

import typst

from services.trainings.certificates.sheet import Said

TEMPLATE: Final = "certificate-1"
STANDARDS: Final = ("a-2a", "ua-1")
PREVIEW_PIXELS_AN_INCH: Final = 110.0

_FORMS: Final = Path(__file__).parent / "forms"
_SUSPECTS: Final = b"/Suspects false"
_one_at_a_time: Final = threading.Lock()


def renderer() -> str:
    """What makes documents now, such as ``typst-0.15.2``."""
    return f"typst-{version('typst')}"


def rendered(said: Said, *, at: datetime, template: str = TEMPLATE) -> bytes:
    """The document as PDF of one page. ``at``: when it was recorded, to the second."""
    made = _compile(
        template, said, format="pdf", pdf_standards=list(STANDARDS), timestamp=int(at.timestamp())
    )
    # Absent means the same, and poppler takes the explicit word for an error. Offsets stay.
    return made.replace(_SUSPECTS, b" " * len(_SUSPECTS))


def picture(said: Said, *, template: str = TEMPLATE) -> bytes:
    """The document as PNG, for looking at it on a page."""
    return _compile(template, said, format="png", ppi=PREVIEW_PIXELS_AN_INCH)


def _compile(template: str, said: Said, **how: Any) -> bytes:
    # A compiler keeps what it was given last, so that it is used by one thread at a time.
    given = {name.replace("_", "-"): value for name, value in said.items()}
    with _one_at_a_time:
        made = _compiler(template).compile(sys_inputs={"data": json.dumps(given)}, **how)
    return cast(bytes, made)


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(_FORMS / f"{template}.typ", root=_FORMS, ignore_system_fonts=True)

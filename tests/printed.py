"""What is on a PDF, as programs that were written elsewhere read it.

words_of(content)               ->  its text, as ``pdftotext`` reads it
codes_of(content)               ->  what its QR codes say, as ``zbarimg`` reads a picture of it
asked("pdffonts", content)      ->  what a program says of it; fails on every word of complaint
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Final

_SECONDS: Final = 60
_QUIET: Final = "Connection"
"""zbarimg looks for a desktop to talk to and says that there is none."""


def words_of(content: bytes) -> str:
    """All words of all pages, lines as they stand."""
    return _run("pdftotext", "-layout", "-", "-", given=content).decode()


def codes_of(content: bytes, *, pixels_an_inch: int = 150) -> list[str]:
    """What the QR codes of the first page say."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page"
        document = Path(folder) / "document.pdf"
        document.write_bytes(content)
        _run("pdftoppm", "-r", str(pixels_an_inch), "-png", "-singlefile", document, picture)
        read = _run("zbarimg", "--quiet", "--raw", picture.with_suffix(".png"))
    return read.decode().splitlines()


def asked(program: str, content: bytes, *options: str) -> str:
    """What ``pdffonts``, ``pdfinfo`` or ``qpdf`` says of it, when it has nothing to complain of."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        return _run(program, *options, file.name).decode()


def _run(*command: str | Path, given: bytes = b"") -> bytes:
    done = subprocess.run(
        [str(part) for part in command],
        input=given,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    complaints = [line for line in done.stderr.decode().splitlines() if not line.startswith(_QUIET)]
    assert done.returncode == 0, (command[0], complaints)
    assert not complaints, (command[0], complaints)
    return done.stdout

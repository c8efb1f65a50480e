"""Style sheets, scripts, fonts and pictures, at addresses that change with their content.

    Assets(folder, prefix="/grants/assets").address("main.css")
    # → /grants/assets/3f5a…/main.css, which a browser may keep for a year

The digest is that of the whole folder, so that what a style sheet names relative to itself (its
fonts) is covered too.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import Final

from flask import Response
from werkzeug.exceptions import NotFound

YEAR_SECONDS: Final = 365 * 24 * 3600
FILES_MAX: Final = 2000
STATIC: Final = Path(__file__).parent / "static"
"""The compiled files of ours."""


class Assets:
    """The files of one folder, read once for their digest."""

    def __init__(self, folder: Path, *, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        self._names, self.digest = _inventory(folder)

    def address(self, name: str) -> str:
        """Where the file is served. Raises LookupError for a file that does not exist."""
        if name not in self._names:
            raise LookupError(f"no such asset: {name}")
        return f"{self._prefix}/{self.digest}/{name}"

    def serve(self, digest: str, name: str) -> Response:
        """The file. Under an older digest it is served too, yet not to be kept."""
        if name not in self._names:
            raise NotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = Response((self._folder / name).read_bytes(), mimetype=kind)
        if digest == self.digest:
            response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response


def _inventory(folder: Path) -> tuple[frozenset[str], str]:
    digest = hashlib.sha256()
    names = []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) > FILES_MAX:
        raise ValueError(f"{folder} holds more than {FILES_MAX} files")
    for path in files:
        name = path.relative_to(folder).as_posix()
        names.append(name)
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return frozenset(names), digest.hexdigest()[:16]

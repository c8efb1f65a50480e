"""Takes away the files that are sealed with destroyed keys: nobody can open them any more.

    unlink_sealed_with(service.settings.home / "files", {"0192…"})  ->  1

A sealed file says with which key, and nothing else, in its first or last bytes; so none is missed
whichever event once named it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from shared.files.shelf import FolderShelf

_END_BYTES: Final = 200


def unlink_sealed_with(folder: Path, key_ids: Collection[str]) -> int:
    """Remove every file under these keys; how many there were."""
    if not key_ids or not folder.is_dir():
        return 0
    wanted = [key_id.encode() for key_id in key_ids]
    shelf = FolderShelf(folder)
    removed = 0
    for path in folder.glob("??/*"):
        if path.is_file() and _ends(path, wanted):
            # What was cut off while it was written has a name of its own.
            if len(path.name) == 64:
                removed += shelf.remove(path.name)
            else:
                path.unlink(missing_ok=True)
    return removed


def _ends(path: Path, wanted: list[bytes]) -> bool:
    try:
        with path.open("rb") as file:
            ends = file.read(_END_BYTES)
            file.seek(max(0, path.stat().st_size - _END_BYTES))
            ends += file.read(_END_BYTES)
    except FileNotFoundError:
        return False
    return any(key_id in ends for key_id in wanted)

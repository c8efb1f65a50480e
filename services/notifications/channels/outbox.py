"""The folder that takes what nobody hands over: mail and texts, where no server is configured.

    into_outbox(settings.home / "outbox", f"{message_id}.eml", mail.as_bytes())

File names are ids, and the folder is its owner's alone.
"""

from __future__ import annotations

import os
from pathlib import Path


def into_outbox(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole or not at all, over one of the same name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f"{name}.partial"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / name)

"""The master key: 32 bytes in a file that is in no database. It wraps every other key.

key = load_or_create(settings.master_key_path)
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def load(path: Path) -> bytes:
    """The master key in ``path`` (base64 of 32 bytes). Raises ValueError or FileNotFoundError."""
    key = base64.b64decode(path.read_text("ascii").strip(), validate=True)
    if len(key) != 32:
        raise ValueError(f"{path.name}: a master key has 32 bytes")
    return key


def load_or_create(path: Path) -> bytes:
    """The master key in ``path``, made there (readable by its owner only) when absent."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load(path)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return load(path)

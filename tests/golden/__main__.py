"""``python -m tests.golden write``: adds the golden files that are missing; changes none."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.golden.files import (
    EVENTS,
    KEYRING,
    MESSAGES,
    as_text,
    keyring_row,
    missing_events,
    missing_messages,
)


def main(words: list[str]) -> int:
    if words != ["write"]:
        print("usage: python -m tests.golden write", file=sys.stderr)
        return 2
    found = {EVENTS / name: raw + b"\n" for name, raw in missing_events().items()}
    for path, content in found.items():
        write(path, content)
    for name, message in missing_messages().items():
        write(MESSAGES / name, as_text(message))
    if not KEYRING.exists():
        write(KEYRING, as_text(keyring_row()))
    return 0


def write(path: Path, content: bytes) -> None:
    """A new file; raises FileExistsError rather than changing one."""
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
    print(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

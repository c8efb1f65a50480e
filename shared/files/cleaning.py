"""Files are opened in a process of its own, which has no keys, no settings and little of anything.

    cleaned = clean(content)        # raises Invalid with the reason in words
    cleaned.media_type, cleaned.content

    python -m shared.files.cleaning image/jpeg < photo.jpg

Whatever is wrong with the libraries that decode pictures and documents, a file that makes use of it
finds itself in a process without secrets, with limits on memory and time, that ends with the file.
So a file that decodes to gigabytes is refused and nobody else waits for it.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from shared.errors import Busy, Invalid
from shared.files.kinds import DOCUMENTS, PDF, PICTURES, XLSX, kind_of, unknown_kind, unreadable
from shared.language.marking import N_

BYTES_MAX: Final = 10 * 1024 * 1024
MEMORY_BYTES_MAX: Final = 512 * 1024 * 1024
CPU_SECONDS_MAX: Final = 20
SECONDS_MAX: Final = 30.0
AT_ONCE_MAX: Final = 1
"""How many files one process of the web has opened at a time: memory is small where it runs."""

_WAIT_SECONDS: Final = 20.0
_ROOT: Final = Path(__file__).resolve().parents[2]
_KEEP_POSITION: Final = "--keep-position"
_turns: Final = threading.BoundedSemaphore(AT_ONCE_MAX)


@dataclass(frozen=True)
class Cleaned:
    """A file that may be kept, and what it is by its content."""

    content: bytes
    media_type: str


class _Told(msgspec.Struct):
    """The first line of what the other process says. ``code`` is empty when all went well."""

    code: str = ""
    sentence: str = ""
    facts: dict[str, int] = {}


def clean(
    content: bytes, *, kinds: tuple[str, ...] = DOCUMENTS, keep_position: bool = False
) -> Cleaned:
    """The file as it may be kept. Raises Invalid in words, or Busy when too many are opened.

    keep_position: the person consented to the place where a photo was taken being kept with it.
    """
    if not content:
        raise Invalid("file-empty", N_("This file is empty."))
    if len(content) > BYTES_MAX:
        raise too_large()
    media_type = kind_of(content)
    if media_type not in kinds:
        raise unknown_kind()
    if not _turns.acquire(timeout=_WAIT_SECONDS):
        raise Busy("files-waiting", N_("Many files are being looked through. Try again shortly."))
    try:
        kept = _elsewhere(media_type, content, keep_position=keep_position)
    finally:
        _turns.release()
    if len(kept) > BYTES_MAX:
        raise too_large()
    return Cleaned(kept, media_type)


def too_large() -> Invalid:
    """The file is larger than is kept."""
    return Invalid(
        "file-too-large",
        N_("This file is too large: at most {megabytes} MB."),
        megabytes=BYTES_MAX // (1024 * 1024),
    )


def _elsewhere(media_type: str, content: bytes, *, keep_position: bool) -> bytes:
    command = [sys.executable, "-X", "utf8", "-m", "shared.files.cleaning", media_type]
    if keep_position:
        command.append(_KEEP_POSITION)
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            cwd=_ROOT,
            # Nothing of ours: no settings, no secrets.
            env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise unreadable() from None
    line, _, kept = done.stdout.partition(b"\n")
    try:
        told = msgspec.json.decode(line, type=_Told)
    except msgspec.MsgspecError:
        # It ran out of memory or time, or broke.
        raise unreadable() from None
    if told.code:
        raise Invalid(told.code, told.sentence, **told.facts)
    return kept if media_type in PICTURES else content


def _opened(media_type: str, content: bytes, *, keep_position: bool) -> bytes:
    """What the other process does. Imports only what the kind needs."""
    if media_type in PICTURES:
        from shared.files import pictures

        return pictures.cleaned(media_type, content, keep_position=keep_position)
    if media_type == PDF:
        from shared.files import pages

        pages.check(content)
    elif media_type == XLSX:
        from shared.files import sheets

        sheets.check(content)
    else:
        raise unknown_kind()
    return b""


def main(arguments: list[str]) -> int:
    """Read a file, say what it is, and end. Raises nothing that is in the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Where the machine's memory runs out in spite of that, this process ends and no other.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content, kept, told = sys.stdin.buffer.read(BYTES_MAX + 1), b"", _Told()
    try:
        kept = _opened(arguments[0], content, keep_position=_KEEP_POSITION in arguments)
    except Invalid as refused:
        told = _Told(refused.code, refused.sentence, refused.facts)
    except (MemoryError, RecursionError):
        broken = unreadable()
        told = _Told(broken.code, broken.sentence)
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n" + kept)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
